"""Boxes in the words of those who carry, open and look for them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.distribution.queries.custody import CustodyLine, Place
from carnet.distribution.rules.custody import GapSource, Overdue
from carnet.issuing.queries.parcels import GapView, ParcelView, RunOfParcel
from carnet.issuing.rules.parcels import GapKind, Outcome, ParcelState
from carnet.web.design import formats

STATES = {
    ParcelState.PACKED: (gettext_lazy("Prêt à partir"), "neutral"),
    ParcelState.UNPACKED: (gettext_lazy("Défait"), "neutral"),
    ParcelState.SENT: (gettext_lazy("En route"), "info"),
    ParcelState.RECEIVED: (gettext_lazy("Reçu entier"), "success"),
    ParcelState.SHORT: (gettext_lazy("Incomplet"), "warning"),
    ParcelState.MISSING: (gettext_lazy("Jamais arrivé"), "danger"),
    ParcelState.SETTLED: (gettext_lazy("Écart expliqué"), "success"),
}
KINDS = {GapKind.MISSING: gettext_lazy("manquant"), GapKind.DAMAGED: gettext_lazy("abîmé")}
OUTCOMES = {
    Outcome.ARRIVED: gettext_lazy("Arrivés depuis, ou bons à remettre"),
    Outcome.BACK: gettext_lazy("Revenus chez l’opérateur"),
    Outcome.LOST: gettext_lazy("Perdus : les bloquer"),
    Outcome.STOLEN: gettext_lazy("Volés : les bloquer"),
    Outcome.DAMAGED: gettext_lazy("Abîmés : les annuler"),
}
DONE = {
    Outcome.ARRIVED: gettext_lazy("arrivés depuis"),
    Outcome.BACK: gettext_lazy("revenus chez l’opérateur"),
    Outcome.LOST: gettext_lazy("perdus, bloqués"),
    Outcome.STOLEN: gettext_lazy("volés, bloqués"),
    Outcome.DAMAGED: gettext_lazy("abîmés, annulés"),
}
PLACES = {
    Place.AT_PRINT_SHOP: (gettext_lazy("À l’imprimerie"), "neutral"),
    Place.AT_OPERATOR: (gettext_lazy("Au dépôt de l’opérateur"), "neutral"),
    Place.IN_BOX: (gettext_lazy("En route, dans un colis"), "info"),
    Place.IN_MOVE: (gettext_lazy("En route, entre deux guichets"), "info"),
    Place.AT_POINT: (gettext_lazy("Dans un guichet"), "success"),
    Place.OPENED: (gettext_lazy("Entamé, dans un guichet"), "success"),
    Place.HANDED_OVER: (gettext_lazy("Remis à quelqu’un"), "success"),
    Place.SPENT: (gettext_lazy("Entièrement utilisé"), "success"),
    Place.ENDED: (gettext_lazy("Bloqué ou annulé"), "neutral"),
    Place.HOLE: (gettext_lazy("Introuvable : personne ne répond"), "danger"),
}
SOURCES = {
    GapSource.PARCEL: gettext_lazy("Colis reçu"),
    GapSource.MOVE: gettext_lazy("Transfert reçu"),
    GapSource.COUNT: gettext_lazy("Inventaire"),
}
OVERDUE = {Overdue.NEVER: gettext_lazy("Jamais compté"), Overdue.LONG_AGO: gettext_lazy("Plus de trois mois")}


def booklets(count: int) -> str:
    """How many booklets."""
    return ngettext("%(count)s carnet", "%(count)s carnets", count) % {"count": formats.number(count)}


def boxes(count: int) -> str:
    """How many boxes."""
    return ngettext("%(count)s colis", "%(count)s colis", count) % {"count": formats.number(count)}


def label(box: ParcelView) -> str:
    """Which box among those of its destination."""
    return _("Colis %(position)s sur %(count)s") % {"position": formats.number(box.position), "count": formats.number(box.of_count)}


def run(found: RunOfParcel | CustodyLine) -> str:
    """A run by its printed numbers."""
    if found.booklet_count == 1:
        return found.first_serial
    return _("%(first)s à %(last)s") % {"first": found.first_serial, "last": found.last_serial}


def gap(found: GapView) -> str:
    """What is missing or damaged, and what became of it."""
    what = {"run": run(found.run), "kind": str(KINDS[found.kind]), "count": booklets(found.run.booklet_count)}
    if found.outcome is None:
        return _("%(count)s, %(kind)s : %(run)s. Pas encore expliqué.") % what
    said = what | {"outcome": str(DONE[found.outcome]), "day": formats.day(found.settled_at or found.told_at)}
    return _("%(count)s, %(kind)s : %(run)s. Depuis : %(outcome)s, le %(day)s.") % said
