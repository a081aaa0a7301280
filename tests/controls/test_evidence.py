"""What rules judge, read from what was played: months, desks, accounts, contacts, devices. The weeks are in test_looking.py."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from carnet.controls.queries.evidence import Ground, pairs, rhythm, shared, uploads
from carnet.controls.queries.evidence.asked import _Month, put_together
from carnet.controls.rules.signals.beginnings import Beginning
from carnet.controls.rules.signals.outside import FromDesk
from carnet.controls.rules.signals.rule import Span
from carnet.controls.rules.signals.unlike_peers import Group, Measure
from carnet.gateways.database import acting_as_everything
from carnet.kernel.periods import legal_day
from carnet.ledger.models import Booklet, Series
from carnet.parties.models import Organisation
from carnet.places.models import Place, PlaceAcceptance
from carnet.redemption.access import forget_place_keys
from carnet.redemption.models import Device, UploadedItem
from carnet.redemption.queries import forget_series_facts
from tests.controls.test_looking import Town, lasting_town, moment
from tests.factories.campaign import accept, organisation, place, rid
from tests.settlement.conftest import FIRST_IBAN, SECOND_IBAN

__all__ = ["lasting_town"]

MARCH, APRIL = (date(2026, 3, 1), date(2026, 4, 1)), (date(2026, 4, 1), date(2026, 5, 1))
IN_MARCH, IN_APRIL = date(2026, 3, 10), date(2026, 4, 14)


@pytest.fixture
def town(db: None, lasting_town: Town) -> Iterator[Town]:
    forget_place_keys()
    forget_series_facts()
    with acting_as_everything(why="evidence is read"):
        yield lasting_town


def month(town: Town, *periods: tuple[date, date]) -> Ground:
    return Ground(town.campaign.programme_id, Span.MONTH, periods or (MARCH,))


def another_desk(town: Town, first_booklet: int, **said: str) -> int:
    """A second desk, which handed over the booklets from a rank on."""
    desk_id = organisation("Autre guichet", "PRESCRIBER")
    Organisation.objects.filter(id=desk_id).update(**said)
    first = Series.objects.get(id=town.campaign.series_id).first_booklet_id
    Booklet.objects.filter(series_id=town.campaign.series_id, id__gte=first + first_booklet).update(holder_id=desk_id)
    return desk_id


def test_pairs_are_counted_in_the_month_before_it_and_everywhere(town: Town) -> None:
    desk_id = another_desk(town, 12)
    town.take(range(4), moment(IN_MARCH, 10))
    town.take(range(4, 10), moment(IN_APRIL, 10))
    town.take(range(60, 65), moment(IN_APRIL, 10))
    town.take(range(65, 67), moment(IN_APRIL, 10), second=True)
    (number,) = town.take([70], moment(IN_APRIL, 10))
    town.undo(number, moment(IN_APRIL, 10, 1))
    found = {each.place_id: each for each in pairs.pairs(month(town, MARCH, APRIL)) if each.from_on == APRIL[0]}
    here, there = found[town.campaign.place_id], found[town.second_place_id]
    assert (here.before, here.vouchers, here.desk_count, here.place_count) == (4, 11, 2, 2)
    own, other = sorted(here.pairs, key=lambda each: each.desk_id == desk_id)
    assert (own.desk_id, own.vouchers, own.before, own.of_desk, own.desk_before) == (town.campaign.prescriber_id, 6, 4, 6, 4)
    assert (other.desk_id, other.vouchers, other.before, other.of_desk, other.desk_before, other.cents) == (desk_id, 5, 0, 7, 0, 5_000)
    assert [each.vouchers for each in there.pairs] == [2]
    assert all(each.km is None for each in here.pairs), "desks without an address are nowhere"


def test_how_far_the_desks_are(town: Town) -> None:
    """From Nantes: Rezé is next door, Marseille is not. A bus says so."""
    far_id = another_desk(town, 12, postcode="13001", city="Marseille")
    Organisation.objects.filter(id=town.campaign.prescriber_id).update(postcode="44400", city="Rezé")
    town.take(range(3), moment(IN_MARCH, 10))
    town.take(range(60, 65), moment(IN_MARCH, 10))
    (found,) = pairs.areas(month(town))
    near, far = sorted(found.desks, key=lambda each: each.km)
    assert near == FromDesk(town.campaign.prescriber_id, near.km, 3, 3_000)
    assert near.km < 10
    assert (far.desk_id, far.vouchers) == (far_id, 5)
    assert 600 < far.km < 800
    assert not found.roams
    Place.objects.filter(id=town.campaign.place_id).update(roaming=["Itinérant"])
    assert next(iter(pairs.areas(month(town)))).roams


def test_a_changed_account_has_a_before_and_an_after_and_a_first_one_has_not(town: Town) -> None:
    town.account(town.campaign.place_organisation_id, FIRST_IBAN, at=moment(date(2026, 2, 3), 9))
    town.account(town.second_organisation_id, FIRST_IBAN, at=moment(date(2026, 4, 3), 9))
    town.account(town.campaign.place_organisation_id, SECOND_IBAN, at=moment(date(2026, 4, 3), 9))
    town.take(range(3), moment(IN_MARCH, 10))
    town.take(range(3, 10), moment(date(2026, 4, 20), 10))
    town.take(range(60, 62), moment(IN_APRIL, 10), second=True)
    (found,) = rhythm.new_accounts(month(town, MARCH, APRIL))
    assert (found.place_id, found.from_on, found.before, found.after) == (town.campaign.place_id, APRIL[0], 3, 7)
    assert found.after_days in range(20, 29), "an account waits some days before it is in force"
    assert found.before_days == 56


def test_new_places_are_beside_those_that_are_not(town: Town) -> None:
    PlaceAcceptance.objects.filter(place_id=town.second_place_id).update(from_on=date(2026, 3, 1))
    town.take(range(3), moment(IN_MARCH, 10))
    town.take(range(60, 65), moment(IN_MARCH, 10), second=True)
    (found,) = rhythm.beginnings(month(town))
    assert found == Beginning(
        town.second_place_id, town.second_organisation_id, *MARCH, days=31, vouchers=5, beyond=5, peers=(3,), cents=5_000
    )


def test_peers_are_the_narrowest_group_with_enough_of_them(town: Town) -> None:
    """Nine libraries in Nantes, and a school: a library is compared with libraries, the school with whoever is where people are as many."""
    PlaceAcceptance.objects.filter(place_id=town.campaign.place_id).update(from_on=date(2025, 1, 1))
    Place.objects.filter(id=town.campaign.place_id).update(typologies=["BIB"])
    for rank in range(9):
        number = organisation(f"Lieu {rank}", "PLACE_OPERATOR")
        place_id = place(f"Lieu {rank}", number)
        Place.objects.filter(id=place_id).update(typologies=["EPN"] if rank == 8 else ["BIB"])
        accept(place_id, town.campaign.programme_id, from_on=date(2025, 1, 1))
        spend_at(town, number, rank)
    town.take(range(60, 66), moment(IN_MARCH, 10))
    town.take(range(66, 69), moment(IN_MARCH + timedelta(days=1), 10))
    found = {each.place_id: each for each in rhythm.peers(month(town))}
    library = found[town.campaign.place_id]
    assert library.group is Group.KIND_AND_AREA
    measured = {each.measure: (each.own, each.others) for each in library.compared}
    assert measured[Measure.VOUCHERS] == (900, (100,) * 8)
    assert measured[Measure.A_DAY] == (450, (100,) * 8)
    assert measured[Measure.A_BOOKLET] == (450, (100,) * 8)
    town.lesson(IN_MARCH, seats=4)
    town.lesson(IN_MARCH + timedelta(days=1), seats=2, vouchers=2)
    liked = {each.place_id: each for each in rhythm.peers(month(town))}[town.campaign.place_id]
    assert (liked.vouchers, liked.beyond) == (9, 2), "six people where four had a seat; three vouchers of two people asked for two each"
    assert {each.measure: each.own for each in liked.compared} == {Measure.VOUCHERS: 200, Measure.A_DAY: 200, Measure.A_BOOKLET: 450}
    school = next(each for each in found.values() if each.group is not Group.KIND_AND_AREA)
    assert (school.group, len(school.compared[0].others)) == (Group.AREA, 9)


def spend_at(town: Town, organisation_id: int, rank: int) -> None:
    forget_place_keys()
    before, town.second_organisation_id = town.second_organisation_id, organisation_id
    try:
        town.take([rank], moment(IN_MARCH, 10), second=True)
    finally:
        town.second_organisation_id = before


def test_the_last_fortnight_is_beside_the_weeks_before_it(town: Town) -> None:
    end = legal_day(Series.objects.get(id=town.campaign.series_id).printed_until)
    first = end - timedelta(days=end.weekday() or 7)  # the Monday of the last whole or begun week
    for week in range(4):
        town.take([week], moment(first - timedelta(weeks=4 + week), 10))
        town.take([60 + week], moment(first - timedelta(weeks=4 + week), 10), second=True)
    town.take(range(10, 17), moment(first, 10))
    town.take([70], moment(first, 10), second=True)
    week = (first, first + timedelta(days=7))
    found = {each.place_id: each for each in rhythm.last_days(Ground(town.campaign.programme_id, Span.WEEK, (week,)))}
    here = found[town.campaign.place_id]
    assert (here.vouchers, here.beyond, here.before, here.everybody, here.everybody_before, here.cents) == (7, 7, 4, 1, 4, 7_000)
    # A lesson of that day explains what its seats ask for.
    town.lesson(first, seats=5)
    again = {each.place_id: each for each in rhythm.last_days(Ground(town.campaign.programme_id, Span.WEEK, (week,)))}
    assert (again[town.campaign.place_id].vouchers, again[town.campaign.place_id].beyond) == (7, 2)
    earlier = (first - timedelta(weeks=6), first - timedelta(weeks=5))
    assert list(rhythm.last_days(Ground(town.campaign.programme_id, Span.WEEK, (earlier,)))) == []


def test_a_telephone_shared_is_seen_and_a_building_alone_is_not(town: Town) -> None:
    town.take([0], moment(IN_MARCH, 10))
    town.take([60], moment(IN_MARCH, 10), second=True)
    assert list(shared.contacts(month(town))) == [], "both are at 1 rue de Strasbourg"
    for place_id, written in ((town.campaign.place_id, "+33240001122"), (town.second_place_id, "02 40 00 11 22")):
        Place.objects.filter(id=place_id).update(phone=written)
    found = {each.place_id: each for each in shared.contacts(month(town))}
    assert found[town.campaign.place_id].others == (town.second_organisation_id,)
    assert found[town.second_place_id].alike == ("address", "phone")
    assert (found[town.second_place_id].vouchers, found[town.second_place_id].beyond, found[town.second_place_id].cents) == (1, 1, 1_000)
    town.lesson(IN_MARCH, seats=8, second=True)
    taught = {each.place_id: each for each in shared.contacts(month(town))}
    assert (taught[town.second_place_id].vouchers, taught[town.second_place_id].beyond) == (1, 0)
    assert "240001122" not in str(found)


def a_device(town: Town, organisation_id: int, place_id: int, key: bytes) -> Device:
    return Device.objects.create(
        organisation_id=organisation_id, place_id=place_id, name="Tablette", public_key=key, count_max=60, limit_cents=60_000, hours_max=72,
        enrolled_at=moment(date(2026, 2, 1), 9), enrolled_by_id=1, request_id=rid(),
    )  # fmt: skip


def test_a_device_of_two_organisations_is_seen(town: Town) -> None:
    town.take([0], moment(IN_MARCH, 10))
    a_device(town, town.campaign.place_organisation_id, town.campaign.place_id, b"k" * 65)
    a_device(town, town.second_organisation_id, town.second_place_id, b"z" * 65)
    assert list(shared.devices(month(town))) == []
    a_device(town, town.second_organisation_id, town.second_place_id, b"k" * 65)
    (found,) = shared.devices(month(town))
    # The second spent nothing in the month: it is named, and has no signal of its own.
    assert (found.place_id, found.others) == (town.campaign.place_id, (town.second_organisation_id,))


def test_what_a_device_s_clock_did(town: Town) -> None:
    device = a_device(town, town.campaign.place_organisation_id, town.campaign.place_id, b"k" * 65)
    received = moment(IN_MARCH, 18)
    hour = timedelta(hours=1)
    # counter, how long before its coming the device says, signed, follows
    sent: list[tuple[int, timedelta, bool, bool]] = [
        (1, 2 * hour, True, True),
        (2, hour, True, True),
        (3, timedelta(days=7), True, True),  # late, and the clock went back
        (4, -hour, True, True),  # ahead
        (5, hour, True, False),  # back, and does not follow
        (6, hour - timedelta(minutes=1), True, True),
    ]
    for counter, before, signed, follows in sent:
        UploadedItem.objects.create(
            device=device, organisation_id=device.organisation_id, place_id=device.place_id, programme_id=town.campaign.programme_id, key=uuid4(),
            counter=counter, body_hash=bytes([counter]) * 32, signed=signed, follows=follows, device_at=received - before, received_at=received,
            outcome="confirmed", value_cents=1_000,
        )  # fmt: skip
    week = Ground(town.campaign.programme_id, Span.WEEK, ((date(2026, 3, 9), date(2026, 3, 16)),))
    (found,) = uploads.uploads(week)
    told: tuple[Any, ...] = (found.items, found.odd, found.late, found.ahead, found.back, found.broken, found.devices, found.cents)
    assert told == (6, 3, 1, 1, 2, 1, 1, 3_000)


def test_answers_are_put_together_until_five_of_six_months_at_most_and_never_twice() -> None:
    def month_of(number: int, *counts: int) -> _Month:
        return _Month(date(2026, number, 1), *counts)

    months = [
        month_of(1, 2, 0, 0),
        month_of(3, 1, 1, 1),
        month_of(4, 9, 0, 0),
        month_of(5, 1, 0, 0),
        month_of(11, 2, 1, 1),
        month_of(12, 1, 0, 0),
    ]
    together = [[each.first.month for each in found] for found in put_together(months)]
    assert together == [[1, 3], [4], [11, 12]], "May is more than six months before November"
    assert [list(put_together(months[:many])) for many in (0, 1)] == [[], []]
