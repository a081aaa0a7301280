"""A service of two vouchers is one service of its claim, its certificate, and its dispute."""

from dataclasses import replace
from datetime import timedelta

import pytest

from carnet.controls.models import CaseRedemption
from carnet.controls.operations import cases
from carnet.controls.rules.cases import APPEAL_DAYS, Decision
from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.redemption import operations as redemption
from carnet.redemption import queries as redemption_queries
from carnet.redemption.access import forget_place_keys
from carnet.redemption.operations import Item
from carnet.redemption.rules import DisputeOutcome, parse_redemption_number
from carnet.settlement import queries
from carnet.settlement.models import Claim
from carnet.settlement.queries import certificates
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.settlement.conftest import APRIL, SPENT_AT, Payday
from tests.settlement.test_cases import SOON, act, answer, decide, open_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(payday: Payday) -> tuple[Actor, list[str]]:
    """A service of two vouchers and one of one, given at the first place: who gave them, the numbers of the two."""
    with acting_as_everything(why="say what a service costs"):
        terms = replace(funding_queries.programme(payday.campaign.programme_id).terms, service_voucher_counts={"printer": 2})
        funding.change_programme(programme_id=payday.campaign.programme_id, terms=terms, actor=SYSTEM, request_id=rid(), at=NOW)
    forget_place_keys()
    payday.spend(1)
    counter = payday.counter(payday.campaign.place_organisation_id)
    with acting_as(counter):
        taken = redemption.redeem_service(
            codes=[payday.campaign.code(rank) for rank in (20, 21)],
            item=Item(code="", service="printer"),
            actor=counter,
            channel="SCREEN",
            request_id=rid(),
            at=SPENT_AT,
        )
    return counter, [each.number for each in taken]


def test_its_claim_and_its_certificate_count_one_service(payday: Payday, pair: tuple[Actor, list[str]]) -> None:
    payday.claim()
    with acting_as_everything(why="read a claim"):
        claim = Claim.objects.get()
        page = queries.claim_page(actor=payday.treasurer(), claim_id=claim.id, at=APRIL)
        made = certificates.service_certificate(actor=payday.treasurer(), claim_id=claim.id)
    assert (page.voucher_count, page.service_count, page.cents) == (3, 2, 30_00)
    assert {(line.service, line.service_count, line.voucher_count, line.cents) for line in made.lines} == {
        ("mailbox", 1, 1, 10_00),
        ("printer", 1, 2, 20_00),
    }


@pytest.mark.parametrize(("is_claimed", "outcome"), [(False, DisputeOutcome.REVERSED), (True, DisputeOutcome.TO_RECOVER)])
def test_disputed_by_one_voucher_it_is_decided_for_both(
    payday: Payday, pair: tuple[Actor, list[str]], is_claimed: bool, outcome: DisputeOutcome
) -> None:
    counter, numbers = pair
    if is_claimed:
        payday.claim()
    at = APRIL + timedelta(days=1)
    with acting_as(counter):
        opened = redemption.open_dispute(number=numbers[1], reason="compté deux fois", actor=counter, request_id=rid(), at=at)
    approver = payday.approver(at)
    with acting_as(approver):
        assert redemption.decide_dispute(number=opened, accepted=True, actor=approver, request_id=rid(), at=at) is outcome
    with acting_as_everything(why="count"):
        waiting = [each for each in redemption_queries.disputes() if each.is_open]
        recovered = sum(each.cents for each in redemption_queries.to_recover(agreement_id=payday.agreement_id))
        assert waiting == [] and recovered == (20_00 if is_claimed else 0)
        assert redemption_queries.services_given(programme_id=payday.campaign.programme_id) == (
            {"mailbox": 1, "printer": 1} if is_claimed else {"mailbox": 1}
        )
        assert redemption_queries.verify() == []


def test_a_case_takes_it_back_whole_and_the_rest_stands(payday: Payday, pair: tuple[Actor, list[str]]) -> None:
    case_id = open_one(payday, hold_cents=30_00)
    answer(payday, case_id)
    with acting_as_everything(why="one of the two vouchers"):
        keys = {parse_redemption_number(number) for number in pair[1]}
        (chosen, _other) = CaseRedemption.objects.filter(voucher_id__in=[key[1] for key in keys]).order_by("id")
    decide(payday, case_id, Decision.PARTLY, taken_back=[chosen.id])
    with acting_as_everything(why="look"):
        marked = {
            (each.series_id, each.voucher_id, each.generation) for each in CaseRedemption.objects.filter(taken_back=True).order_by("id")
        }
    assert marked == keys
    act(payday, "second", cases.carry_out, case_id=case_id, at=SOON + timedelta(days=APPEAL_DAYS))
    assert payday.money().owed == 10_00
