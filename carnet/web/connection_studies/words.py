"""A study in words: what each assumption is called and where it comes from, and the sentences an elected person reads first."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.connectivity.rules.study.assumptions import BY_KEY, Choices, Key, Origin, Range, Unit, is_changed
from carnet.connectivity.rules.study.estate import Fault, FaultKind
from carnet.connectivity.rules.study.simulation import Studied
from carnet.web.design import formats

KEY_WORDS = {
    Key.DIFFICULTY: gettext_lazy("Ménages en difficulté avec le numérique"),
    Key.DIFFICULTY_PRIORITY: gettext_lazy("Les mêmes, en quartier prioritaire"),
    Key.OFFLINE_FOR_COST: gettext_lazy("Parmi eux, sans connexion à cause du prix"),
    Key.JOIN_OFFLINE: gettext_lazy("Parmi ceux-ci, prendraient l’offre"),
    Key.JOIN_DIFFICULTY: gettext_lazy("Autres ménages en difficulté qui prendraient l’offre"),
    Key.SWITCH: gettext_lazy("Tous les autres ménages qui changeraient pour elle"),
    Key.LEAVE: gettext_lazy("Ménages connectés qui partent dans l’année"),
    Key.RAMP: gettext_lazy("Mois pour que tous soient connectés"),
    Key.SET_UP_RESIDENCE: gettext_lazy("Équiper une résidence fibrée"),
    Key.SET_UP_DWELLING: gettext_lazy("Amener la fibre, par logement non fibré"),
    Key.SET_UP_HOME: gettext_lazy("Brancher un ménage : box et visite"),
    Key.MONTH_HOME: gettext_lazy("Par ménage connecté et par mois"),
    Key.MONTH_RESIDENCE: gettext_lazy("Par résidence et par mois"),
    Key.MONTH_FIXED: gettext_lazy("Coordination et dépannage, par mois"),
    Key.COMPUTER_SHARE: gettext_lazy("Ménages qui empruntent un ordinateur"),
    Key.COMPUTER: gettext_lazy("Un ordinateur, pour toute la durée"),
    Key.LESSON_MINUTES: gettext_lazy("Minutes d’aide par ménage connecté"),
    Key.LESSON_HOUR: gettext_lazy("Une heure de médiation"),
    Key.MARKET: gettext_lazy("Offre sociale du marché, par mois"),
}
GROUPS: tuple[tuple[Any, tuple[Key, ...]], ...] = (
    (
        gettext_lazy("Qui prendrait l’offre"),
        (Key.DIFFICULTY, Key.DIFFICULTY_PRIORITY, Key.OFFLINE_FOR_COST, Key.JOIN_OFFLINE, Key.JOIN_DIFFICULTY, Key.SWITCH, Key.LEAVE, Key.RAMP),
    ),
    (gettext_lazy("Installer"), (Key.SET_UP_RESIDENCE, Key.SET_UP_DWELLING, Key.SET_UP_HOME)),
    (gettext_lazy("Chaque mois"), (Key.MONTH_HOME, Key.MONTH_RESIDENCE, Key.MONTH_FIXED)),
    (gettext_lazy("Ordinateurs et aide"), (Key.COMPUTER_SHARE, Key.COMPUTER, Key.LESSON_MINUTES, Key.LESSON_HOUR)),
    (gettext_lazy("À quoi l’on compare"), (Key.MARKET,)),
)  # fmt: skip
SOURCE_WORDS = {
    "nantes-survey-2023": gettext_lazy("enquête TMO, Nantes Métropole, juin 2023 ; écarts supposés"),
    "take-up-elsewhere": gettext_lazy("supposé, entre un tiers (aide américaine ACP) et 80 % (chèque énergie)"),
    "insee-1780": gettext_lazy("Insee Première 1780, 2019 : coût du matériel ; écarts supposés"),
    "angouleme-2011": gettext_lazy("supposé ; le plus haut : Angoulême 2011, 1,5 M€ pour 1 056 logements"),
    "market-social-offer": gettext_lazy("supposé ; le plus haut : « offre sociale » labellisée par l’État, 2012"),
    "assumed-switching": gettext_lazy("supposé"),
    "assumed-leaving": gettext_lazy("supposé"),
    "assumed-costs": gettext_lazy("supposé : à remplacer par vos devis"),
    "assumed-lessons": gettext_lazy("supposé"),
}
FAULT_WORDS = {
    FaultKind.MISSING: gettext_lazy("il manque une valeur"),
    FaultKind.NOT_WHOLE: gettext_lazy("ce n’est pas un nombre entier"),
    FaultKind.TOO_MANY: gettext_lazy("c’est trop pour une seule résidence"),
    FaultKind.NOT_YES_NO: gettext_lazy("écrivez oui ou non"),
    FaultKind.NOT_SHARE: gettext_lazy("écrivez une part de 0 à 100"),
    FaultKind.COMMUNE: gettext_lazy("ce n’est pas un code commune de l’Insee"),
    FaultKind.OCCUPIED_MORE: gettext_lazy("plus d’occupés que de logements"),
    FaultKind.REPEATED: gettext_lazy("cette résidence est déjà dans le fichier"),
    FaultKind.BROKEN: gettext_lazy("cette ligne ne peut pas être lue"),
}
COLUMN_WORDS = (
    ("residence", gettext_lazy("son nom ou sa référence")),
    ("commune", gettext_lazy("code de l’Insee, comme 44109")),
    ("logements", gettext_lazy("nombre de logements")),
    ("fibre", gettext_lazy("oui ou non")),
    ("occupes", gettext_lazy("logements occupés ; tous si vide (facultatif)")),
    ("quartier_prioritaire", gettext_lazy("oui ou non (facultatif)")),
    ("part_en_difficulte", gettext_lazy("sur cent ménages, si vous l’avez comptée (facultatif)")),
    ("salle", gettext_lazy("oui s’il y a une salle pour des leçons (facultatif)")),
)


def written(value: int, unit: Unit) -> str:
    """A value of an assumption as a person reads it."""
    if unit is Unit.SHARE:
        return formats.basis_points(value)
    if unit is Unit.CENTS:
        return formats.euros(value, short=True)
    if unit is Unit.MONTHS:
        return _("%(count)s mois") % {"count": formats.number(value)}
    return _("%(count)s min") % {"count": formats.number(value)}


def source(key: Key, values: Range) -> str:
    """Where an assumption comes from; once somebody said otherwise, from them."""
    return _("choisi pour cette étude") if is_changed(key, values) else str(SOURCE_WORDS[BY_KEY[key].source])


def is_published(key: Key, values: Range) -> bool:
    """Whether its likely value was published by somebody."""
    return BY_KEY[key].origin is Origin.PUBLISHED and not is_changed(key, values)


def said(found: Studied, choices: Choices) -> list[str]:
    """What an elected person reads first: who, how much, what is left, against what. The middle of the draws, then eight in ten of them."""
    homes, left = found.spreads["homes"], found.spreads["left"]
    return [
        ngettext(
            "Sur %(of)s logements occupés, %(homes)s ménage prendrait l’offre : entre %(low)s et %(high)s, huit fois sur dix.",
            "Sur %(of)s logements occupés, %(homes)s ménages prendraient l’offre : entre %(low)s et %(high)s, huit fois sur dix.",
            homes.middle,
        )
        % {
            "of": formats.number(found.size.homes),
            "homes": formats.number(homes.middle),
            "low": formats.number(homes.low),
            "high": formats.number(homes.high),
        },
        _("En %(months)s mois, il resterait %(left)s à financer : entre %(low)s et %(high)s, huit fois sur dix.")
        % {"months": choices.months, "left": round_euros(left.middle), "low": round_euros(left.low), "high": round_euros(left.high)},
        _against(found),
        _even(found),
    ]


def _against(found: Studied) -> str:
    saved = found.spreads["saved"].middle
    facts = {"amount": round_euros(abs(saved)), "chances": formats.percent(found.cheaper, found.draws)}
    if saved >= 0:
        return (
            _(
                "C’est %(amount)s de moins que payer la différence avec une offre du marché. La connexion solidaire coûte moins dans %(chances)s des tirages."
            )
            % facts
        )
    return (
        _(
            "C’est %(amount)s de plus que payer la différence avec une offre du marché. La connexion solidaire coûte moins dans %(chances)s des tirages."
        )
        % facts
    )


def _even(found: Studied) -> str:
    facts = {"homes": formats.number(found.even.homes or 0), "of": formats.number(found.even.of)}
    if found.even.homes is None:
        return _("Aux valeurs probables, l’offre du marché revient moins cher quel que soit le nombre de ménages.")
    if not found.even.is_within:
        return _("Aux valeurs probables, il faudrait %(homes)s ménages pour que les deux se valent. Il n’y en a que %(of)s.") % facts
    if found.even.homes <= 1:
        return _("Aux valeurs probables, la connexion solidaire ne revient pas plus cher, dès le premier ménage.")
    return _("Aux valeurs probables, les deux se valent à partir de %(homes)s ménages sur %(of)s.") % facts


def round_euros(cents: int) -> str:
    """An estimate, to the euro: cents would promise too much."""
    sign = -1 if cents < 0 else 1
    return formats.euros(sign * ((abs(cents) + 50) // 100) * 100, short=True)


def fault_lines(faults: Iterable[Fault]) -> list[str]:
    """Each fault with its line and column."""
    told = []
    for fault in faults:
        facts = {"line": fault.line, "column": fault.column, "what": FAULT_WORDS[fault.kind]}
        told.append((_("Ligne %(line)s, %(column)s : %(what)s.") if fault.column else _("Ligne %(line)s : %(what)s.")) % facts)
    return told


def choice_words(choices: Choices) -> list[tuple[str, str]]:
    """What the study's author decided."""
    yes, no = _("oui"), _("non")
    return [
        (_("Prix pour le ménage, par mois"), formats.euros(choices.household_cents)),
        (_("Part du bailleur, par ménage et par mois"), formats.euros(choices.landlord_cents)),
        (_("Durée"), _("%(count)s mois") % {"count": choices.months}),
        (_("Ouverte à tous les ménages de la résidence"), yes if choices.is_open_to_all else no),
        (_("Ordinateurs prêtés"), yes if choices.lends_computers else no),
        (_("Seulement les résidences déjà fibrées"), yes if choices.is_fibre_only else no),
    ]


def supposed() -> list[str]:
    """What the arithmetic itself supposes, whatever the values."""
    return [
        _("Une part d’habitants vaut pour la même part de ménages."),
        _("Les hypothèses varient chacune de son côté, en triangle entre basse, probable et haute."),
        _("Qui part n’est pas remplacé. Les arrivées s’étalent régulièrement."),
        _("Les ordinateurs et l’aide seraient les mêmes avec une offre du marché : ils ne sont d’aucun côté de la comparaison."),
        _("Les prix ne bougent pas pendant l’étude, et rien n’est actualisé."),
    ]
