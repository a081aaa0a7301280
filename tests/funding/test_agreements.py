"""Agreements, their shares, the money that comes in, the companies that join."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import Error

from carnet.funding import operations, queries
from carnet.funding.models import Agreement, MoneyReceived, Share
from carnet.funding.rules import (
    AgreementClosed,
    AgreementHasNoRingFence,
    AgreementUnknown,
    BankReferenceAlreadyRecorded,
    BankReferenceMissing,
    FunderNotInAgreement,
    FunderPaysOnUse,
    NameMissing,
    OrganisationLacksKind,
    PledgeState,
    PledgeStepWrong,
    PledgeUnknown,
    ReceiptNotPositive,
    ReceiptUnknown,
    ReceivedInFuture,
    SharesDoNotMakeAll,
    ShareTerms,
    percent,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.identifiers import IbanInvalid
from carnet.ledger import queries as ledger
from carnet.notices.models import Notice
from carnet.parties.rules import NotAllowed, ReasonMissing, SecondFactorNeeded
from tests.funding.conftest import Cast, unproved


def receive(cast: Cast, agreement_id: int, **more: object) -> int:
    details = {
        "agreement_id": agreement_id,
        "funder_id": cast.metropolis_id,
        "cents": 50_000_00,
        "received_on": date(2025, 11, 2),
        "bank_reference": "VIR-1",
        "actor": cast.admin,
        "request_id": uuid4(),
        "at": cast.at,
    } | more
    return operations.record_money_received(**details)  # type: ignore[arg-type]


def commit(cast: Cast, agreement_id: int, total_cents: int, **more: object) -> operations.Committed:
    details = {
        "agreement_id": agreement_id, "total_cents": total_cents, "actor": cast.admin, "request_id": uuid4(), "at": cast.at,
    } | more  # fmt: skip
    return operations.commit_order(**details)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        (lambda cast: {"name": " "}, NameMissing),
        (lambda cast: {"account_holder": ""}, AgreementHasNoRingFence),
        (lambda cast: {"iban": ""}, AgreementHasNoRingFence),
        (lambda cast: {"iban": "FR7630006000011234567890188"}, IbanInvalid),
        (lambda cast: {"shares": cast.half_and_half()[:1]}, SharesDoNotMakeAll),
        (lambda cast: {"shares": [ShareTerms(cast.operator_id, portion=Fraction(1))]}, OrganisationLacksKind),
        (lambda cast: {"actor": unproved(cast.admin)}, SecondFactorNeeded),
    ],
)
def test_each_refusal_to_sign(cast: Cast, more: Callable[[Cast], dict[str, object]], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        cast.sign(**({"shares": cast.half_and_half()} | more(cast)))
    assert not Agreement.objects.exists()


def test_signing_twice_with_the_same_request_signs_once_and_opens_accounts(cast: Cast) -> None:
    request_id = uuid4()
    first = cast.sign(cast.half_and_half(), request_id=request_id)
    assert cast.sign(cast.half_and_half(), request_id=request_id) == first
    opened = {(account.kind, account.organisation_id) for account in ledger.accounts(programme_id=cast.programme_id)}
    assert {("SOURCE", cast.metropolis_id), ("UNISSUED", cast.department_id)} <= opened
    facts = queries.agreement(cast.admin, first, at=cast.at)
    assert facts.funder_ids == (cast.metropolis_id, cast.department_id)
    assert facts.ring_fence == queries.ring_fence(first)


def test_a_funder_reads_its_agreement_and_a_stranger_knows_none(cast: Cast) -> None:
    agreement_id = cast.sign(cast.half_and_half())
    other_id = cast.sign([ShareTerms(cast.company_id, portion=Fraction(1))])
    with acting_as(cast.funder):
        assert queries.agreement(cast.funder, agreement_id, at=cast.at).id == agreement_id
        with pytest.raises(AgreementUnknown):
            queries.agreement(cast.funder, other_id, at=cast.at)
        assert [each.id for each in queries.agreements(cast.funder, [cast.programme_id], at=cast.at)] == [agreement_id]
        with pytest.raises(NotAllowed):
            receive(cast, agreement_id, actor=cast.funder)
    with acting_as(cast.stranger):
        for ask in (
            lambda: queries.agreement(cast.stranger, agreement_id, at=cast.at),
            lambda: queries.agreement_for_order(agreement_id, at=cast.at),
            lambda: queries.ring_fence(agreement_id),
            lambda: receive(cast, agreement_id, actor=cast.stranger),
            lambda: commit(cast, agreement_id, 10_00, actor=cast.stranger),
        ):
            with pytest.raises(AgreementUnknown):
                ask()


def test_the_database_itself_shows_a_stranger_no_row(cast: Cast) -> None:
    cast.sign(cast.half_and_half())
    with acting_as(cast.stranger):
        assert not Agreement.objects.exists()
        assert not Share.objects.exists()


def test_shares_are_never_rewritten(cast: Cast) -> None:
    cast.sign(cast.half_and_half())
    for change in (lambda: Share.objects.update(fixed_cents=1), lambda: Share.objects.all()._raw_delete("default")):
        with pytest.raises(Error), transaction.atomic():
            change()


def test_money_received_reaches_the_ledger_once(cast: Cast) -> None:
    agreement_id = cast.sign(cast.half_and_half())
    request_id = uuid4()
    assert receive(cast, agreement_id, request_id=request_id) == receive(cast, agreement_id, request_id=request_id)
    assert ledger.money(agreement_id=agreement_id).by_funder[cast.metropolis_id].funded == 50_000_00
    assert [receipt.cents for receipt in queries.receipts(agreement_id)] == [50_000_00]
    with acting_as_everything(why="a test"):
        assert [notice.to_organisation_id for notice in Notice.objects.filter(kind="funding.money-received")] == [cast.metropolis_id]


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        (lambda cast: {"cents": 0}, ReceiptNotPositive),
        (lambda cast: {"cents": -1}, ReceiptNotPositive),
        (lambda cast: {"bank_reference": " "}, BankReferenceMissing),
        (lambda cast: {"bank_reference": " VIR-1 "}, BankReferenceAlreadyRecorded),
        (lambda cast: {"received_on": date(2025, 11, 4)}, ReceivedInFuture),
        (lambda cast: {"funder_id": cast.company_id}, FunderNotInAgreement),
        (lambda cast: {"funder_id": cast.state_id}, FunderPaysOnUse),
        (lambda cast: {"actor": unproved(cast.admin)}, SecondFactorNeeded),
    ],
)
def test_each_refusal_of_money(cast: Cast, more: Callable[[Cast], dict[str, object]], refusal: type[Exception]) -> None:
    agreement_id = cast.sign(cast.with_the_state())
    receive(cast, agreement_id)
    with pytest.raises(refusal):
        receive(cast, agreement_id, **({"bank_reference": "VIR-2"} | more(cast)))
    assert MoneyReceived.objects.count() == 1


def test_two_receipts_of_one_reference_are_refused_by_the_database_too(cast: Cast) -> None:
    agreement_id = cast.sign(cast.half_and_half())
    receive(cast, agreement_id)
    row = MoneyReceived.objects.get()
    row.pk, row.request_id = None, uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_mistake_is_withdrawn_and_may_be_recorded_again(cast: Cast) -> None:
    agreement_id = cast.sign(cast.half_and_half())
    receipt_id = receive(cast, agreement_id, cents=500_000_00)

    def withdraw(**more: object) -> None:
        details = {"receipt_id": receipt_id, "reason": "un zéro de trop", "actor": cast.admin, "request_id": uuid4(), "at": cast.at} | more
        operations.withdraw_money_received(**details)  # type: ignore[arg-type]

    with pytest.raises(ReasonMissing):
        withdraw(reason=" ")
    with acting_as(cast.stranger), pytest.raises(ReceiptUnknown):
        withdraw(actor=cast.stranger)
    withdraw()
    withdraw()
    receive(cast, agreement_id)
    assert ledger.unissued(agreement_id)[cast.metropolis_id] == 50_000_00
    assert queries.commitments_by_funder(agreement_id)[0].received_cents == 50_000_00


def test_an_order_is_divided_once_and_says_what_is_missing(cast: Cast) -> None:
    agreement_id = cast.sign(cast.with_the_state())
    receive(cast, agreement_id, cents=60_000_00)
    preview = queries.weights_if_ordered(agreement_id, 100_000_00, at=cast.at)
    request_id = uuid4()
    committed = commit(cast, agreement_id, 100_000_00, request_id=request_id)
    assert commit(cast, agreement_id, 100_000_00, request_id=request_id) == committed
    assert committed.weights == preview
    assert {weight.funder_id: (weight.held_cents, weight.borne_cents) for weight in preview} == {
        cast.state_id: (0, 50_000_00),
        cast.metropolis_id: (75_000_00, 25_000_00),
        cast.department_id: (25_000_00, 25_000_00),
    }
    missing = {each.funder_id: each.missing_cents for each in queries.commitments_by_funder(agreement_id)}
    assert missing == {cast.state_id: 0, cast.metropolis_id: 15_000_00, cast.department_id: 25_000_00}
    assert queries.committed_cents(agreement_id) == 100_000_00
    operations.release_commitment(commitment_id=committed.id, actor=cast.admin, request_id=uuid4(), at=cast.at)
    assert queries.committed_cents(agreement_id) == 0
    with pytest.raises(AgreementUnknown):
        operations.release_commitment(commitment_id=0, actor=cast.admin, request_id=uuid4(), at=cast.at)


def test_three_thirds_over_three_orders_are_exact(cast: Cast) -> None:
    funders = (cast.metropolis_id, cast.department_id, cast.company_id)
    agreement_id = cast.sign([ShareTerms(funder, portion=Fraction(1, 3)) for funder in funders])
    for _ in range(3):
        commit(cast, agreement_id, 1_000_00)
    assert {each.borne_cents for each in queries.commitments_by_funder(agreement_id)} == {1_000_00}


def test_an_amendment_holds_for_what_is_drawn_afterwards(cast: Cast) -> None:
    agreement_id = cast.sign(cast.half_and_half())
    commit(cast, agreement_id, 100_00)
    later = cast.at + timedelta(days=10)
    shares = [ShareTerms(cast.metropolis_id, portion=percent(25_00)), ShareTerms(cast.company_id, portion=percent(75_00))]
    request_id = uuid4()
    numbers = {
        operations.amend_shares(
            agreement_id=agreement_id, shares=shares, reason="avenant", actor=cast.admin_at(later), request_id=request_id, at=later
        )
        for _ in range(2)
    }
    assert numbers == {2}
    assert queries.agreement(cast.admin, agreement_id, at=cast.at).version.number == 1
    commit(cast, agreement_id, 100_00, at=later)
    assert {each.funder_id: each.borne_cents for each in queries.commitments_by_funder(agreement_id)} == {
        cast.metropolis_id: 75_00,
        cast.department_id: 50_00,
        cast.company_id: 75_00,
    }
    assert [version.number for version in queries.versions(agreement_id)] == [1, 2]


def test_a_company_pledges_signs_and_joins_in_mid_season(cast: Cast) -> None:
    agreement_id = cast.sign(cast.half_and_half())
    commit(cast, agreement_id, 100_00)
    with pytest.raises(ReceiptNotPositive):
        operations.record_pledge(
            agreement_id=agreement_id, organisation_id=cast.company_id, cents=0, actor=cast.admin, request_id=uuid4(), at=cast.at
        )
    with pytest.raises(OrganisationLacksKind):
        operations.record_pledge(
            agreement_id=agreement_id, organisation_id=cast.operator_id, cents=1, actor=cast.admin, request_id=uuid4(), at=cast.at
        )
    pledge_id = operations.record_pledge(
        agreement_id=agreement_id, organisation_id=cast.company_id, cents=60_00, actor=cast.admin, request_id=uuid4(), at=cast.at
    )
    with pytest.raises(PledgeStepWrong):
        operations.join_pledge(pledge_id=pledge_id, actor=cast.admin, request_id=uuid4(), at=cast.at)
    with acting_as(cast.stranger), pytest.raises(PledgeUnknown):
        operations.withdraw_pledge(pledge_id=pledge_id, actor=cast.stranger, request_id=uuid4(), at=cast.at)
    operations.sign_pledge(pledge_id=pledge_id, signed_on=date(2025, 11, 3), actor=cast.admin, request_id=uuid4(), at=cast.at)
    later = cast.at + timedelta(days=1)
    numbers = [operations.join_pledge(pledge_id=pledge_id, actor=cast.admin_at(later), request_id=uuid4(), at=later) for _ in range(2)]
    assert numbers == [2, 2]
    with pytest.raises(PledgeStepWrong):
        operations.withdraw_pledge(pledge_id=pledge_id, actor=cast.admin, request_id=uuid4(), at=later)
    assert [pledge.state for pledge in queries.pledges([agreement_id])] == [PledgeState.JOINED]

    shares = queries.shares_if_ordered(agreement_id, 100_00, at=later)
    assert {share.funder_id: share.cents for share in shares} == {
        cast.metropolis_id: 20_00,
        cast.department_id: 20_00,
        cast.company_id: 60_00,
    }


def test_a_closed_agreement_takes_nothing_more(cast: Cast) -> None:
    agreement_id = cast.sign(cast.half_and_half())
    operations.close_agreement(agreement_id=agreement_id, actor=cast.admin, request_id=uuid4(), at=cast.at)
    operations.close_agreement(agreement_id=agreement_id, actor=cast.admin, request_id=uuid4(), at=cast.at)
    for act in (
        lambda: receive(cast, agreement_id),
        lambda: commit(cast, agreement_id, 10_00),
        lambda: operations.amend_shares(
            agreement_id=agreement_id, shares=cast.half_and_half(), reason="", actor=cast.admin, request_id=uuid4(), at=cast.at
        ),
        lambda: operations.record_pledge(
            agreement_id=agreement_id, organisation_id=cast.company_id, cents=1, actor=cast.admin, request_id=uuid4(), at=cast.at
        ),
    ):
        with pytest.raises(AgreementClosed):
            act()
