"""Stock in the words of those who keep it: one sentence says why a move is proposed."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.distribution.queries import MoveView, PointView
from carnet.distribution.rules import Found, Gap, MoveState, RefusedFor, RequestOutcome, RequestReason
from carnet.ledger.rules import EndReason
from carnet.web.design import formats

STATES = {
    MoveState.ASKED: (gettext_lazy("Demandé"), "info"),
    MoveState.SENT: (gettext_lazy("En route"), "info"),
    MoveState.RECEIVED: (gettext_lazy("Reçu"), "success"),
    MoveState.DIFFERENCE: (gettext_lazy("Il en manque"), "warning"),
    MoveState.DECLINED: (gettext_lazy("Refusé"), "neutral"),
    MoveState.CANCELLED: (gettext_lazy("Annulé"), "neutral"),
}
REQUEST_REASONS = {
    RequestReason.RUNNING_OUT: gettext_lazy("Le stock baisse"),
    RequestReason.EVENT: gettext_lazy("Un événement : forum, permanence, campagne"),
    RequestReason.NEW_POINT: gettext_lazy("Nouveau guichet ou nouvelle permanence"),
}
OUTCOMES = {
    RequestOutcome.SERVED: gettext_lazy("Servie"),
    RequestOutcome.REFUSED: gettext_lazy("Refusée"),
    RequestOutcome.WITHDRAWN: gettext_lazy("Retirée"),
}
REFUSED_FOR = {
    RefusedFor.NO_STOCK: gettext_lazy("Il n’y a plus de carnets à donner."),
    RefusedFor.ENOUGH_HELD: gettext_lazy("Le guichet en a assez pour son rythme."),
    RefusedFor.SEASON_ENDS: gettext_lazy("La saison se termine."),
}
FOUND = {
    Found.ARRIVED: gettext_lazy("Arrivés depuis"),
    Found.BACK: gettext_lazy("Restés chez celui qui donne"),
    Found.LOST: gettext_lazy("Perdus en route : les bloquer"),
    Found.STOLEN: gettext_lazy("Volés en route : les bloquer"),
}
GAPS = {
    Gap.GIVEN: gettext_lazy("Remis, mais pas noté"),
    Gap.LOST: gettext_lazy("Perdu : bloquer"),
    Gap.STOLEN: gettext_lazy("Volé : bloquer"),
    Gap.DAMAGED: gettext_lazy("Abîmé : bloquer"),
}
LOSSES = {EndReason.LOST: gettext_lazy("Perdu"), EndReason.STOLEN: gettext_lazy("Volé"), EndReason.DAMAGED: gettext_lazy("Abîmé")}


def booklets(count: int) -> str:
    """How many booklets."""
    return ngettext("%(count)s carnet", "%(count)s carnets", count) % {"count": formats.number(count)}


def days(count: int) -> str:
    """How many days."""
    return ngettext("%(count)s jour", "%(count)s jours", count) % {"count": formats.number(count)}


def pace(view: PointView) -> str:
    """How fast booklets go, by the week."""
    weekly = view.point.weekly
    if not weekly:
        return _("aucun")
    if weekly < 1:
        return _("moins d’un par semaine")
    return _("%(count)s par semaine") % {"count": formats.number(round(weekly))}


def lasts(view: PointView) -> str:
    """For how long the stock lasts at its pace."""
    cover = view.point.cover_days
    if view.point.at_hand == 0:
        return _("épuisé")
    return _("rien ne part") if cover is None else days(cover)


def direction(move: MoveView) -> str:
    """From whom to whom."""
    return _("%(giver)s → %(receiver)s") % {"giver": move.from_name, "receiver": move.to_name}


def why(because: Mapping[str, int | None], *, giver: str, receiver: str) -> str:
    """Why a move is proposed, from its figures: a sentence about who gives, one about who receives."""
    if not because:
        return ""
    left = because.get("days_left") or 0
    if left <= 0:
        return _("La saison de remise est finie : ce qui reste revient.")
    told = [_giver(because, giver), *_receiver(because, receiver)]
    if because.get("receiver_cover_days") is None and not because.get("requested"):
        told.append(_("La remise s’arrête dans %(days)s.") % {"days": days(left)})
    return " ".join(told)


def _giver(because: Mapping[str, int | None], name: str) -> str:
    idle, kept, cover = because.get("giver_idle_days") or 0, because.get("giver_keeps") or 0, because.get("giver_cover_days")
    facts = {"name": name, "kept": formats.number(kept)}
    if cover is not None:
        return _("%(name)s en a pour %(days)s à son rythme, et en garde %(kept)s.") % (facts | {"days": days(cover)})
    if not kept:
        return _("%(name)s en a en réserve.") % facts
    return _("%(name)s : rien n’a bougé depuis %(days)s ; ce guichet en garde %(kept)s.") % (facts | {"days": days(idle)})


def _receiver(because: Mapping[str, int | None], name: str) -> list[str]:
    told = []
    requested, wanted, cover = because.get("requested"), because.get("wanted_in_days"), because.get("receiver_cover_days")
    if requested and wanted is not None:
        facts = {"name": name, "count": formats.number(requested), "days": days(max(0, wanted))}
        told.append(_("%(name)s en demande %(count)s, d’ici %(days)s.") % facts)
    if cover == 0:
        told.append(_("%(name)s n’a plus rien.") % {"name": name})
    elif cover is not None:
        told.append(_("Le stock de %(name)s finit dans %(days)s.") % {"name": name, "days": days(cover)})
    return told
