"""Clearing on two real databases with two folders of keys: the same voucher is accepted once, both sides agree, every lie is named."""

import base64
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.cli.verification import ledger_faults
from carnet.continuity.access import clearing as access
from carnet.continuity.models import ClearingDecision, ClearingMessage, ClearingSending, ClearingSuspect, Partner
from carnet.continuity.operations import clearing as operations
from carnet.continuity.operations.clearing import _deciding, _writing
from carnet.continuity.queries import clearing as queries
from carnet.continuity.queries import clearing_proofs
from carnet.continuity.rules.clearing.claims import ClaimState
from carnet.continuity.rules.clearing.messages import MessageKind, Signed, read_envelope, read_parcel, write_parcel
from carnet.continuity.rules.clearing.refusals import (
    ClaimNotWithdrawable,
    ClaimOpen,
    FingerprintDiffers,
    IssuerUnknown,
    MessageUnreadable,
    VoucherIsOurs,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing.rules import code_at
from carnet.ledger.rules import ClearingNotCovered, PartnerOwesLess
from carnet.parties.rules import SamePerson
from carnet.places import access as place_access
from carnet.places import queries as places
from carnet.places.rules import PlaceUnknown
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Asked, Item
from carnet.redemption.rules import VoucherAlreadyRedeemed
from tests.commands import carnet
from tests.continuity.clearers import TOMORROW, Side, Wire, exchange, two_sides
from tests.continuity.two import two_installations
from tests.databases import TestDatabases
from tests.factories.campaign import LATER, code_of_nobody, rid


@pytest.fixture(scope="module")
def sides(
    test_databases: TestDatabases, django_db_setup: None, django_db_blocker: Any, worker_id: str, tmp_path_factory: Any
) -> Iterator[tuple[Side, Side]]:
    with django_db_blocker.unblock(), two_installations(test_databases, f"{worker_id}_clr", tmp_path_factory.mktemp("clearing")) as both:
        yield two_sides(both)


@pytest.fixture
def here(sides: tuple[Side, Side]) -> Side:
    """Where the place is."""
    return sides[1]


@pytest.fixture
def issuer(sides: tuple[Side, Side]) -> Side:
    """Whose vouchers they are."""
    return sides[0]


_ranks = iter(range(60))


@pytest.fixture
def rank() -> int:
    """A voucher that no other test of this module uses."""
    return next(_ranks)


def forged(signed: Signed, **changes: Any) -> Signed:
    said = json.loads(signed.text) | changes
    return Signed(json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False), signed.key, signed.signature, signed.box)


def test_a_voucher_of_another_operator_is_accepted_at_once_by_its_qr_code(here: Side, issuer: Side, rank: int) -> None:
    claim_id = here.claim(issuer.token(rank))
    assert here.seen(claim_id).state is ClaimState.PENDING
    done = exchange(here, issuer)
    assert (done.sent >= 1, done.failure) == (True, "")
    found = here.seen(claim_id)
    assert (found.state, found.cents, found.serial[:2]) == (ClaimState.ACCEPTED, 1000, "TS")
    assert found.payable_on is not None
    with issuer.here(), acting_as(issuer.mediator):
        (again,) = redemption.redeem_many(
            asked=[Asked(Item(code=issuer.ready.code(rank), service="mailbox"), issuer.mediator, "SCREEN")], at=LATER
        )
    assert isinstance(again, VoucherAlreadyRedeemed)


def test_a_typed_code_asks_whose_it_is_and_is_kept_nowhere(here: Side, issuer: Side, rank: int) -> None:
    code = issuer.ready.code(rank)
    with pytest.raises(IssuerUnknown):
        here.claim(code)
    claim_id = here.claim(code, issuer=issuer.siret)
    assert exchange(here, issuer).failure == ""
    assert here.seen(claim_id).state is ClaimState.ACCEPTED
    for side in (here, issuer):
        with side.here(), acting_as_everything(why="look for the code everywhere"):
            assert not ClearingMessage.objects.filter(text__contains=code).exists()
            assert not ClearingSending.objects.filter(box__isnull=False).exists(), "the sealed code is erased with the answer"


def test_whatever_is_lost_is_asked_again_and_answered_alike(here: Side, issuer: Side, rank: int) -> None:
    claim_id = here.claim(issuer.token(rank))
    wire = Wire(issuer, LATER)
    wire.lose_question = True
    assert exchange(here, issuer, wire=wire).failure == "timeout"
    wire.lose_question, wire.lose_answer = False, True
    exchange(here, issuer, wire=wire)
    assert here.seen(claim_id).state is ClaimState.PENDING
    with issuer.here():
        first, second = (operations.receive(content=wire.sent[-1], at=LATER) for _ in range(2))
    assert [each.text for each in first.answers] == [each.text for each in second.answers]
    assert [each.signature for each in first.answers] == [each.signature for each in second.answers]
    exchange(here, issuer)
    assert here.seen(claim_id).state is ClaimState.ACCEPTED
    with issuer.here(), acting_as_everything(why="count"):
        assert ClearingDecision.objects.filter(claim=claim_id).count() == 1


def test_a_repeated_request_is_one_claim_and_a_voucher_has_one_open_claim(here: Side, issuer: Side, rank: int) -> None:
    request_id = rid()
    first = here.claim(issuer.token(rank), request_id=request_id)
    assert here.claim(issuer.token(rank), request_id=request_id) == first
    with pytest.raises(ClaimOpen):
        here.claim(issuer.token(rank))
    exchange(here, issuer)
    with pytest.raises(ClaimOpen):
        here.claim(issuer.token(rank))


def test_a_voucher_spent_before_is_refused_with_the_reason(here: Side, issuer: Side, rank: int) -> None:
    with issuer.here(), acting_as(issuer.mediator):
        redemption.redeem_many(asked=[Asked(Item(code=issuer.ready.code(rank), service="mailbox"), issuer.mediator, "SCREEN")], at=LATER)
    claim_id = here.claim(issuer.token(rank))
    exchange(here, issuer)
    found = here.seen(claim_id)
    assert (found.state, found.reason, found.cents) == (ClaimState.REFUSED, "voucher-already-redeemed", None)


def test_a_claim_withdrawn_in_time_gives_the_voucher_back(here: Side, issuer: Side, rank: int) -> None:
    claim_id = here.claim(issuer.token(rank))
    exchange(here, issuer)
    here.withdraw(claim_id)
    assert here.seen(claim_id).state is ClaimState.WITHDRAWING
    exchange(here, issuer)
    assert here.seen(claim_id).state is ClaimState.WITHDRAWN
    with pytest.raises(ClaimNotWithdrawable):
        here.withdraw(_refused(here, issuer))
    with issuer.here(), acting_as(issuer.mediator):
        (again,) = redemption.redeem_many(
            asked=[Asked(Item(code=issuer.ready.code(rank), service="mailbox"), issuer.mediator, "SCREEN")], at=LATER + timedelta(minutes=1)
        )
    assert again.value_cents == 1000, "the person may spend it again"


def _refused(here: Side, issuer: Side) -> Any:
    claim_id = here.claim(code_of_nobody(), issuer=issuer.siret)
    exchange(here, issuer)
    assert here.seen(claim_id).reason == "voucher-unknown"
    return claim_id


def test_a_withdrawal_that_comes_late_is_kept_and_still_owed(here: Side, issuer: Side, rank: int) -> None:
    claim_id = here.claim(issuer.token(rank))
    exchange(here, issuer)
    late = LATER + timedelta(days=3)
    here.withdraw(claim_id, at=late)
    exchange(here, issuer, at=late)
    assert here.seen(claim_id).state is ClaimState.ACCEPTED


def test_a_withdrawal_before_its_claim_makes_a_tombstone(here: Side, issuer: Side, rank: int) -> None:
    claim_id = here.claim(issuer.token(rank))
    here.withdraw(claim_id)
    parcel = read_parcel(here.outbox(to=issuer))
    kinds = {read_envelope(each.text).kind: each for each in parcel.messages if str(claim_id) in each.text}
    for kind in (MessageKind.WITHDRAW, MessageKind.CLAIM):
        assert issuer.inbox(write_parcel([kinds[kind]])).kept == 1
    here.inbox(issuer.outbox(to=here))
    assert here.seen(claim_id).state is ClaimState.WITHDRAWN
    with issuer.here(), acting_as_everything(why="look"):
        assert ClearingDecision.objects.get(claim=claim_id).state == "TOMBSTONE"
    with issuer.here(), acting_as(issuer.mediator):
        (own,) = redemption.redeem_many(
            asked=[Asked(Item(code=issuer.ready.code(rank), service="mailbox"), issuer.mediator, "SCREEN")], at=LATER
        )
    assert own.value_cents == 1000


def test_a_voucher_of_the_place_s_own_programme_goes_to_the_ordinary_counter(here: Side) -> None:
    with pytest.raises(VoucherIsOurs):
        here.claim(here.token(0))


def test_forged_altered_and_contradicting_messages_change_nothing_and_are_kept(here: Side, issuer: Side, rank: int) -> None:
    claim_id = here.claim(issuer.token(rank))
    parcel = read_parcel(here.outbox(to=issuer))
    (true,) = [each for each in parcel.messages if str(claim_id) in each.text]
    envelope = read_envelope(true.text)
    altered = forged(true, body=dict(envelope.body) | {"service": "printer"})
    received = issuer.inbox(write_parcel([altered]))
    assert [each.code for _id, each in received.refused] == ["signature-forged"]
    with issuer.here(), acting_as_everything(why="look"):
        assert not ClearingDecision.objects.filter(claim=claim_id).exists()
    issuer.inbox(write_parcel([true]))
    # The issuer answers twice, otherwise: the first answer stands, the second proves it.
    with issuer.here(), acting_as_everything(why="a dishonest issuer"):
        partner = access.locked_partner(issuer.partner_id)
        answer = ClearingMessage.objects.get(is_ours=True, answers=envelope.id)
        body = _deciding.blank_answer(envelope, "refused", reason="voucher-unknown")
        with transaction.atomic():
            partner.sent_count += 1
            partner.save(update_fields=["sent_count"])
            key = _writing.signing_key(LATER)
            lie = type(envelope)(uuid4(), issuer.siret, here.siret, partner.sent_count, MessageKind.ANSWER, body, envelope.sent_at)
            lied = Signed(lie.text, key.name, key.sign(lie.text.encode()))
        truth = Signed(answer.text, answer.key_name, bytes(answer.signature))
    received = here.inbox(write_parcel([truth, lied]))
    assert received.kept == 1
    assert len(received.refused) == 1
    assert here.seen(claim_id).state is ClaimState.ACCEPTED
    with here.here(), acting_as_everything(why="look"):
        suspect = ClearingSuspect.objects.get(what="two-answers")
        assert (str(suspect.earlier_id), suspect.subject) == (json.loads(truth.text)["id"], str(claim_id))
    assert ("two-answers", issuer.siret) in {(each["what"], each["by"]) for each in here.told()["faults"]}
    assert ("signature-forged", "") in {(each["what"], each["by"]) for each in issuer.told()["faults"]}


def test_a_stranger_and_a_box_that_is_not_the_one_announced_are_refused(here: Side, issuer: Side, rank: int) -> None:
    claim_id = here.claim(issuer.token(rank))
    (true,) = [each for each in read_parcel(here.outbox(to=issuer)).messages if str(claim_id) in each.text]
    stranger = forged(true, **{"from": "35600000000048"})
    assert [each.code for _id, each in issuer.inbox(write_parcel([stranger])).refused] == ["partner-unknown"]
    emptied = Signed(true.text, true.key, true.signature, b"another box")
    issuer.inbox(write_parcel([emptied]))
    here.inbox(issuer.outbox(to=here))
    found = here.seen(claim_id)
    assert (found.state, found.reason) == (ClaimState.REFUSED, "secret-missing"), "decided once: the true box comes too late"


def test_money_comes_is_advanced_and_paid_never_more_than_there_is(here: Side, issuer: Side, rank: int) -> None:
    for each in (rank, next(_ranks), next(_ranks)):
        here.claim(issuer.token(each))
    exchange(here, issuer)
    with here.here():
        treasurer = here.person("TREASURER", TOMORROW)
        with acting_as(treasurer):
            standing = queries.partner(actor=treasurer, partner_id=here.partner_id).standing
            assert standing is not None
            owed = standing.owed_cents
            assert owed > 2000
            assert standing.claimed_cents == owed
            given = {"partner_id": here.partner_id, "actor": treasurer, "at": TOMORROW}
            with pytest.raises(PartnerOwesLess):
                operations.record_cover(cents=owed + 1, reference="TROP", received_on=TOMORROW.date(), request_id=rid(), **given)
            operations.advance(cents=1000, reference="fonds propres", request_id=rid(), **given)
            with pytest.raises(PartnerOwesLess):
                operations.advance(cents=owed, reference="trop", request_id=rid(), **given)
            operations.record_cover(cents=1000, reference="VIR 1", received_on=TOMORROW.date(), request_id=rid(), **given)
            operations.take_back_advance(cents=1000, reference="reprise", request_id=rid(), **given)
            with pytest.raises(ClearingNotCovered):
                operations.take_back_advance(cents=1000, reference="encore", request_id=rid(), **given)
            standing = queries.partner(actor=treasurer, partner_id=here.partner_id).standing
            assert standing is not None
            assert (standing.owed_cents, standing.available_cents, standing.came_cents) == (owed - 1000, 1000, 1000)
        with acting_as_everything(why="verify"):
            assert ledger_faults() == []


def test_statements_are_equal_and_what_differs_is_named(here: Side, issuer: Side, rank: int) -> None:
    # A period of its own: what other tests claim at another moment was not left out of it.
    since, then, until, at = (LATER + timedelta(hours=hours) for hours in (4, 5, 6, 7))
    here.claim(issuer.token(next(_ranks)), at=then)
    exchange(here, issuer, at=then)
    with here.here():
        treasurer = here.person("TREASURER", at)
        with acting_as(treasurer):
            operations.send_statement(
                partner_id=here.partner_id, is_issuer=False, since=since, until=until, actor=treasurer, request_id=rid(), at=at
            )
    exchange(here, issuer, at=at)
    with here.here(), acting_as(treasurer):
        latest = queries.statements(actor=treasurer, partner_id=here.partner_id)[0]
    assert (latest.verdict, latest.differences) == ("equal", ())
    # An answer is lost: the issuer has one claim more.
    claim_id = here.claim(issuer.token(rank), at=then)
    wire = Wire(issuer, then)
    wire.lose_answer = True
    exchange(here, issuer, wire=wire)
    with issuer.here():
        theirs = issuer.person("TREASURER", at)
        with acting_as(theirs):
            operations.send_statement(
                partner_id=issuer.partner_id, is_issuer=True, since=since, until=until, actor=theirs, request_id=rid(), at=at
            )
    exchange(issuer, here, at=at)
    with issuer.here(), acting_as(theirs):
        latest = queries.statements(actor=theirs, partner_id=issuer.partner_id)[0]
    assert (latest.verdict, latest.differences) == ("differs", ((str(claim_id), "missing-here", 1000, None),))
    exchange(here, issuer, at=at)
    assert here.seen(claim_id).state is ClaimState.ACCEPTED
    # Heard at last: stated once more, nothing is left out.
    with here.here():
        treasurer = here.person("TREASURER", at)
        with acting_as(treasurer):
            operations.send_statement(
                partner_id=here.partner_id, is_issuer=False, since=since, until=until, actor=treasurer, request_id=rid(), at=at
            )
    exchange(here, issuer, at=at)
    with here.here(), acting_as(treasurer):
        assert queries.statements(actor=treasurer, partner_id=here.partner_id)[0].verdict == "equal"


def test_a_transfer_is_announced_once_and_noted(here: Side, issuer: Side) -> None:
    with issuer.here():
        theirs = issuer.person("TREASURER", LATER)
        with acting_as(theirs):
            operations.announce_transfer(
                partner_id=issuer.partner_id,
                reference="CARNET-7",
                cents=1000,
                paid_on=LATER.date(),
                actor=theirs,
                request_id=rid(),
                at=LATER,
            )
    exchange(issuer, here)
    with here.here():
        treasurer = here.person("TREASURER", LATER)
        with acting_as(treasurer):
            found = queries.transfers(actor=treasurer, partner_id=here.partner_id)
    assert ("ANNOUNCED", "CARNET-7", 1000) in [(each.kind, each.reference, each.cents) for each in found]


def test_both_sides_agree_from_the_messages_alone(here: Side, issuer: Side, rank: int) -> None:
    here.claim(issuer.token(rank))
    exchange(here, issuer)
    exchange(issuer, here)
    told = clearing_proofs.verify_files([here.proof(of=issuer), issuer.proof(of=here)])
    assert {each["what"] for each in told["faults"]} <= {"two-answers", "signature-forged", "message-lost"}
    owed = {each["siret"]: each["they_owe_cents"] for each in told["partners"]}
    due = {each["siret"]: each["we_owe_cents"] for each in told["partners"]}
    assert owed[issuer.siret] == due[here.siret] > 0
    for side in (here, issuer):
        with side.here(), acting_as_everything(why="verify"):
            assert ledger_faults() == []
        assert "books-differ" not in {each["what"] for each in side.told()["faults"]}


def test_a_proof_that_was_tampered_with_names_the_claim(here: Side, issuer: Side, rank: int) -> None:
    here.claim(issuer.token(rank))
    exchange(here, issuer)
    content = here.proof(of=issuer)
    lines = content.decode().splitlines()
    # The latest answer, to this very claim: what it is worth is then what both sides compare.
    bodies = [(number, json.loads(json.loads(line)["envelope"])) for number, line in enumerate(lines) if number]
    spoiled = max(number for number, told in bodies if told["kind"] == "ANSWER" and told["body"].get("cents") == 1000)
    told = json.loads(lines[spoiled])
    told["envelope"] = told["envelope"].replace('"cents":1000', '"cents":5000', 1)
    lines[spoiled] = json.dumps(told)
    found = clearing_proofs.verify_files(["\n".join(lines).encode(), issuer.proof(of=here)])
    assert "signature-forged" in {each["what"] for each in found["faults"]}
    assert "sides-differ" in {each["what"] for each in found["faults"]}


def test_messages_and_decisions_are_never_rewritten(here: Side, issuer: Side, rank: int) -> None:
    here.claim(issuer.token(rank))
    exchange(here, issuer)
    for side, change in (
        (here, lambda: ClearingMessage.objects.update(text="{}")),
        (issuer, lambda: ClearingDecision.objects.filter(state="ACCEPTED").update(cents=1)),
    ):
        with side.here(), acting_as_everything(why="try"), pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_one_person_proposes_another_agrees_to_what_was_heard(sides: tuple[Side, Side]) -> None:
    one, other = sides
    with other.here(), acting_as_everything(why="who we are"):
        document = json.dumps(operations.own_identity(siret=other.siret, at=TOMORROW)).encode()
    with one.here():
        admin, second, approver = (one.person(role, TOMORROW) for role in ("OPERATOR_ADMIN", "SECOND_ADMIN", "APPROVER"))
        with acting_as(admin):
            proposed = operations.propose_partner(
                document=document, programme_ids=[one.ready.programme_id], actor=admin, request_id=rid(), at=TOMORROW
            )
        assert proposed == one.partner_id, "the same partner, keys proposed again"
        with acting_as(second), pytest.raises(FingerprintDiffers):
            operations.agree_partner(partner_id=proposed, heard="0000 1111", actor=second, request_id=rid(), at=TOMORROW)
        with acting_as(admin):
            printed = queries.partner(actor=admin, partner_id=proposed).identities[0].fingerprint
            with pytest.raises(SamePerson):
                operations.agree_partner(partner_id=proposed, heard=printed, actor=admin, request_id=rid(), at=TOMORROW)
        with acting_as(approver):
            operations.refuse_partner(partner_id=proposed, reason="déjà connu", actor=approver, request_id=rid(), at=TOMORROW)
            assert queries.partner(actor=approver, partner_id=proposed).state == "OPEN"


def test_guesses_of_a_partner_are_stopped(sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = sides
    monkeypatch.setattr(_deciding, "UNKNOWN_CODES_MAX", 1)
    at = LATER + timedelta(days=2)
    reasons = []
    for seed in (b"guess one".ljust(32, b"."), b"guess two".ljust(32, b".")):
        claim_id = other.claim(code_at(seed=seed, rank=0).digits, issuer=one.siret, at=at)
        exchange(other, one, at=at)
        reasons.append(other.seen(claim_id).reason)
    assert reasons == ["voucher-unknown", "too-many-from-partner"]


def test_bytes_that_are_no_message_are_refused_whole(here: Side) -> None:
    for content in (b"", b"[]", b'{"format":"carnet-clearing-parcel/1","messages":[{}]}', base64.b64encode(b"x" * 100)):
        with pytest.raises(MessageUnreadable):
            here.inbox(content)


def test_a_partner_s_place_is_in_no_directory(here: Side) -> None:
    with here.here():
        with acting_as_everything(why="look"):
            row = Partner.objects.get(id=here.partner_id)
        assert row.place_id is not None
        with pytest.raises(PlaceUnknown):
            place_access.place(row.place_id)
        assert row.place_id not in {each.place_id for each in places.search(at=LATER).places}
        assert places.place_count(at=LATER) == 1
        assert places.place_counts([here.ready.programme_id], at=LATER) == {here.ready.programme_id: 1}
        assert places.export_count(at=LATER) == 1


def test_operators_without_a_link_carry_files(here: Side, issuer: Side, rank: int, tmp_path: Path) -> None:
    claim_id = here.claim(issuer.token(rank))
    out, back = tmp_path / "out.json", tmp_path / "back.json"
    for side, words in (
        (here, ["outbox", str(out), "--partner", issuer.siret]), (issuer, ["inbox", str(out)]),
        (issuer, ["outbox", str(back), "--partner", here.siret]), (here, ["inbox", str(back)]),
    ):  # fmt: skip
        with side.here():
            done = carnet("clearing", *words, "--json")
        assert done.returncode in (0, 1), done.stderr
        assert json.loads(done.stdout)
    assert here.seen(claim_id).state is ClaimState.ACCEPTED
    with here.here():
        told = json.loads(carnet("clearing", "identity", "--operator", here.siret, "--json").stdout)
        assert (told["siret"], len(told["fingerprint"])) == (here.siret, 39)
        assert carnet("clearing", "proof", str(tmp_path / "proof.jsonl"), "--partner", issuer.siret).returncode == 0
        compared = carnet("clearing", "verify", str(tmp_path / "proof.jsonl"), "--json")
    assert json.loads(compared.stdout)["partners"][0]["claims"] >= 1


def test_two_connections_with_the_same_message_are_one_decision_and_one_answer(here: Side, issuer: Side, rank: int) -> None:
    claim_id = here.claim(issuer.token(rank))
    (true,) = [each for each in read_parcel(here.outbox(to=issuer)).messages if str(claim_id) in each.text]
    content, barrier, answers = write_parcel([true]), threading.Barrier(4), []

    def take() -> None:
        barrier.wait()
        try:
            answers.append([each.text for each in operations.receive(content=content, at=LATER).answers])
        finally:
            connection.close()

    with issuer.here():
        threads = [threading.Thread(target=take) for _number in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        with acting_as_everything(why="count"):
            assert ClearingDecision.objects.filter(claim=claim_id).count() == 1
    assert len(answers) == 4
    assert len({text for (text,) in answers}) == 1


def test_a_partner_silent_a_moment_ago_is_left_to_the_timer(here: Side, issuer: Side, rank: int) -> None:
    wire = Wire(issuer, LATER)
    wire.lose_question = True

    def at_the_counter(claim_id: Any, at: Any) -> int:
        before = len(wire.sent)
        with here.here():
            operations.exchange_about(claim_id=claim_id, at=at, sender=wire)
        return len(wire.sent) - before

    first, second = (here.claim(issuer.token(each)) for each in (rank, next(_ranks)))
    assert at_the_counter(first, LATER) == 1
    assert at_the_counter(second, LATER + timedelta(seconds=29)) == 0, "no counter waits after another"
    assert here.seen(second).state is ClaimState.PENDING
    assert at_the_counter(second, LATER + timedelta(seconds=31)) == 1
    exchange(here, issuer)
    assert {here.seen(each).state for each in (first, second)} == {ClaimState.ACCEPTED}
