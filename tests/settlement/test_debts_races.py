"""Two people keep, ask for or number the same thing at the same instant: once, without a hole; and what would go wrong without the lock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.gateways.database import acting_as_everything
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.settlement import access, queries
from carnet.settlement.models import DebitNoteLine, Netting, Numbering
from carnet.settlement.operations._numbers import take_numbers
from carnet.settlement.rules.debts import PaperKind
from tests.settlement.conftest import MAY, Payday, make_payday
from tests.settlement.test_debts import JUNE, LATE_APRIL, issue, mistake

pytestmark = pytest.mark.slow


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act answered, a refusal included, all begun at the same instant on connections of their own."""
    start = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        except (Refusal, IntegrityError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as people:
        return [future.result() for future in [people.submit(one, act) for act in acts]]


def living() -> tuple[int, int]:
    """Nettings and lines of notes that stand."""
    with acting_as_everything(why="count"):
        return Netting.objects.filter(undone_at=None).count(), DebitNoteLine.objects.filter(withdrawn_at=None).count()


def owing() -> Payday:
    payday = make_payday()
    wrong = payday.spend(1)[0]
    payday.pay()
    mistake(payday, wrong.number)
    payday.spend(2, at=LATE_APRIL)
    payday.claim(at=MAY)
    return payday


def numbers(operator_id: int, count: int) -> list[int]:
    taken = []
    for _each in range(count):
        with acting_as_everything(why="numbers"), transaction.atomic():
            taken += take_numbers(operator_id=operator_id, kind=PaperKind.ADVICE, year=2031)
    return taken


def careless(operator_id: int, both_read: Barrier) -> int:
    """A number as the latest one read, plus one: what the lock is for."""
    with acting_as_everything(why="numbers, carelessly"):
        latest = Numbering.objects.get(operator_id=operator_id, year=2031).latest
        both_read.wait()
        return latest + 1


def test_a_debt_comes_back_once_and_numbers_have_no_hole(committed_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    payday = owing()
    late = JUNE.replace(month=7, day=20)
    # Kept by two runs, and asked for by a note, at the same instant: one of the three.
    at_once(lambda: payday.prepare(at=late), lambda: payday.prepare(at=late), lambda: issue(payday, at=late))
    assert sum(living()) == 1
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert queries.verify() == []

    # Fifty numbers by two people: each once, none missing; one taken in a transaction given up is taken again.
    operator_id = payday.campaign.operator_id
    taken = at_once(lambda: numbers(operator_id, 25), lambda: numbers(operator_id, 25))
    assert sorted(taken[0] + taken[1]) == list(range(1, 51))
    with pytest.raises(RuntimeError), acting_as_everything(why="given up"), transaction.atomic():
        assert list(take_numbers(operator_id=operator_id, kind=PaperKind.ADVICE, year=2031)) == [51]
        raise RuntimeError
    assert numbers(operator_id, 1) == [51]
    # The control: without the row's lock two people take one number.
    both_read = Barrier(2)
    first, second = at_once(lambda: careless(operator_id, both_read), lambda: careless(operator_id, both_read))
    assert first == second == 52

    # The control of the keeping: without the programme's lock two hands reach the same debt, and only the database refuses one.
    other = owing()
    monkeypatch.setattr(access, "lock_programme", lambda _programme_id: None)
    answers = at_once(lambda: other.prepare(at=late), lambda: issue(other, at=late), lambda: other.prepare(at=late))
    assert any(isinstance(each, Exception) for each in answers)
    with acting_as_everything(why="count"):
        mine = {"agreement_id": other.agreement_id}
        assert (
            Netting.objects.filter(**mine, undone_at=None).count()
            + DebitNoteLine.objects.filter(note__agreement_id=other.agreement_id).count()
            == 1
        )
