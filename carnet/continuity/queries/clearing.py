"""Reading clearing: partners, claims on both sides, messages, statements, money, totals; and what the messages kept prove."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from carnet.continuity.access import clearing as access
from carnet.continuity.models import (
    ClearingClaim,
    ClearingDecision,
    ClearingMessage,
    ClearingPayment,
    ClearingSending,
    ClearingStatement,
    ClearingSuspect,
    ClearingTransfer,
    Partner,
    PartnerIdentity,
)
from carnet.continuity.rules.clearing.claims import ClaimState, IssuerState, PartnerState, PaymentState
from carnet.continuity.rules.clearing.identities import IssuedProgramme, decoded, encoded, read_programme
from carnet.continuity.rules.clearing.messages import Signed, loaded, read_signed
from carnet.continuity.rules.clearing.proof import ProofFault, Proved, disagreements, prove
from carnet.continuity.rules.clearing.refusals import MessageUnreadable, PartnerUnknown
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import CLEARING, key_name, key_ring, signs
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import ClearingStanding
from carnet.ledger.rules import Fault
from carnet.parties import queries as parties
from carnet.parties.rules import check_may
from carnet.places import queries as places
from carnet.redemption import access as redemption_access
from carnet.settlement import queries as settlement
from carnet.settlement.queries import TransferPaid

LINES_MAX = 200


@dataclass(frozen=True, slots=True)
class Owed:
    """One accepted claim of a period. Unit: whole cents."""

    claim: UUID
    cents: int
    redeemed_at: datetime


def claims_owed(*, partner_id: int, is_issuer: bool, since: datetime, until: datetime) -> list[Owed]:
    """The claims accepted in a period and not withdrawn, by our own ledger, in the order of their ids. The caller stands inside the walls."""
    period = {"partner_id": partner_id, "redeemed_at__gte": since, "redeemed_at__lt": until}
    if is_issuer:
        rows = ClearingDecision.objects.filter(state=IssuerState.ACCEPTED.value, **period).values_list("claim", "cents", "redeemed_at")
        found = [Owed(claim, cents, at) for claim, cents, at in rows if cents and at]
    else:
        partner = Partner.objects.get(id=partner_id)
        booked = ledger.cleared_claims(operator_id=partner.operator_id, partner_id=partner.organisation_id or 0)
        dated = dict(ClearingClaim.objects.filter(**period).order_by("id").values_list("id", "redeemed_at"))
        found = [Owed(claim, booked[claim], at) for claim, at in dated.items() if claim in booked and at]
    return sorted(found, key=lambda each: str(each.claim))


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Keys of a partner as two people look at them."""

    fingerprint: str
    key_name: str
    state: str
    programmes: tuple[IssuedProgramme, ...]
    programme_ids: tuple[int, ...]
    proposed_by_id: int
    proposed_at: datetime
    decided_by_id: int | None
    decided_at: datetime | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A partner and how we stand with it. `we_owe_cents`: for our vouchers its places took, all time; `they_owe_cents`: now, for theirs."""

    id: int
    operator_id: int
    siret: str
    name: str
    address: str
    state: PartnerState
    programme_ids: tuple[int, ...]
    organisation_id: int | None
    place_id: int | None
    tried_at: datetime | None
    failure: str
    ending_by_id: int | None
    ended_at: datetime | None
    identities: tuple[IdentityView, ...]
    standing: ClearingStanding | None
    taken_count: int
    taken_cents: int
    claim_counts: dict[str, int]
    waiting_count: int
    suspect_count: int

    @property
    def current(self) -> IdentityView | None:
        """The keys that are believed."""
        return next((each for each in self.identities if each.state == "OPEN"), None)

    @property
    def proposed(self) -> IdentityView | None:
        """Keys that wait for a second person."""
        return next((each for each in self.identities if each.state == "PROPOSED"), None)


def partners(*, actor: Actor) -> list[PartnerView]:
    """The partners of the actor's operator, the latest first. Raises: NotAllowed."""
    check_may(actor, "continuity.see-clearing")
    rows = Partner.objects.filter(operator_id=actor.organisation_id or 0).order_by("-id")
    return [_view(row) for row in rows]


def partner(*, actor: Actor, partner_id: int) -> PartnerView:
    """One partner. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    return _view(access.partner(actor, partner_id))


def _view(row: Partner) -> PartnerView:
    taken = ClearingDecision.objects.filter(partner=row, state=IssuerState.ACCEPTED.value).aggregate(count=Count("id"), cents=Sum("cents"))
    counted = ClearingClaim.objects.filter(partner=row).order_by("state").values_list("state").annotate(Count("id"))
    standing = (
        ledger.clearing_standing(operator_id=row.operator_id, partner_id=row.organisation_id) if row.organisation_id is not None else None
    )
    return PartnerView(
        id=row.id, operator_id=row.operator_id, siret=row.siret, name=row.name, address=row.address, state=PartnerState(row.state),
        programme_ids=tuple(row.programme_ids), organisation_id=row.organisation_id, place_id=row.place_id, tried_at=row.tried_at,
        failure=row.failure, ending_by_id=row.ending_by_id, ended_at=row.ended_at,
        identities=tuple(_identity(each) for each in PartnerIdentity.objects.filter(partner=row).order_by("-made_at", "-id")),
        standing=standing, taken_count=taken["count"] or 0, taken_cents=taken["cents"] or 0, claim_counts=dict(counted),
        waiting_count=ClearingSending.objects.filter(partner=row, is_question=True, done_at__isnull=True).count(),
        suspect_count=ClearingSuspect.objects.filter(partner=row).count(),
    )  # fmt: skip


def _identity(row: PartnerIdentity) -> IdentityView:
    return IdentityView(
        row.fingerprint, row.key_name, row.state, tuple(read_programme(each) for each in row.programmes), tuple(row.programme_ids),
        row.proposed_by_id, row.proposed_at, row.decided_by_id, row.decided_at, row.made_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim as its place and its operator read it. `paid_on`: the day the bank paid the place."""

    id: UUID
    partner_id: int
    partner: str
    organisation_id: int
    place_id: int
    place: str
    service: str
    attended_on: date
    programme: str
    state: ClaimState
    cents: int | None
    serial: str
    reason: str
    asked_at: datetime
    redeemed_at: datetime | None
    payable_on: date | None
    paid_on: date | None
    may_withdraw: bool


def own_claims(*, actor: Actor, limit: int = LINES_MAX) -> list[ClaimView]:
    """The claims of the actor's places, the latest first. Raises: NotAllowed."""
    check_may(actor, "continuity.clear")
    return _claims(ClearingClaim.objects.filter(organisation_id=actor.organisation_id or 0).order_by("-asked_at", "id")[:limit])


def own_claim(*, actor: Actor, claim_id: UUID) -> ClaimView:
    """One of them. Raises: NotAllowed, ClaimUnknown."""
    check_may(actor, "continuity.clear")
    row = access.claim(actor, claim_id)
    return _claims([row])[0]


def claims_of_partner(*, actor: Actor, partner_id: int, limit: int = LINES_MAX) -> list[ClaimView]:
    """The claims of our places towards a partner, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    return _claims(ClearingClaim.objects.filter(partner_id=partner_id).order_by("-asked_at", "id")[:limit])


def _claims(found: Iterable[ClearingClaim]) -> list[ClaimView]:
    rows = list(found)
    names = places.names_of({each.place_id for each in rows})
    with acting_as(organisation_ids={each.operator_id for each in rows}):
        partners_named = dict(Partner.objects.filter(id__in={each.partner_id for each in rows}).order_by("id").values_list("id", "name"))
        paid = dict(
            ClearingPayment.objects.filter(id__in={each.payment_id for each in rows if each.payment_id}).order_by("id").values_list("id", "booked_on")
        )  # fmt: skip
    return [
        ClaimView(
            row.id, row.partner_id, partners_named.get(row.partner_id, ""), row.organisation_id, row.place_id, names.get(row.place_id, ""),
            row.service_code, row.attended_on, row.programme, ClaimState(row.state), row.cents, row.serial, row.reason, row.asked_at,
            row.redeemed_at, row.payable_on, paid.get(row.payment_id) if row.payment_id else None,
            row.state in (ClaimState.PENDING, ClaimState.ACCEPTED) and row.payment_id is None and not row.withdraw_answer,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issuer:
    """An operator whose vouchers a place may claim, as it is written on them."""

    siret: str
    name: str
    programmes: tuple[str, ...]


def issuers_at(*, actor: Actor, at: datetime) -> list[Issuer]:
    """The operators that may be written on a voucher, for the actor's places. Raises: NotAllowed."""
    check_may(actor, "continuity.clear")
    own = places.places_of([actor.organisation_id] if actor.organisation_id is not None else [], at=at)
    operators: set[int] = set()
    for each in own:
        operators |= redemption_access.operators_of_place(each.place_id, at=at)
    found = []
    with acting_as(organisation_ids=operators):
        for row in Partner.objects.filter(operator_id__in=operators, state=PartnerState.OPEN).order_by("name", "id"):
            latest = issued_of(row.id)
            found.append(Issuer(row.siret, row.name, tuple(each.name for each in latest)))
    return found


def issued_of(partner_id: int) -> list[IssuedProgramme]:
    """What a partner says it issues, by its latest agreed identity. The caller stands inside the walls."""
    rows = PartnerIdentity.objects.filter(partner_id=partner_id, state="OPEN").order_by("-made_at", "-id")
    return [read_programme(each) for each in rows.values_list("programmes", flat=True).first() or ()]


@dataclass(frozen=True, slots=True)
class SuspectView:
    """A message that is not believed, or contradicts another."""

    what: str
    subject: str
    earlier_id: UUID | None
    text: str
    at: datetime


def suspects(*, actor: Actor, partner_id: int, limit: int = LINES_MAX) -> list[SuspectView]:
    """What a partner's messages contradict, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    rows = ClearingSuspect.objects.filter(partner_id=partner_id).order_by("-id")[:limit]
    return [SuspectView(row.what, row.subject, row.earlier_id, row.text, row.at) for row in rows]


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement, ours or theirs, and what was answered. Unit: whole cents."""

    id: int
    is_ours: bool
    is_issuer: bool
    since: datetime
    until: datetime
    claim_count: int
    cents: int
    verdict: str
    differences: tuple[tuple[str, str, int | None, int | None], ...]
    at: datetime
    answered_at: datetime | None


def statements(*, actor: Actor, partner_id: int, limit: int = LINES_MAX) -> list[StatementView]:
    """The statements exchanged with a partner, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    rows = ClearingStatement.objects.filter(partner_id=partner_id).order_by("-id")[:limit]
    return [
        StatementView(
            row.id, row.is_ours, row.is_issuer, row.since, row.until, row.claim_count, row.cents, row.verdict,
            tuple((each[0], each[1], each[2], each[3]) for each in row.differences), row.at, row.answered_at,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TransferView:
    """Money between operators. Unit: whole cents."""

    kind: str
    reference: str
    cents: int
    moved_on: date
    at: datetime


def transfers(*, actor: Actor, partner_id: int) -> list[TransferView]:
    """What was announced, came, was advanced and taken back, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    rows = ClearingTransfer.objects.filter(partner_id=partner_id).order_by("-id")[:LINES_MAX]
    return [TransferView(row.kind, row.reference, row.cents, row.moved_on, row.at) for row in rows]


def to_announce(*, actor: Actor, partner_id: int) -> list[TransferPaid]:
    """What the bank paid a partner by the ordinary runs and that it was not told yet, the oldest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    row = access.partner(actor, partner_id)
    if row.organisation_id is None:
        return []
    told = set(ClearingTransfer.objects.filter(partner=row, kind="TOLD").order_by("id").values_list("reference", flat=True))
    ours = [each.id for each in funding.programmes_of_operator(row.operator_id)]
    return [
        each for each in settlement.transfers_paid(organisation_id=row.organisation_id, programme_ids=ours) if each.reference not in told
    ]


@dataclass(frozen=True, slots=True)
class PaymentView:
    """What one place is paid out of clearing. Unit: whole cents."""

    id: int
    partner_id: int
    organisation_id: int
    organisation: str
    state: str
    claim_count: int
    cents: int
    iban: str
    prepared_by_id: int
    execute_on: date
    booked_on: date | None


def payments(*, actor: Actor, partner_id: int) -> list[PaymentView]:
    """The payments of places out of a partner's debt, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    return _payments(list(ClearingPayment.objects.filter(partner_id=partner_id).order_by("-id")[:LINES_MAX]))


def payment(*, actor: Actor, payment_id: int) -> PaymentView:
    """One of them. Raises: NotAllowed, ClearingPaymentUnknown."""
    check_may(actor, "continuity.see-clearing")
    return _payments([access.payment(actor, payment_id)])[0]


def _payments(rows: Sequence[ClearingPayment]) -> list[PaymentView]:
    names = {key: each.name for key, each in parties.organisations({row.organisation_id for row in rows}).items()}
    return [
        PaymentView(
            row.id, row.partner_id, row.organisation_id, names.get(row.organisation_id, ""), row.state, row.claim_count, row.cents,
            row.creditor_iban, row.prepared_by_id, row.execute_on, row.booked_on,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClearingTotals:
    """What other operators' places took of one programme. Unit: whole cents, vouchers."""

    programme_id: int
    programme: str
    partner: str
    taken_count: int
    taken_cents: int


def totals(*, actor: Actor) -> list[ClearingTotals]:
    """What partners' places took of the programmes one sees, in totals: for funders and auditors. Raises: NotAllowed."""
    check_may(actor, "continuity.see-clearing-totals")
    seen = {each.id: each for each in funding.programmes(actor.programme_ids)}
    with acting_as(programme_ids=seen):
        rows = list(
            ClearingDecision.objects.filter(programme_id__in=list(seen), state=IssuerState.ACCEPTED.value)
            .order_by("programme_id", "partner_id")
            .values_list("programme_id", "partner_id", "operator_id")
            .annotate(Count("id"), Sum("cents"))
        )
    with acting_as(organisation_ids={row[2] for row in rows}):
        names = dict(Partner.objects.filter(id__in={row[1] for row in rows}).order_by("id").values_list("id", "name"))
    return [ClearingTotals(row[0], seen[row[0]].name, names.get(row[1], ""), row[3], int(row[4] or 0)) for row in rows]


# --- proof ----------------------------------------------------------------------------------------------------------------


def kept_messages(partner_id: int) -> Iterator[Signed]:
    """Every message exchanged with a partner, and every suspect one, as they were signed. The caller stands inside the walls."""
    for table in (ClearingMessage, ClearingSuspect):
        rows = table.objects.filter(partner_id=partner_id).order_by("id").values_list("text", "key_name", "signature")
        for text, name, signature in rows.iterator(chunk_size=2_000):
            yield Signed(text, name, bytes(signature))


def keys_of(partner_id: int) -> dict[str, dict[str, bytes]]:
    """The public keys by which each side's messages are verified, by SIRET and name of key."""
    row = Partner.objects.get(id=partner_id)
    own = access.numbered_operator(row.operator_id)
    theirs = PartnerIdentity.objects.filter(partner_id=partner_id, state="OPEN").order_by("id").values_list("key_name", "signing")
    return {
        str(own.siret): {key.name: key.public_signing for key in key_ring().clearing_keys()},
        row.siret: {name: bytes(key) for name, key in theirs},
    }


def holds_by(keys: dict[str, dict[str, bytes]], sender: str, signed: Signed) -> bool:
    """Whether one of a sender's keys signed exactly this text."""
    key = keys.get(sender, {}).get(signed.key)
    return key is not None and signs(key, CLEARING, signed.text.encode(), signed.signature)


@dataclass(frozen=True, slots=True)
class PartnerProof:
    """What the messages kept with one partner prove, and where our own books say otherwise."""

    partner_id: int
    name: str
    own_siret: str
    siret: str
    proved: Proved
    own_faults: tuple[Fault, ...]
    we_owe_cents: int
    they_owe_cents: int

    @property
    def faults(self) -> list[ProofFault]:
        """What the messages show."""
        return self.proved.faults


def verify(*, siret: str | None = None) -> list[PartnerProof]:
    """Recompute every claim from the signed messages alone, and compare with our tables and our ledger, partner by partner."""
    with acting_as_everything(why="verification reads the messages of every operator"):
        rows = Partner.objects.filter(state__in=[PartnerState.OPEN, PartnerState.ENDED]).order_by("id")
        if siret is not None:
            rows = rows.filter(siret=siret)
        return [_proof(row) for row in rows]


def _proof(row: Partner) -> PartnerProof:
    keys = keys_of(row.id)
    own = str(access.numbered_operator(row.operator_id).siret)
    faces = {(row.siret, each.slug): each.cents for each in issued_of(row.id)}
    proved = prove(kept_messages(row.id), holds=lambda sender, signed: holds_by(keys, sender, signed), face_values=faces)
    they_owe, we_owe = proved.owed(issuer=row.siret, place=own), proved.owed(issuer=own, place=row.siret)
    booked = ledger.cleared_claims(operator_id=row.operator_id, partner_id=row.organisation_id or 0)
    accepted = ClearingDecision.objects.filter(partner=row, state=IssuerState.ACCEPTED.value).order_by("id")
    decided = {claim: cents or 0 for claim, cents in accepted.values_list("claim", "cents")}
    faults = [
        *_unlike("claim", they_owe, booked), *_unlike("decision", we_owe, decided), *_owed_in_ledger(row, decided), *_paid_in_ledger(row),
    ]  # fmt: skip
    return PartnerProof(row.id, row.name, own, row.siret, proved, tuple(faults), sum(we_owe.values()), sum(they_owe.values()))


def _unlike(what: str, signed: dict[UUID, int], booked: dict[UUID, int]) -> list[Fault]:
    return [
        Fault("2 one state", f"{what} {claim}", f"signed messages say {signed.get(claim, 0)} cents, our books {booked.get(claim, 0)}")
        for claim in sorted(signed.keys() | booked.keys(), key=str)
        if signed.get(claim, 0) != booked.get(claim, 0)
    ]


def _owed_in_ledger(row: Partner, decided: dict[UUID, int]) -> list[Fault]:
    """What decisions say a partner took is what the ledger owes or paid its organisation, net."""
    if row.organisation_id is None:
        return []
    owed = ledger.owed_to(
        organisation_id=row.organisation_id, programme_ids=[each.id for each in funding.programmes_of_operator(row.operator_id)]
    )
    taken = sum(decided.values())
    # An organisation that also runs places of its own here is owed for these too, which the ledger's other rules hold.
    if owed == taken or (owed > taken and places.has_places_besides_partners(row.organisation_id)):
        return []
    what = f"decisions say {sum(decided.values())} cents, the ledger {owed}"
    return [Fault("2 one state", f"partner {row.id}", what)]


def _paid_in_ledger(row: Partner) -> list[Fault]:
    """What payments say our places were paid is what the ledger says; and each holds the claims it was made of."""
    if row.organisation_id is None:
        return []
    stands = ledger.clearing_standing(operator_id=row.operator_id, partner_id=row.organisation_id)
    booked = {key: each.honoured_cents for key, each in stands.by_place.items() if each.honoured_cents}
    payments_made = ClearingPayment.objects.filter(partner=row)
    paid = dict(
        payments_made.filter(state=PaymentState.PAID.value).order_by().values_list("organisation_id").annotate(Sum("cents"))
    )  # fmt: skip
    faults = [
        Fault("2 one state", f"place {key}", f"payments say {paid.get(key, 0)} cents, the ledger {booked.get(key, 0)}")
        for key in sorted(paid.keys() | booked.keys())
        if paid.get(key, 0) != booked.get(key, 0)
    ]
    held = dict(
        ClearingClaim.objects.filter(partner=row, payment_id__isnull=False).order_by().values_list("payment_id").annotate(Sum("cents"))
    )  # fmt: skip
    under_way = payments_made.filter(state__in=[PaymentState.PREPARED, PaymentState.AGREED, PaymentState.PAID])
    made = dict(under_way.order_by().values_list("id", "cents"))
    return faults + [
        Fault("2 one state", f"clearing payment {key}", f"it says {made.get(key, 0)} cents, its claims {held.get(key, 0)}")
        for key in sorted(made.keys() | held.keys())
        if made.get(key, 0) != held.get(key, 0)
    ]


def months_to_state(*, actor: Actor, partner_id: int, at: datetime) -> list[date]:
    """The first days of the months that have claims either way, this one included, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    moments: list[Any] = [
        *ClearingDecision.objects.filter(partner_id=partner_id, redeemed_at__isnull=False).order_by().values_list("redeemed_at", flat=True),
        *ClearingClaim.objects.filter(Q(partner_id=partner_id), redeemed_at__isnull=False).order_by().values_list("redeemed_at", flat=True),
    ]  # fmt: skip
    found = {legal_day(each).replace(day=1) for each in moments} | {legal_day(at).replace(day=1)}
    return sorted(found, reverse=True)


PROOF = "carnet-clearing-proof/1"


def proof_lines(*, siret: str) -> Iterator[dict[str, Any]]:
    """What one side kept of a partner's messages and its own, for anybody to verify: the keys first, then a message a line.

    Raises: PartnerUnknown.
    """
    with access.every_partner():
        rows = Partner.objects.filter(siret="".join(siret.split()), state__in=[PartnerState.OPEN, PartnerState.ENDED]).order_by("-id")
        row = rows.first()
        if row is None:
            raise PartnerUnknown
        keys = keys_of(row.id)
        faces = [[row.siret, each.slug, each.cents] for each in issued_of(row.id)]
        yield {
            "format": PROOF, "kept_by": access.numbered_operator(row.operator_id).siret, "partner": row.siret, "faces": faces,
            "keys": {side: {name: encoded(key) for name, key in named.items()} for side, named in keys.items()},
        }  # fmt: skip
        for signed in kept_messages(row.id):
            yield signed.as_json()


def verify_files(contents: Sequence[bytes]) -> dict[str, Any]:
    """What the proofs of one side, or of both, say, without a database: every fault, and every claim that they do not tell alike.

    The keys are those of the files: two sides that agree on them are compared; one that brings other keys for the same name is named.
    Raises: MessageUnreadable.
    """
    sides = [_side(content) for content in contents]
    keys: dict[str, dict[str, bytes]] = {}
    faults: list[ProofFault] = []
    for head, _messages in sides:
        for siret, named in head["keys"].items():
            for name, text in named.items():
                key = decoded(text, 32)
                if key_name(key) != name:
                    faults.append(ProofFault("key-misnamed", head["kept_by"], name))
                keys.setdefault(siret, {})[name] = key
    faces = {(siret, slug): cents for head, _messages in sides for siret, slug, cents in head["faces"]}
    proved = [prove(messages, holds=lambda sender, signed: holds_by(keys, sender, signed), face_values=faces) for _head, messages in sides]
    partners_told = []
    for (head, _messages), each in zip(sides, proved, strict=True):
        faults += each.faults
        partners_told.append(_told(head["partner"], head["kept_by"], head["partner"], each))
    if len(proved) == 2:
        faults += [
            ProofFault("sides-differ", "", f"{each.claim} {each.one_cents} {each.other_cents}")
            for each in disagreements(proved[0], proved[1])
        ]
    return _report(partners_told, faults)


def as_told(proofs: Sequence[PartnerProof]) -> dict[str, Any]:
    """What `verify` found, as a command gives it."""
    partners_told = [_told(each.name, each.own_siret, each.siret, each.proved) for each in proofs]
    faults = [fault for each in proofs for fault in each.faults]
    faults += [ProofFault("books-differ", "", f"{fault.where}: {fault.what}") for each in proofs for fault in each.own_faults]
    return _report(partners_told, faults)


def _told(name: str, own: str, siret: str, proved: Proved) -> dict[str, Any]:
    return {
        "name": name, "siret": siret, "messages": proved.message_count, "claims": len(proved.claims), "waiting": len(proved.waiting),
        "we_owe_cents": sum(proved.owed(issuer=own, place=siret).values()), "they_owe_cents": sum(proved.owed(issuer=siret, place=own).values()),
        "announced_cents": dict(sorted(proved.announced.items())),
    }  # fmt: skip


def _report(partners_told: list[dict[str, Any]], faults: Sequence[ProofFault]) -> dict[str, Any]:
    said = [{"what": each.what, "by": each.by, "subject": each.subject, "messages": list(each.messages)} for each in faults]
    return {"ok": not said, "partners": partners_told, "faults": said}


def _side(content: bytes) -> tuple[dict[str, Any], list[Signed]]:
    lines = content.decode("utf-8", errors="replace").splitlines()
    head = loaded(lines[0] if lines else "", "proof")
    if not isinstance(head, dict) or head.get("format") != PROOF or not isinstance(head.get("keys"), dict):
        raise MessageUnreadable(what="proof")
    return head, [read_signed(loaded(line, "proof")) for line in lines[1:] if line.strip()]
