"""Vouchers of an operator that left only a list of serials: the list taken over, whole and funded; claims on paper, decided by two people.

What circulates is in the ledger, as ever: series of vouchers without any code (their hashes are drawn at random, and lead to nothing), funded
before they are active, spent one by one by the same function as all others. A serial is spent once because its voucher is.
"""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from carnet.continuity.access import takeovers as access
from carnet.continuity.models import PaperClaim, PaperClaimLine, PaperFile, PaperVoucher
from carnet.continuity.rules.papers import (
    CLAIM_DAYS,
    CLAIM_LINES_MAX,
    DECIDERS,
    FAULTS_MAX,
    ClaimEmpty,
    ClaimTooLong,
    PaperClaimDecided,
    PaperClaimed,
    PaperClaimState,
    PaperClaimUnknown,
    PaperState,
    PaperTwice,
    PaperUnknown,
    SerialLine,
    SerialsFaulty,
    SerialsTakenBefore,
    SerialsUnfunded,
    ServiceNotTaken,
    check_paper,
    check_proof,
    clean_serial,
    read_serials,
)
from carnet.funding import access as funding_access
from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.gateways import photographs
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.issuing.rules import suggested_prefix
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.kernel.periods import end_of_day, legal_day
from carnet.kernel.refusals import Refusal
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.ledger.operations import SeriesPlan
from carnet.ledger.rules import NotCovered
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import check_allowed_now, digest_of, person_of
from carnet.places import queries as places
from carnet.redemption import access as redemption_access
from carnet.redemption import operations as redemption
from carnet.redemption.operations import ON_PAPER, Proved

PHOTOGRAPH = "paper claim"
APPROVE = "continuity.approve-paper-claims"
_CLAIM = "continuity.claim-on-paper"
_DRAWN_AT_ONCE = 20_000
_WRITTEN_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class SerialsTaken:
    """What a list brought. Unit: whole cents."""

    file_id: int
    line_count: int
    funded_count: int
    funded_cents: int
    claims_until: date


@dataclass(frozen=True, slots=True)
class ClaimedPaper:
    """One line of a claim as a place writes it."""

    serial: str
    service: str
    used_on: date


@transaction.atomic
def take_serials(
    *, text: str, programme_id: int, agreement_id: int, claim_days: int = CLAIM_DAYS, actor: Actor, request_id: UUID, at: datetime
) -> SerialsTaken:
    """Take over a list of serials, whole or not at all, under an agreement that holds the value of what somebody may still be paid for.

    Places may claim until `claim_days` after the last voucher's end.
    Raises: NotAllowed, ProgrammeUnknown, AgreementUnknown, SerialsFaulty, SerialsTakenBefore, SerialsUnfunded.
    Repeat: the same file in the same programme gives the first answer.
    """
    check_allowed_now(actor, "issuing.order", at)
    programme = funding_access.operated_programme(actor, programme_id, lock=True)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    sha256 = hashlib.sha256(text.encode()).digest()
    known = PaperFile.objects.filter(programme_id=programme_id, sha256=sha256).first()
    if known is not None:
        return _taken(known)
    lines, faults = read_serials(text)
    if faults:
        raise SerialsFaulty(
            count=len(faults), line=faults[0].line, column=faults[0].column or "—", found=faults[0].found, faults=tuple(faults[:FAULTS_MAX])
        )
    _refuse_known(programme_id, lines)
    circulating = [line for line in lines if line.state.is_funded]
    last_day = max([legal_day(at), *(line.accepted_until for line in circulating)])
    row = PaperFile.objects.create(
        programme_id=programme_id,
        agreement_id=agreement.id,
        organisation_id=programme.operator_id,
        sha256=sha256,
        line_count=len(lines),
        funded_count=len(circulating),
        funded_cents=sum(line.value_cents for line in circulating),
        claims_until=last_day + timedelta(days=claim_days),
        taken_at=at,
        request_id=request_id,
    )
    drawn = _put_in_circulation(row, circulating, programme.operator_id, actor, request_id, at)
    for chunk in _chunks(lines, _WRITTEN_AT_ONCE):
        PaperVoucher.objects.bulk_create(
            PaperVoucher(
                file=row,
                programme_id=programme_id,
                serial=line.serial,
                value_cents=line.value_cents,
                state=line.state.value,
                accepted_until=line.accepted_until,
                siret=line.siret,
                series_id=drawn.get(line.serial, (None, None))[0],
                voucher_id=drawn.get(line.serial, (None, None))[1],
            )
            for line in chunk
        )
    journal.record(
        actor=actor,
        action="continuity.serials-taken",
        subject=("paper-file", row.id),
        facts={"lines": row.line_count, "funded": row.funded_count, "cents": row.funded_cents, "sha256": sha256.hex()},
        programme_id=programme_id,
        organisation_id=programme.operator_id,
        request_id=request_id,
        at=at,
    )
    return _taken(row)


def _taken(row: PaperFile) -> SerialsTaken:
    return SerialsTaken(row.id, row.line_count, row.funded_count, row.funded_cents, row.claims_until)


def _chunks(lines: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for first in range(0, len(lines), size):
        yield lines[first : first + size]


def _refuse_known(programme_id: int, lines: Sequence[SerialLine]) -> None:
    for chunk in _chunks(lines, _WRITTEN_AT_ONCE):
        known = (
            PaperVoucher.objects.filter(programme_id=programme_id, serial__in=[line.serial for line in chunk]).order_by("serial").first()
        )
        if known is not None:
            raise SerialsTakenBefore(serial=known.serial)


def _put_in_circulation(
    row: PaperFile, lines: Sequence[SerialLine], operator_id: int, actor: Actor, request_id: UUID, at: datetime
) -> dict[str, tuple[int, int]]:
    """A series for each value, funded, active and in hands; the ledger's voucher of each serial."""
    drawn: dict[str, tuple[int, int]] = {}
    by_value: dict[int, list[str]] = defaultdict(list)
    for line in lines:
        by_value[line.value_cents].append(line.serial)
    ends_at = end_of_day(row.claims_until)
    prefix = suggested_prefix(parties_queries.organisation(operator_id).name)
    for value_cents, serials in sorted(by_value.items()):
        named = uuid5(request_id, f"series of {value_cents}")
        total_cents = value_cents * len(serials)
        committed = funding.commit_order(agreement_id=row.agreement_id, total_cents=total_cents, actor=actor, request_id=named, at=at)
        plan = SeriesPlan(
            programme_id=row.programme_id,
            agreement_id=row.agreement_id,
            holder_id=operator_id,
            issuer_prefix=prefix,
            booklet_count=len(serials),
            booklet_size=1,
            face_value_cents=value_cents,
            hand_over_until=ends_at,
            printed_until=ends_at,
            accepted_until=ends_at,
            weights=committed.weights,
        )
        series_id = ledger.open_series(plan=plan, actor=actor, request_id=named, at=at)
        for first in range(0, len(serials), _DRAWN_AT_ONCE):
            count = min(_DRAWN_AT_ONCE, len(serials) - first)
            # A code nobody has: sixteen bytes that are the hash of nothing.
            hashes = [secrets.token_bytes(16) for _each in range(count)]
            ledger.draw_vouchers(series_id=series_id, first_rank=first, code_hashes=hashes, actor=actor)
        ledger.finish_drawing(series_id=series_id, actor=actor, request_id=named, at=at)
        try:
            ledger.activate_series(series_id=series_id, actor=actor, request_id=named, at=at)
        except NotCovered as refusal:
            raise SerialsUnfunded(needed_cents=total_cents, missing_cents=refusal.facts["missing_cents"]) from None
        series = ledger_queries.series(series_id)
        ledger.hand_over_booklets(
            series_id=series_id, first_booklet_id=series.first_booklet_id, last_booklet_id=series.last_booklet_id, holder_id=operator_id,
            on_paper=True, actor=actor, request_id=named, at=at,
        )  # fmt: skip
        drawn |= {serial: (series_id, series.first_voucher_id + rank) for rank, serial in enumerate(serials)}
    return drawn


@transaction.atomic
def claim_papers(
    *,
    place_id: int,
    lines: Sequence[ClaimedPaper],
    photograph: bytes | None = None,
    paper_kept: bool = False,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Claim, at one of one's own places, vouchers known by their serial only; two people of the operator are asked. Returns the claim's number.

    Raises:  NotAllowed, PersonNeeded, PlaceNotAccepted, ClaimEmpty, ClaimTooLong, PaperTwice, PaperUnknown, PaperSpent, PaperOfAnotherPlace,
             PaperTooLate, PaperClaimed, ServiceNotTaken, ProofMissing, PhotographTooHeavy, PhotographUnreadable.
    Repeat:  the same request_id returns the first claim.
    """
    check_allowed_now(actor, _CLAIM, at)
    claimed_by = person_of(actor, _CLAIM)
    repeated = PaperClaim.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return int(repeated)
    place = redemption_access.own_sheet_place(actor, place_id, at=at)
    check_proof(has_photograph=photograph is not None, paper_kept=paper_kept)
    wanted = _cleaned(lines)
    services = {each.programme_id: set(each.service_codes) for each in places.accepted(place_id, at=at)}
    assert actor.organisation_id is not None
    kept = photographs.read(photograph).jpeg if photograph is not None else None
    with acting_as(actor, programme_ids=services):
        papers = _papers_of(wanted, set(services))
        programme_id = papers[0].programme_id
        _check_claimable(wanted, papers, services[programme_id], actor.organisation_id, at)
        operator_id = funding_queries.programme(programme_id).operator_id
        claim = PaperClaim.objects.create(
            programme_id=programme_id,
            organisation_id=actor.organisation_id,
            operator_id=operator_id,
            place_id=place.place_id,
            line_count=len(wanted),
            cents=sum(each.value_cents for each in papers),
            paper_kept=paper_kept,
            sealed_photograph=key_ring().seal(PHOTOGRAPH, kept) if kept is not None else None,
            photograph_digest=hashlib.sha256(kept).digest() if kept is not None else None,
            claimed_at=at,
            claimed_by_id=claimed_by,
            request_id=request_id,
        )
        try:
            with transaction.atomic():
                PaperClaimLine.objects.bulk_create(
                    PaperClaimLine(
                        claim=claim,
                        voucher=paper,
                        programme_id=programme_id,
                        organisation_id=actor.organisation_id,
                        service_code=line.service,
                        used_on=line.used_on,
                    )
                    for line, paper in zip(wanted, papers, strict=True)
                )
        except IntegrityError:
            raise PaperClaimed(serial=wanted[0].serial) from None  # somebody else's claim was a moment faster
        approval = parties.request_approval(
            action=APPROVE,
            subject=("paper-claim", claim.id),
            digest=_digest(claim),
            organisation_id=operator_id,
            programme_id=programme_id,
            people_needed=DECIDERS,
            actor=actor,
            request_id=uuid5(request_id, "approval"),
            at=at,
        )
        claim.approval_id = approval.id
        claim.save(update_fields=["approval_id"])
    _note("papers-claimed", claim, {"lines": len(wanted), "cents": claim.cents, "place": place_id}, actor, request_id, at)
    return int(claim.id)


def _cleaned(lines: Sequence[ClaimedPaper]) -> list[ClaimedPaper]:
    wanted = [ClaimedPaper(clean_serial(each.serial), each.service, each.used_on) for each in lines if each.serial.strip()]
    if not wanted:
        raise ClaimEmpty
    if len(wanted) > CLAIM_LINES_MAX:
        raise ClaimTooLong(lines_max=CLAIM_LINES_MAX)
    seen: set[str] = set()
    for each in wanted:
        if each.serial in seen:
            raise PaperTwice(serial=each.serial)
        seen.add(each.serial)
    return wanted


def _papers_of(wanted: Sequence[ClaimedPaper], programme_ids: set[int]) -> list[PaperVoucher]:
    """The list's line of each serial, all of one programme. Raises: PaperUnknown."""
    found: dict[int, dict[str, PaperVoucher]] = defaultdict(dict)
    for paper in PaperVoucher.objects.filter(programme_id__in=programme_ids, serial__in=[each.serial for each in wanted]).order_by("id"):
        found[paper.programme_id][paper.serial] = paper
    best = max(found.values(), key=len, default={})
    for each in wanted:
        if each.serial not in best:
            raise PaperUnknown(serial=each.serial)
    return [best[each.serial] for each in wanted]


def _check_claimable(
    wanted: Sequence[ClaimedPaper], papers: Sequence[PaperVoucher], services: set[str], organisation_id: int, at: datetime
) -> None:
    own = parties_queries.organisation(organisation_id)
    claimed = set(
        PaperClaimLine.objects.filter(voucher__in=[paper.id for paper in papers], stands=True).values_list("voucher_id", flat=True)
    )
    for line, paper in zip(wanted, papers, strict=True):
        if line.service not in services:
            raise ServiceNotTaken(service=line.service)
        check_paper(
            serial=paper.serial,
            state=PaperState(paper.state),
            siret=paper.siret,
            own_siret=own.siret or "",
            used_on=line.used_on,
            accepted_until=paper.accepted_until,
            today=legal_day(at),
            is_claimed=paper.id in claimed,
        )


@transaction.atomic
def decide_paper_claim(*, claim_id: int, refused_because: str | None, actor: Actor, request_id: UUID, at: datetime) -> PaperClaimState:
    """One of the operator's two people says yes, or somebody says no and why. With the second yes, the vouchers are spent and paid like any other.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, PaperClaimUnknown, PaperClaimDecided, SamePerson, VoiceAlreadyGiven, ReasonMissing,
            NirInText, IbanInText, and whatever the ledger refuses (the place left, the end has passed): the claim waits then.
    """
    check_allowed_now(actor, APPROVE, at)
    claim = access.operated_claim(actor, claim_id, lock=True)
    if claim.state != PaperClaimState.WAITING:
        raise PaperClaimDecided(state=claim.state)
    assert claim.approval_id is not None, "a claim asks for its approval when it is made"
    named: dict[str, Any] = {"approval_id": claim.approval_id, "digest": _digest(claim), "actor": actor, "request_id": request_id, "at": at}
    if refused_because is not None:
        parties.refuse(reason=check_free_text(refused_because), **named)
        claim.state, claim.reason = PaperClaimState.REFUSED, refused_because.strip()[:500]
        PaperClaimLine.objects.filter(claim=claim).update(stands=False)
    elif parties.approve(**named).decision is None:
        return PaperClaimState.WAITING
    else:
        claim.state = PaperClaimState.ACCEPTED
        _spend(claim, actor, request_id, at)
    claim.decided_at, claim.sealed_photograph = at, None
    claim.save(update_fields=["state", "reason", "decided_at", "sealed_photograph"])
    _note(
        "papers-accepted" if claim.state == PaperClaimState.ACCEPTED else "papers-refused",
        claim,
        {"lines": claim.line_count},
        actor,
        request_id,
        at,
    )
    return PaperClaimState(claim.state)


def _spend(claim: PaperClaim, actor: Actor, request_id: UUID, at: datetime) -> None:
    """All of the claim, or none of it. Raises: the first refusal."""
    lines = list(PaperClaimLine.objects.filter(claim=claim).select_related("voucher").order_by("id"))
    proved = [
        Proved(
            line.voucher.series_id or 0,  # what may be claimed circulates: a constraint of the table says so
            line.voucher.voucher_id or 0,
            claim.place_id,
            claim.organisation_id,
            line.service_code,
            line.used_on,
            f"paper:{line.voucher.programme_id}:{line.voucher.serial}",
            uuid5(request_id, line.voucher.serial),
        )
        for line in lines
    ]
    with acting_as(actor, organisation_ids=[claim.organisation_id]):
        answers = redemption.honour_proved(proved=proved, channel=ON_PAPER, actor=actor, redeemed_at=at, together=True)
    refused = next((each for each in answers if isinstance(each, Refusal)), None)
    if refused is not None:
        raise refused
    for line, answer in zip(lines, answers, strict=True):
        line.redemption_number = getattr(answer, "number", "")
        line.save(update_fields=["redemption_number"])


def _digest(claim: PaperClaim) -> bytes:
    return digest_of(claim.programme_id, claim.organisation_id, claim.place_id, claim.line_count, claim.cents)


def _note(what: str, claim: PaperClaim, facts: dict[str, Any], actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=f"continuity.{what}",
        subject=("paper-claim", claim.id),
        facts=facts,
        programme_id=claim.programme_id,
        organisation_id=claim.organisation_id,
        request_id=request_id,
        at=at,
    )


def look_at_photograph(*, claim_id: int, actor: Actor, request_id: UUID, at: datetime) -> bytes:
    """The photograph of a claim that waits, for one of the operator's two people; each look is journalled.

    Raises: NotAllowed, SecondFactorNeeded, PaperClaimUnknown (none, or erased with the decision).
    """
    check_allowed_now(actor, APPROVE, at)
    claim = access.operated_claim(actor, claim_id)
    if claim.sealed_photograph is None:
        raise PaperClaimUnknown(claim=claim_id)
    _note("paper-looked-at", claim, {}, actor, request_id, at)
    return key_ring().unseal(PHOTOGRAPH, bytes(claim.sealed_photograph))
