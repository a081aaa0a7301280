"""Two simulated sides and a network that loses, repeats, delays, reorders and forges: no voucher is ever owed twice, and both sides end alike."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from carnet.continuity.rules.clearing.claims import (
    ClaimState,
    Decided,
    Heard,
    IssuerAct,
    IssuerState,
    is_owed,
    on_claim,
    on_withdraw,
    state_of,
)
from carnet.continuity.rules.clearing.messages import (
    Envelope,
    MessageKind,
    Signed,
    canonical,
    digest_of_box,
    moment,
    read_envelope,
    read_parcel,
    write_parcel,
)
from carnet.continuity.rules.clearing.proof import disagreements, prove
from carnet.continuity.rules.clearing.refusals import MessageUnreadable
from carnet.continuity.rules.clearing.statements import differences
from carnet.gateways.keys import CLEARING, key_name, open_box, signs

ISSUER, PLACE = "21440109300015", "21350238800019"
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NAMES = UUID("5d3f0f5e-0000-4000-8000-000000000000")
VALUE = 1000


def sealed(sender: str, text: str) -> bytes:
    """A signature that only its sender makes, in this world."""
    return (hashlib.sha256(f"{sender} {text}".encode()).digest() * 2)[:64]


def holds(sender: str, signed: Signed) -> bool:
    return signed.signature == sealed(sender, signed.text)


@dataclass
class Pen:
    """Writes one side's messages."""

    sender: str
    recipient: str
    number: int = 0
    kept: list[Signed] = field(default_factory=list)

    def write(self, kind: MessageKind, body: dict[str, object]) -> tuple[Envelope, Signed]:
        self.number += 1
        identity = uuid5(NAMES, f"{self.sender} {self.number}")
        envelope = Envelope(identity, self.sender, self.recipient, self.number, kind, body, moment(NOW + timedelta(seconds=self.number)))
        signed = Signed(envelope.text, "0" * 16, sealed(self.sender, envelope.text))
        self.kept.append(signed)
        return envelope, signed


def claim_body(claim: UUID) -> dict[str, object]:
    return {
        "claim": str(claim), "programme": None, "read": "qr", "service": "mailbox", "attended_on": "2026-03-02",
        "place": {"name": "Médiathèque", "commune": "Rennes"}, "box_sha256": "0" * 64,
    }  # fmt: skip


def answer_body(asked: Envelope, outcome: str, cents: int | None = None) -> dict[str, object]:
    accepted = outcome == "accepted"
    return {
        "answers": str(asked.id), "claim": str(asked.claim), "outcome": outcome, "reason": None, "programme": "essai" if accepted else None,
        "serial": "TS-1" if accepted else None, "cents": cents, "redeemed_at": moment(NOW) if accepted else None, "payable_on": None,
        "receipt": None,
    }  # fmt: skip


class TwoSides(RuleBasedStateMachine):
    """The issuer's ledger holds three vouchers; the place's side claims them again and again; the network does what it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.issuer, self.place = Pen(ISSUER, PLACE), Pen(PLACE, ISSUER)
        self.network: list[Signed] = []
        self.spent: dict[int, UUID] = {}  # voucher -> claim, in the issuer's own ledger
        self.decided: dict[UUID, Decided] = {}
        self.answered: dict[UUID, Signed] = {}  # by the question's id, at the issuer
        self.seen_by_issuer: list[Signed] = []
        self.heard: dict[UUID, Heard] = {}
        self.wanted: dict[UUID, int] = {}  # claim -> voucher, at the place
        self.asked: dict[UUID, Envelope] = {}
        self.seen_by_place: dict[UUID, Signed] = {}
        self.count = 0
        self.window_open = True

    @initialize()
    def begin(self) -> None:
        assert state_of(Heard()) is ClaimState.PENDING

    @rule(voucher=st.integers(0, 2))
    def claim(self, voucher: int) -> None:
        self.count += 1
        claim = uuid5(NAMES, f"claim {self.count}")
        envelope, signed = self.place.write(MessageKind.CLAIM, claim_body(claim))
        self.wanted[claim], self.heard[claim], self.asked[envelope.id] = voucher, Heard(), envelope
        self.network.append(signed)

    @precondition(lambda self: self.heard)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(sorted(self.heard, key=str)))
        if self.heard[claim].withdraw_sent:
            return
        envelope, signed = self.place.write(MessageKind.WITHDRAW, {"claim": str(claim), "reason": ""})
        self.heard[claim] = replace(self.heard[claim], withdraw_sent=True)
        self.asked[envelope.id] = envelope
        self.network.append(signed)

    @rule()
    def window_closes(self) -> None:
        self.window_open = False

    @precondition(lambda self: self.network)
    @rule(data=st.data(), keep=st.booleans())
    def deliver(self, data: st.DataObject, keep: bool) -> None:
        """Any message, in any order; kept on the wire, it comes again."""
        signed = data.draw(st.sampled_from(self.network))
        if not keep:
            self.network.remove(signed)
        self._arrive(signed)

    @precondition(lambda self: self.network)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        self.network.remove(data.draw(st.sampled_from(self.network)))

    @precondition(lambda self: self.network)
    @rule(data=st.data(), outcome=st.sampled_from(["accepted", "refused", "withdrawn"]))
    def forge(self, data: st.DataObject, outcome: str) -> None:
        """A stranger writes in somebody's name: it signs with nobody's key."""
        true = data.draw(st.sampled_from(self.network))
        envelope = read_envelope(true.text)
        body = answer_body(envelope, outcome, 5000 if outcome == "accepted" else None) if envelope.sender == PLACE else dict(envelope.body)
        lie = Envelope(
            uuid5(NAMES, true.text + outcome), envelope.recipient, envelope.sender, 99, MessageKind.ANSWER, body, envelope.sent_at
        )
        self._arrive(Signed(lie.text, "0" * 16, sealed("nobody", lie.text)))

    @rule()
    def ask_again(self) -> None:
        """The timer: every question without an answer is sent again."""
        answered = {read_envelope(each.text).answers for each in self.seen_by_place.values()}
        self.network += [each for each in self.place.kept if read_envelope(each.text).id not in answered]

    def _arrive(self, signed: Signed) -> None:
        envelope = read_envelope(signed.text)
        if not holds(envelope.sender, signed):
            return
        if envelope.recipient == ISSUER:
            self._at_issuer(envelope, signed)
        else:
            self._at_place(envelope, signed)

    def _at_issuer(self, envelope: Envelope, signed: Signed) -> None:
        if envelope.id in self.answered:
            self.network.append(self.answered[envelope.id])
            return
        claim = envelope.claim
        assert claim is not None
        self.seen_by_issuer.append(signed)
        known = self.decided.get(claim)
        if envelope.kind is MessageKind.CLAIM:
            act = on_claim(known, envelope.digest)
            if act is IssuerAct.ASK_LEDGER:
                voucher = self.wanted[claim]
                taken = voucher not in self.spent
                if taken:
                    self.spent[voucher] = claim
                self.decided[claim] = Decided(IssuerState.ACCEPTED if taken else IssuerState.REFUSED, envelope.digest)
                body = answer_body(envelope, "accepted" if taken else "refused", VALUE if taken else None)
            else:
                assert act is IssuerAct.REFUSE_WITHDRAWN, act
                assert known is not None
                self.decided[claim] = replace(known, claim_digest=envelope.digest)
                body = answer_body(envelope, "refused")
        else:
            act = on_withdraw(known, envelope.digest)
            assert act in (IssuerAct.REVERSE, IssuerAct.MARK_WITHDRAWN)
            undone = act is IssuerAct.MARK_WITHDRAWN or self.window_open
            if act is IssuerAct.REVERSE and undone:
                assert self.spent.pop(self.wanted[claim]) == claim
            state = known.state if known else IssuerState.TOMBSTONE
            if undone and state is not IssuerState.TOMBSTONE:
                state = IssuerState.WITHDRAWN
            self.decided[claim] = Decided(state, known.claim_digest if known else None, envelope.digest)
            body = answer_body(envelope, "withdrawn" if undone else "kept")
        _answer, written = self.issuer.write(MessageKind.ANSWER, body)
        self.answered[envelope.id] = written
        self.network.append(written)

    def _at_place(self, envelope: Envelope, signed: Signed) -> None:
        assert envelope.answers is not None
        if envelope.answers in self.seen_by_place or envelope.answers not in self.asked:
            return
        self.seen_by_place[envelope.answers] = signed
        claim = envelope.claim
        assert claim is not None
        outcome = str(envelope.body["outcome"])
        if self.asked[envelope.answers].kind is MessageKind.CLAIM:
            self.heard[claim] = replace(self.heard[claim], claim_answer=outcome)
        else:
            self.heard[claim] = replace(self.heard[claim], withdraw_answer=outcome)

    @invariant()
    def no_voucher_is_owed_twice(self) -> None:
        accepted = [claim for claim, each in self.decided.items() if each.state is IssuerState.ACCEPTED]
        assert sorted(self.wanted[claim] for claim in accepted) == sorted(self.spent)

    @invariant()
    def what_the_place_is_owed_was_accepted_and_never_more_than_the_issuer_owes_or_may_still_hear_of(self) -> None:
        for claim, heard in self.heard.items():
            if is_owed(heard) and not heard.withdraw_sent:
                assert self.decided[claim].state is IssuerState.ACCEPTED

    def teardown(self) -> None:
        """The network heals: everything is asked again until it is answered; then both sides, and their messages alone, say the same."""
        for _round in range(3):
            self.ask_again()
            pending, self.network = self.network, []
            for signed in pending:
                self._arrive(signed)
            pending, self.network = self.network, []
            for signed in pending:
                self._arrive(signed)
        owed_here = {claim for claim, heard in self.heard.items() if is_owed(heard)}
        assert owed_here == {claim for claim, each in self.decided.items() if each.state is IssuerState.ACCEPTED}
        assert len(owed_here) == len(self.spent)
        at_place = prove([*self.place.kept, *self.seen_by_place.values()], holds=holds, may_be_losing=False)
        at_issuer = prove([*self.seen_by_issuer, *self.issuer.kept], holds=holds, may_be_losing=False)
        assert not at_place.faults
        assert not at_issuer.faults
        assert not disagreements(at_place, at_issuer)
        assert at_place.owed(issuer=ISSUER, place=PLACE) == dict.fromkeys(owed_here, VALUE)
        assert not at_place.waiting


TestTwoSides = TwoSides.TestCase
TestTwoSides.settings = settings(max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))

_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


# The first draw loads the tables of Unicode: seconds, on a busy machine.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(value=st.dictionaries(st.text(max_size=6), _PLAIN, max_size=4))
def test_canonical_json_has_one_writing(value: dict[str, object]) -> None:
    try:
        written = canonical(value)
    except AssertionError:
        return
    assert canonical(json.loads(written)) == written


def a_claim() -> tuple[Envelope, Signed]:
    return Pen(PLACE, ISSUER).write(MessageKind.CLAIM, claim_body(uuid5(NAMES, "one")))


@pytest.mark.parametrize(
    "change",
    [
        ('"number":1', '"number":0'),
        ('"number":1', '"number":1.0'),
        ('"number":1', '"number":true'),
        ('"kind":"CLAIM"', '"kind":"ORDER"'),
        ('"read":"qr"', '"read":"eye"'),
        ('"service":"mailbox"', '"service":"a b"'),
        ('"from":"21350238800019"', '"from":"21440109300015"'),
        ('"attended_on":"2026-03-02"', '"attended_on":"2026-02-30"'),
        ('"body":{', '"more":1,"body":{'),
        ('"body":{', '"body":{"note":"",'),
        ('{"body"', '{ "body"'),
        ('"number":1', '"number":1,"number":1'),
        ("carnet-clearing/1", "carnet-clearing/2"),
    ],
)
def test_an_envelope_is_read_strictly(change: tuple[str, str]) -> None:
    _envelope, signed = a_claim()
    assert change[0] in signed.text
    with pytest.raises(MessageUnreadable):
        read_envelope(signed.text.replace(*change, 1))


def test_a_parcel_brings_back_what_it_was_given() -> None:
    _envelope, signed = a_claim()
    signed = replace(signed, box=b"\x00\xff")
    assert read_parcel(write_parcel([signed], identity=None)).messages == (signed,)


def test_each_difference_of_two_lists_is_named() -> None:
    one, two, three = (uuid5(NAMES, name) for name in "abc")
    found = differences(there={one: 1000, two: 1000}, here={two: 2000, three: 500})
    assert {(each.claim, each.what, each.there_cents, each.here_cents) for each in found} == {
        (one, "missing-here", 1000, None), (two, "other-amount", 1000, 2000), (three, "missing-there", None, 500),
    }  # fmt: skip


def test_what_a_liar_signs_is_named_with_its_messages() -> None:
    place, issuer = Pen(PLACE, ISSUER), Pen(ISSUER, PLACE)
    claim = uuid5(NAMES, "lied about")
    asked, question = place.write(MessageKind.CLAIM, claim_body(claim))
    first, accepted = issuer.write(MessageKind.ANSWER, answer_body(asked, "accepted", VALUE))
    second, refused = issuer.write(MessageKind.ANSWER, answer_body(asked, "refused"))
    stray, to_nothing = issuer.write(MessageKind.ANSWER, answer_body(asked, "withdrawn") | {"answers": str(uuid5(NAMES, "nothing"))})
    issuer.number -= 1
    _again, reused = issuer.write(MessageKind.ANSWER, answer_body(asked, "refused"))
    statement = {
        "issuer": ISSUER, "since": moment(NOW - timedelta(days=1)), "until": moment(NOW + timedelta(days=1)), "claims": [], "count": 0,
        "cents": 0,
    }  # fmt: skip
    issuer.number = 8
    omits, omission = issuer.write(MessageKind.STATEMENT, statement)
    forged = replace(question, signature=b"0" * 64)
    proved = prove([question, accepted, refused, to_nothing, reused, omission, forged], holds=holds, face_values={(ISSUER, "essai"): 5000})
    found = {(each.what, each.by, each.messages) for each in proved.faults}
    assert ("two-answers", ISSUER, (str(first.id), str(second.id))) in found
    assert ("answer-to-nothing", ISSUER, (str(stray.id),)) in found
    assert ("other-amount", ISSUER, (str(asked.id), str(first.id))) in found
    assert ("stated-without", ISSUER, (str(omits.id), str(first.id))) in found
    assert {"message-reused", "signature-forged", "message-lost"} <= {each.what for each in proved.faults}
    assert proved.claims[claim].owed_cents == VALUE, "the first answer stands"


class TestTheWorkedExample:
    """docs/operating/clearing.md#example, for whoever writes another program: its bytes hold."""

    page = (Path(__file__).parents[2] / "docs" / "operating" / "clearing.md").read_text(encoding="utf-8")

    def blocks(self) -> list[str]:
        return [each.strip() for each in re.findall(r"```text\n(.*?)```", self.page.partition("### An example")[2], re.DOTALL)]

    def test_both_messages_are_read_and_signed_by_the_keys_given(self) -> None:
        _keys, asked, signature, answer, answer_signature = self.blocks()
        for number, text, signed in ((1, asked, signature), (4, answer, answer_signature)):
            public = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32).public_key().public_bytes_raw()
            assert signs(public, CLEARING, text.encode(), base64.b64decode(signed))
            assert key_name(public) in self.page
        question, said = read_envelope(asked), read_envelope(answer)
        assert (said.answers, said.claim, said.body["outcome"]) == (question.id, question.claim, "accepted")

    def test_the_box_opens_with_the_issuer_s_key_and_is_the_one_announced(self) -> None:
        keys, asked, *_rest = self.blocks()
        box = base64.b64decode(next(line.split()[1] for line in keys.splitlines() if line.startswith("box ")))
        assert open_box(X25519PrivateKey.from_private_bytes(bytes([2]) * 32), box) == b"482915006731284906"
        assert digest_of_box(box) == read_envelope(asked).body["box_sha256"]


def test_the_small_drill_s_lies_are_words_of_the_page() -> None:
    page = TestTheWorkedExample.page
    for word in ("two-answers", "signature-forged", "number-reused", "other-amount", "stated-without", "message-lost", "sides-differ"):
        assert f"`{word}`" in page
