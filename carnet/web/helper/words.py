"""Mandates in the words of whoever helps: short, to be said to the person beside."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.mandates.queries import MandateView, PersonView, UseView
from carnet.mandates.rules import FAMILIES, Duration, EndReason, Family, IdentityCheck, MandateState
from carnet.places.rules.procedures import PROCEDURE_BY_CODE
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table

DURATIONS = {
    Duration.DAY: gettext_lazy("Aujourd’hui seulement"),
    Duration.MONTH: gettext_lazy("Un mois (31 jours)"),
    Duration.SEMESTER: gettext_lazy("Six mois (182 jours)"),
    Duration.YEAR: gettext_lazy("Un an (365 jours)"),
}
STATES = {
    MandateState.LIVE: (gettext_lazy("En cours"), "success"),
    MandateState.EXPIRED: (gettext_lazy("Fini"), "neutral"),
    MandateState.ENDED: (gettext_lazy("Arrêté"), "neutral"),
}
REASONS = {
    EndReason.REVOKED: gettext_lazy("arrêté par la personne"),
    EndReason.DONE: gettext_lazy("démarches terminées"),
    EndReason.REPLACED: gettext_lazy("remplacé par un mandat plus récent"),
    EndReason.EXPIRED: gettext_lazy("arrivé à sa fin"),
    EndReason.DEATH: gettext_lazy("décès de la personne"),
    EndReason.PROTECTION: gettext_lazy("mesure de protection"),
    EndReason.TRANSFERRED: gettext_lazy("passé à une autre structure"),
    EndReason.STRUCTURE: gettext_lazy("la structure n’aide plus"),
}
CHECKS = {
    IdentityCheck.FRANCECONNECT: gettext_lazy("Par FranceConnect"),
    IdentityCheck.PAPER: gettext_lazy("Sur papier, lu par deux aidants"),
}
ENDS = {
    EndReason.DEATH: gettext_lazy("La personne est morte"),
    EndReason.PROTECTION: gettext_lazy("Un juge la protège (tutelle, curatelle, sauvegarde)"),
}


def family(each: Family) -> str:
    """The short name of a family."""
    return _(FAMILIES[each].label)


def families(some: Any) -> str:
    """Short names, joined."""
    return ", ".join(family(each) for each in some)


def family_lines(some: Any) -> list[tuple[str, str]]:
    """Names and what each covers: to be read aloud."""
    return [(family(each), _(FAMILIES[each].description)) for each in some]


def procedure(code: str) -> str:
    """What was done, as the person would say it."""
    found = PROCEDURE_BY_CODE.get(code)
    return _(found.label) if found else code


def born(text: str) -> str:
    """A day of birth; what a register does not know is not written."""
    try:
        return formats.day(date.fromisoformat(text))
    except ValueError:
        return text[:4]


def state(view: MandateView) -> tuple[str, str]:
    """How a mandate is, and its tone."""
    if view.state is MandateState.LIVE and not view.live:
        return str(STATES[MandateState.ENDED][0]), "neutral"
    if view.is_soon_over and view.live:
        return _("Finit le %(day)s") % {"day": formats.day(view.last_day)}, "warning"
    text, tone = STATES[view.state]
    return str(text), tone


def name(view: PersonView) -> str:
    """Whom a line is about; the number of whoever was erased."""
    return view.name or view.number


def people_table(caption: str, people: Any, *, empty: str) -> Table:
    """People of one page."""
    columns = [Column(_("Personne")), Column(_("Autorise")), Column(_("Jusqu’au")), Column(_("Numéro"))]
    return Table(caption, columns, [_person_row(each) for each in people], empty=empty)


def _person_row(view: PersonView) -> list[Any]:
    link = Cell(name(view), reverse("helper:person", args=[view.id]))
    if view.is_erased:
        return [link, _("Identité effacée"), "–", view.number]
    if view.end_reason is not None:
        return [link, Cell(_("Dossier fermé"), tone="neutral"), "–", view.number]
    if view.last_day is None:
        return [link, Cell(_("Rien en cours"), tone="neutral"), "–", view.number]
    until = formats.day(view.last_day)
    return [link, families(view.families), Cell(until, tone="warning") if view.is_soon_over else until, view.number]


def mandates_table(caption: str, mandates: Any, *, empty: str, with_person: bool = True) -> Table:
    """Mandates of one page."""
    columns = [
        Column(_("Mandat")),
        *([Column(_("Personne"))] if with_person else []),
        Column(_("Démarches")),
        Column(_("Jusqu’au")),
        Column(_("État")),
    ]
    rows = []
    for each in mandates:
        text, tone = state(each)
        person = [each.person_name or each.person_number] if with_person else []
        link = Cell(each.number, reverse("helper:mandate", args=[each.id]))
        rows.append([link, *person, families(each.families), formats.day(each.last_day), Cell(text, tone=tone)])
    return Table(caption, columns, rows, empty=empty)


def uses_table(caption: str, uses: Any, *, empty: str) -> Table:
    """What was done, the latest first."""
    columns = [Column(_("Quand")), Column(_("Démarche")), Column(_("Où")), Column(_("Par")), Column(_("Personne"))]
    return Table(caption, columns, [_use_row(each) for each in uses], empty=empty)


def _use_row(view: UseView) -> list[Any]:
    link = Cell(view.person_number, reverse("helper:mandate", args=[view.mandate_id]))
    return [formats.moment(view.at), procedure(view.procedure), view.service, view.helper or "–", link]


def helped_now(count: int) -> str:
    """Beside how many people authorise something today."""
    return ngettext("personne aidée en ce moment", "personnes aidées en ce moment", count)


def end_soon(count: int) -> str:
    """Beside how many people have a mandate that ends within a month."""
    return ngettext("mandat finit dans le mois", "mandats finissent dans le mois", count)
