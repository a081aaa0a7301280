"""A fund that runs low is said once, to whom it concerns, and is over when money arrives; a study keeps what was chosen and why."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.funding import operations, queries
from carnet.funding.rules import (
    AgreementUnknown,
    CoFinancingCase,
    FundStep,
    OtherShareUnexplained,
    Scale,
    ShareNotPositive,
    StudyUnknown,
    ThresholdNegative,
    fund_step,
    ring_fenced_cents,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger.rules import Money
from carnet.notices.models import Notice
from carnet.parties.rules import NotAllowed
from tests.funding.conftest import Cast
from tests.funding.test_agreements import receive

CASE = CoFinancingCase(Scale.EPCI, 55_391, Fraction(103), Fraction("0.14"), 34_027_00, has_target_public=True, is_structured=True)


def letters() -> list[int]:
    with acting_as_everything(why="reading the outbox in a test"):
        return sorted(Notice.objects.filter(kind="funding.fund-low").values_list("to_organisation_id", flat=True))


def threshold(cast: Cast, agreement_id: int, cents: int, **more: object) -> None:
    details = {"actor": cast.admin, "request_id": uuid4(), "at": cast.at} | more
    operations.set_fund_threshold(agreement_id=agreement_id, cents=cents, **details)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 30), max_size=30), st.integers(0, 20))
def test_an_alert_opens_once_per_crossing(balances: list[int], least: int) -> None:
    is_open, opened, low_before, crossings = False, 0, False, 0
    for balance in balances:
        step = fund_step(balance_cents=balance, threshold_cents=least, is_open=is_open, is_watched=True)
        opened += step is FundStep.OPEN
        is_open = step is FundStep.OPEN or (is_open and step is not FundStep.END)
        crossings += balance < least and not low_before
        low_before = balance < least
        assert is_open == (balance < least)
    assert opened == crossings


def test_what_is_on_the_account_is_what_neither_places_nor_funders_have() -> None:
    assert ring_fenced_cents(Money(funded=100, unissued=10, in_circulation=20, owed=5, paid=60, returned=5)) == 35


def test_a_fund_that_runs_low_is_told_once_and_is_over_when_money_arrives(cast: Cast) -> None:
    with acting_as(cast.admin):
        agreement_id = cast.sign(cast.half_and_half())
        receive(cast, agreement_id, cents=1_000_00)
        threshold(cast, agreement_id, 5_000_00)
        assert letters() == sorted([cast.operator_id, cast.metropolis_id, cast.department_id])
        (alert,) = queries.open_fund_alerts([agreement_id])
        assert (alert.balance_cents, alert.threshold_cents) == (1_000_00, 5_000_00)
        for days in range(1, 4):
            assert operations.watch_fund(agreement_id=agreement_id, at=cast.at + timedelta(days=days)) is FundStep.NOTHING
        assert len(letters()) == 3
        receive(cast, agreement_id, cents=4_000_00, bank_reference="VIR-2")
        assert queries.open_fund_alerts([agreement_id]) == []
        threshold(cast, agreement_id, 6_000_00)
        assert len(letters()) == 6, "another crossing"
        threshold(cast, agreement_id, 0)
        assert queries.open_fund_alerts([agreement_id]) == []


def test_nobody_worries_about_a_season_that_is_over(cast: Cast) -> None:
    with acting_as(cast.admin):
        agreement_id = cast.sign(cast.half_and_half())
        threshold(cast, agreement_id, 5_000_00, at=cast.at)
        assert len(queries.open_fund_alerts([agreement_id])) == 1
        assert operations.watch_fund(agreement_id=agreement_id, at=cast.at + timedelta(days=800)) is FundStep.END
        assert operations.watch_fund(agreement_id=agreement_id, at=cast.at + timedelta(days=801)) is FundStep.NOTHING


def test_who_may_set_a_threshold(cast: Cast) -> None:
    with acting_as(cast.admin):
        agreement_id = cast.sign(cast.half_and_half())
        with pytest.raises(ThresholdNegative):
            threshold(cast, agreement_id, -1)
    with acting_as(cast.funder):
        repeated = uuid4()
        for _again in range(2):
            threshold(cast, agreement_id, 1, actor=cast.funder, request_id=repeated)
        assert queries.fund_threshold(agreement_id).organisation_id == cast.funder.organisation_id
        with pytest.raises(NotAllowed):
            threshold(cast, agreement_id, 1, actor=replace(cast.admin, roles=frozenset({"APPROVER"})))
    with acting_as(cast.stranger), pytest.raises((AgreementUnknown, NotAllowed)):
        threshold(cast, agreement_id, 1, actor=cast.stranger)


def decide(cast: Cast, **more: object) -> int:
    details = {"programme_id": cast.programme_id, "case": CASE, "actor": cast.admin, "request_id": uuid4(), "at": cast.at} | more
    return operations.decide_state_share(**details)  # type: ignore[arg-type]


def test_the_rule_is_taken_or_another_share_is_explained(cast: Cast) -> None:
    with acting_as(cast.admin):
        study = queries.state_share_study(cast.admin, decide(cast, territory="Un EPCI"))
        assert (study.rate_percent, study.state_cents, study.portion, study.case) == (35, 18_322_00, Fraction(35, 100), CASE)
        with pytest.raises(OtherShareUnexplained):
            decide(cast, portion=Fraction(1, 2), reason=" ")
        with pytest.raises(ShareNotPositive):
            decide(cast, portion=Fraction(3, 2), reason="trop")
        other_id = decide(cast, portion=Fraction(1, 2), reason="L’appel de 2020 dit la moitié.")
        agreement_id = cast.sign(cast.half_and_half(), study_id=other_id)
        kept = queries.study_of_agreement(agreement_id)
        assert kept is not None
        assert (kept.portion, kept.reason, kept.rate_percent) == (Fraction(1, 2), "L’appel de 2020 dit la moitié.", 35)
        with pytest.raises(StudyUnknown):
            cast.sign(cast.half_and_half(), study_id=other_id, name="Une autre", signed_on=date(2025, 10, 2))
    with acting_as(cast.stranger), pytest.raises(StudyUnknown):
        queries.state_share_study(cast.stranger, other_id)
