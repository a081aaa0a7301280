"""Signals in words: what each rule looks for, its evidence, its threshold. Nobody is accused: a signal is a question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from carnet.controls.queries.signals import SignalFacts
from carnet.controls.rules.signals import Outcome, SignalState
from carnet.controls.rules.signals.precision import Share
from carnet.controls.rules.signals.registry import BY_CODE
from carnet.controls.rules.signals.rule import Unit
from carnet.kernel.actors import Actor
from carnet.parties.rules import home_of
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table

Words = str | Promise


@dataclass(frozen=True, slots=True)
class RuleWords:
    """One rule: its name, what it looks for, what an honest explanation looks like."""

    name: Words
    looks_for: Words
    honest: Words


RULES: Mapping[str, RuleWords] = {
    "beyond-seats": RuleWords(
        gettext_lazy("Plus de monde que de places"),
        gettext_lazy("Des carnets différents utilisés pour les leçons d’un jour, bien au-delà des places annoncées."),
        gettext_lazy("Une salle plus grande, deux groupes annoncés en un seul, une leçon qui n’était pas dans l’agenda."),
    ),
    "whole-booklets": RuleWords(
        gettext_lazy("Carnets vidés d’un coup"),
        gettext_lazy("Des carnets dont presque tous les chèques sont utilisés le même jour, au même lieu, en plusieurs fois."),
        gettext_lazy("Une journée intensive, plusieurs leçons de suite, des semaines saisies sous un seul jour."),
    ),
    "new-pair": RuleWords(
        gettext_lazy("Guichet et lieu nouveaux l’un pour l’autre"),
        gettext_lazy("L’essentiel du mois d’un lieu vient d’un guichet dont il ne voyait pas de chèques, ou presque."),
        gettext_lazy("Un partenariat qui commence, une leçon ouverte près du guichet, un guichet qui a déménagé."),
    ),
    "closed-circuit": RuleWords(
        gettext_lazy("Un guichet et un lieu entre eux"),
        gettext_lazy(
            "L’essentiel du mois d’un lieu vient d’un seul guichet, dont l’essentiel va à ce lieu, alors que d’autres sont proches."
        ),
        gettext_lazy("Un guichet et un lieu dans le même bâtiment, une seule ligne de bus, une langue parlée là."),
    ),
    "outside-sessions": RuleWords(
        gettext_lazy("Hors des leçons annoncées"),
        gettext_lazy("Des chèques pour des jours sans leçon, dans un lieu qui tient son agenda."),
        gettext_lazy("De l’aide sur rendez-vous, un agenda tenu en retard, le jour de saisie pris pour le jour de la leçon."),
    ),
    "outside-hours": RuleWords(
        gettext_lazy("Loin des heures d’ouverture"),
        gettext_lazy(
            "Des chèques acceptés au comptoir à trois heures ou plus de toute ouverture de l’annuaire et de toute leçon de l’agenda."
        ),
        gettext_lazy("Des horaires anciens dans l’annuaire, des leçons absentes de l’agenda, une semaine saisie le dimanche."),
    ),
    "outside-area": RuleWords(
        gettext_lazy("Chèques venus de loin"),
        gettext_lazy("Une part importante des chèques vient de guichets très éloignés."),
        gettext_lazy("Un bus qui ne le dit pas dans l’annuaire, un guichet qui sert tout un département, des personnes relogées."),
    ),
    "before-hand-over": RuleWords(
        gettext_lazy("Avant la remise du carnet"),
        gettext_lazy("Des leçons dites plus de trois jours avant la remise, et des essais sur des chèques que personne n’avait encore."),
        gettext_lazy("Un guichet qui note ses remises une semaine plus tard, une mauvaise date sur toute une feuille."),
    ),
    "serials-in-order": RuleWords(
        gettext_lazy("Carnets dans l’ordre des numéros"),
        gettext_lazy("Des carnets utilisés pour la première fois un à un, dans l’ordre exact de leurs numéros."),
        gettext_lazy("Un groupe qui a reçu ses carnets dans l’ordre, est venu ensemble, et a été saisi dans cet ordre."),
    ),
    "expiry-spike": RuleWords(
        gettext_lazy("Ruée des derniers jours"),
        gettext_lazy(
            "Avant une fin de validité, une semaine où les chèques au-delà des leçons annoncées dépassent de loin la ruée que connaissent tous les lieux."
        ),
        gettext_lazy("Des leçons ajoutées sans les mettre dans l’agenda, un lieu voisin fermé, un guichet qui a rappelé ses publics."),
    ),
    "odd-uploads": RuleWords(
        gettext_lazy("Envois sans réseau étranges"),
        gettext_lazy("Des passages sans réseau envoyés une semaine plus tard ou plus, avec une horloge qui saute ou une suite rompue."),
        gettext_lazy("Une tablette oubliée, un bus une semaine sans réseau, une batterie vide qui remet l’horloge à zéro."),
    ),
    "redeem-and-reverse": RuleWords(
        gettext_lazy("Acceptés puis annulés"),
        gettext_lazy("Beaucoup de passages annulés, ou les mêmes chèques acceptés et annulés plusieurs fois."),
        gettext_lazy("Une personne qui débute au comptoir, un écran lent, une leçon annulée après coup."),
    ),
    "shared-account": RuleWords(
        gettext_lazy("Même compte bancaire"),
        gettext_lazy(
            "Des organisations payées sur le même compte, dont l’une accepte surtout des chèques au-delà de ses leçons annoncées."
        ),
        gettext_lazy("Une fédération qui tient les comptes, une mairie inscrite deux fois, quand on y aide sur rendez-vous."),
    ),
    "shared-contact": RuleWords(
        gettext_lazy("Même téléphone ou même adresse électronique"),
        gettext_lazy("Des organisations jointes au même numéro, dont l’une accepte surtout des chèques au-delà de ses leçons annoncées."),
        gettext_lazy("Le standard d’une mairie dont les services aident sur rendez-vous, une fédération qui répond pour ses membres."),
    ),
    "shared-device": RuleWords(
        gettext_lazy("Même appareil"),
        gettext_lazy("Un appareil de plusieurs organisations, dont l’une accepte surtout des chèques au-delà de ses leçons annoncées."),
        gettext_lazy("Un médiateur qui travaille sur rendez-vous pour deux lieux, une tablette prêtée."),
    ),
    "new-place": RuleWords(
        gettext_lazy("Lieu nouveau, volume soudain"),
        gettext_lazy(
            "Un lieu de deux mois au plus qui accepte, au-delà de ses leçons annoncées, bien plus que le mois habituel des autres."
        ),
        gettext_lazy("Une grande médiathèque arrivée tard, un guichet voisin, un réseau qui envoie tout son public."),
    ),
    "new-account": RuleWords(
        gettext_lazy("Compte bancaire changé, puis un pic"),
        gettext_lazy("Bien plus de chèques par jour après un changement de compte qu’avant."),
        gettext_lazy("Une nouvelle trésorière en début de saison, une banque changée avec de nouvelles leçons."),
    ),
    "unlike-its-peers": RuleWords(
        gettext_lazy("Différent des lieux comparables"),
        gettext_lazy(
            "Un mois qui, au-delà des leçons annoncées, dépasse de loin ceux des lieux du même genre, là où le pays est aussi peuplé."
        ),
        gettext_lazy("Un lieu qui aide beaucoup de monde sur rendez-vous, le seul ouvert en août, un agenda que personne ne tient."),
    ),
    "mystery-no": RuleWords(
        gettext_lazy("Des personnes disent qu’elles n’y étaient pas"),
        gettext_lazy("Parmi cinq réponses ou plus de personnes d’accord pour répondre, beaucoup disent qu’elles n’étaient pas à la leçon."),
        gettext_lazy("Un lieu qui a changé de nom, un chèque utilisé pour un proche, une leçon notée un autre jour."),
    ),
}
STATES: Mapping[SignalState, tuple[Words, str]] = {
    SignalState.NEW: (gettext_lazy("à trier"), "warning"),
    SignalState.SET_ASIDE: (pgettext_lazy("signal", "mis de côté"), "neutral"),
    SignalState.IN_CASE: (gettext_lazy("dans un dossier"), "info"),
}
OUTCOMES: Mapping[Outcome, tuple[Words, str]] = {
    Outcome.CONFIRMED: (gettext_lazy("fraude confirmée"), "danger"),
    Outcome.HONEST: (gettext_lazy("tout était en ordre"), "success"),
    Outcome.SLOPPY: (gettext_lazy("des erreurs, sans fraude"), "warning"),
}
UNITS: Mapping[Unit, Words] = {
    Unit.PERCENT: gettext_lazy("%(n)s %%"),
    Unit.VOUCHERS: gettext_lazy("%(n)s chèques"),
    Unit.BOOKLETS: gettext_lazy("%(n)s carnets"),
    Unit.ITEMS: gettext_lazy("%(n)s envois"),
    Unit.ORGANISATIONS: gettext_lazy("%(n)s ensemble"),
    Unit.KILOMETRES: gettext_lazy("%(n)s km"),
    Unit.TENTHS: gettext_lazy("%(n)s fois l’écart habituel"),
}
# Of one, for the units that are counted.
_ONE: Mapping[Unit, Words] = {
    Unit.VOUCHERS: gettext_lazy("1 chèque"),
    Unit.BOOKLETS: gettext_lazy("1 carnet"),
    Unit.ITEMS: gettext_lazy("1 envoi"),
}
# In which unit a form asks for a threshold.
ASKED_IN: Mapping[Unit, Words] = {
    Unit.PERCENT: gettext_lazy("En pour cent."),
    Unit.VOUCHERS: gettext_lazy("En chèques."),
    Unit.BOOKLETS: gettext_lazy("En carnets."),
    Unit.ITEMS: gettext_lazy("En envois."),
    Unit.ORGANISATIONS: gettext_lazy("En organisations, celle du lieu comprise."),
    Unit.KILOMETRES: gettext_lazy("En kilomètres."),
    Unit.TENTHS: gettext_lazy("En dixièmes de l’écart habituel : 50 veut dire cinq fois."),
}
# One fact, one line: what it is.
_FACTS: Mapping[str, Words] = {
    "yes": gettext_lazy("Réponses « oui »"),
    "no": gettext_lazy("Réponses « non »"),
    "unknown": gettext_lazy("Réponses « je ne sais pas »"),
    "whole": gettext_lazy("Carnets vidés d’un coup"),
    "booklets": gettext_lazy("Carnets vus en tout"),
    "vouchers": gettext_lazy("Chèques acceptés en tout"),
    "outside": gettext_lazy("Chèques en dehors"),
    "beyond": gettext_lazy("Dont au-delà des leçons annoncées"),
    "sessions": gettext_lazy("Leçons annoncées, quatre semaines avant et après"),
    "at_night": gettext_lazy("Dont entre 22 h et 6 h"),
    "far": gettext_lazy("Chèques venus de loin"),
    "before": gettext_lazy("Chèques avant"),
    "refused": gettext_lazy("Essais refusés sur des chèques que personne n’avait"),
    "run": gettext_lazy("Carnets de suite, dans l’ordre"),
    "days": gettext_lazy("En combien de jours"),
    "weeks_before": gettext_lazy("Semaines comptées avant"),
    "rush_percent": gettext_lazy("Ruée des autres lieux, pour cent d’une semaine habituelle"),
    "items": gettext_lazy("Envois reçus"),
    "odd": gettext_lazy("Envois étranges"),
    "late": gettext_lazy("Dont envoyés sept jours plus tard ou plus"),
    "ahead": gettext_lazy("Dont datés après leur réception"),
    "back": gettext_lazy("Dont l’horloge est revenue en arrière"),
    "broken": gettext_lazy("Dont la suite ou la signature est rompue"),
    "devices": gettext_lazy("Appareils"),
    "redeemed": gettext_lazy("Passages acceptés"),
    "reversed": gettext_lazy("Passages annulés"),
    "loops": gettext_lazy("Chèques annulés deux fois ou plus"),
    "count": gettext_lazy("Organisations ensemble, ce lieu compris"),
    "peers": gettext_lazy("Lieux comparés"),
    "before_days": gettext_lazy("Jours comptés avant"),
    "after": gettext_lazy("Chèques après le changement"),
    "after_days": gettext_lazy("Jours comptés après"),
    "day_count": gettext_lazy("Jours au-dessus du seuil"),
}
_OF_RULE: Mapping[tuple[str, str], Words] = {
    ("before-hand-over", "before"): gettext_lazy("Leçons dites plus de trois jours avant la remise"),
    ("expiry-spike", "vouchers"): gettext_lazy("Chèques acceptés cette semaine"),
    ("expiry-spike", "before"): gettext_lazy("Chèques acceptés pendant les semaines d’avant"),
    ("new-account", "before"): gettext_lazy("Chèques avant le changement"),
    ("new-place", "days"): gettext_lazy("Jours depuis que le lieu accepte"),
    ("shared-account", "count"): gettext_lazy("Organisations sur ce compte, ce lieu compris"),
}
_ALIKE = {
    "phone": gettext_lazy("le téléphone"),
    "email": gettext_lazy("l’adresse électronique"),
    "address": gettext_lazy("l’adresse"),
}
_MEASURES: Mapping[str, Words] = {
    "VOUCHERS": gettext_lazy("chèques dans le mois"),
    "A_DAY": gettext_lazy("chèques par jour d’activité"),
    "A_BOOKLET": gettext_lazy("chèques par carnet vu"),
}
# Those that count, for the place, what is beyond its lessons only.
_BEYOND = ("VOUCHERS", "A_DAY")
_GROUPS: Mapping[str, Words] = {
    "KIND_AND_AREA": gettext_lazy("lieux du même genre, dans un pays aussi peuplé"),
    "AREA": gettext_lazy("lieux d’un pays aussi peuplé"),
    "PROGRAMME": gettext_lazy("autres lieux du programme"),
}


def office_of(actor: Actor) -> str:
    """The frame of whoever reads: the operator's, or the auditor's."""
    return f"{home_of(actor.roles).split(':')[0]}/office.html"


def name_of(rule: str) -> str:
    """A rule's name; its code, when it was taken out since."""
    found = RULES.get(rule)
    return str(found.name) if found else rule


def threshold_of(rule: str, threshold: int | None) -> str:
    """A threshold with its unit."""
    if threshold is None:
        return _("éteinte")
    found = BY_CODE.get(rule)
    if found is None:
        return formats.number(threshold)
    if threshold == 1 and found.unit in _ONE:
        return str(_ONE[found.unit])
    return str(UNITS[found.unit]) % {"n": _plain(threshold / 10) if found.unit is Unit.TENTHS else formats.number(threshold)}


def _plain(figure: float) -> str:
    """A number with its decimal, when it has one."""
    return formats.number(round(figure)) if figure == round(figure) else formats.decimal(figure)


def period(from_on: date, until_on: date) -> str:
    """From the first day to the last, both included."""
    last = until_on - timedelta(days=1)
    if from_on.day == 1 and until_on.day == 1 and last.month == from_on.month:
        return formats.month(from_on)
    return _("du %(first)s au %(last)s") % {"first": formats.day(from_on), "last": formats.day(last)}


def state_of(found: SignalFacts) -> tuple[str, str]:
    """What became of a signal, and its tone."""
    words, tone = OUTCOMES[found.outcome] if found.outcome else STATES[found.state]
    return str(words), tone


def precision(share: Share | None, ended: int) -> str:
    """How often a rule was right, and how surely."""
    if share is None:
        return _("aucun signal jugé")
    told = {"share": _percent(share.thousandths), "low": _percent(share.low), "high": _percent(share.high), "count": formats.number(ended)}
    return (
        ngettext(
            "%(share)s %% (de %(low)s à %(high)s), sur %(count)s jugé", "%(share)s %% (de %(low)s à %(high)s), sur %(count)s jugés", ended
        )
        % told
    )


def _percent(thousandths: int) -> str:
    return formats.number(round(thousandths / 10))


def organisations_in(facts: Mapping[str, Any]) -> set[int]:
    """The organisations, desks or others, that facts name by their ids."""
    lines = [each for key in ("pairs", "desks") if _are_lines(facts.get(key)) for each in facts[key]]
    return {int(each["desk_id"]) for each in lines} | {int(each) for each in facts.get("others", ())}


def _are_lines(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def evidence(found: SignalFacts, names: Mapping[int, str]) -> list[Row]:
    """Facts that are one number each, in words."""
    rows = [
        Row(str(_OF_RULE.get((found.rule, key), _FACTS[key])), formats.number(value))
        for key, value in found.facts.items()
        if isinstance(value, int) and key in _FACTS
    ]
    if "usual_tenths" in found.facts:
        rows.append(Row(_("Mois habituel des autres lieux, en chèques"), _plain(found.facts["usual_tenths"] / 10)))
    if "alike" in found.facts:
        rows.append(Row(_("Ce qui est pareil"), ", ".join(str(_ALIKE[each]) for each in found.facts["alike"].split())))
    if "others" in found.facts:
        rows.append(Row(_("Les autres organisations"), ", ".join(names.get(each, f"n° {each}") for each in found.facts["others"])))
    if found.cents:
        rows.append(Row(_("Valeur des chèques concernés"), formats.euros(found.cents)))
    return rows


def tables(found: SignalFacts, names: Mapping[int, str]) -> list[Table]:
    """Facts that are lines: days, pairs, desks."""
    facts, made = found.facts, []
    if _are_lines(facts.get("days")):
        columns = [Column(_("Jour")), Column(_("Carnets"), number=True), Column(_("Places annoncées"), number=True)]
        rows = [
            [
                Cell(formats.day(date.fromisoformat(each["on"])), url=_behind(found, on=each["on"])),
                formats.number(each["booklets"]),
                formats.number(each["seats"]),
            ]
            for each in facts["days"]
        ]
        made.append(Table(_("Les jours les plus chargés"), columns, rows))
    if facts.get("pairs"):
        columns = [
            Column(_("Guichet")), Column(_("Chèques ici, ce mois"), number=True), Column(_("Ici, les trois mois d’avant"), number=True),
            Column(_("Du guichet, partout, ce mois"), number=True), Column(_("Distance"), number=True),
        ]  # fmt: skip
        rows = [
            [
                Cell(_named(names, each), url=_behind(found, desk=each["desk_id"])),
                formats.number(each["vouchers"]),
                formats.number(each["before"]),
                formats.number(each["of_desk"]),
                _km(each),
            ]
            for each in facts["pairs"]
        ]
        made.append(Table(_("Les guichets concernés"), columns, rows))
    if _are_lines(facts.get("desks")):
        columns = [Column(_("Guichet")), Column(_("Distance"), number=True), Column(_("Chèques"), number=True)]
        rows = [
            [Cell(_named(names, each), url=_behind(found, desk=each["desk_id"])), _km(each), formats.number(each["vouchers"])]
            for each in facts["desks"]
        ]
        made.append(Table(_("Les guichets éloignés"), columns, rows))
    return made


def comparisons(found: SignalFacts) -> list[str]:
    """The comparison with similar places, one sentence a measure: how many they are, what is usual among them, what this one does."""
    told = []
    for each in found.facts.get("measures", ()):
        facts = {
            "peers": formats.number(each["peers"]),
            "group": _GROUPS[found.facts["group"]],
            "measure": _MEASURES[each["measure"]],
            "usual": _plain(each["usual"] / 100),
            "deviation": _plain(each["deviation"] / 100),
            "own": _plain(each["own"] / 100),
            "times": formats.decimal(each["tenths"] / 10),
        }
        words = _(
            "Comparé à %(peers)s %(group)s : la moitié d’entre eux font moins de %(usual)s %(measure)s, la moitié font plus. "
            "Ils s’en écartent d’ordinaire de %(deviation)s. Ce lieu en fait %(own)s, soit %(times)s fois l’écart ordinaire."
        )
        if "beyond" in found.facts and each["measure"] in _BEYOND:
            words = _(
                "Comparé à %(peers)s %(group)s : la moitié d’entre eux font moins de %(usual)s %(measure)s, la moitié font plus. "
                "Ils s’en écartent d’ordinaire de %(deviation)s. Ce lieu en fait %(own)s rien qu’au-delà de ses leçons annoncées, "
                "soit %(times)s fois l’écart ordinaire."
            )
        none = _("Aucun d’eux n’en fait autant.")
        some = ngettext("%(count)s d’entre eux en fait autant ou plus.", "%(count)s d’entre eux en font autant ou plus.", each["above"])
        told.append(f"{words % facts} {some % {'count': formats.number(each['above'])} if each['above'] else none}")
    return told


def _behind(found: SignalFacts, **kept: Any) -> str:
    """The redemptions behind one line of evidence."""
    return f"{reverse('signals:passages', args=[found.id])}?{urlencode(kept)}"


def _named(names: Mapping[int, str], line: Mapping[str, Any]) -> str:
    return names.get(line["desk_id"], f"n° {line['desk_id']}")


def _km(line: Mapping[str, Any]) -> str:
    return _("%(km)s km") % {"km": formats.number(line["km"])} if "km" in line else "–"
