"""A programme looked at: what is played through the operations of other rooms is noticed, once; what is honest is not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from carnet.controls.models import Signal, SignalLook
from carnet.controls.operations import signals
from carnet.controls.queries import signals as queries
from carnet.controls.queries.evidence import Ground
from carnet.controls.queries.evidence._ground import SPENT, read
from carnet.controls.queries.evidence.spending import is_far_from_opening
from carnet.controls.queries.signals import SignalFilter
from carnet.controls.rules.signals import AlreadySorted, RuleUnknown, SignalState, SignalUnknown, ThresholdImpossible, WhyMissing
from carnet.controls.rules.signals.registry import BY_CODE, RULES
from carnet.controls.rules.signals.rule import Span
from carnet.funding.rules import ProgrammeUnknown
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal import queries as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS
from carnet.parties.rules import NotAllowed
from carnet.places.models import Place
from carnet.redemption import operations as redemption
from carnet.redemption.access import forget_place_keys
from carnet.redemption.operations import Item
from carnet.redemption.queries import forget_series_facts
from carnet.workshops import operations as workshops
from carnet.workshops.rules import Details, Plan
from tests.factories.campaign import NOW, campaign, rid
from tests.lasting import held
from tests.settlement.conftest import FIRST_IBAN, Payday
from tests.settlement.conftest import organisation as new_organisation
from tests.settlement.conftest import place as new_place

TUESDAY = date(2026, 3, 10)
MONDAY, NEXT_MONDAY = date(2026, 3, 9), date(2026, 3, 16)
SUNDAY = date(2026, 3, 15)
LATER = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
HOURS = "Mo-Fr 09:00-18:00"


class Town(Payday):
    """A place that does what it should not, beside one that is honest."""

    def take(self, ranks: Any, at: datetime, *, second: bool = False, attended_on: date | None = None, **item: Any) -> list[str]:
        """Vouchers of these ranks, at one moment; the numbers of their redemptions."""
        actor = self.counter(self.second_organisation_id if second else self.campaign.place_organisation_id)
        with acting_as(actor):
            return [
                redemption.redeem(
                    item=Item(code=self.campaign.code(rank), service="mailbox", attended_on=attended_on, **item), actor=actor,
                    channel="SCREEN", request_id=rid(), at=at,
                ).number
                for rank in ranks
            ]  # fmt: skip

    def undo(self, number: str, at: datetime) -> None:
        actor = self.counter(self.campaign.place_organisation_id)
        with acting_as(actor):
            redemption.reverse(number=number, reason="erreur", actor=actor, request_id=rid(), at=at)

    def lesson(self, on: date, *, seats: int, second: bool = False, vouchers: int = 1, hour: int = 10) -> None:
        organisation_id = self.second_organisation_id if second else self.campaign.place_organisation_id
        actor = self.counter(organisation_id, "PLACE_MANAGER")
        plan = Plan(on, time(hour), 90)
        with acting_as(actor):
            workshops.plan_workshop(
                place_id=self.second_place_id if second else self.campaign.place_id, plan=plan,
                details=Details(service="mailbox", title="Ma boîte mail", seats=seats, voucher_count=vouchers), actor=actor, request_id=rid(),
                at=NOW,
            )  # fmt: skip

    def look(self, until: date = SUNDAY, at: datetime = LATER) -> list[Signal]:
        made = signals.look(programme_id=self.campaign.programme_id, until=until, at=at)
        return list(Signal.objects.filter(id__in=made).order_by("rule", "place_id"))

    def of(self, rule: str) -> list[Signal]:
        return list(Signal.objects.filter(rule=rule).order_by("place_id", "from_on"))


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=PARIS)


@pytest.fixture(scope="module")
def lasting_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    with held(django_db_blocker):
        with acting_as_everything(why="a town"):
            ready = campaign(booklets=24)
            second_organisation_id = new_organisation("Autre lieu", "PLACE_OPERATOR")
            second_place_id = new_place("Autre médiathèque", second_organisation_id)
            _accept(second_place_id, ready.programme_id)
            Place.objects.filter(id__in=[ready.place_id, second_place_id]).update(opening_hours=HOURS)
            made = Town(ready, second_place_id, second_organisation_id)
        with django_db_blocker.block():
            yield made


def _accept(place_id: int, programme_id: int) -> None:
    from tests.factories.campaign import accept

    accept(place_id, programme_id)


@pytest.fixture
def town(db: None, lasting_town: Town) -> Iterator[Town]:
    forget_place_keys()
    forget_series_facts()
    with acting_as_everything(why="signals are looked at"):
        yield lasting_town


def test_more_people_than_seats_is_noticed_and_a_full_lesson_is_not(town: Town) -> None:
    town.lesson(TUESDAY, seats=8)
    town.lesson(TUESDAY, seats=8, second=True)
    town.take(range(0, 60, 5), moment(TUESDAY, 11))  # twelve booklets, one voucher each
    town.take(range(60, 100, 5), moment(TUESDAY, 11), second=True)
    town.look()
    (found,) = town.of("beyond-seats")
    assert (found.place_id, found.organisation_id) == (town.campaign.place_id, town.campaign.place_organisation_id)
    assert (found.from_on, found.until_on, found.threshold, found.cents) == (MONDAY, NEXT_MONDAY, 150, 12_000)
    assert found.facts == {"days": [{"on": "2026-03-10", "booklets": 12, "seats": 8}], "day_count": 1}


def test_whole_booklets_are_noticed_unless_the_lesson_asks_for_them(town: Town) -> None:
    town.lesson(TUESDAY, seats=20, second=True, vouchers=5)
    town.take(range(15), moment(TUESDAY, 10))
    town.take(range(15, 30), moment(TUESDAY, 10), second=True)
    town.look()
    (found,) = town.of("whole-booklets")
    assert found.place_id == town.campaign.place_id
    assert found.facts == {"whole": 3, "booklets": 3}


def test_a_stack_spent_in_order_is_noticed_and_a_shuffled_one_is_not(town: Town) -> None:
    for rank, booklet in enumerate(range(8)):
        town.take([booklet * 5], moment(TUESDAY, 10, rank))
    for rank, booklet in enumerate((15, 9, 13, 8, 11, 14, 10, 12)):
        town.take([booklet * 5], moment(TUESDAY, 10, rank), second=True)
    town.look()
    (found,) = town.of("serials-in-order")
    assert (found.place_id, found.facts) == (town.campaign.place_id, {"run": 8, "booklets": 8, "days": 1})


def test_vouchers_of_the_night_and_of_days_without_a_lesson(town: Town) -> None:
    town.lesson(TUESDAY, seats=20)
    town.lesson(TUESDAY + timedelta(days=2), seats=20)
    town.take([*range(0, 30, 5), 1, 6], moment(TUESDAY + timedelta(days=1), 23))
    # Typed an hour after closing, on the day of its lessons; or at a lesson of the evening that is in the agenda: honest.
    town.lesson(TUESDAY, seats=20, second=True)
    town.lesson(TUESDAY + timedelta(days=2), seats=20, second=True)
    town.take(range(30, 60, 5), moment(TUESDAY, 19), second=True)
    town.lesson(TUESDAY + timedelta(days=1), seats=20, second=True, hour=21)
    town.take([*range(60, 90, 5), 61, 66], moment(TUESDAY + timedelta(days=1), 22, 25), second=True)
    town.look()
    (hours,), (sessions,) = town.of("outside-hours"), town.of("outside-sessions")
    assert hours.facts == {"vouchers": 8, "outside": 8, "at_night": 8}
    assert sessions.facts == {"vouchers": 8, "outside": 8, "sessions": 2}
    assert {hours.place_id, sessions.place_id} == {town.campaign.place_id}


def test_spent_undone_and_spent_again(town: Town) -> None:
    for rank in range(3):
        at = moment(TUESDAY, 10, rank * 10)
        for turn in range(2):
            (number,) = town.take([rank], at + timedelta(minutes=3 * turn))
            town.undo(number, at + timedelta(minutes=3 * turn + 1))
    (number,) = town.take([60], moment(TUESDAY, 10), second=True)
    town.look()
    (found,) = town.of("redeem-and-reverse")
    assert (found.place_id, found.facts) == (town.campaign.place_id, {"redeemed": 6, "reversed": 6, "loops": 3})


def test_lessons_said_to_be_before_the_hand_over(town: Town) -> None:
    """`NOW` is when the booklets were handed over; a desk may have typed it three days late."""
    before = NOW.astimezone(PARIS).date() - timedelta(days=4)
    town.take([0, 5, 10], NOW + timedelta(days=3), attended_on=before)
    town.take([60, 65, 70], NOW + timedelta(days=3), attended_on=before + timedelta(days=1), second=True)
    town.look(until=before + timedelta(days=20))
    (found,) = town.of("before-hand-over")
    assert (found.place_id, found.facts) == (town.campaign.place_id, {"before": 3, "refused": 0, "vouchers": 3})


def test_one_bank_account_for_two_is_told_once_while_it_lasts(town: Town) -> None:
    for organisation_id in (town.campaign.place_organisation_id, town.second_organisation_id):
        town.account(organisation_id, FIRST_IBAN)
    town.lesson(TUESDAY, seats=20, second=True)
    town.take(range(20), moment(TUESDAY, 10))
    town.take(range(60, 80), moment(TUESDAY, 10), second=True)
    town.look(until=date(2026, 3, 31))
    (first,) = town.of("shared-account")
    assert first.place_id == town.campaign.place_id, "the other's vouchers are of a lesson with as many seats"
    assert first.facts == {"others": [town.second_organisation_id], "count": 2, "vouchers": 20, "beyond": 20}
    assert FIRST_IBAN not in str(first.facts)
    # Another month, the same account, and a few vouchers more: nothing new.
    town.take(range(20, 42), moment(date(2026, 4, 7), 10))
    town.look(until=date(2026, 4, 30), at=datetime(2026, 5, 2, tzinfo=UTC))
    assert len(town.of("shared-account")) == 1
    assert SignalLook.objects.filter(rule="shared-account").count() == 2


def test_a_second_look_notices_nothing_new_and_an_unfinished_week_waits(town: Town) -> None:
    town.take(range(15), moment(TUESDAY, 10))
    assert [each.rule for each in town.look(until=SUNDAY - timedelta(days=1))] == []
    # Asked for Sunday on Sunday: the day is not over.
    assert signals.look(programme_id=town.campaign.programme_id, until=SUNDAY, at=moment(SUNDAY, 22)) == []
    made = town.look()
    assert "whole-booklets" in {each.rule for each in made}
    assert town.look() == []
    assert Signal.objects.count() == len(made)
    lines = [each for each in journal.lines(programme_id=town.campaign.programme_id) if each.action == "controls.signals-noticed"]
    assert sum(each.facts["signals"] for each in lines) == len(made)


def test_a_look_that_is_cut_short_goes_on_where_it_stopped(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.take(range(15), moment(TUESDAY, 10))
    broken = dict(signals.READERS)

    def breaks(_ground: Ground) -> Any:
        raise RuntimeError("the machine stopped")

    monkeypatch.setattr(signals, "READERS", broken | {"outside-sessions": breaks})
    with pytest.raises(RuntimeError):
        town.look()
    done = set(SignalLook.objects.values_list("rule", flat=True))
    assert done == {"beyond-seats", "whole-booklets"}
    monkeypatch.undo()
    town.look()
    assert len(town.of("whole-booklets")) == 1


def test_progress_is_told_rule_after_rule(town: Town) -> None:
    told: list[tuple[int, int]] = []
    signals.look(programme_id=town.campaign.programme_id, until=SUNDAY, at=LATER, tell=lambda done, of: told.append((done, of)))
    assert told == [(each, len(RULES)) for each in range(len(RULES) + 1)]


def test_a_programme_where_nothing_was_spent_has_nothing_to_look_at(town: Town) -> None:
    assert town.look() == []
    assert not SignalLook.objects.exists()


def test_a_threshold_holds_from_the_next_period_on_and_off_is_off(town: Town) -> None:
    admin, programme_id = town.staff(600, "OPERATOR_ADMIN", at=LATER), town.campaign.programme_id
    said: dict[str, Any] = {
        "programme_id": programme_id,
        "rule": "whole-booklets",
        "reason": "Une école vient le mardi.",
        "actor": admin,
        "at": LATER,
    }
    request_id = rid()
    first = signals.set_threshold(threshold=4, request_id=request_id, **said)
    assert signals.set_threshold(threshold=9, request_id=request_id, **said) == first
    town.take(range(15), moment(TUESDAY, 10))
    town.look()
    assert town.of("whole-booklets") == []
    signals.set_threshold(threshold=3, request_id=rid(), **said)
    town.look()
    assert town.of("whole-booklets") == [], "a week that was looked at is not told again"
    town.take(range(15, 30), moment(TUESDAY + timedelta(days=7), 10))
    signals.set_threshold(threshold=None, request_id=rid(), **said)
    town.look(until=SUNDAY + timedelta(days=7))
    assert town.of("whole-booklets") == []
    setting = next(each for each in queries.settings_of(admin, programme_id) if each.rule == "whole-booklets")
    assert (setting.threshold, setting.is_usual, setting.reason) == (None, False, "Une école vient le mardi.")


def test_what_a_threshold_may_not_be_and_who_may_not_decide_it(town: Town) -> None:
    admin = town.staff(600, "OPERATOR_ADMIN", at=LATER)
    said: dict[str, Any] = {
        "programme_id": town.campaign.programme_id,
        "rule": "whole-booklets",
        "threshold": 3,
        "reason": "a",
        "actor": admin,
    }

    def decide(**other: Any) -> None:
        signals.set_threshold(**(said | {"request_id": rid(), "at": LATER} | other))

    for refusal, other in (
        (ThresholdImpossible, {"threshold": 0}), (RuleUnknown, {"rule": "poverty"}), (WhyMissing, {"reason": "  "}),
        (NotAllowed, {"actor": town.staff(1, "OPERATOR_AGENT")}), (NotAllowed, {"actor": town.counter(town.second_organisation_id, "PLACE_MANAGER")}),
    ):  # fmt: skip
        with pytest.raises(refusal):
            decide(**other)
    stranger = Actor(kind="person", label="x", person_id=9, organisation_id=999_999, roles=frozenset({"OPERATOR_ADMIN"}), proved_at=LATER)
    with pytest.raises(ProgrammeUnknown):
        decide(actor=stranger)


def test_a_signal_is_set_aside_with_a_reason_once(town: Town) -> None:
    town.take(range(15), moment(TUESDAY, 10))
    town.look()
    (found,) = town.of("whole-booklets")
    agent, request_id = town.staff(603, "OPERATOR_AGENT", at=LATER), rid()
    with pytest.raises(WhyMissing):
        signals.set_aside(signal_id=found.id, reason=" ", actor=agent, request_id=rid(), at=LATER)
    signals.set_aside(signal_id=found.id, reason="Un stage d’une journée.", actor=agent, request_id=request_id, at=LATER)
    signals.set_aside(signal_id=found.id, reason="encore", actor=agent, request_id=request_id, at=LATER)
    with pytest.raises(AlreadySorted):
        signals.set_aside(signal_id=found.id, reason="encore", actor=agent, request_id=rid(), at=LATER)
    seen = queries.signal(agent, found.id)
    assert (seen.state, seen.set_aside_because, seen.set_aside_by_id) == (SignalState.SET_ASIDE, "Un stage d’une journée.", 603)
    for stranger in (town.counter(town.campaign.place_organisation_id, "PLACE_MANAGER"), town.staff(604, "APPROVER")):
        with pytest.raises(NotAllowed):
            signals.set_aside(signal_id=found.id, reason="a", actor=stranger, request_id=rid(), at=LATER)
    elsewhere = Actor(kind="person", label="x", person_id=9, organisation_id=999_999, roles=frozenset({"OPERATOR_AGENT"}))
    with pytest.raises(SignalUnknown):
        signals.set_aside(signal_id=found.id, reason="a", actor=elsewhere, request_id=rid(), at=LATER)


def test_lists_are_filtered_and_counters_say_what_became(town: Town) -> None:
    town.take(range(15), moment(TUESDAY, 23))
    town.look()
    agent, ids = town.staff(603, "OPERATOR_AGENT", at=LATER), [town.campaign.programme_id]
    every = queries.signals(agent, programme_ids=ids)
    assert every.count == len(every.signals) >= 2
    only = queries.signals(agent, programme_ids=ids, which=SignalFilter(rule="whole-booklets", place_id=town.campaign.place_id))
    assert [each.rule for each in only.signals] == ["whole-booklets"]
    assert queries.signals(agent, programme_ids=ids, which=SignalFilter(state=SignalState.SET_ASIDE)).count == 0
    assert queries.signals(agent, programme_ids=[999_999]).count == 0
    assert queries.waiting(ids) == (every.count, LATER)
    signals.set_aside(signal_id=only.signals[0].id, reason="a", actor=agent, request_id=rid(), at=LATER)
    counts = {each.rule: each for each in queries.rule_counts(agent, ids[0])}
    assert set(counts) == set(BY_CODE)
    aside = counts["whole-booklets"]
    assert (aside.noticed, aside.set_aside, aside.waiting, aside.ended) == (1, 1, 0, 1)
    assert aside.precision is not None
    assert (aside.precision.thousandths, aside.precision.low) == (0, 0)
    assert counts["expiry-spike"].precision is None
    with pytest.raises(NotAllowed):
        queries.signals(town.counter(town.campaign.place_organisation_id, "PLACE_MANAGER"), programme_ids=ids)


def test_a_voucher_s_booklet_follows_from_its_number(town: Town) -> None:
    """What every reader counts on, instead of reading each voucher."""
    town.take([0, 4, 5, 119], moment(TUESDAY, 10))
    ground = Ground(town.campaign.programme_id, Span.WEEK, ((MONDAY, NEXT_MONDAY),))
    told = read(ground, f"WITH {SPENT} SELECT s.booklet_id, v.booklet_id FROM spent s JOIN ledger_voucher v ON v.id = s.voucher_id")
    assert len(told) == 4
    assert all(counted == kept for counted, kept in told)


@pytest.mark.parametrize(
    ("hour", "minute", "is_far"), [(6, 0, True), (6, 1, False), (20, 59, False), (21, 0, True), (3, 0, True), (12, 0, False)]
)  # fmt: skip
def test_three_hours_around_an_opening_are_near(hour: int, minute: int, is_far: bool) -> None:
    assert is_far_from_opening(HOURS, moment(TUESDAY, hour, minute)) is is_far


def test_a_night_that_goes_past_midnight_is_open_the_next_day() -> None:
    assert not is_far_from_opening("Tu 20:00-02:00", moment(TUESDAY + timedelta(days=1), 4))
    assert is_far_from_opening("Tu 20:00-02:00", moment(TUESDAY + timedelta(days=1), 6))
