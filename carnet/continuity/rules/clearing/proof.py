"""What the messages kept prove by themselves: both sides' claims recomputed from signed bytes, and every lie or loss named with its proof.

Nothing here looks at a database: whoever has the messages of one side, or of both, and the partners' public keys, can do it again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from carnet.continuity.rules.clearing.claims import Heard, is_owed
from carnet.continuity.rules.clearing.messages import Envelope, MessageKind, Signed, parse_moment, read_envelope
from carnet.continuity.rules.clearing.refusals import ClearingRefused
from carnet.continuity.rules.clearing.statements import differences

Holds = Callable[[str, Signed], bool]  # (the sender's number, the message) -> whether a key of the sender signed it
FAULTS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class ProofFault:
    """What the messages show to be wrong. `by`: whose doing (a SIRET), or empty when nobody's: a loss. `messages`: the ids that prove it."""

    what: str
    by: str
    subject: str
    messages: tuple[str, ...] = ()


@dataclass(slots=True)
class ClaimProved:
    """One claim as the messages tell it. `place`: who claims; `issuer`: who owes. Unit: whole cents."""

    claim: UUID
    place: str
    issuer: str
    claim_message: Envelope | None = None
    withdraw_message: Envelope | None = None
    claim_answer: Envelope | None = None
    withdraw_answer: Envelope | None = None

    @property
    def heard(self) -> Heard:
        """What was asked and answered."""
        return Heard(
            claim_answer=str(self.claim_answer.body["outcome"]) if self.claim_answer else None,
            withdraw_sent=self.withdraw_message is not None,
            withdraw_answer=str(self.withdraw_answer.body["outcome"]) if self.withdraw_answer else None,
        )

    @property
    def owed_cents(self) -> int:
        """What the issuer owes for it, by its own signature."""
        return int(self.claim_answer.body["cents"]) if self.claim_answer is not None and is_owed(self.heard) else 0


@dataclass(slots=True)
class Proved:
    """What one side's messages say. `owed`: by (who owes, who is owed), claim by claim, in cents; `announced`: the PAID of each payer, in cents."""

    claims: dict[UUID, ClaimProved] = field(default_factory=dict)
    announced: dict[str, int] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    message_count: int = 0
    faults: list[ProofFault] = field(default_factory=list)

    def owed(self, *, issuer: str, place: str) -> dict[UUID, int]:
        """The claims that one owes the other, with their cents."""
        return {
            each.claim: each.owed_cents
            for each in self.claims.values()
            if each.issuer == issuer and each.place == place and each.owed_cents
        }

    def blame(self, what: str, by: str, subject: object, *messages: Envelope | None) -> None:
        """Name a fault, with what proves it."""
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(ProofFault(what, by, str(subject), tuple(str(each.id) for each in messages if each is not None)))


def prove(
    messages: Iterable[Signed], *, holds: Holds, face_values: Mapping[tuple[str, str], int] | None = None, may_be_losing: bool = True
) -> Proved:
    """Replay the messages kept, whatever their order. `face_values`: (operator, programme) to cents, where they are known.

    `may_be_losing`: gaps in numbers are named as lost messages, which accuse nobody.
    """
    proved = Proved()
    read = _read(messages, holds, proved)
    for envelope in read:
        if envelope.kind in (MessageKind.CLAIM, MessageKind.WITHDRAW):
            _asked(envelope, proved)
        elif envelope.kind is MessageKind.PAID:
            proved.announced[envelope.sender] = proved.announced.get(envelope.sender, 0) + int(envelope.body["cents"])
    by_id = {envelope.id: envelope for envelope in read}
    answered: dict[UUID, Envelope] = {}
    for envelope in read:
        if envelope.answers is not None:
            _answered(envelope, by_id, answered, proved, face_values or {})
    _statements(read, by_id, proved)
    if may_be_losing:
        _gaps(read, proved)
    proved.waiting = [str(each.id) for each in read if each.kind in _ASKS and each.id not in answered]
    return proved


_ASKS = (MessageKind.CLAIM, MessageKind.WITHDRAW, MessageKind.STATEMENT, MessageKind.PAID)


def _read(messages: Iterable[Signed], holds: Holds, proved: Proved) -> list[Envelope]:
    """Messages that their sender signed, each once, in the order they came; the others are named."""
    found: dict[UUID, Envelope] = {}
    numbers: dict[tuple[str, str, int], Envelope] = {}
    for signed in messages:
        proved.message_count += 1
        try:
            envelope = read_envelope(signed.text)
        except ClearingRefused as refusal:
            proved.blame("message-unreadable", "", refusal.facts.get("what", refusal.code))
            continue
        if not holds(envelope.sender, signed):
            proved.blame("signature-forged", "", envelope.id, envelope)
            continue
        known = found.get(envelope.id)
        if known is not None:
            if known.digest != envelope.digest:
                proved.blame("message-reused", envelope.sender, envelope.id, known, envelope)
            continue
        same = numbers.get((envelope.sender, envelope.recipient, envelope.number))
        if same is not None:
            # The first that came stands, as when it was received; the other proves that its sender told two things under one number.
            proved.blame("number-reused", envelope.sender, envelope.number, same, envelope)
            continue
        numbers[envelope.sender, envelope.recipient, envelope.number] = envelope
        found[envelope.id] = envelope
    return list(found.values())


def _asked(envelope: Envelope, proved: Proved) -> None:
    claim = envelope.claim
    assert claim is not None
    known = proved.claims.setdefault(claim, ClaimProved(claim, place=envelope.sender, issuer=envelope.recipient))
    if (known.place, known.issuer) != (envelope.sender, envelope.recipient):
        proved.blame("claim-of-another", envelope.sender, claim, known.claim_message or known.withdraw_message, envelope)
        return
    earlier = known.claim_message if envelope.kind is MessageKind.CLAIM else known.withdraw_message
    if earlier is not None:
        proved.blame("claim-reused", envelope.sender, claim, earlier, envelope)
    elif envelope.kind is MessageKind.CLAIM:
        known.claim_message = envelope
    else:
        known.withdraw_message = envelope


def _answered(
    envelope: Envelope,
    by_id: Mapping[UUID, Envelope],
    answered: dict[UUID, Envelope],
    proved: Proved,
    face_values: Mapping[tuple[str, str], int],
) -> None:
    assert envelope.answers is not None
    asked = by_id.get(envelope.answers)
    if asked is None or asked.recipient != envelope.sender or asked.kind not in _ASKS:
        proved.blame("answer-to-nothing", envelope.sender, envelope.answers, envelope)
        return
    first = answered.setdefault(envelope.answers, envelope)
    if first is not envelope:
        proved.blame("two-answers", envelope.sender, envelope.claim or envelope.answers, first, envelope)
        return
    if envelope.kind is not MessageKind.ANSWER or envelope.claim is None:
        return
    known = proved.claims.get(envelope.claim)
    if known is None or asked.claim != envelope.claim:
        proved.blame("answer-to-another", envelope.sender, envelope.claim, asked, envelope)
        return
    if asked.kind is MessageKind.CLAIM and known.claim_message is asked:
        known.claim_answer = envelope
        _face(envelope, known, face_values, proved)
    elif asked.kind is MessageKind.WITHDRAW and known.withdraw_message is asked:
        known.withdraw_answer = envelope


def _face(envelope: Envelope, known: ClaimProved, face_values: Mapping[tuple[str, str], int], proved: Proved) -> None:
    if envelope.body["outcome"] != "accepted":
        return
    expected = face_values.get((envelope.sender, str(envelope.body["programme"])))
    if expected is not None and expected != envelope.body["cents"]:
        proved.blame("other-amount", envelope.sender, known.claim, known.claim_message, envelope)


def _statements(read: list[Envelope], by_id: Mapping[UUID, Envelope], proved: Proved) -> None:
    """The latest statement of a period lists what the claims' own answers say, no more and no less."""
    latest = {
        (each.sender, each.body["issuer"], each.body["since"], each.body["until"]): each
        for each in sorted(read, key=lambda each: each.number)
        if each.kind is MessageKind.STATEMENT
    }
    for envelope in latest.values():
        issuer = str(envelope.body["issuer"])
        place = envelope.recipient if issuer == envelope.sender else envelope.sender
        since, until = parse_moment(envelope.body["since"]), parse_moment(envelope.body["until"])
        signed = {}
        for known in proved.claims.values():
            if (known.issuer, known.place) != (issuer, place) or known.claim_answer is None or not known.owed_cents:
                continue
            if since <= parse_moment(known.claim_answer.body["redeemed_at"]) < until:
                signed[known.claim] = known.owed_cents
        stated = {UUID(claim): int(cents) for claim, cents, _at in envelope.body["claims"]}
        for each in differences(there=stated, here=signed):
            what = {"missing-here": "stated-never-accepted", "missing-there": "stated-without", "other-amount": "stated-other-amount"}[
                each.what
            ]
            told = proved.claims.get(each.claim)
            # A claim accepted or withdrawn after the statement was written is no lie: its answer came later by its own sender's clock.
            later = told is not None and any(
                answer is not None and answer.sent_at > envelope.sent_at for answer in (told.claim_answer, told.withdraw_answer)
            )
            if not later:
                proved.blame(what, envelope.sender, each.claim, envelope, told.claim_answer if told else None)


def _gaps(read: list[Envelope], proved: Proved) -> None:
    numbers: dict[tuple[str, str], set[int]] = {}
    for envelope in read:
        numbers.setdefault((envelope.sender, envelope.recipient), set()).add(envelope.number)
    for (sender, _recipient), seen in sorted(numbers.items()):
        missing = sorted(set(range(1, max(seen) + 1)) - seen)
        for number in missing[:20]:
            proved.blame("message-lost", "", f"{sender} {number}")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One claim that the messages of two sides do not tell alike. Unit: whole cents owed."""

    claim: UUID
    one_cents: int | None
    other_cents: int | None


def disagreements(one: Proved, other: Proved) -> tuple[Disagreement, ...]:
    """The claims whose debt is not the same by the messages that each side kept."""
    found = []
    for claim in sorted(one.claims.keys() | other.claims.keys(), key=str):
        here, there = one.claims.get(claim), other.claims.get(claim)
        here_cents, there_cents = (each.owed_cents if each is not None else None for each in (here, there))
        if (here_cents or 0) != (there_cents or 0):
            found.append(Disagreement(claim, here_cents, there_cents))
    return tuple(found)
