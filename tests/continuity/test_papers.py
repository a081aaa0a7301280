"""A list of serials taken over, whole and funded; claimed on paper by a place, accepted by two people, paid like any other. On PostgreSQL."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from PIL import Image

from carnet.cli.verification import ledger_faults
from carnet.continuity.models import PaperClaim, PaperVoucher
from carnet.continuity.operations.papers import ClaimedPaper, claim_papers, decide_paper_claim, look_at_photograph, take_serials
from carnet.continuity.rules.papers import (
    ClaimEmpty,
    PaperClaimDecided,
    PaperClaimed,
    PaperClaimState,
    PaperOfAnotherPlace,
    PaperSpent,
    PaperTooLate,
    PaperTwice,
    PaperUnknown,
    ProofMissing,
    SerialsFaulty,
    SerialsTakenBefore,
    SerialsUnfunded,
    ServiceNotTaken,
)
from carnet.funding.operations import ring_fence
from carnet.funding.rules.ring_fence import RingFenceDecided, RingFenceSame, RingFenceWaiting
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.parties.rules import NotAllowed, SamePerson, SecondFactorNeeded, VoiceAlreadyGiven
from tests.factories.campaign import LATER, SYSTEM, Campaign, rid

pytestmark = pytest.mark.django_db

TEXT = """serial,value,state,accepted_until,place
AP-0001,10,handed_over,2026-06-30,
AP-0002,10,handed_over,2026-06-30,
AP-0003,20,handed_over,2026-02-28,
AP-0004,10,redeemed,2026-06-30,
AP-0005,10,owed,2026-06-30,21440109300015
"""
DAY = date(2026, 3, 2)


def fund(ready: Campaign, cents: int) -> None:
    for funder_id in ready.funder_ids:
        ledger.receive_money(
            programme_id=ready.programme_id, agreement_id=ready.agreement_id, funder_id=funder_id, cents=cents // 2, actor=SYSTEM,
            request_id=rid(), at=LATER,
        )  # fmt: skip


def taken(ready: Campaign, text: str = TEXT, *, cents: int = 50_00):
    system = Actor.system("carnet takeover serials", programme_ids={ready.programme_id}, organisation_ids={ready.operator_id})
    with acting_as_everything(why="prepare the money"):
        if cents:
            fund(ready, cents)
    with acting_as(system):
        return take_serials(
            text=text, programme_id=ready.programme_id, agreement_id=ready.agreement_id, actor=system, request_id=rid(), at=LATER
        )


def person(ready: Campaign, number: int, *roles: str) -> Actor:
    return Actor(
        kind="person", label="p", person_id=number, organisation_id=ready.operator_id, organisation_ids=frozenset({ready.operator_id}),
        programme_ids=frozenset({ready.programme_id}), roles=frozenset(roles), proved_at=LATER,
    )  # fmt: skip


def claimed(
    ready: Campaign, *serials: str, service: str = "mailbox", used_on: date = DAY, kept: bool = True, photograph: bytes | None = None
) -> int:
    with acting_as(ready.mediator):
        return claim_papers(
            place_id=ready.place_id, lines=[ClaimedPaper(serial, service, used_on) for serial in serials], paper_kept=kept,
            photograph=photograph, actor=ready.mediator, request_id=rid(), at=LATER,
        )  # fmt: skip


def decided(ready: Campaign, claim_id: int, number: int, *, because: str | None = None) -> PaperClaimState:
    actor = person(ready, number, "APPROVER")
    with acting_as(actor):
        return decide_paper_claim(claim_id=claim_id, refused_because=because, actor=actor, request_id=rid(), at=LATER)


class TestTheList:
    def test_it_is_taken_whole_funded_and_the_books_are_exact(self, ready: Campaign) -> None:
        found = taken(ready)
        assert (found.line_count, found.funded_count, found.funded_cents) == (5, 4, 50_00)
        assert found.claims_until == date(2026, 6, 30) + timedelta(days=90)
        assert ledger_faults() == []
        with acting_as(programme_ids=[ready.programme_id]):
            assert PaperVoucher.objects.filter(voucher_id__isnull=False).count() == 4

    def test_nothing_circulates_unfunded(self, ready: Campaign) -> None:
        with pytest.raises(SerialsUnfunded) as refusal:
            taken(ready, cents=0)
        assert refusal.value.facts["missing_cents"] > 0
        with acting_as_everything(why="look"):
            assert PaperVoucher.objects.count() == 0

    def test_one_fault_and_nothing_is_taken(self, ready: Campaign) -> None:
        with pytest.raises(SerialsFaulty) as refusal:
            taken(ready, TEXT + "AP-0001,10,handed_over,2026-06-30,\n")
        assert refusal.value.facts["line"] == 7
        with acting_as_everything(why="look"):
            assert PaperVoucher.objects.count() == 0

    def test_twice_the_same_is_once_and_another_list_may_not_repeat_it(self, ready: Campaign) -> None:
        first = taken(ready)
        assert taken(ready, cents=0).file_id == first.file_id
        with pytest.raises(SerialsTakenBefore):
            taken(ready, TEXT.replace("AP-0002", "AP-0099"))


class TestAClaim:
    def test_two_people_say_yes_then_it_is_spent_once(self, ready: Campaign) -> None:
        taken(ready)
        claim_id = claimed(ready, "ap-0001", "AP-0002")
        assert decided(ready, claim_id, 701) is PaperClaimState.WAITING
        with pytest.raises(VoiceAlreadyGiven):
            decided(ready, claim_id, 701)
        assert decided(ready, claim_id, 702) is PaperClaimState.ACCEPTED
        with acting_as_everything(why="look"), connection.cursor() as cursor:
            cursor.execute("SELECT count(*), min(place_id) FROM redemption_redemption /* fan-out: a test */ WHERE channel = 'PAPER'")
            assert cursor.fetchone() == (2, ready.place_id)
        assert ledger_faults() == []
        with pytest.raises(PaperClaimDecided):
            decided(ready, claim_id, 703)
        with pytest.raises(PaperClaimed):
            claimed(ready, "AP-0001")

    def test_a_no_frees_the_serials_and_erases_the_photograph(self, ready: Campaign) -> None:
        taken(ready)
        picture = BytesIO()
        Image.new("RGB", (40, 30), "white").save(picture, "PNG")
        claim_id = claimed(ready, "AP-0001", kept=False, photograph=picture.getvalue())
        actor = person(ready, 701, "APPROVER")
        with acting_as(actor):
            assert look_at_photograph(claim_id=claim_id, actor=actor, request_id=rid(), at=LATER).startswith(b"\xff\xd8")
        assert decided(ready, claim_id, 701, because="La photo est illisible.") is PaperClaimState.REFUSED
        with acting_as_everything(why="look"):
            assert PaperClaim.objects.get(id=claim_id).sealed_photograph is None
        assert claimed(ready, "AP-0001") != claim_id

    def test_whoever_claims_never_decides_and_a_proof_is_fresh(self, ready: Campaign) -> None:
        taken(ready)
        claim_id = claimed(ready, "AP-0001")
        with pytest.raises(SamePerson):
            decided(ready, claim_id, ready.mediator.person_id or 0)
        stale = replace(person(ready, 701, "APPROVER"), proved_at=None)
        with acting_as(stale), pytest.raises(SecondFactorNeeded):
            decide_paper_claim(claim_id=claim_id, refused_because=None, actor=stale, request_id=rid(), at=LATER)
        stranger = person(ready, 701, "MEDIATOR")
        with acting_as(stranger), pytest.raises(NotAllowed):
            decide_paper_claim(claim_id=claim_id, refused_because=None, actor=stranger, request_id=rid(), at=LATER)

    @pytest.mark.parametrize(
        ("refusal", "serials", "changes"),
        [
            (ClaimEmpty, ("  ",), {}),
            (PaperTwice, ("AP-0001", "ap 0001".replace(" ", "-")), {}),
            (PaperUnknown, ("AP-7777",), {}),
            (PaperSpent, ("AP-0004",), {}),
            (PaperOfAnotherPlace, ("AP-0005",), {}),
            (PaperTooLate, ("AP-0003",), {}),
            (ProofMissing, ("AP-0001",), {"kept": False}),
            (ServiceNotTaken, ("AP-0001",), {"service": "tablet"}),
        ],
    )
    def test_what_is_refused(self, ready: Campaign, refusal: type[Exception], serials: tuple[str, ...], changes: dict) -> None:
        taken(ready)
        with pytest.raises(refusal):
            claimed(ready, *serials, **changes)


class TestTheNewAccount:
    NEW = "FR7611315000011234567890138"

    def entered(self, ready: Campaign, number: int = 701, iban: str = NEW) -> int:
        actor = person(ready, number, "TREASURER")
        with acting_as(actor):
            return ring_fence.enter_ring_fence(
                agreement_id=ready.agreement_id, holder="Compte du successeur", iban=iban, actor=actor, request_id=rid(), at=LATER
            )

    def test_one_enters_it_another_agrees(self, ready: Campaign) -> None:
        from carnet.funding import queries

        change_id = self.entered(ready)
        with pytest.raises(RingFenceWaiting):
            self.entered(ready)
        both = person(ready, 701, "TREASURER", "APPROVER")
        with acting_as(both), pytest.raises(SamePerson):
            ring_fence.decide_ring_fence(change_id=change_id, refused_because=None, actor=both, request_id=rid(), at=LATER)
        other = person(ready, 702, "APPROVER")
        with acting_as(other):
            ring_fence.decide_ring_fence(change_id=change_id, refused_because=None, actor=other, request_id=rid(), at=LATER)
            assert queries.ring_fence(ready.agreement_id).iban == self.NEW
            with pytest.raises(RingFenceDecided):
                ring_fence.decide_ring_fence(change_id=change_id, refused_because=None, actor=other, request_id=rid(), at=LATER)

    def test_the_one_that_ended_is_not_entered_again(self, ready: Campaign) -> None:
        with pytest.raises(RingFenceSame):
            self.entered(ready, iban="FR7630006000011234567890189")
