"""An operator without a label in force makes no edition, by any door; an order that waits for one is not lost."""

from datetime import date, timedelta

import pytest

from carnet.gateways.database import acting_as
from carnet.issuing import operations, queries
from carnet.issuing.models import Order
from carnet.issuing.rules import JobState, OperatorNotLabelled, check_labelled
from carnet.parties.rules import LabelLevel
from tests.factories.labels import labelled, withdraw_label
from tests.issuing.conftest import NOW, Cast


def test_the_rule_names_the_operator_and_the_day() -> None:
    check_labelled(is_labelled=True, operator="Opératrice", day=date(2026, 1, 1))
    with pytest.raises(OperatorNotLabelled) as refused:
        check_labelled(is_labelled=False, operator="Opératrice", day=date(2026, 1, 1))
    assert refused.value.facts == {"operator": "Opératrice", "day": date(2026, 1, 1)}


def test_without_a_label_nothing_is_ordered_approved_or_drawn(cast: Cast) -> None:
    placed, approved = cast.order(), cast.approved()
    withdraw_label(cast.operator_id, at=cast.at)
    with pytest.raises(OperatorNotLabelled):
        cast.order()
    with pytest.raises(OperatorNotLabelled):
        operations.approve_order(order_id=placed, **cast.by(cast.approver))  # type: ignore[arg-type]
    with pytest.raises(OperatorNotLabelled):
        operations.draw_order(order_id=approved, **cast.by(cast.agent))  # type: ignore[arg-type]
    assert Order.objects.count() == 2
    assert Order.objects.get(id=approved).series_id is None, "no share was fixed, no number taken"
    # Labelled again, both go on from where they waited.
    labelled(cast.operator_id, at=cast.at)
    operations.approve_order(order_id=placed, **cast.by(cast.approver))  # type: ignore[arg-type]
    for order_id in (placed, approved):
        assert cast.run(operations.draw_order(order_id=order_id, **cast.by(cast.agent))) is JobState.DONE  # type: ignore[arg-type]


def test_a_drawing_that_began_goes_to_its_end_and_its_booklets_live_on(cast: Cast) -> None:
    order_id = cast.approved()
    job_id = operations.draw_order(order_id=order_id, **cast.by(cast.agent))  # type: ignore[arg-type]
    withdraw_label(cast.operator_id, at=cast.at)
    assert operations.draw_order(order_id=order_id, **cast.by(cast.agent)) == job_id  # type: ignore[arg-type]
    assert cast.run(job_id) is JobState.DONE
    operations.record_printed(order_id=order_id, reference="BAT-1", **cast.by(cast.agent))  # type: ignore[arg-type]
    for funder_id in (cast.metropolis_id, cast.department_id):
        cast.receive(funder_id, 100_00)
    with acting_as(cast.treasurer):
        operations.activate_order(order_id=order_id, **cast.by(cast.treasurer))  # type: ignore[arg-type]
    assert queries.order(cast.agent, order_id).facts.activated_at is not None


def test_a_label_holds_on_its_days_only_and_at_its_own_level(cast: Cast) -> None:
    withdraw_label(cast.operator_id, at=cast.at)
    labelled(cast.operator_id, at=cast.at, until=cast.at.date() + timedelta(days=10))
    found = queries.label_for_editions(cast.operator_id, at=cast.at)
    assert found is not None and found.level == LabelLevel.VOUCHERS
    assert queries.label_for_editions(cast.operator_id, at=NOW + timedelta(days=9, hours=12)) is not None
    assert queries.label_for_editions(cast.operator_id, at=NOW + timedelta(days=10)) is None, "ends are exclusive, in Paris"
    assert queries.label_for_editions(cast.prescriber_id, at=cast.at) is None
