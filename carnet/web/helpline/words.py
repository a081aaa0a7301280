"""Complaints in the words of who files, hears or answers them."""

from collections.abc import Callable, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.helpline.queries import ComplaintView, LineView
from carnet.helpline.rules import ComplaintKind, Decision, Filer, Said
from carnet.parties import queries as parties
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table

# As whoever complains would say it; LATE_PAYMENT is a place's.
KINDS = {
    ComplaintKind.REFUSED: gettext_lazy("Ce lieu m’a refusé"),
    ComplaintKind.MONEY: gettext_lazy("On m’a demandé de l’argent"),
    ComplaintKind.NO_LESSON: gettext_lazy("La leçon n’a pas eu lieu"),
    ComplaintKind.LATE_PAYMENT: gettext_lazy("Le lieu n’est pas payé à temps"),
    ComplaintKind.ACCESSIBILITY: gettext_lazy("Une page ne marche pas pour moi"),
    ComplaintKind.OTHER: gettext_lazy("Autre chose"),
}
FILERS = {
    Filer.PERSON: gettext_lazy("une personne, sur le site"),
    Filer.LINE: gettext_lazy("une personne, au téléphone"),
    Filer.DESK: gettext_lazy("un guichet, pour une personne"),
    Filer.PLACE: gettext_lazy("un lieu"),
}
DECISIONS = {
    Decision.UPHELD: gettext_lazy("La réclamation est juste"),
    Decision.PARTLY: gettext_lazy("Elle est juste en partie"),
    Decision.NOT_UPHELD: gettext_lazy("Elle n’est pas fondée"),
    Decision.UNPROVEN: gettext_lazy("On ne peut pas savoir"),
    Decision.WITHDRAWN: gettext_lazy("Elle est retirée"),
}
SAID = {
    Said.FILED: gettext_lazy("La réclamation"),
    Said.ADDED: gettext_lazy("Ajouté par la personne"),
    Said.ASKED: gettext_lazy("Demandé au lieu"),
    Said.HEARD: gettext_lazy("Le lieu répond"),
    Said.NEWS: gettext_lazy("Des nouvelles"),
    Said.CLOSED: gettext_lazy("La réponse"),
}


def state(view: ComplaintView) -> tuple[str, str]:
    """How far a complaint is, and its tone: what is late is red."""
    if view.decision is not None:
        return str(DECISIONS[view.decision]), "success"
    if view.is_late:
        return _("En retard : à répondre avant le %(day)s") % {"day": formats.day(view.due_on)}, "danger"
    if view.waits_for_place and view.asked_until_on is not None:
        return _("Le lieu a jusqu’au %(day)s pour répondre") % {"day": formats.day(view.asked_until_on)}, "info"
    return _("À répondre avant le %(day)s") % {"day": formats.day(view.due_on)}, "warning"


def silent(view: ComplaintView, today: date) -> str:
    """A place that was asked and let its day pass: one may answer without it."""
    if not view.waits_for_place or view.asked_until_on is None or today <= view.asked_until_on:
        return ""
    return _("Le lieu avait jusqu’au %(day)s : il n’a pas répondu. Vous pouvez clore sans lui.") % {"day": formats.day(view.asked_until_on)}


def told_state(view: ComplaintView) -> tuple[str, str]:
    """The same for whoever complains: short, and never accusing."""
    if view.decision is not None:
        return _("Voici la réponse."), "success"
    if view.is_late:
        return _("La réponse est en retard. Téléphonez."), "warning"
    return _("La réponse vient avant le %(day)s.") % {"day": formats.day(view.due_on)}, "info"


def table(caption: str, found: Sequence[ComplaintView], address: Callable[[ComplaintView], str], *, empty: str) -> Table:
    """Complaints in a list."""
    columns = [Column(_("Numéro")), Column(_("Quoi")), Column(_("Lieu")), Column(_("Déposée le")), Column(_("État"))]
    rows = []
    for each in found:
        text, tone = state(each)
        rows.append(
            [
                Cell(each.number, url=address(each)), str(KINDS[each.kind]), each.place or "–", formats.day(each.filed_at),
                Cell(text, tone=tone),
            ]
        )  # fmt: skip
    return Table(caption, columns, rows, empty=empty)


def summary(view: ComplaintView, *, place_url: str = "") -> list[Row]:
    """The facts of a complaint, for its keeper. `place_url`: where the place's file opens, if it may be."""
    rows = [
        Row(_("Numéro"), view.number),
        Row(_("Quoi"), str(KINDS[view.kind])),
        Row(_("Déposée par"), _filer(view)),
        Row(_("Déposée le"), formats.moment(view.filed_at)),
        Row(_("À répondre avant le"), formats.day(view.due_on)),
    ]
    if view.place:
        rows.insert(2, Row(_("Lieu"), view.place, place_url, _("Ouvrir") if place_url else ""))
    if view.programme:
        rows.append(Row(_("Programme"), view.programme))
    if view.closed_at is not None:
        rows.append(Row(_("Close le"), formats.moment(view.closed_at)))
    return rows


def _filer(view: ComplaintView) -> str:
    who = str(FILERS[view.filed_by])
    named = parties.organisation_name(view.filer_organisation_id) if view.filed_by in (Filer.DESK, Filer.PLACE) else ""
    return _("%(who)s (%(name)s)") % {"who": who, "name": named} if named else who


def said(lines: Sequence[LineView]) -> list[dict[str, str]]:
    """What was said, in order: what it is, when, the words; those erased since say so."""
    return [
        {
            "title": str(SAID[each.kind]),
            "when": formats.moment(each.at),
            "said": each.said or _("Ces mots sont effacés."),
            "kind": each.kind,
        }
        for each in lines
    ]


def repeated(count: int) -> str:
    """How many complaints a place had in a year."""
    return ngettext(
        "%(count)s réclamation sur ce lieu depuis un an", "%(count)s réclamations sur ce lieu depuis un an", count
    ) % {"count": formats.number(count)}  # fmt: skip
