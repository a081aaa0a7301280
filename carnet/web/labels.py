"""Words and tables of labels, wherever they are shown: operators' by the State, places' by a network."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.issuing import queries as issuing
from carnet.parties.queries import OperatorLabelView
from carnet.parties.rules import LabelAct, LabelLevel
from carnet.parties.rules import LabelState as OperatorLabelState
from carnet.places.queries import LabelView
from carnet.places.rules.joining import LabelState
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table

LEVELS: Mapping[str, Promise] = {
    LabelLevel.INITIATIVE: gettext_lazy("Initiative pour un numérique inclusif"),
    LabelLevel.VOUCHERS: gettext_lazy("Émission et gestion de chèques"),
}
OPERATOR_STATES: Mapping[OperatorLabelState, tuple[Promise, str]] = {
    OperatorLabelState.REQUESTED: (gettext_lazy("demandé"), "info"),
    OperatorLabelState.GRANTED: (gettext_lazy("accordé"), "success"),
    OperatorLabelState.REFUSED: (gettext_lazy("refusé"), "neutral"),
    OperatorLabelState.WITHDRAWN: (gettext_lazy("retiré"), "danger"),
}
ACTS: Mapping[str, Promise] = {
    LabelAct.GRANT: gettext_lazy("Accorder le label"),
    LabelAct.REFUSE: gettext_lazy("Refuser le label"),
    LabelAct.WITHDRAW: gettext_lazy("Retirer le label"),
}
PLACE_STATES: Mapping[LabelState, tuple[Promise, str]] = {
    LabelState.TO_COME: (gettext_lazy("à venir"), "info"),
    LabelState.IN_FORCE: (gettext_lazy("en vigueur"), "success"),
    LabelState.SUSPENDED: (gettext_lazy("suspendu"), "warning"),
    LabelState.EXPIRED: (gettext_lazy("terminé"), "neutral"),
    LabelState.WITHDRAWN: (gettext_lazy("retiré"), "danger"),
}


def last_on(until_on: date | None) -> str:
    """The last day of what ends on `until_on`, exclusive; a dash when it has none."""
    return formats.day(until_on - timedelta(days=1)) if until_on is not None else "–"


def day_or_dash(day: date | None) -> str:
    """A day, or a dash."""
    return formats.day(day) if day is not None else "–"


def is_labelled(operator_id: int | None, at: datetime) -> bool:
    """Whether an operator may make editions now: said before the click, refused after it all the same."""
    return operator_id is not None and issuing.label_for_editions(operator_id, at=at) is not None


def operator_state(label: OperatorLabelView) -> tuple[str, str]:
    """The state of an operator's label in words, with its tone: what was granted may have come to its end."""
    words, tone = OPERATOR_STATES[label.state]
    if label.state is OperatorLabelState.GRANTED and not label.is_in_force:
        return _("accordé, hors de ses dates"), "neutral"
    if label.state is OperatorLabelState.WITHDRAWN and label.is_in_force:
        return _("retiré le %(day)s") % {"day": day_or_dash(label.withdrawn_on)}, "warning"
    return str(words), tone


def operator_rows(label: OperatorLabelView) -> list[Row]:
    """Everything published of an operator's label."""
    rows = [
        Row(_("Opérateur"), label.organisation),
        Row(_("Label"), str(LEVELS[label.level])),
        Row(_("Demandé le"), formats.day(label.requested_at)),
        Row(_("Ce que l’opérateur déclare"), label.statement),
    ]
    if label.answered_at is not None:
        rows += [Row(_("Réponse de"), label.authority), Row(_("Le"), formats.day(label.answered_at))]
    if label.order_reference:
        rows.append(Row(_("Arrêté"), label.order_reference))
    if label.from_on is not None:
        rows.append(
            Row(_("Valable"), _("du %(from)s au %(until)s") % {"from": day_or_dash(label.from_on), "until": last_on(label.until_on)})
        )
    if label.withdrawn_on is not None:
        rows.append(Row(_("Retiré le"), day_or_dash(label.withdrawn_on)))
    return rows


def operators_table(labels: Sequence[OperatorLabelView], *, route: str = "") -> Table:
    """Labels of operators, each leading to its page when a route is given."""
    columns = [Column(_("Opérateur")), Column(_("Label")), Column(_("État")), Column(_("Arrêté")), Column(_("Du")), Column(_("Au"))]
    rows = [
        [
            Cell(each.organisation, url=reverse(route, args=[each.id]) if route else ""),
            str(LEVELS[each.level]),
            Cell(*_pill(operator_state(each))),
            each.order_reference or "–",
            day_or_dash(each.from_on),
            day_or_dash(each.withdrawn_on) if each.withdrawn_on is not None else last_on(each.until_on),
        ]
        for each in labels
    ]
    return Table(_("Opérateurs"), columns, rows, empty=_("Aucun opérateur n’a encore demandé de label."))


def places_table(labels: Sequence[LabelView], *, caption: str = "") -> Table:
    """Labels of places, each leading to the place's page."""
    columns = [Column(_("Lieu")), Column(_("Commune")), Column(_("Réseau")), Column(_("État")), Column(_("Du")), Column(_("Au"))]
    rows = [
        [
            Cell(each.place, url=reverse("public:place", args=[each.place_id])),
            each.commune,
            each.programme,
            Cell(*_pill((str(PLACE_STATES[each.state][0]), PLACE_STATES[each.state][1]))),
            day_or_dash(each.from_on),
            day_or_dash(each.withdrawn_on) if each.withdrawn_on is not None else last_on(each.until_on),
        ]
        for each in labels
    ]
    return Table(caption or _("Lieux"), columns, rows, empty=_("Aucun lieu n’a encore de label."))


def _pill(state: tuple[str, str]) -> tuple[str, str, str]:
    return state[0], "", state[1]


def place_sentences(held: Sequence[LabelView]) -> list[str]:
    """What a place's page says of its labels: the latest one of each network."""
    latest: dict[int, LabelView] = {}
    for each in held:
        latest.setdefault(each.programme_id, each)
    words = {
        LabelState.TO_COME: gettext_lazy("Label du réseau %(name)s, du %(from)s au %(until)s."),
        LabelState.IN_FORCE: gettext_lazy("Label du réseau %(name)s, du %(from)s au %(until)s."),
        LabelState.SUSPENDED: gettext_lazy("Label du réseau %(name)s suspendu depuis le %(stopped)s."),
        LabelState.EXPIRED: gettext_lazy("Label du réseau %(name)s, terminé le %(until)s."),
        LabelState.WITHDRAWN: gettext_lazy("Label du réseau %(name)s retiré le %(stopped)s."),
    }
    return [
        str(words[each.state])
        % {
            "name": each.programme,
            "from": day_or_dash(each.from_on),
            "until": last_on(each.until_on),
            "stopped": day_or_dash(each.withdrawn_on or each.suspended_on),
        }
        for each in latest.values()
    ]
