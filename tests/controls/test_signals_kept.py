"""What was noticed stays as it was; the database says so."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from carnet.controls.models import Signal, SignalLook, SignalSetting
from carnet.controls.operations import signals
from carnet.controls.rules.signals import AlreadySorted, Outcome, SignalUnknown
from carnet.gateways.database import acting_as, acting_as_everything
from tests.factories.campaign import NOW

pytestmark = pytest.mark.django_db


def a_signal(**said: object) -> Signal:
    facts: dict[str, object] = {
        "programme_id": 1, "organisation_id": 2, "place_id": 3, "rule": "beyond-seats", "from_on": date(2026, 3, 2),
        "until_on": date(2026, 3, 9), "threshold": 150, "noticed_at": NOW,
    }  # fmt: skip
    return Signal.objects.create(**{**facts, **said})


@pytest.fixture(autouse=True)
def _everything():
    with acting_as_everything(why="tables looked at alone"):
        yield


@pytest.mark.parametrize("column", ["facts", "threshold", "rule", "place_id", "cents"])
def test_what_was_noticed_is_never_rewritten(column: str) -> None:
    row = a_signal()
    new: object = {"facts": {"a": 1}, "rule": "other"}.get(column, 99)
    with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
        Signal.objects.filter(id=row.id).update(**{column: new})


def test_a_signal_is_told_once() -> None:
    a_signal()
    with pytest.raises(IntegrityError), transaction.atomic():
        a_signal(threshold=1)


def test_the_application_deletes_none() -> None:
    a_signal()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Signal.objects.all().delete()


def test_a_signal_joins_one_case_and_is_settled_there() -> None:
    row = a_signal()
    with pytest.raises(SignalUnknown):
        signals.settle([row.id], Outcome.HONEST, at=NOW)
    signals.join(signal_ids=[row.id], case_id=7)
    with pytest.raises(AlreadySorted):
        signals.join(signal_ids=[row.id], case_id=8)
    signals.settle([row.id], Outcome.SLOPPY, at=NOW)
    signals.settle([row.id], Outcome.HONEST, at=NOW)  # the appeal said otherwise
    row.refresh_from_db()
    assert (row.state, row.case_id, row.outcome, row.settled_at) == ("IN_CASE", 7, "HONEST", NOW)
    with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
        Signal.objects.filter(id=row.id).update(case_id=8)


def test_whoever_has_no_part_in_the_programme_sees_nothing() -> None:
    a_signal()
    SignalLook.objects.create(programme_id=1, rule="r", until_on=date(2026, 3, 9), noticed_count=0, looked_at=NOW)
    SignalSetting.objects.create(programme_id=1, rule="r", reason="a", set_by_id=1, set_at=NOW, request_id=uuid4())
    for seen in ({"programme_ids": [1]}, {"programme_ids": [9], "organisation_ids": [2]}):
        with acting_as(**seen):
            counts = [model.objects.count() for model in (Signal, SignalLook, SignalSetting)]
        # The place's own organisation (2) reads none of them: thresholds are never told to places.
        assert counts == ([1, 1, 1] if seen["programme_ids"] == [1] else [0, 0, 0])
