"""A connection in the sentences its person reads: where it is, what comes next, how much. At most fifteen words each, no jargon."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from carnet.connectivity.queries.told import ToldConnection
from carnet.connectivity.rules import ConnectionState, ObstacleReason, RefusalReason
from carnet.web.connections import words
from carnet.web.design import formats

_S = ConnectionState


@dataclass(frozen=True, slots=True)
class Card:
    """What the page says first. `said`: the state in a sentence; `next_steps`: what happens, and what to do; `may_report`: it may be said broken."""

    said: str
    tone: str
    next_steps: tuple[str, ...]
    price: str
    facts: tuple[str, ...]
    broken: str
    may_report: bool
    may_end: bool
    is_over: bool


def card(told: ToldConnection, *, landlord: str, provider: str) -> Card:
    """A connection as its person reads it."""
    said, tone, steps = _SAY[told.state](told, landlord, provider)
    is_over = told.state in (_S.REFUSED, _S.WITHDRAWN, _S.ENDED)
    return Card(
        said=said, tone=tone, next_steps=tuple(steps), price="" if is_over else price_words(told),
        facts=() if is_over else tuple(_facts(told, provider)), broken=_broken(told),
        may_report=told.state is _S.ACTIVE and told.waiting is None, may_end=not is_over, is_over=is_over,
    )  # fmt: skip


def price_words(told: ToldConnection) -> str:
    """``Vous payez 2,90 € par mois.``"""
    cents = told.offer.terms.household_cents
    return _("Vous payez %(price)s par mois.") % {"price": formats.euros(cents)} if cents else _("Vous ne payez rien. C’est gratuit.")


def _facts(told: ToldConnection, provider: str) -> list[str]:
    terms = told.offer.terms
    lines = [_("Brancher est gratuit."), _("Le fournisseur est %(name)s.") % {"name": provider}]
    lines.append(_("La vitesse est de %(speed)s mégabits par seconde.") % {"speed": formats.number(terms.down_mbps)})
    if terms.has_box:
        lines.append(_("La box est prêtée."))
    if told.wants_computer:
        lines.append(_("Un ordinateur est prêté."))
    if told.ends_on is not None:
        lines.append(_("C’est jusqu’au %(day)s.") % {"day": formats.day(told.ends_on - timedelta(days=1))})
    else:
        lines.append(_("C’est pour %(count)s mois, dès qu’internet marche.") % {"count": terms.months})
    return lines


def _applied(told: ToldConnection, landlord: str, _provider: str) -> tuple[str, str, list[str]]:
    asked = _("Vous avez demandé internet le %(day)s.") % {"day": formats.day(told.applied_on)}
    return asked, "info", [_("%(landlord)s doit répondre.") % {"landlord": landlord}, _("Sans réponse dans deux semaines, appelez.")]


def _accepted(told: ToldConnection, _landlord: str, provider: str) -> tuple[str, str, list[str]]:
    steps = [_("%(provider)s va brancher internet chez vous.") % {"provider": provider}]
    steps.append(_("On vous appelle pour le rendez-vous.") if told.has_phone else _("Appelez pour choisir le jour."))
    return _("C’est oui. Votre demande est acceptée."), "success", steps


def _to_activate(told: ToldConnection, _landlord: str, provider: str) -> tuple[str, str, list[str]]:
    day = formats.weekday(told.appointment_on) if told.appointment_on else ""
    return (
        _("Rendez-vous chez vous : %(day)s.") % {"day": day}, "success",
        [_("%(provider)s vient brancher internet.") % {"provider": provider}, _("Le jour ne va pas ? Appelez."), _("Personne ne vous demande d’argent.")],
    )  # fmt: skip


def _could_not(told: ToldConnection, _landlord: str, _provider: str) -> tuple[str, str, list[str]]:
    why = {
        ObstacleReason.NOBODY_HOME.value: _("Personne n’était là."),
        ObstacleReason.REFUSED_AT_DOOR.value: _("Personne n’a ouvert."),
        ObstacleReason.NO_ELECTRICITY.value: _("Il n’y avait pas d’électricité."),
    }.get(told.reason, _("Il y a un problème dans l’immeuble. Ce n’est pas vous."))
    return _("Internet n’a pas pu être branché."), "warning", [why, _("Appelez pour choisir un autre jour.")]


def _active(told: ToldConnection, _landlord: str, _provider: str) -> tuple[str, str, list[str]]:
    day = formats.day(told.activated_on) if told.activated_on else ""
    return _("Internet est branché chez vous depuis le %(day)s.") % {"day": day}, "success", []


def _suspended(_told: ToldConnection, _landlord: str, _provider: str) -> tuple[str, str, list[str]]:
    return _("Votre connexion est en pause."), "warning", [_("Vous ne payez pas ces jours-là."), _("Appelez pour la remettre en route.")]


def _refused(told: ToldConnection, landlord: str, _provider: str) -> tuple[str, str, list[str]]:
    why = {
        RefusalReason.NOT_TENANT.value: _("Ce logement n’est pas à votre nom."),
        RefusalReason.HOME_EMPTY.value: _("Pour le bailleur, ce logement est vide."),
        RefusalReason.WORKS.value: _("Il va y avoir des travaux."),
        RefusalReason.WRONG_HOME.value: _("Ce n’est pas le bon logement."),
        RefusalReason.NO_MORE.value: _("Il n’y a plus de connexion libre."),
    }.get(told.reason, "")
    steps = [each for each in (why, _("Ce n’est pas juste ? Appelez. On regarde avec vous.")) if each]
    return _("%(landlord)s n’a pas pu dire oui.") % {"landlord": landlord}, "warning", steps


def _withdrawn(_told: ToldConnection, _landlord: str, _provider: str) -> tuple[str, str, list[str]]:
    return _("Vous avez retiré votre demande."), "info", [_("Vous pouvez demander de nouveau, quand vous voulez.")]


def _ended(told: ToldConnection, _landlord: str, _provider: str) -> tuple[str, str, list[str]]:
    day = formats.day(told.ended_on) if told.ended_on else ""
    steps = [_("Rendez la box.")] if told.offer.terms.has_box and told.activated_on else []
    if told.wants_computer and told.activated_on:
        steps.append(_("Rendez l’ordinateur."))
    return _("Votre connexion est finie depuis le %(day)s.") % {"day": day}, "info", [*steps, _("Vous pouvez en demander une autre.")]


_SAY = {
    _S.APPLIED: _applied, _S.ACCEPTED: _accepted, _S.TO_ACTIVATE: _to_activate, _S.COULD_NOT: _could_not, _S.ACTIVE: _active,
    _S.SUSPENDED: _suspended, _S.REFUSED: _refused, _S.WITHDRAWN: _withdrawn, _S.ENDED: _ended,
}  # fmt: skip


def _broken(told: ToldConnection) -> str:
    """What is known of what does not work: since when, and when somebody comes."""
    waiting = told.waiting
    if waiting is None:
        return ""
    said = _("Vous l’avez dit le %(day)s.") % {"day": formats.day(waiting.reported_at)}
    kind = _("%(what)s.") % {"what": words.INCIDENTS[waiting.kind]}
    coming = _("Quelqu’un vient : %(day)s.") % {"day": formats.weekday(waiting.visit_on)} if waiting.visit_on else _("On le répare.")
    return f"{kind} {said} {coming}"
