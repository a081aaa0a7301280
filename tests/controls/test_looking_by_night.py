"""The timer of every night: all programmes, up to yesterday, once."""

import pytest
from django.utils import timezone

from carnet.controls.models import Signal, SignalLook
from carnet.jobs.signals import look_for_signals
from tests.controls.test_looking import TUESDAY, Town, lasting_town, moment, town

__all__ = ["lasting_town", "town"]


def test_each_night_every_programme_is_looked_at_up_to_yesterday(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment(TUESDAY.replace(day=16), 3, 20))
    town.take(range(15), moment(TUESDAY, 10))
    look_for_signals(0)
    (found,) = Signal.objects.filter(rule="whole-booklets")
    assert found.place_id == town.campaign.place_id
    assert set(SignalLook.objects.values_list("until_on", flat=True)) == {TUESDAY.replace(day=16)}
    looks = SignalLook.objects.count()
    look_for_signals(0)
    assert (Signal.objects.count(), SignalLook.objects.count()) == (1, looks)
