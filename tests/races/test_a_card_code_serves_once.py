"""Six browsers type the same code of the same card at the same instant: one is let in. The table alone would see to it."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.parties import access
from carnet.parties import operations as parties
from carnet.parties.models import CardCode, CodeCard
from carnet.parties.operations import _card_codes
from tests.factories.cards import given, proved, seed_of, shown, someone, stocked, structure
from tests.parties.conftest import AT, organisation

pytestmark = pytest.mark.slow
BROWSERS = 6
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def holder(committed_database: str) -> Iterator[int]:
    operator = organisation("Opérateur du Val", "OPERATOR")
    admin = someone(operator, "admin", "OPERATOR_ADMIN", AT)
    library = structure(operator, "Médiathèque", AT)
    lead, helper = someone(library, "lea", "HELPER_LEAD", AT), someone(library, "hana", "HELPER", AT)
    stocked(admin, library, 1, AT)
    given(lead, helper.person_id or 0, AT)
    with acting_as(helper):
        proved(helper, AT)
    yield helper.person_id or 0
    connections["default"].close()


def at_once(person_id: int) -> list[object]:
    start, told = threading.Barrier(BROWSERS, timeout=60), list[object]()

    def one() -> None:
        try:
            start.wait()
            told.append(parties.accept_card_code(person_id=person_id, code=shown(LATER, seed_of(1)), at=LATER))
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            told.append(error)
        finally:
            connections["default"].close()

    browsers = [threading.Thread(target=one) for _browser in range(BROWSERS)]
    for browser in browsers:
        browser.start()
    for browser in browsers:
        browser.join()
    return told


def accepted() -> int:
    with acting_as_everything(why="count"):
        assert CodeCard.objects.count() == 1
        return CardCode.objects.filter(accepted_at=LATER).count()


def test_a_code_typed_six_times_at_once_lets_one_in(holder: int) -> None:
    told = at_once(holder)
    assert (sum(answer is None for answer in told), accepted()) == (1, 1), told


def test_without_the_lock_the_table_refuses_it_all_the_same(holder: int, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, kept, held = threading.Barrier(BROWSERS, timeout=60), _card_codes._kept_once, access.held_card

    def after_all_have_looked(card: CodeCard, step: int, at: object) -> bool:
        looked.wait()
        return kept(card, step, at)  # type: ignore[arg-type]

    monkeypatch.setattr(_card_codes, "_kept_once", after_all_have_looked)
    monkeypatch.setattr(access, "held_card", lambda person_id, lock=False: held(person_id))
    told = at_once(holder)
    assert (sum(answer is None for answer in told), accepted()) == (1, 1), told
