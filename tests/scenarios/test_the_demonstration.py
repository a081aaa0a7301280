"""The demonstration may be cut short, at any moment, and played again: whoever comes then finds everything working."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models import Count

from carnet.activities.models import Record, SeatBooking
from carnet.continuity.queries import commitments
from carnet.controls.models import Sample, SignalSetting
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.parties import queries as parties
from carnet.parties.access import recognised
from carnet.parties.models import Person
from carnet.scenarios import cast, demo, plan
from carnet.scenarios.lessons import MONTH
from carnet.scenarios.library import NAME
from carnet.scenarios.play import Stage, play
from carnet.settlement.models import BandsVersion, DebitNote, FeeTerms, Hold, Netting
from carnet.workshops import queries as workshops
from carnet.workshops.models import Presence
from tests.scenarios.test_a_small_campaign import adds_up

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # already tomorrow in Paris


@pytest.fixture(autouse=True)
def a_small_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast, "PLACES_FILE", "conseillers-numeriques-44-2022.v1.0.2.csv")
    monkeypatch.setattr(demo, "OPEN_BOOKLETS", 40)
    shipped = plan.load

    def smaller(name: str) -> plan.Scenario:
        return demo.replace(shipped(name), prescribers=2, places=3)

    monkeypatch.setattr(demo, "load", smaller)


def play_it(folder: demo.DemoFolder) -> dict[str, Any]:
    return demo.play_demo(
        folder, at=AT, base_url="http://127.0.0.1:8000", sign_in_url="http://127.0.0.1:8000/sign-in/", seed=1, booklets=20, started=0,
        clock=itertools.count().__next__, progress=lambda *_: None,
    )  # fmt: skip


def everybody_enters(tried: dict[str, Any]) -> None:
    for line in tried["sign_in"]:
        with recognised(int(line["person_id"])):
            person = Person.objects.get(email=line["email"])
            assert check_password(line["password"], person.password), line["email"]
            assert parties.has_second_factor(person.id)


def a_month_of_lessons() -> None:
    """A media library's lessons, given with who came, one with vouchers, one today that is full, and weeks of them to come."""
    given = [view for view in workshops.sessions_of(from_at=AT - timedelta(days=40), until_at=AT, at=AT) if view.ends_at <= AT]
    assert {view.place_name for view in given} == {NAME}
    assert [view.title for view in given if not view.came_count] == []
    assert {(view.booked_count, view.came_count) for view in given} <= {each for habit in MONTH for each in habit.past}
    with acting_as_everything(why="count the vouchers of lessons"):
        assert Presence.objects.exclude(redemption="").exists()
    to_come = workshops.sessions_of(from_at=AT - timedelta(hours=24), until_at=AT + timedelta(days=40), at=AT)
    assert [view.waiting_count for view in to_come if view.title == "Mes démarches en ligne"] == [2]
    assert len([view for view in to_come if view.cancelled_at is not None]) == 1
    assert len({view.place_id for view in to_come}) == 2


def a_month_of_free_help() -> None:
    """Visits on every open day, help and an event; two finished workshops left to take up; seats booked for the days to come."""
    with acting_as_everything(why="count"):
        told = Record.objects.filter(revision=0)
        by_kind = dict(told.values_list("kind").annotate(count=Count("id")))
        assert by_kind["SPACE_VISIT"] > 5 * told.filter(kind="SPACE_VISIT").values("day", "place_id").distinct().count()
        assert by_kind["SPACE_VISIT"] > by_kind["ONE_TO_ONE"] > by_kind["EVENT"] >= 1
        assert told.filter(source="SESSION").exists()
        assert SeatBooking.objects.filter(starts_at__gt=AT, desk__isnull=False).exists()


def payments_that_do_not_go_by_themselves(tried: dict[str, Any]) -> None:
    """A place that owed: kept from a payment, then asked for; two people above an amount; fees announced; a place held today."""
    with acting_as_everything(why="look"):
        over, going_on = ({"programme_id": tried[name]} for name in ("closed_programme", "open_programme"))
        assert Netting.objects.filter(**over, undone_at=None).exists()
        note = DebitNote.objects.get(**over)
        assert note.cents == 1000
        for where in (over, going_on):
            assert BandsVersion.objects.get(**where).bands == [[1_000_00, 1], [None, 2]]
        assert FeeTerms.objects.get(**going_on).valid_from > AT.date() + timedelta(days=30)
        hold = Hold.objects.get(**going_on)
        assert hold.released_at is None
        assert hold.until > AT
    assert len([line for line in tried["sign_in"] if line["role"] == "APPROVER"]) == 2


def accounts_that_hold_what_is_promised(tried: dict[str, Any]) -> None:
    """Nothing red is told of them: every cent of a statement is somebody's, a place's payment of its debit note included."""
    told = commitments.programmes_now(at=AT, programme_ids=[tried["closed_programme"], tried["open_programme"]])
    assert [(each.name, alert.value) for each in told for alert in each.alerts] == []
    assert [(each.name, each.gap_cents, each.unmatched_count) for each in told] == [(each.name, 0, 0) for each in told]
    assert all(each.account_cents is not None for each in told)


def samples_and_a_threshold_that_somebody_tries(tried: dict[str, Any]) -> None:
    """One sample whose result is final with papers that lack, one half checked, one promised; a rule spoke earlier for a month."""
    with acting_as_everything(why="look"):
        where = {"programme_id": tried["open_programme"]}
        closed, checked, promised = Sample.objects.filter(**where).order_by("id")
        assert (closed.closed_at is None, checked.closed_at, promised.drawn_at) == (False, None, None)
        found = set(closed.units.values_list("finding", flat=True))
        assert {"PROVED", "NOT_PROVED"} <= found
        assert checked.units.filter(finding=None).exists()
        assert SignalSetting.objects.get(**where).rule == "before-hand-over"


def test_a_demonstration_whose_files_are_lost_is_played_again_with_guests_who_enter(tmp_path: Path) -> None:
    folder = demo.DemoFolder(tmp_path)
    adds_up(play_it(folder))
    first = folder.to_try()
    everybody_enters(first)
    a_month_of_lessons()
    a_month_of_free_help()
    payments_that_do_not_go_by_themselves(first)
    accounts_that_hold_what_is_promised(first)
    samples_and_a_threshold_that_somebody_tries(first)
    assert folder.already() is not None
    folder.summary_file.unlink()
    assert folder.already() is None
    adds_up(play_it(folder))
    second = folder.to_try()
    everybody_enters(second)
    assert {line["person_id"] for line in first["sign_in"]} == {line["person_id"] for line in second["sign_in"]}
    assert not {first["closed_programme"], first["open_programme"]} & {second["closed_programme"], second["open_programme"]}


def test_files_of_another_database_do_not_speak_for_this_one(tmp_path: Path) -> None:
    folder = demo.DemoFolder(tmp_path)
    folder.keep(folder.summary_file, {"scenario": "nantes"})
    folder.keep(folder.try_file, {"closed_programme": 900001, "open_programme": 900002})
    assert folder.already() is None


def test_a_play_cut_short_before_its_programme_leaves_nobody_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as cut:

        def killed(_: object) -> None:
            raise KeyboardInterrupt

        cut.setattr(Stage, "found_programme", killed)
        with pytest.raises(KeyboardInterrupt):
            play(demo.load("nantes"), today=AT.date())
    assert funding.programmes() == []
    assert Person.objects.count() == 0
