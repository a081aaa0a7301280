"""Samples on PostgreSQL: promised before, drawn once, checked, closed; who may, and what the database refuses."""

import dataclasses
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from carnet.controls.models import Sample, SampleUnit, Signal
from carnet.controls.operations import samples as operations
from carnet.controls.queries import samples as queries
from carnet.controls.rules import samples as rules
from carnet.controls.rules.samples import (
    Evidence,
    Finding,
    FindingsMissing,
    Method,
    SampleClosed,
    SampleDrawn,
    SampleEmpty,
    SampleNotOver,
    SampleUnknown,
)
from carnet.funding.rules import FundingRefused
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.parties.rules import NotAllowed
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Item
from tests.factories.campaign import NOW, Campaign, organisation, rid

pytestmark = pytest.mark.django_db

SPENT_AT = NOW + timedelta(days=1)
AFTER = NOW + timedelta(days=10)
PERIOD = {"from_on": date(2026, 3, 1), "until_on": date(2026, 3, 8)}
SPENT = 12


def somebody(ready: Campaign, role: str, person_id: int = 601) -> Actor:
    return Actor(
        kind="person", label=role, person_id=person_id, organisation_id=ready.operator_id, organisation_ids=frozenset({ready.operator_id}),
        programme_ids=frozenset({ready.programme_id}), roles=frozenset({role}), proved_at=AFTER,
    )  # fmt: skip


@pytest.fixture
def spent(ready: Campaign) -> Campaign:
    """Twelve vouchers spent, one of them undone."""
    counter = ready.mediator
    with acting_as(counter):
        for rank in range(SPENT + 1):
            item = Item(code=ready.code(rank), service="mailbox", place_id=ready.place_id)
            found = redemption.redeem(item=item, actor=counter, channel="SCREEN", request_id=rid(), at=SPENT_AT)
        redemption.reverse(number=found.number, reason="erreur", actor=counter, request_id=rid(), at=SPENT_AT + timedelta(minutes=2))
    return ready


def promised(ready: Campaign, *, method: Method = Method.RANDOM, size: int = 10, at=NOW, **changes: object) -> int:
    actor = somebody(ready, "OPERATOR_ADMIN")
    with acting_as(actor):
        return operations.promise_sample(
            **{
                "programme_id": ready.programme_id,
                "method": method,
                "size": size,
                "actor": actor,
                "request_id": rid(),
                "at": at,
                **PERIOD,
                **changes,
            }
        )


def drawn(ready: Campaign, **options: object) -> int:
    sample_id, actor = promised(ready, **options), somebody(ready, "OPERATOR_ADMIN")
    with acting_as(actor):
        operations.draw_sample(sample_id=sample_id, actor=actor, request_id=rid(), at=AFTER)
    return sample_id


def check(ready: Campaign, sample_id: int, rank: int, finding: Finding = Finding.PROVED, *evidence: Evidence) -> None:
    actor = somebody(ready, "OPERATOR_AGENT", 602)
    with acting_as(actor):
        operations.write_finding(
            sample_id=sample_id, rank=rank, finding=finding, evidence=evidence or (Evidence.SHEET,), actor=actor, request_id=rid(), at=AFTER
        )


def seen(ready: Campaign, sample_id: int, role: str = "OPERATOR_ADMIN") -> queries.SampleView:
    actor = somebody(ready, role)
    with acting_as(actor):
        return queries.sample(actor, sample_id)


class TestPromising:
    def test_the_seed_is_kept_back_and_its_fingerprint_published(self, spent: Campaign) -> None:
        view = seen(spent, promised(spent))
        assert (view.seed, view.drawn_at, view.was_promised_before) == ("", None, True)
        with acting_as_everything(why="what no page shows"):
            seed = Sample.objects.get(id=view.id).seed
            line = Line.objects.filter(action="controls.sample-promised").latest("id")
        assert view.commitment == rules.commitment_of(seed)
        assert line.facts["commitment"] == view.commitment
        assert seed not in str(line.facts)

    def test_it_is_repeated_by_its_request(self, spent: Campaign) -> None:
        request_id = rid()
        assert promised(spent, request_id=request_id) == promised(spent, request_id=request_id, size=50)

    def test_promised_after_the_period_it_says_so(self, spent: Campaign) -> None:
        assert not seen(spent, promised(spent, at=AFTER)).was_promised_before

    @pytest.mark.parametrize("role", ["OPERATOR_AGENT", "TREASURER", "PLACE_MANAGER", "MEDIATOR", "PRESCRIBER", "FUNDER"])
    def test_others_promise_nothing(self, spent: Campaign, role: str) -> None:
        with pytest.raises(NotAllowed):
            promised(spent, actor=somebody(spent, role))

    def test_nor_a_stranger(self, spent: Campaign) -> None:
        stranger = dataclasses.replace(
            somebody(spent, "OPERATOR_ADMIN"), organisation_id=organisation("Autre", "OPERATOR"), programme_ids=frozenset()
        )
        with acting_as(stranger), pytest.raises(FundingRefused):
            operations.promise_sample(
                programme_id=spent.programme_id, method=Method.RANDOM, size=10, actor=stranger, request_id=rid(), at=NOW, **PERIOD
            )


class TestDrawing:
    def test_anybody_draws_it_again_from_its_seed(self, spent: Campaign) -> None:
        view = seen(spent, drawn(spent))
        assert view.universe is not None
        assert (view.universe.count, view.universe.cents, view.drawn) == (SPENT, SPENT * 1000, 10)
        with acting_as(somebody(spent, "OPERATOR_ADMIN")):
            pool = [unit for unit, _place in queries.units_of_period(spent.programme_id, method=Method.RANDOM, **PERIOD)]
            found = [each.number for each in queries.units(somebody(spent, "OPERATOR_ADMIN"), view.id)]
        assert rules.digest_of(pool) == view.universe_sha256
        assert [each.unit.number for each in rules.draw(pool, seed=view.seed, size=10, method=Method.RANDOM)] == found

    def test_by_risk_places_with_signals_weigh_more(self, spent: Campaign) -> None:
        with acting_as_everything(why="something was noticed"):
            Signal.objects.create(
                programme_id=spent.programme_id, organisation_id=spent.place_organisation_id, place_id=spent.place_id, rule="beyond-seats",
                threshold=1, noticed_at=AFTER, **PERIOD,
            )  # fmt: skip
        view = seen(spent, drawn(spent, method=Method.RISK, size=30))
        assert view.universe is not None
        assert (view.universe.weight, view.universe.least_weight) == (SPENT * 4, 4)
        with acting_as(somebody(spent, "AUDITOR")):
            assert sum(each.times for each in queries.units(somebody(spent, "AUDITOR"), view.id)) == 30

    def test_not_before_its_period_is_over_nor_twice_nor_from_nothing(self, spent: Campaign) -> None:
        admin, sample_id = somebody(spent, "OPERATOR_ADMIN"), promised(spent)
        empty = promised(spent, from_on=date(2026, 2, 1), until_on=date(2026, 2, 8))
        with acting_as(admin):
            with pytest.raises(SampleNotOver):
                operations.draw_sample(sample_id=sample_id, actor=admin, request_id=rid(), at=SPENT_AT)
            with pytest.raises(SampleEmpty):
                operations.draw_sample(sample_id=empty, actor=admin, request_id=rid(), at=AFTER)
            operations.draw_sample(sample_id=sample_id, actor=admin, request_id=rid(), at=AFTER)
            with pytest.raises(SampleDrawn):
                operations.draw_sample(sample_id=sample_id, actor=admin, request_id=rid(), at=AFTER)


class TestChecking:
    def test_the_result_comes_once_all_is_checked_and_is_final_once_closed(self, spent: Campaign) -> None:
        sample_id, admin = drawn(spent), somebody(spent, "OPERATOR_ADMIN")
        for rank in range(1, 10):
            check(spent, sample_id, rank)
        assert seen(spent, sample_id).result is None
        with acting_as(admin), pytest.raises(FindingsMissing):
            operations.close_sample(sample_id=sample_id, actor=admin, request_id=rid(), at=AFTER)
        check(spent, sample_id, 10, Finding.NOT_PROVED)
        found = seen(spent, sample_id, "AUDITOR").result
        assert found is not None
        assert (found.not_proved, found.error.share, found.cents) == (1, 0.1, 1200)
        assert found.cents_low >= 1000
        check(spent, sample_id, 10, Finding.CANNOT_SAY)
        with acting_as(admin):
            operations.close_sample(sample_id=sample_id, actor=admin, request_id=rid(), at=AFTER)
        with pytest.raises(SampleClosed):
            check(spent, sample_id, 10)

    def test_only_the_operator_checks_and_a_stranger_sees_nothing(self, spent: Campaign) -> None:
        sample_id, auditor = drawn(spent), somebody(spent, "AUDITOR")
        with acting_as(auditor), pytest.raises(NotAllowed):
            operations.write_finding(
                sample_id=sample_id, rank=1, finding=Finding.PROVED, evidence=[Evidence.SHEET], actor=auditor, request_id=rid(), at=AFTER
            )
        stranger = dataclasses.replace(auditor, organisation_id=organisation("Autre", "AUDITOR"), programme_ids=frozenset())
        with acting_as(stranger), pytest.raises(SampleUnknown):
            queries.sample(stranger, sample_id)
        with acting_as(spent.mediator):
            assert not SampleUnit.objects.exists(), "a place never reads what was drawn"

    def test_the_database_keeps_what_was_promised_drawn_and_closed(self, spent: Campaign) -> None:
        sample_id = drawn(spent)
        with acting_as(somebody(spent, "OPERATOR_ADMIN")):
            for rows, changes in (
                (Sample.objects.filter(id=sample_id), {"seed": "another"}),
                (Sample.objects.filter(id=sample_id), {"universe_count": 1}),
                (SampleUnit.objects.filter(sample_id=sample_id), {"number": "1-1-1"}),
            ):
                with pytest.raises(DatabaseError), transaction.atomic():
                    rows.update(**changes)
            with pytest.raises(DatabaseError), transaction.atomic():
                SampleUnit.objects.filter(sample_id=sample_id).delete()
