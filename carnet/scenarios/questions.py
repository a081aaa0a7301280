"""A demonstration's cases: places asked about some days, one at each step, so that every page has something to show. All simulated."""

from collections.abc import Collection
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4

from PIL import Image, ImageDraw

from carnet.controls.operations import cases
from carnet.controls.operations.cases import Question
from carnet.controls.queries.cases import case_page
from carnet.controls.rules.cases import APPEAL_DAYS, Decision, Wish
from carnet.controls.rules.signals import Outcome
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role
from carnet.redemption import queries as redemption
from carnet.scenarios.play import Played

PHONE = "02 40 00 00 00"
_DAY = timedelta(days=1)
_Slice = Collection[redemption.OwedRedemption]


def ask_places(current: Played, *, at: datetime) -> None:
    """Questions asked of the place that visitors try, and of the busiest of the others: each about other vouchers, where there are enough."""
    first = current.cast.place_ids[0]
    with acting_as(_staff(current, Role.TREASURER, at)):
        used = redemption.places_used(programme_id=current.programme_id)
    busiest = max((each for each in current.cast.place_ids if each != first), key=lambda each: used.get(each, 0))
    for place_id, days, told in ((first, 1, (_decided, _answered)), (busiest, 2, (_to_carry_out, _appealed, _just_asked))):
        for vouchers, tell in zip(_slices(current, place_id, at, count=len(told), days=days), told, strict=False):
            tell(current, place_id, vouchers, at)


def _slices(current: Played, place_id: int, at: datetime, *, count: int, days: int) -> list[_Slice]:
    """The place's redemptions, the oldest first, those of a few days for each question."""
    with acting_as(_staff(current, Role.TREASURER, at)):
        owed = redemption.owed_at_place(
            programme_id=current.programme_id, place_id=place_id, since=at - 190 * _DAY, until=at - 3 * _DAY, at=at, limit=2_000
        )
    slices, rest = [], owed
    for _each in range(count):
        # Whole days: two questions never speak of the same one.
        taken = sorted({each.redeemed_at.date() for each in rest})[:days]
        slices.append([each for each in rest if each.redeemed_at.date() in taken])
        rest = [each for each in rest if each.redeemed_at.date() not in taken]
    return [each for each in slices if each]


def _ask(current: Played, place_id: int, vouchers: _Slice, asked_at: datetime, *, hold: bool) -> int:
    moments = [each.redeemed_at for each in vouchers]
    treasurer = _staff(current, Role.TREASURER, asked_at)
    with acting_as(treasurer):
        return cases.open_case(
            programme_id=current.programme_id,
            question=Question(
                place_id, min(moments), max(moments) + timedelta(microseconds=1),
                "Plus de chèques que de places annoncées ces jours-là.",
                "Comment se sont passées les leçons de ces jours ? Avez-vous gardé les feuilles de présence ?",
                PHONE,
            ),
            hold_all=hold, actor=treasurer, request_id=uuid4(), at=asked_at,
        )  # fmt: skip


def _answer(current: Played, place_id: int, case_id: int, at: datetime, *, paper: bool = False, wish: Wish = Wish.WRITTEN) -> None:
    manager = _manager(current, place_id)
    with acting_as(manager):
        if paper:
            cases.add_paper(case_id=case_id, content=_sheet(), actor=manager, request_id=uuid4(), at=at)
        cases.answer_case(
            case_id=case_id, words="Deux groupes se sont suivis. L’agenda n’en montrait qu’un.", wish=wish, actor=manager, request_id=uuid4(), at=at,
        )  # fmt: skip


def _decide(current: Played, case_id: int, decision: Decision, at: datetime) -> None:
    approver = _staff(current, Role.APPROVER, at)
    with acting_as(approver):
        page = case_page(approver, case_id, at=at)
        if len(page.redemptions) == 1:
            decision = Decision.RECOVER
        chosen = [page.redemptions[0].id] if decision is Decision.PARTLY else []
        cases.decide_case(
            case_id=case_id, decision=decision, taken_back=chosen, words="La feuille de présence montre une personne de moins.",
            found=Outcome.SLOPPY, actor=approver, request_id=uuid4(), at=at,
        )  # fmt: skip


def _to_carry_out(current: Played, place_id: int, vouchers: _Slice, at: datetime) -> None:
    """Decided, and nobody appealed in time: somebody carries it out."""
    decided_at = max(at - (APPEAL_DAYS + 2) * _DAY, max(each.redeemed_at for each in vouchers) + 2 * _DAY)
    case_id = _ask(current, place_id, vouchers, decided_at - _DAY, hold=False)
    _answer(current, place_id, case_id, decided_at - timedelta(hours=6))
    _decide(current, case_id, Decision.PARTLY, decided_at)


def _decided(current: Played, place_id: int, vouchers: _Slice, at: datetime) -> None:
    """Decided the day before yesterday: the place may still appeal."""
    case_id = _ask(current, place_id, vouchers, at - 2 * _DAY - timedelta(hours=4), hold=False)
    _answer(current, place_id, case_id, at - 2 * _DAY - timedelta(hours=1))
    _decide(current, case_id, Decision.PARTLY, at - 2 * _DAY)


def _answered(current: Played, place_id: int, vouchers: _Slice, at: datetime) -> None:
    """Answered yesterday with a paper, and a call asked for; what is in question waits, the rest is paid."""
    case_id = _ask(current, place_id, vouchers, at - _DAY - timedelta(hours=3), hold=True)
    _answer(current, place_id, case_id, at - _DAY, paper=True, wish=Wish.CALL)


def _appealed(current: Played, place_id: int, vouchers: _Slice, at: datetime) -> None:
    """Decided, and the place says why it should not stand: a third person answers."""
    case_id = _ask(current, place_id, vouchers, at - 2 * _DAY + timedelta(hours=1), hold=False)
    _answer(current, place_id, case_id, at - 2 * _DAY + timedelta(hours=2))
    _decide(current, case_id, Decision.PARTLY, at - 2 * _DAY + timedelta(hours=3))
    manager = _manager(current, place_id)
    with acting_as(manager):
        cases.appeal_case(
            case_id=case_id, words="La deuxième feuille a été retrouvée.", actor=manager, request_id=uuid4(), at=at - timedelta(hours=5)
        )


def _just_asked(current: Played, place_id: int, vouchers: _Slice, at: datetime) -> None:
    """Asked this morning; nothing waits for it."""
    _ask(current, place_id, vouchers, at - timedelta(hours=3), hold=False)


def _staff(current: Played, role: Role, at: datetime) -> Actor:
    return current.cast.actor(role, current.programme_id, at)


def _manager(current: Played, place_id: int) -> Actor:
    organisation_id = current.cast.place_organisations[place_id]
    return Actor(
        kind="person", label="simulated place", person_id=current.cast.staff[Role.OPERATOR_ADMIN], organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}), roles=frozenset({Role.PLACE_MANAGER.value}),
    )  # fmt: skip


def _sheet() -> bytes:
    """A sheet of attendance, drawn: initials only."""
    drawn = Image.new("RGB", (600, 420), "white")
    pen = ImageDraw.Draw(drawn)
    for rank, line in enumerate(("Feuille de présence (exemple)", "Atelier : ouvrir une boîte mail", "A. B.   C. D.   E. F.   G. H.")):
        pen.text((40, 60 + 60 * rank), line, fill="black")
    written = BytesIO()
    drawn.save(written, "PNG")
    return written.getvalue()
