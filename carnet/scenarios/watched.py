"""A demonstration's controls: what the night's look noticed, samples promised, drawn and checked, questions asked after a lesson. All simulated.

Places' cases are `questions`. Everything goes through the operations of the screens and of the timers; what is found is told by rank, so that two
demonstrations of the same day say the same, whatever the seeds of their samples.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from carnet.controls.operations import cases, questions, samples, signals
from carnet.controls.queries.signals import SignalFilter
from carnet.controls.queries.signals import signals as signals_of
from carnet.controls.rules.cases import NothingInQuestion, PeriodWrong
from carnet.controls.rules.questions import Answer
from carnet.controls.rules.samples import Evidence, Finding, Method, SampleEmpty
from carnet.controls.rules.signals import SignalState
from carnet.distribution import operations as distribution
from carnet.distribution import queries as handed
from carnet.distribution.rules import HandOverItem
from carnet.distribution.rules.reminders import ContactChannel, NothingToRemind
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, legal_day
from carnet.kernel.text_messages import is_a_day_to_write
from carnet.ledger import queries as ledger
from carnet.parties.rules import Role
from carnet.redemption import queries as redemption
from carnet.redemption.operations import Asked, Item, redeem_many
from carnet.scenarios.play import Played

_DAY = timedelta(days=1)
# Of the numbers kept for fiction: docs/sources/text-messages.md#numbers.
NUMBER = "06 39 98 7{:01d} {:02d}"
PEOPLE = 9
# What people say, one after another; the last one has not answered yet.
SAID = (Answer.YES, Answer.YES, Answer.YES, Answer.NO, Answer.YES, Answer.YES, Answer.UNKNOWN, Answer.YES)
EMPTIED = 10
SAMPLE_SIZE, RISK_SIZE, NEXT_SIZE = 30, 20, 60
_NOT_PROVED, _CANNOT_SAY = {2, 19}, {5}


def watch(current: Played, spare: Sequence[int], *, at: datetime) -> str:
    """Look, sort, sample and ask; return the token of a question that waits for its answer ("" where nobody could be asked).

    `spare`: ranks of vouchers in hands that nothing else of the demonstration needs.
    """
    _empty_booklets_at_once(current, at)
    _look(current, at)
    _sample(current, at)
    return _ask_people(current, spare, at)


def _empty_booklets_at_once(current: Played, at: datetime) -> None:
    """What a signal is for: booklets handed over on a Monday, and emptied one after the other in a row the next evening, in a place nobody tries.

    Skipped where every desk has hardly any left, as in a small demonstration.
    """
    monday = legal_day(at) - timedelta(days=7 + legal_day(at).weekday())
    with acting_as(programme_ids=[current.programme_id]):
        series = ledger.series(current.series_id)
        kept = {desk_id: _in_a_row(current, desk_id, at) for desk_id in current.cast.desk_ids[1:]}
    desk_id = next((each for each, booklets in kept.items() if booklets), None)
    if desk_id is None:
        return
    taken, place_id = kept[desk_id], current.cast.place_ids[-1]
    desk, given_at = current.cast.desk(desk_id), datetime.combine(monday, time(9), tzinfo=PARIS)
    items = [HandOverItem(uuid4(), series.id, each, each) for each in taken]
    with acting_as(desk):
        distribution.hand_over_many(items=items, organisation_id=desk_id, actor=desk, request_id=uuid4(), at=given_at)
    counter, evening = current.cast.counter(place_id), datetime.combine(monday + _DAY, time(18), tzinfo=PARIS)
    with acting_as(Actor.system("demonstration", programme_ids={current.programme_id}, organisation_ids={current.cast.operator_id})):
        for number, booklet_id in enumerate(taken):
            first = (booklet_id - series.first_booklet_id) * series.booklet_size
            for rank in range(first, first + series.booklet_size):
                asked = Asked(Item(code=current.codes[rank], service="mailbox", place_id=place_id), counter, "SCREEN")
                redeem_many(asked=[asked], at=evening + timedelta(minutes=4 * number, seconds=30 * (rank - first)))


def _in_a_row(current: Played, desk_id: int, at: datetime) -> list[int]:
    """The first booklets of a desk that has as many again, if they follow one another."""
    held = sorted(ledger.stock_ids(holder_id=desk_id, programme_id=current.programme_id, to_give_at=at, whole_only=True))
    first = held[:EMPTIED]
    return first if len(held) >= 2 * EMPTIED and first[-1] - first[0] == EMPTIED - 1 else []


def _look(current: Played, at: datetime) -> None:
    """A threshold tried lower, the nights' look; the first signal set aside with a reason, a case opened from another, the rest left to sort."""
    admin = _staff(current, Role.OPERATOR_ADMIN, at)
    with acting_as(admin):
        signals.set_threshold(
            programme_id=current.programme_id, rule="before-hand-over", threshold=1, reason="Essai d’un seuil plus bas, pour un mois.",
            actor=admin, request_id=uuid4(), at=at - _DAY,
        )  # fmt: skip
    signals.look(programme_id=current.programme_id, until=legal_day(at) - _DAY, at=at - timedelta(hours=6))
    treasurer = _staff(current, Role.TREASURER, at)
    with acting_as(treasurer):
        found = signals_of(treasurer, programme_ids=[current.programme_id], which=SignalFilter(state=SignalState.NEW), per_page=100).signals
        if len(found) < 2:
            return
        signals.set_aside(
            signal_id=found[-1].id, reason="Le lieu avait prévenu : deux groupes le même jour, dans la grande salle.", actor=treasurer,
            request_id=uuid4(), at=at - timedelta(hours=4),
        )  # fmt: skip
        for each in found[:-1]:
            question = cases.question_about(
                signal_ids=[each.id], reason="Vu par la règle, et rien dans l’agenda ne l’explique.",
                asked="Comment se sont passées les leçons de ces jours ?", phone="02 40 00 00 00",
            )  # fmt: skip
            try:
                cases.open_case(
                    programme_id=current.programme_id, question=question, signal_ids=[each.id], actor=treasurer, request_id=uuid4(),
                    at=at - timedelta(hours=2),
                )  # fmt: skip
            except (NothingInQuestion, PeriodWrong):
                continue
            return


def _sample(current: Played, at: datetime) -> None:
    """One whose result is final, one half checked, one promised for the days to come."""
    today = legal_day(at)
    _one_sample(current, Method.RANDOM, SAMPLE_SIZE, (today - 45 * _DAY, today - 15 * _DAY), at, is_closed=True)
    _one_sample(current, Method.RISK, RISK_SIZE, (today - 15 * _DAY, today - _DAY), at)
    admin = _staff(current, Role.OPERATOR_ADMIN, at)
    with acting_as(admin):
        _promise(current, Method.RANDOM, NEXT_SIZE, (today, today + 30 * _DAY), admin, at)


def _one_sample(current: Played, method: Method, size: int, days: tuple[date, date], at: datetime, *, is_closed: bool = False) -> None:
    """Checked whole and closed, or half of it only."""
    promised_at = datetime.combine(days[0] - _DAY, time(10), tzinfo=PARIS)
    admin = _staff(current, Role.OPERATOR_ADMIN, promised_at)
    with acting_as(admin):
        sample_id = _promise(current, method, size, days, admin, promised_at)
        drawn_at = min(datetime.combine(days[1], time(11), tzinfo=PARIS), at)
        admin = _staff(current, Role.OPERATOR_ADMIN, drawn_at)
        try:
            drawn = samples.draw_sample(sample_id=sample_id, actor=admin, request_id=uuid4(), at=drawn_at)
        except SampleEmpty:
            return
        for rank in range(1, (drawn if is_closed else drawn // 2) + 1):
            finding = Finding.NOT_PROVED if rank in _NOT_PROVED else Finding.CANNOT_SAY if rank in _CANNOT_SAY else Finding.PROVED
            seen = [Evidence.AGENDA] if finding is Finding.NOT_PROVED else [Evidence.SHEET, Evidence.AGENDA][: 1 + rank % 2]
            samples.write_finding(
                sample_id=sample_id, rank=rank, finding=finding, evidence=seen, actor=admin, request_id=uuid4(),
                at=min(drawn_at + rank * timedelta(minutes=4), at),
            )  # fmt: skip
        if is_closed:
            samples.close_sample(sample_id=sample_id, actor=admin, request_id=uuid4(), at=min(drawn_at + _DAY, at))


def _promise(current: Played, method: Method, size: int, days: tuple[date, date], admin: Actor, at: datetime) -> int:
    return samples.promise_sample(
        programme_id=current.programme_id, method=method, size=size, from_on=days[0], until_on=days[1], actor=admin, request_id=uuid4(), at=at
    )  # fmt: skip


def _ask_people(current: Played, spare: Sequence[int], at: datetime) -> str:
    """They are asked by text; all but the last answer by the link they were sent."""
    asked_at = _working_hour(at)
    _come_to_a_lesson(current, spare, asked_at)
    tokens: list[str] = []

    def link(token: str) -> str:
        tokens.append(token)
        return f"/{token}"

    with acting_as_everything(why="the timer asks in every desk of the programme"):
        questions.ask_after_lessons(programme_id=current.programme_id, link=link, request_id=uuid4(), at=asked_at, of_a_hundred=100)
    for token, answer in zip(tokens[:-1], SAID, strict=False):
        questions.answer_by_link(token=token, answer=answer, at=asked_at + timedelta(hours=1))
    return tokens[-1] if tokens else ""


def _come_to_a_lesson(current: Played, spare: Sequence[int], asked_at: datetime) -> None:
    """A few people came to a lesson of the first place two days before, and had agreed at their desk to be asked."""
    lesson_at, place_id = asked_at - 2 * _DAY + timedelta(hours=7), current.cast.place_ids[0]
    with acting_as(programme_ids=[current.programme_id]):
        series = ledger.series(current.series_id)
    rank_of = {series.first_booklet_id + rank // series.booklet_size: rank for rank in reversed(spare)}
    counter, came = current.cast.counter(place_id), 0
    for desk_id in current.cast.desk_ids:
        desk = replace(Actor.system("demonstration", organisation_ids={desk_id}), organisation_id=desk_id)
        with acting_as(desk):
            given = handed.hand_overs(organisation_id=desk_id, programme_id=current.programme_id, limit=200)
        for each in given:
            ranks = [rank_of[number] for number in range(each.first_booklet_id, each.last_booklet_id + 1) if number in rank_of]
            if came >= PEOPLE or not ranks or each.handed_over_at >= lesson_at:
                continue
            asked = Asked(Item(code=current.codes[ranks[0]], service="mailbox", place_id=place_id), counter, "SCREEN")
            with acting_as(
                Actor.system("demonstration", programme_ids={current.programme_id}, organisation_ids={current.cast.operator_id})
            ):
                (answer,) = redeem_many(asked=[asked], at=lesson_at + came * timedelta(minutes=1))
            with acting_as(desk):
                came += isinstance(answer, redemption.Redeemed) and _leave(desk, each.id, came, each.handed_over_at)


def _leave(desk: Actor, hand_over_id: int, rank: int, at: datetime) -> bool:
    try:
        distribution.leave_contact(
            hand_over_id=hand_over_id, channel=ContactChannel.TEXT, phone=NUMBER.format(rank // 100, rank % 100), has_consented=True,
            may_be_asked=True, actor=desk, request_id=uuid4(), at=at,
        )  # fmt: skip
    except NothingToRemind:
        return False  # everything was used: nothing to remind of
    return True


def _working_hour(at: datetime) -> datetime:
    """The latest morning, before today, when a person may be written to."""
    day = legal_day(at) - _DAY
    while not is_a_day_to_write(day):
        day -= _DAY
    return datetime.combine(day, time(10), tzinfo=PARIS)


def _staff(current: Played, role: Role, at: datetime) -> Actor:
    return current.cast.actor(role, current.programme_id, at)
