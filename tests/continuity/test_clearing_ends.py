"""The end of a partner with claims on their way, its return, and new keys while messages travel."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from carnet.cli.verification import ledger_faults
from carnet.continuity.models import ClearingMessage, ClearingSending, Partner
from carnet.continuity.operations import clearing as operations
from carnet.continuity.queries import clearing as queries
from carnet.continuity.rules.clearing.claims import ClaimState, PartnerState
from carnet.continuity.rules.clearing.messages import read_envelope, read_parcel, write_parcel
from carnet.continuity.rules.clearing.refusals import IssuerUnknown, PartnerEnded, PartnerNotWaiting
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties.rules import ApprovalAlreadyWaiting, NotAllowed, SamePerson
from tests.continuity.clearers import Side, Wire, exchange, know, two_sides
from tests.continuity.two import two_installations
from tests.databases import TestDatabases
from tests.factories.campaign import LATER, rid

NIGHT = Actor.system("carnet clearing rotate-keys")


@pytest.fixture(scope="module")
def sides(
    test_databases: TestDatabases, django_db_setup: None, django_db_blocker: Any, worker_id: str, tmp_path_factory: Any
) -> Iterator[tuple[Side, Side]]:
    with django_db_blocker.unblock(), two_installations(test_databases, f"{worker_id}_cle", tmp_path_factory.mktemp("ends")) as both:
        yield two_sides(both)


@pytest.fixture
def issuer(sides: tuple[Side, Side]) -> Side:
    return sides[0]


@pytest.fixture
def here(sides: tuple[Side, Side]) -> Side:
    """Where the place is."""
    return sides[1]


_ranks = iter(range(60))


@pytest.fixture
def rank() -> int:
    return next(_ranks)


def ended(side: Side, at: datetime, *, refused_because: str | None = None) -> None:
    """One person proposes to end it, another agrees."""
    admin, approver = side.person("OPERATOR_ADMIN", at), side.person("APPROVER", at)
    with side.here():
        with acting_as(admin):
            operations.ask_end(partner_id=side.partner_id, actor=admin, request_id=rid(), at=at)
            with pytest.raises(ApprovalAlreadyWaiting):
                operations.ask_end(partner_id=side.partner_id, actor=admin, request_id=rid(), at=at)
            with pytest.raises((SamePerson, NotAllowed)):
                operations.agree_end(partner_id=side.partner_id, refused_because=None, actor=admin, request_id=rid(), at=at)
        with acting_as(approver):
            operations.agree_end(
                partner_id=side.partner_id, refused_because=refused_because, actor=approver, request_id=rid(), at=at
            )  # fmt: skip
            with pytest.raises(PartnerNotWaiting):
                operations.agree_end(partner_id=side.partner_id, refused_because=None, actor=approver, request_id=rid(), at=at)


def state_of(side: Side) -> PartnerState:
    approver = side.person("APPROVER", LATER)
    with side.here(), acting_as(approver):
        return queries.partner(actor=approver, partner_id=side.partner_id).state


def sound(*sides: Side) -> None:
    """Ledger, journal of messages and both sides' proofs agree."""
    for side in sides:
        with side.here(), acting_as_everything(why="verify"):
            assert ledger_faults() == []
        assert "books-differ" not in {each["what"] for each in side.told()["faults"]}


def test_an_end_that_is_refused_changes_nothing(here: Side) -> None:
    ended(here, LATER, refused_because="trop tôt")
    assert state_of(here) is PartnerState.OPEN


def test_the_issuer_ends_it_what_was_accepted_stays_owed_and_what_travels_is_refused(here: Side, issuer: Side, rank: int) -> None:
    done = here.claim(issuer.token(rank))
    exchange(here, issuer)
    # Its answer is lost, then the partner ends: the answer given before is given again, to the byte.
    lost, wire = here.claim(issuer.token(next(_ranks))), Wire(issuer, LATER)
    wire.lose_answer = True
    exchange(here, issuer, wire=wire)
    travelling = here.claim(issuer.token(next(_ranks)))
    withdrawn = here.claim(issuer.token(next(_ranks)))
    here_before = here.seen(lost).state
    assert here_before is ClaimState.PENDING
    wire.lose_question, wire.lose_answer = True, False
    exchange(here, issuer, wire=wire)
    ended(issuer, LATER)
    try:
        here.withdraw(withdrawn)
        here.withdraw(done)
        assert exchange(here, issuer).failure == ""
        assert here.seen(lost).state is ClaimState.ACCEPTED
        found = here.seen(travelling)
        assert (found.state, found.reason) == (ClaimState.REFUSED, "partner-ended")
        assert here.seen(withdrawn).state in (ClaimState.WITHDRAWN, ClaimState.REFUSED)
        # Within its time to undo the voucher goes back to the person, partner or not.
        assert here.seen(done).state is ClaimState.WITHDRAWN
        with issuer.here():
            treasurer = issuer.person("TREASURER", LATER)
            with acting_as(treasurer):
                assert operations.announce_transfer(
                    partner_id=issuer.partner_id, reference=f"FIN {rank}", cents=1000, paid_on=LATER.date(), actor=treasurer,
                    request_id=rid(), at=LATER,
                )  # fmt: skip
        assert exchange(issuer, here).failure == ""
        sound(here, issuer)
    finally:
        reopened(issuer, here)
    again = here.claim(issuer.token(next(_ranks)))
    exchange(here, issuer)
    assert here.seen(again).state is ClaimState.ACCEPTED


def test_the_place_s_side_ends_it_and_still_hears_the_answers_it_waits_for(here: Side, issuer: Side, rank: int) -> None:
    pending = here.claim(issuer.token(rank))
    ended(here, LATER)
    try:
        with pytest.raises(IssuerUnknown):
            here.claim(issuer.token(next(_ranks)))
        admin = here.person("OPERATOR_ADMIN", LATER)
        with here.here(), acting_as(admin), pytest.raises(PartnerEnded):
            operations.ask_end(partner_id=here.partner_id, actor=admin, request_id=rid(), at=LATER)
        with here.here():
            # The timer goes on asking.
            done = operations.exchange_all(sender=Wire(issuer, LATER), at=LATER + timedelta(hours=2))
        assert done[here.partner_id].failure == ""
        assert here.seen(pending).state is ClaimState.ACCEPTED
        sound(here, issuer)
    finally:
        reopened(here, issuer)


def reopened(side: Side, other: Side, at: datetime = LATER) -> None:
    """Proposed again, agreed to again: the same partner, whose messages and numbers go on."""
    before = side.partner_id
    know(side, other, at + timedelta(minutes=1))
    assert side.partner_id == before
    assert state_of(side) is PartnerState.OPEN


def test_a_claim_answered_before_the_end_is_never_decided_again_after_the_return(here: Side, issuer: Side, rank: int) -> None:
    claim_id = here.claim(issuer.token(rank))
    wire = Wire(issuer, LATER)
    wire.lose_answer = True
    exchange(here, issuer, wire=wire)
    ended(issuer, LATER)
    reopened(issuer, here)
    exchange(here, issuer)
    assert here.seen(claim_id).state is ClaimState.ACCEPTED
    with issuer.here(), acting_as_everything(why="count"):
        assert Partner.objects.count() == 1
    sound(here, issuer)


def test_messages_on_their_way_are_believed_while_keys_change(here: Side, issuer: Side, rank: int) -> None:
    """New keys sign thirty days later; what was signed or sealed before is believed and opened for ever."""
    before = here.claim(issuer.token(rank))
    (travelling,) = [each for each in read_parcel(here.outbox(to=issuer)).messages if str(before) in each.text]
    with here.here(), acting_as_everything(why="new keys"):
        drawn = operations.rotate_keys(actor=NIGHT, request_id=rid(), at=LATER)
        early = operations.own_identity(siret=here.siret, at=LATER, version=drawn.version)
    with issuer.here(), acting_as_everything(why="new keys"):
        operations.rotate_keys(actor=NIGHT, request_id=rid(), at=LATER)
    then = LATER + timedelta(days=31)
    assert early["key"] == drawn.name
    # Signed by a key that nobody agreed to yet: refused, and asked again once they have.
    unknown = here.claim(issuer.token(next(_ranks)), at=then)
    (signed,) = [each for each in read_parcel(here.outbox(to=issuer, at=then)).messages if str(unknown) in each.text]
    assert signed.key == drawn.name != travelling.key
    assert [each.code for _id, each in issuer.inbox(write_parcel([signed]), at=then).refused] == ["signature-forged"]
    know(issuer, here, then)
    know(here, issuer, then)
    assert issuer.inbox(write_parcel([travelling]), at=then).kept == 1, "signed with the old key, its box sealed for the old one"
    assert issuer.inbox(write_parcel([signed]), at=then).kept == 1
    here.inbox(issuer.outbox(to=here, at=then), at=then)
    for claim_id in (before, unknown):
        assert here.seen(claim_id).state in (ClaimState.ACCEPTED, ClaimState.REFUSED)
        assert here.seen(claim_id).reason not in ("secret-unreadable", "secret-missing")
    with here.here(), acting_as_everything(why="look"):
        assert not ClearingSending.objects.filter(box__isnull=False).exists()
        answers = ClearingMessage.objects.filter(is_ours=False, claim__in=[before, unknown], kind="ANSWER")
        assert {read_envelope(each.text).sender for each in answers} == {issuer.siret}
    sound(here, issuer)
    assert json.loads(early["identity"])["siret"] == here.siret
