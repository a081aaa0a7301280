"""Helpers sign with one person at the same instant, while another stops what she signed: one live authorisation of a kind, no error.

The control takes the locks away: then the database itself refuses the second one, which shows that both guards are real.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connections
from django.db.models import Count

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.mandates import operations as mandates
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate, Structure
from carnet.mandates.operations import Known, _people, _signing
from carnet.mandates.rules import AuthorisationOver, Family, NothingToEnd
from tests.factories.campaign import NOW, rid
from tests.mandates.helping import AMINA, SUBJECT, Helping, helping, said
from tests.races.conftest import hammer

pytestmark = pytest.mark.slow

THREADS, ROUNDS = 5, 4
KNOWN = Known(AMINA, SUBJECT)


@pytest.fixture
def aid(committed_database: str) -> Iterator[Helping]:
    with acting_as_everything(why="prepare structures"):
        made = helping()
    yield made
    connections["default"].close()


def sign(aid: Helping, number: int) -> bool:
    helper = aid.helper(number=number + 1)
    with acting_as(helper):
        mandates.sign_mandate(said=said(Family.WORK, Family.MONEY), known=KNOWN, actor=helper, request_id=rid(), at=NOW)
    return True


def doubled() -> list[Any]:
    with acting_as_everything(why="look"):
        live = Authorisation.objects.filter(ended_at__isnull=True).order_by()
        return list(live.values("person_id", "family").annotate(count=Count("id")).filter(count__gt=1))


def test_one_live_authorisation_of_a_kind(aid: Helping) -> None:
    def attempt(number: int, _rank: int) -> bool:
        if number < THREADS - 1:
            return sign(aid, number)
        helper = aid.helper(role="HELPER_LEAD")
        with acting_as(helper):
            ids = list(Authorisation.objects.filter(ended_at__isnull=True).values_list("id", flat=True))
            try:
                if ids:
                    mandates.end_authorisations(authorisation_ids=ids, actor=helper, request_id=rid(), at=NOW)
            except NothingToEnd:
                return False
        return True

    blows = hammer(attempt, threads=THREADS, vouchers=ROUNDS)
    assert blows.errors == []
    assert doubled() == []
    with acting_as_everything(why="count"):
        assert AssistedPerson.objects.count() == 1
        assert Mandate.objects.count() == (THREADS - 1) * ROUNDS
        assert Authorisation.objects.count() == 2 * (THREADS - 1) * ROUNDS
        # A mandate with nothing open is closed, and none other.
        opened = set(Authorisation.objects.filter(ended_at__isnull=True).values_list("mandate_id", flat=True))
        assert set(Mandate.objects.filter(ended_at__isnull=True).values_list("id", flat=True)) == opened


def test_without_the_locks_the_database_refuses_the_second_one(aid: Helping, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(aid, 0)
    with acting_as_everything(why="nothing is in force"):
        mandates.close_structure(organisation_id=aid.structure_id, actor=aid.helper(), request_id=rid(), at=NOW)
        Structure.objects.update(ended_at=None)
    monkeypatch.setattr(_signing, "locked_structure", lambda organisation_id: Structure.objects.get(organisation_id=organisation_id))
    monkeypatch.setattr(
        _people, "_found", lambda organisation_id, _known: AssistedPerson.objects.filter(organisation_id=organisation_id).first()
    )
    monkeypatch.setattr(AssistedPerson, "save", lambda *_a, **_k: None)  # its row is not locked by being written either
    blows = hammer(lambda number, _rank: sign(aid, number), threads=THREADS, vouchers=1)
    assert any(isinstance(each, IntegrityError) and "mandates_authorisation_one_live" in str(each) for each in blows.errors)
    assert doubled() == []


def test_a_use_and_a_stop_at_the_same_instant_come_one_after_the_other(aid: Helping) -> None:
    sign(aid, 0)
    helper = aid.helper()
    with acting_as(helper):
        ids = dict(Authorisation.objects.filter(ended_at__isnull=True).values_list("family", "id"))

    def attempt(number: int, _rank: int) -> bool:
        with acting_as(helper):
            if number == 0:
                mandates.end_authorisations(authorisation_ids=ids.values(), actor=helper, request_id=rid(), at=NOW)
                return True
            try:
                mandates.record_use(
                    authorisation_id=ids["money"], procedure="taxes", service="impots.gouv.fr", actor=helper, request_id=rid(), at=NOW
                )
            except AuthorisationOver:
                return False
        return True

    blows = hammer(attempt, threads=4, vouchers=1)
    assert blows.errors == []
    with acting_as(helper), pytest.raises(AuthorisationOver):
        mandates.record_use(
            authorisation_id=ids["money"], procedure="taxes", service="impots.gouv.fr", actor=helper, request_id=rid(), at=NOW
        )
