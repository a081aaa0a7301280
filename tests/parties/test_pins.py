"""Shared computers and PINs: five errors lock, a day has its number of vouchers, and a PIN opens only what the table says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties import operations, queries
from carnet.parties.models import Person, Pin, PinDay, Station, Turn
from carnet.parties.rules import (
    BY_PIN,
    PERMISSIONS,
    DailyLimitReached,
    FullSignInNeeded,
    NotAllowed,
    PinLocked,
    PinTooSimple,
    PinUnknown,
    PinWrong,
    RoleNotYoursToGive,
    SecondFactorNeeded,
    StationCodeWrong,
    StationLimits,
    StationLimitsInvalid,
    StationLocked,
    StationUnknown,
    allowed,
    check_daily,
    check_limits,
    check_may,
    check_pin,
    check_recent_proof,
    is_idle,
    is_simple,
    new_code,
    printed_code,
    read_code,
    short_name,
)
from tests.parties.conftest import AT, Cast, member

PIN = "281946"
SOON = AT + timedelta(minutes=1)


# --- Rules -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pin",
    [
        "000000",
        "123456",
        "654321",
        "111111",
        "121212",
        "123123",
        "112233",
        "123321",
        "567890",
        "098765",
        "445544",
        "12345",
        "1234567",
        "abcdef",
        "",
    ],
)
def test_a_pin_everybody_tries_first_is_refused(pin: str) -> None:
    with pytest.raises(PinTooSimple):
        check_pin(pin)


def test_a_pin_may_be_typed_with_spaces() -> None:
    assert check_pin(" 281 946 ") == PIN
    assert sum(is_simple(f"{number:06d}") for number in range(1_000_000)) < 10_000  # nearly every PIN is left to choose


def test_a_code_is_read_however_it_is_typed() -> None:
    code = new_code()
    assert len(code) == 8
    assert read_code(f" {printed_code(code).lower()} ") == code
    assert read_code("") == ""


def test_a_shared_screen_shows_a_first_name_and_an_initial() -> None:
    assert [short_name(name) for name in ("Camille Martin", "Noé", "Anne de la Tour")] == ["Camille M.", "Noé", "Anne T."]


@pytest.mark.parametrize(
    "limits",
    [StationLimits(0, 10), StationLimits(301, 1000), StationLimits(20, 10), StationLimits(10, 1001), StationLimits(idle_minutes=16)],
)
def test_limits_stay_under_their_ceiling(limits: StationLimits) -> None:
    with pytest.raises(StationLimitsInvalid):
        check_limits(limits)


def test_a_day_holds_its_number_of_vouchers() -> None:
    check_daily(count=50, wanted=10, most=60, whose="person")
    with pytest.raises(DailyLimitReached) as refused:
        check_daily(count=55, wanted=10, most=60, whose="person")
    assert refused.value.facts == {"most": 60, "left": 5, "whose": "person"}


def test_a_turn_ends_by_itself() -> None:
    assert not is_idle(latest_at=AT, idle_minutes=5, at=AT + timedelta(minutes=4, seconds=59))
    assert is_idle(latest_at=AT, idle_minutes=5, at=AT + timedelta(minutes=5))


def test_a_pin_opens_the_lines_marked_for_it_and_nothing_else() -> None:
    marked = {line.action for line in PERMISSIONS.values() if line.pin}
    assert marked == {
        "home.prescriber", "home.place", "distribution.see-stock", "distribution.hand-over", "workshops.book", "activities.book-seat",
        "activities.ask-afterwards",  # counts an answer, names nobody
        "connectivity.apply", "connectivity.end",  # a home by its door, named by nobody; what is ended gives money back
        "distribution.send-slip", "redemption.see", "redemption.check", "redemption.redeem",
    }  # fmt: skip
    assert not any(PERMISSIONS[action].proof for action in marked)
    for line in PERMISSIONS.values():
        narrowed = Actor("person", "", person_id=1, roles=frozenset(line.roles) | {BY_PIN})
        assert allowed(narrowed.roles, line.action) == line.pin
        if not line.pin:
            with pytest.raises(FullSignInNeeded):
                check_may(narrowed, line.action)
    with pytest.raises(FullSignInNeeded):
        check_recent_proof(Actor("person", "", person_id=1, roles=frozenset({BY_PIN}), proved_at=AT), AT)


# --- A station ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def lead(cast: Cast) -> Iterator[Actor]:
    actor = cast.actor("paula")
    with acting_as(actor):
        yield actor


@pytest.fixture
def secret(lead: Actor) -> str:
    return enrol(lead)


def enrol(actor: Actor, limits: StationLimits | None = None) -> str:
    made = operations.prepare_station(name="Accueil", limits=limits, actor=actor, request_id=uuid4(), at=AT)
    assert made.code is not None
    return operations.enrol_station(code=printed_code(made.code).lower(), request_id=uuid4(), at=SOON).secret


def volunteer(actor: Actor, secret: str, name: str = "Rose Petit", pin: str = PIN) -> int:
    given = operations.add_volunteer(display_name=name, role="PRESCRIBER", actor=actor, request_id=uuid4(), at=AT)
    assert given.code is not None
    refused = operations.choose_pin_with_code(
        station_secret=secret, person_id=given.person_id, code=given.code, pin=pin, request_id=uuid4(), at=SOON
    )
    assert refused is None
    return given.person_id


def try_pin(secret: str, person_id: int, pin: str = PIN, at: datetime = SOON) -> operations.TurnOpened | Exception:
    return operations.open_turn(station_secret=secret, person_id=person_id, pin=pin, request_id=uuid4(), at=at)


def taken(secret: str, person_id: int, at: datetime = SOON) -> Actor:
    turn = try_pin(secret, person_id, at=at)
    assert isinstance(turn, operations.TurnOpened)
    seen = queries.actor_for_turn(station_secret=secret, turn_id=turn.id, at=at)
    assert seen is not None
    return seen.actor


def test_a_code_enrols_one_browser_once_and_for_ten_minutes(lead: Actor) -> None:
    made = operations.prepare_station(name="Accueil", actor=lead, request_id=uuid4(), at=AT)
    with pytest.raises(StationCodeWrong):
        operations.enrol_station(code=made.code or "", request_id=uuid4(), at=AT + timedelta(minutes=10))
    again = operations.renew_station_code(station_id=made.station_id, actor=lead, request_id=uuid4(), at=AT)
    for code in (made.code or "", "AAAA-AAAA", ""):
        with pytest.raises(StationCodeWrong):
            operations.enrol_station(code=code, request_id=uuid4(), at=SOON)
    station = operations.enrol_station(code=again.code or "", request_id=uuid4(), at=SOON)
    with pytest.raises(StationCodeWrong):
        operations.enrol_station(code=again.code or "", request_id=uuid4(), at=SOON)
    front = queries.station_front(station_secret=station.secret, at=SOON)
    assert front is not None
    assert (front.name, front.people, front.awaited) == ("Accueil", (), ())
    kept = Station.objects.get()
    assert station.secret.encode() not in bytes(kept.secret_hash or b"")
    assert kept.code_hash is None


def test_only_whoever_leads_with_a_recent_proof_enrols(cast: Cast, lead: Actor) -> None:
    for actor, refusal in [
        (replace(lead, proved_at=None), SecondFactorNeeded),
        (cast.actor("bob"), NotAllowed),
        (cast.actor("admin"), NotAllowed),
    ]:
        with pytest.raises(refusal):
            operations.prepare_station(name="Accueil", actor=actor, request_id=uuid4(), at=AT)


def test_a_volunteer_without_email_has_no_other_way_in(lead: Actor, secret: str) -> None:
    person_id = volunteer(lead, secret)
    person = Person.objects.get(id=person_id)
    assert (person.email, person.has_usable_password()) == (None, False)
    assert not Pin.objects.get().hash.startswith(PIN)
    actor = taken(secret, person_id)
    assert (actor.roles, actor.instrument, actor.proved_at) == ({"PRESCRIBER", BY_PIN}, f"station:{Station.objects.get().id}", None)
    with pytest.raises(RoleNotYoursToGive):
        operations.add_volunteer(display_name="Rose", role="PRESCRIBER_LEAD", actor=lead, request_id=uuid4(), at=AT)


def test_a_wrong_pin_somebody_unknown_and_a_suspended_member_read_alike(lead: Actor, secret: str) -> None:
    rose = volunteer(lead, secret)
    assert isinstance(try_pin(secret, rose, "281947"), PinWrong)
    assert isinstance(try_pin(secret, 987654), PinWrong)
    assert isinstance(taken(secret, rose), Actor)
    (line,) = [each for each in queries.members(actor=lead, organisation_id=lead.organisation_id or 0, at=AT) if each.person_id == rose]
    operations.suspend_member(
        organisation_id=lead.organisation_id or 0, membership_id=line.membership_id, reason="partie", actor=lead, request_id=uuid4(), at=AT
    )  # fmt: skip
    assert isinstance(try_pin(secret, rose), PinWrong)
    with pytest.raises(StationUnknown):
        try_pin("another browser", rose)


def test_five_errors_lock_a_person_until_somebody_unlocks(lead: Actor, secret: str) -> None:
    rose, other = volunteer(lead, secret), enrol(lead)
    for number in range(4):  # on two computers: the person's errors add up
        assert isinstance(try_pin(secret if number % 2 else other, rose, "281947"), PinWrong)
    assert isinstance(try_pin(other, rose, "281947"), PinLocked)
    assert isinstance(try_pin(secret, rose), PinLocked)
    operations.unlock_pin(person_id=rose, actor=lead, request_id=uuid4(), at=AT)
    assert isinstance(taken(secret, rose), Actor)


def test_five_errors_lock_a_computer_whoever_made_them(lead: Actor, secret: str) -> None:
    people = [volunteer(lead, secret, f"Rose {letter}") for letter in "ABCDE"]
    assert [type(try_pin(secret, each, "281947")) for each in people] == [PinWrong] * 4 + [StationLocked]
    assert isinstance(try_pin(secret, people[0]), StationLocked)
    front = queries.station_front(station_secret=secret, at=SOON)
    assert front is not None
    assert front.is_locked
    operations.reopen_station(station_id=front.station_id, actor=lead, request_id=uuid4(), at=AT)
    assert isinstance(taken(secret, people[0]), Actor)


def test_a_full_sign_in_forgives_ones_errors_and_the_computers(cast: Cast, lead: Actor, secret: str) -> None:
    operations.choose_own_pin(pin=PIN, actor=lead, request_id=uuid4(), at=AT)
    paula = cast.people["paula"][0]
    for _error in range(5):
        try_pin(secret, paula, "281947")
    assert isinstance(try_pin(secret, paula), StationLocked)
    operations.unlock_after_sign_in(person_id=paula, station_secret=secret, request_id=uuid4(), at=SOON)
    assert isinstance(taken(secret, paula), Actor)


def test_a_first_code_serves_once_and_a_wrong_one_is_an_error(lead: Actor, secret: str) -> None:
    rose = volunteer(lead, secret)
    given = operations.give_first_code(person_id=rose, actor=lead, request_id=uuid4(), at=AT)
    choose = {"station_secret": secret, "person_id": rose, "request_id": uuid4()}
    refused = operations.choose_pin_with_code(code="AAAA-AAAA", pin="730518", at=SOON, **choose)  # type: ignore[arg-type]
    assert refused is not None
    assert refused.code == "first-code-wrong"
    assert Pin.objects.get(person_id=rose).wrong_count == 1
    assert operations.choose_pin_with_code(code=given.code or "", pin="730518", at=SOON, **choose) is None  # type: ignore[arg-type]
    late = operations.choose_pin_with_code(code=given.code or "", pin=PIN, at=SOON, **choose)  # type: ignore[arg-type]
    assert late is not None
    assert isinstance(try_pin(secret, rose), PinWrong)
    assert isinstance(try_pin(secret, rose, "730518"), operations.TurnOpened)
    with pytest.raises(PinUnknown):
        operations.give_first_code(person_id=987654, actor=lead, request_id=uuid4(), at=AT)


def test_a_revocation_holds_at_the_next_request(lead: Actor, secret: str) -> None:
    rose = volunteer(lead, secret)
    turn = try_pin(secret, rose)
    assert isinstance(turn, operations.TurnOpened)
    seen = {"station_secret": secret, "turn_id": turn.id}
    assert queries.actor_for_turn(**seen, at=SOON + timedelta(minutes=4)) is not None
    assert queries.actor_for_turn(**seen, at=SOON + timedelta(minutes=5)) is None  # idle
    assert queries.actor_for_turn(station_secret="elsewhere", turn_id=turn.id, at=SOON) is None  # a stolen session
    operations.remove_pin(person_id=rose, actor=lead, request_id=uuid4(), at=SOON)
    assert queries.actor_for_turn(**seen, at=SOON) is None
    operations.revoke_station(station_id=Station.objects.get().id, actor=lead, request_id=uuid4(), at=SOON)
    assert queries.station_front(station_secret=secret, at=SOON) is None


def test_the_next_person_ends_the_turn_before(lead: Actor, secret: str) -> None:
    rose, jean = volunteer(lead, secret), volunteer(lead, secret, "Jean Roux")
    first = try_pin(secret, rose)
    assert isinstance(first, operations.TurnOpened)
    assert isinstance(try_pin(secret, jean), operations.TurnOpened)
    assert queries.actor_for_turn(station_secret=secret, turn_id=first.id, at=SOON) is None
    assert Turn.objects.filter(ended_at=None).count() == 1


def test_vouchers_are_counted_by_person_and_by_computer(lead: Actor) -> None:
    secret = enrol(lead, StationLimits(person_daily=10, station_daily=12))
    rose, jean = volunteer(lead, secret), volunteer(lead, secret, "Jean Roux")
    first = taken(secret, rose)
    operations.count_by_pin(actor=first, voucher_count=10, at=SOON)
    with pytest.raises(DailyLimitReached) as own:
        operations.count_by_pin(actor=first, voucher_count=1, at=SOON)
    assert (own.value.facts["whose"], own.value.facts["left"]) == ("person", 0)
    second = taken(secret, jean)
    with pytest.raises(DailyLimitReached) as common:
        operations.count_by_pin(actor=second, voucher_count=3, at=SOON)
    assert (common.value.facts["whose"], common.value.facts["left"]) == ("station", 2)
    operations.give_back_by_pin(actor=first, voucher_count=4, at=SOON)
    operations.count_by_pin(actor=second, voucher_count=6, at=SOON)
    assert sorted(PinDay.objects.values_list("voucher_count", flat=True)) == [6, 6, 12]
    operations.count_by_pin(actor=lead, voucher_count=5_000, at=SOON)  # fully signed in: nothing is counted
    operations.count_by_pin(actor=replace(first), voucher_count=10, at=SOON + timedelta(days=1))  # another day


def test_another_organisation_sees_nothing_of_it(cast: Cast, lead: Actor, secret: str) -> None:
    rose = volunteer(lead, secret)
    alice, number = cast.actor("alice"), Station.objects.get().id
    with acting_as(alice):
        assert queries.stations(actor=alice, at=AT) == []
        assert rose not in {each.person_id for each in queries.turn_takers(actor=alice, at=AT)}
        for operation in (operations.reopen_station, operations.revoke_station):
            with pytest.raises(StationUnknown):
                operation(station_id=number, actor=alice, request_id=uuid4(), at=AT)
        jean, _organisation = member(cast.place, "jean", "MEDIATOR")
    assert isinstance(try_pin(secret, jean), PinWrong)
