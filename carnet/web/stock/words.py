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


def why(because: Mapping[str, int | None]) -> str:
    """Why a move is proposed, from its figures, in a sentence or two."""
    if not because:
        return ""
    left = because.get("days_left") or 0
    told = [_giver(because, left)]
    told += _receiver(because)
    return " ".join(each for each in told if each)


def _giver(because: Mapping[str, int | None], left: int) -> str:
    idle, keeps, cover = because.get("giver_idle_days") or 0, because.get("giver_keeps") or 0, because.get("giver_cover_days")
    if left <= 0:
        return _("La saison de remise est finie : ce qui reste revient.")
    if because.get("receiver_cover_days") is None and not because.get("requested") and keeps == 0 and cover is None and idle == 0:
        return ""
    kept = _("Il en garde %(kept)s.") % {"kept": formats.number(keeps)} if keeps else ""
    if cover is None:
        return " ".join(filter(None, [_("Chez celui qui donne, rien n’a bougé depuis %(days)s.") % {"days": days(idle)}, kept]))
    return " ".join(filter(None, [_("Celui qui donne en a pour %(days)s à son rythme.") % {"days": days(cover)}, kept]))


def _receiver(because: Mapping[str, int | None]) -> list[str]:
    told = []
    requested, wanted, cover = because.get("requested"), because.get("wanted_in_days"), because.get("receiver_cover_days")
    if requested:
        text = _("Celui qui reçoit en demande %(count)s") % {"count": formats.number(requested)}
        told.append(f"{text}." if wanted is None else _("%(asked)s, d’ici %(days)s.") % {"asked": text, "days": days(max(0, wanted))})
    if cover == 0:
        told.append(_("Il n’a plus rien."))
    elif cover is not None:
        told.append(_("Son stock finit dans %(days)s.") % {"days": days(cover)})
    left = because.get("days_left") or 0
    if not told and left > 0:
        told.append(_("La remise s’arrête dans %(days)s.") % {"days": days(left)})
    return told
