"""Where the place is: a voucher of another operator is claimed, followed, withdrawn. What its issuer answers is written as it comes."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from carnet.continuity.access import clearing as access
from carnet.continuity.models import ClearingClaim, ClearingSending, Partner, PartnerIdentity
from carnet.continuity.operations.clearing._writing import keep_suspect, write_message
from carnet.continuity.rules.clearing.claims import OPEN_STATES, ClaimState, Heard, PartnerState, is_owed, state_of
from carnet.continuity.rules.clearing.identities import IssuedProgramme, read_programme
from carnet.continuity.rules.clearing.messages import Envelope, MessageKind, Signed, digest_of_box, parse_moment
from carnet.continuity.rules.clearing.refusals import (
    ClaimNotWithdrawable,
    ClaimOfAnotherKind,
    ClaimOpen,
    IssuerUnknown,
    VoucherIsOurs,
)
from carnet.gateways.database import acting_as
from carnet.gateways.keys import TOKEN, key_ring, sealed_box, signs
from carnet.issuing.rules import VoucherToken, code_input
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import SecretCode
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.ledger.operations import ClearingBook
from carnet.parties.rules import check_may
from carnet.places import queries as places
from carnet.redemption import access as redemption_access
from carnet.redemption.rules import check_attended, check_reason


@dataclass(frozen=True, slots=True)
class _Issuer:
    partner: Partner
    sealing: bytes
    programme: IssuedProgramme | None


def claim_voucher(
    *, code: str, issuer: str | None = None, service: str, place_id: int | None = None, attended_on: date | None = None,
    actor: Actor, request_id: UUID, at: datetime,
) -> UUID:  # fmt: skip
    """Claim a voucher that another operator issued, for one service given at one of the actor's places; return the claim's id.

    A QR code names its issuer by its signature; a typed code says `issuer`, the SIRET of the operator written on the voucher. The code is
    sealed for the issuer alone and kept nowhere in clear; the sealed box is erased with the answer. One open claim a voucher.
    Raises: NotAllowed, PlaceRequired, ClaimOfAnotherKind, CodeMistyped, AttendedInvalid, VoucherIsOurs, IssuerUnknown, ClaimOpen.
    Repeat: the same request_id returns the first id.
    """
    check_may(actor, "continuity.clear")
    at_place = redemption_access.place_of(actor, place_id=place_id, at=at)
    _check_place(actor, at_place, service, at)
    day = check_attended(attended_on, today=legal_day(at))
    read = code_input(code)
    if isinstance(read, VoucherToken) and redemption_access.candidates(code, place_id=at_place, at=at):
        raise VoucherIsOurs
    operators = redemption_access.operators_of_place(at_place, at=at)
    assert actor.organisation_id is not None
    with acting_as(actor, organisation_ids=operators):
        repeated = (
            ClearingClaim.objects.filter(organisation_id=actor.organisation_id, request_id=request_id).values_list("id", flat=True).first()
        )
        if repeated is not None:
            return repeated
        found = _issuer(read, operators, issuer)
        partner = access.locked_partner(found.partner.id)
        if partner.state != PartnerState.OPEN:
            raise IssuerUnknown
        secret = read.text if isinstance(read, VoucherToken) else read.digits
        claim = ClearingClaim(
            id=uuid4(), partner=partner, operator_id=partner.operator_id, organisation_id=actor.organisation_id, place_id=at_place,
            service_code=service, attended_on=day, read="qr" if isinstance(read, VoucherToken) else "code",
            programme=found.programme.slug if found.programme else "",
            voucher_mark=key_ring().mark("clearing voucher", f"{partner.siret} {secret}"), state=ClaimState.PENDING.value,
            asked_by_id=actor.person_id, asked_at=at, request_id=request_id,
        )  # fmt: skip
        _insert(claim)
        place = places.summaries([at_place], at=at)[0]
        box = sealed_box(found.sealing, secret.encode("ascii"))
        write_message(
            partner, MessageKind.CLAIM,
            {
                "claim": str(claim.id), "programme": claim.programme or None, "read": claim.read, "service": service,
                "attended_on": day.isoformat(), "place": {"name": _printable(place.name, 200), "commune": _printable(place.commune, 200)},
                "box_sha256": digest_of_box(box),
            },
            box=box, at=at,
        )  # fmt: skip
        _note("claimed", claim, {"partner": partner.id, "service": service, "read": claim.read}, actor, request_id, at)
    return claim.id


@transaction.atomic
def withdraw_claim(*, claim_id: UUID, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Withdraw a claim made by mistake: the issuer gives the voucher back if its time to undo has not passed. Repeat: nothing more.

    Raises: NotAllowed, ClaimUnknown, ReasonMissing, ClaimNotWithdrawable.
    """
    check_may(actor, "continuity.clear")
    said = check_reason(reason)
    operator_id = access.claim(actor, claim_id).operator_id
    with acting_as(actor, organisation_ids={operator_id}):
        partner = access.locked_partner(access.claim(actor, claim_id).partner_id)
        claim = access.claim(actor, claim_id, lock=True)
        if claim.organisation_id != actor.organisation_id:
            raise ClaimNotWithdrawable(state=claim.state)
        if claim.state in (ClaimState.WITHDRAWING, ClaimState.WITHDRAWN):
            return
        if claim.state not in OPEN_STATES or claim.payment_id is not None or claim.withdraw_answer:
            raise ClaimNotWithdrawable(state=claim.state)
        claim.withdraw_reason, claim.withdrawn_at = said[:200], at
        claim.state = state_of(_heard(claim)).value
        claim.save(update_fields=["withdraw_reason", "withdrawn_at", "state"])
        # The reason stays here: what somebody wrote is not another operator's to read.
        write_message(partner, MessageKind.WITHDRAW, {"claim": str(claim.id), "reason": ""}, at=at)
        _note("claim-withdrawn", claim, {"partner": partner.id}, actor, request_id, at)


def hear_answer(partner: Partner, asked: Envelope, answer: Envelope, signed: Signed, *, at: datetime) -> None:
    """Write what the issuer answered about a claim: the first answer to each question, whatever the order. Its partner is locked."""
    assert answer.claim is not None
    claim = ClearingClaim.objects.select_for_update(of=("self",)).filter(partner=partner, id=answer.claim).first()
    if claim is None:
        return
    before = is_owed(_heard(claim))
    if asked.kind is MessageKind.CLAIM and not claim.claim_answer:
        _hear_claim_answer(partner, claim, answer, signed, at)
    elif asked.kind is MessageKind.WITHDRAW and not claim.withdraw_answer:
        claim.withdraw_answer = "withdrawn" if answer.body["outcome"] == "withdrawn" else "kept"
    heard = _heard(claim)
    claim.state, claim.answered_at = state_of(heard).value, at
    claim.save()
    _write_money(partner, claim, before, is_owed(heard), at)
    system = Actor.system(f"clearing partner {partner.id}")
    facts = {"partner": partner.id, "state": claim.state, "cents": claim.cents, "reason": claim.reason}
    _note("claim-answered", claim, facts, system, answer.id, at)


def _hear_claim_answer(partner: Partner, claim: ClearingClaim, answer: Envelope, signed: Signed, at: datetime) -> None:
    body = answer.body
    accepted = body["outcome"] == "accepted" and body["cents"] > 0
    claim.claim_answer = "accepted" if accepted else "refused"
    claim.reason = str(body["reason"] or "")[:60]
    if not accepted:
        return
    claim.cents, claim.serial, claim.programme = body["cents"], str(body["serial"])[:40], str(body["programme"])
    claim.redeemed_at = parse_moment(body["redeemed_at"])
    claim.payable_on = date.fromisoformat(body["payable_on"]) if body["payable_on"] else None
    expected = {each.slug: each.cents for each in issued_programmes(partner.id)}.get(claim.programme)
    if expected is not None and expected != claim.cents:
        keep_suspect(partner, "other-amount", signed, digest=answer.digest, subject=str(claim.id), earlier=answer.answers, at=at)


def _write_money(partner: Partner, claim: ClearingClaim, before: bool, after: bool, at: datetime) -> None:
    if before == after or claim.cents is None:
        return
    assert partner.organisation_id is not None
    book = ClearingBook(partner.operator_id, partner.organisation_id)
    write = ledger.owe_cleared if after else ledger.forget_cleared
    write(book=book, place_organisation_id=claim.organisation_id, cents=claim.cents, request_id=claim.id, at=at)


def issued_programmes(partner_id: int) -> list[IssuedProgramme]:
    """What a partner says it issues, by its latest agreed identity."""
    found = (
        PartnerIdentity.objects.filter(partner_id=partner_id, state="OPEN")
        .order_by("-made_at", "-id")
        .values_list("programmes", flat=True)
        .first()
    )
    return [read_programme(each) for each in found or ()]


def erase_box(message_row_id: int, *, at: datetime) -> None:
    """A question is answered: it is sent no more, and its sealed code is erased."""
    ClearingSending.objects.filter(message_id=message_row_id).update(done_at=at, box=None)


def _issuer(read: SecretCode | VoucherToken, operators: frozenset[int], siret: str | None) -> _Issuer:
    """Whose voucher it is, among the partners of the operators of this place. Raises: IssuerUnknown."""
    wanted = "".join((siret or "").split())
    for partner in Partner.objects.filter(operator_id__in=operators, state=PartnerState.OPEN).order_by("id"):
        latest = PartnerIdentity.objects.filter(partner=partner, state="OPEN").order_by("-made_at", "-id").first()
        if latest is None:
            continue
        if isinstance(read, SecretCode):
            if wanted and partner.siret == wanted:
                return _Issuer(partner, bytes(latest.sealing), None)
            continue
        for programme in issued_programmes(partner.id):
            for version, key in programme.keys:
                if version == read.key_version and signs(key, TOKEN, read.signed_part, read.signature):
                    return _Issuer(partner, bytes(latest.sealing), programme)
    raise IssuerUnknown


def _check_place(actor: Actor, place_id: int, service: str, at: datetime) -> None:
    """A place that takes vouchers here, for this service, may take another operator's. Raises: ClaimOfAnotherKind."""
    found = places.summaries([place_id], at=at)
    if not found or found[0].operator_id != actor.organisation_id:
        raise ClaimOfAnotherKind(place_id=place_id)
    if service not in {code for each in found[0].acceptances for code in each.service_codes}:
        raise ClaimOfAnotherKind(place_id=place_id)


def _insert(claim: ClearingClaim) -> None:
    try:
        with transaction.atomic():
            claim.save(force_insert=True)
    except IntegrityError as error:
        if "continuity_claim_one_open" in str(error):
            raise ClaimOpen from None
        raise


def _heard(claim: ClearingClaim) -> Heard:
    return Heard(claim.claim_answer or None, claim.withdrawn_at is not None, claim.withdraw_answer or None)


def _printable(text: str, length: int) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:length]


def _note(action: str, claim: ClearingClaim, facts: dict[str, object], actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor, action=f"continuity.{action}", subject=("clearing-claim", str(claim.id)), facts=facts, organisation_id=claim.organisation_id,
        request_id=request_id, at=at,
    )  # fmt: skip
