"""An activity told once, corrected by telling it again, withdrawn; counted; never another's."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from carnet.activities import operations, queries
from carnet.activities.models import Record
from carnet.activities.rules import (
    ActivityChanged,
    ActivityDayInvalid,
    ActivityToldAlready,
    ActivityUnknown,
    ActivityWithdrawn,
    Kind,
    NothingToRepeat,
    Origin,
    Source,
    SpaceUnknown,
    Told,
    Where,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.parties.rules import NotAllowed
from carnet.places.models import FreeSpace
from carnet.places.rules import PlaceNotYours
from tests.activities.conftest import HELP, TUESDAY, Space, paris
from tests.factories.campaign import rid

pytestmark = pytest.mark.django_db
WORKSHOP = Told(
    Kind.WORKSHOP, TUESDAY, 120, {"quarante_cinquante_neuf": 3, "soixante_dix_plus": 4}, themes=("email", "sante"), returning_count=2,
    equipment=("ordinateur",), level="debutant", title="Ma boîte mail", redirected_to="administration",
)  # fmt: skip


def test_an_activity_is_told_as_it_was(space: Space) -> None:
    done = space.record(WORKSHOP)
    found = space.view(done.activity)
    assert (found.told.people_count, found.told.people["soixante_dix_plus"], found.told.people["non_communique"]) == (7, 4, 0)
    assert replace(found.told, people=WORKSHOP.people) == WORKSHOP
    assert (found.revision, found.source, found.changed_at, found.told_at) == (0, Source.HAND, None, space.at)


def test_asked_twice_it_is_told_once(space: Space) -> None:
    request_id = rid()
    with acting_as(space.manager):
        first, second = (
            operations.record(place_id=space.place_id, told=HELP, actor=space.manager, request_id=request_id, at=space.at) for _ in "ab"
        )
    assert first == second
    assert len(space.month()) == 1


def test_the_same_as_last_time_is_today_with_the_same_people(space: Space) -> None:
    with acting_as(space.manager), pytest.raises(NothingToRepeat):
        operations.record_again(place_id=space.place_id, actor=space.manager, request_id=rid(), at=space.at)
    space.record(replace(WORKSHOP, day=TUESDAY - timedelta(days=7)))
    space.tap()  # a visit is not what the last record was
    with acting_as(space.manager):
        done = operations.record_again(place_id=space.place_id, actor=space.manager, request_id=rid(), at=space.at)
    assert replace(space.view(done.activity).told, people={}) == replace(WORKSHOP, people={})


def test_a_correction_is_the_next_telling_and_the_first_stays(space: Space) -> None:
    done = space.record()
    longer = replace(HELP, minutes=90, people={"soixante_dix_plus": 2})
    with acting_as(space.manager):
        again = operations.correct(
            activity=done.activity, revision=0, told=longer, actor=space.manager, request_id=rid(), at=space.at + timedelta(days=2)
        )
        assert again.revision == 1
        assert Record.objects.filter(activity=done.activity).count() == 2
        with pytest.raises(ActivityChanged):  # whoever looked at the first telling looks again
            operations.correct(activity=done.activity, revision=0, told=HELP, actor=space.manager, request_id=rid(), at=space.at)
    found = space.view(done.activity)
    assert (found.told.minutes, found.told.people_count, found.told_at) == (90, 2, space.at)
    assert space.figures().people == 2


def test_saying_the_same_again_changes_nothing(space: Space) -> None:
    done = space.record()
    with acting_as(space.manager):
        operations.correct(activity=done.activity, revision=0, told=done.told, actor=space.manager, request_id=rid(), at=space.at)
        assert Record.objects.filter(activity=done.activity).count() == 1


def test_withdrawn_it_counts_no_more_and_can_come_back(space: Space) -> None:
    done = space.record()
    with acting_as(space.manager):
        operations.withdraw(activity=done.activity, revision=0, actor=space.manager, request_id=rid(), at=space.at)
        operations.withdraw(activity=done.activity, revision=1, actor=space.manager, request_id=rid(), at=space.at)
        with pytest.raises(ActivityWithdrawn):
            operations.correct(activity=done.activity, revision=1, told=HELP, actor=space.manager, request_id=rid(), at=space.at)
    assert space.month() == ()
    assert space.figures() == queries.NOTHING
    with acting_as(space.manager):
        operations.restore(activity=done.activity, revision=1, actor=space.manager, request_id=rid(), at=space.at)
    assert [each.revision for each in space.month()] == [2]


def test_two_months_later_nothing_moves_any_more(space: Space) -> None:
    done = space.record()
    late = space.at + timedelta(days=63)
    with acting_as(space.manager):
        for act in (
            lambda: operations.record(place_id=space.place_id, told=HELP, actor=space.manager, request_id=rid(), at=late),
            lambda: operations.correct(activity=done.activity, revision=0, told=HELP, actor=space.manager, request_id=rid(), at=late),
            lambda: operations.withdraw(activity=done.activity, revision=0, actor=space.manager, request_id=rid(), at=late),
        ):
            with pytest.raises(ActivityDayInvalid):
                act()


def test_a_finished_session_is_told_once_even_withdrawn(space: Space) -> None:
    origin = Origin.session(7)
    with acting_as(space.manager):
        operations.put_aside(place_id=space.place_id, told=WORKSHOP, origin=origin, actor=space.manager, request_id=rid(), at=space.at)
        assert queries.told_keys([origin.key, "S8"]) == {"S7"}
    assert space.month() == ()
    with pytest.raises(ActivityToldAlready):
        space.record(WORKSHOP, origin=origin)


def test_a_tap_at_the_door_is_one_person_and_can_be_taken_back(space: Space) -> None:
    for band in ("", "soixante_dix_plus", "soixante_dix_plus"):
        space.tap(age_band=band)
    with acting_as(space.manager):
        today = queries.visits(space.manager, place_id=space.place_id, day=TUESDAY)
        assert (today.count, today.by_band["soixante_dix_plus"], today.by_band["non_communique"]) == (3, 2, 1)
        assert today.latest is not None
        operations.withdraw(activity=today.latest.activity, revision=0, actor=space.manager, request_id=rid(), at=space.at)
        assert queries.visits(space.manager, place_id=space.place_id, day=TUESDAY).count == 2
        FreeSpace.objects.filter(place_id=space.place_id).delete()
        with pytest.raises(SpaceUnknown):
            operations.note_visit(place_id=space.place_id, actor=space.manager, request_id=rid(), at=space.at)


def test_the_month_adds_up(space: Space) -> None:
    space.record(WORKSHOP)
    space.record()
    space.record(replace(HELP, where=Where.HOME, people={"non_communique": 3}))
    space.record(replace(HELP, day=date(2026, 2, 27)))  # another month's
    found = space.figures()
    assert (found.activities, found.people, found.person_minutes, found.returning, found.redirected) == (3, 11, 7 * 120 + 30 + 90, 2, 7)
    assert found.by_kind == {Kind.WORKSHOP: 7, Kind.ONE_TO_ONE: 4}
    assert found.by_where == {Where.PLACE: 8, Where.HOME: 3}
    assert found.by_theme == {"email": 11, "sante": 7}
    assert sum(found.by_band.values()) == 11


def test_the_operator_reads_counts_without_seeing_a_row(space: Space) -> None:
    space.record(WORKSHOP)
    space.record(replace(HELP, kind=Kind.VOUCHER_LESSON), origin=Origin.vouchers(place_id=space.place_id, service="mailbox", day=TUESDAY))
    staff = Actor(
        kind="person", label="agent", person_id=9, organisation_id=space.library.campaign.operator_id, roles=frozenset({"OPERATOR_AGENT"})
    )
    with acting_as(staff):
        together, by_place = queries.figures_of_places(
            staff, [space.place_id, space.stranger_place_id], from_on=date(2026, 3, 1), until_on=date(2026, 4, 1), at=space.at
        )
        assert Record.objects.count() == 0
    assert (together.people, list(by_place)) == (7, [space.place_id])  # what vouchers paid is counted with the vouchers
    with acting_as(space.manager), pytest.raises(NotAllowed):
        queries.figures_of_places(space.manager, [space.place_id], from_on=TUESDAY, until_on=TUESDAY, at=space.at)


def test_a_stranger_reads_writes_and_corrects_nothing_here(space: Space) -> None:
    done, stranger = space.record(), space.stranger
    with acting_as(stranger):
        assert queries.activities(stranger, from_on=date(2026, 3, 1), until_on=date(2026, 4, 1)) == ()
        for act in (
            lambda: queries.activity(stranger, done.activity),
            lambda: operations.correct(activity=done.activity, revision=0, told=HELP, actor=stranger, request_id=rid(), at=space.at),
            lambda: operations.withdraw(activity=done.activity, revision=0, actor=stranger, request_id=rid(), at=space.at),
        ):
            with pytest.raises(ActivityUnknown):
                act()
        with pytest.raises(PlaceNotYours):
            operations.record(place_id=space.place_id, told=HELP, actor=stranger, request_id=rid(), at=space.at)
    with acting_as(space.desk), pytest.raises(NotAllowed):
        operations.record(place_id=space.place_id, told=HELP, actor=space.desk, request_id=rid(), at=space.at)


def test_a_row_is_never_changed_nor_removed(space: Space) -> None:
    space.record()
    for statement in ("UPDATE activities_record SET minutes = 60", "DELETE FROM activities_record"):
        with (
            acting_as_everything(why="try"),
            connection.cursor() as cursor,
            pytest.raises(Exception, match=r"permission denied|append-only"),
            transaction.atomic(),
        ):
            cursor.execute(statement)


def test_ages_that_do_not_add_up_are_refused_by_the_database(space: Space) -> None:
    space.record()
    with acting_as(space.manager):
        row = Record.objects.get()
        row.pk, row.revision, row.request_id, row.unknown_age_count = None, 1, rid(), 5
        with pytest.raises(IntegrityError, match="ages_add_up"), transaction.atomic():
            row.save(force_insert=True)


def test_the_journal_says_what_was_done_and_names_nobody(space: Space) -> None:
    space.record(WORKSHOP)
    with acting_as(space.manager):
        line = Line.objects.filter(action="activities.recorded").get()
    assert line.facts == {"place": space.place_id, "revision": 0, "kind": "WORKSHOP", "people": 7, "source": "HAND"}


def test_at_the_hour_of_paris_the_day_has_changed(space: Space) -> None:
    midnight = paris(0, 5, day=TUESDAY + timedelta(days=1))
    assert space.tap(at=midnight).told.day == TUESDAY + timedelta(days=1)
