"""What an edition looks like, chosen by one person; the proof of it, answered by another; and what is frozen then.

A design changes until a proof of it waits or stands. A proof keeps everything it shows; approving one that would show something else
today is refused. What is printed is read from the approved proof, never from the design.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from carnet.funding import queries as funding
from carnet.gateways.printer import Edition, Paper, overflows, read_logo, unprintable
from carnet.issuing import access
from carnet.issuing.access import proofs as proof_access
from carnet.issuing.models import Design, DesignLogo, Job, Order, Proof
from carnet.issuing.operations._journal import by, note
from carnet.issuing.queries._editions import content_of, default_draft, edition_of, paper_of
from carnet.issuing.queries._stages import printing_facts, stages
from carnet.issuing.queries.proofs import asked_of
from carnet.issuing.rules import JobKind
from carnet.issuing.rules.proofs import (
    LOGOS_PER_DESIGN_MAX,
    DesignMissing,
    Draft,
    DraftLogo,
    LogoUnknown,
    LogoUnnamed,
    ProofDecision,
    ProofNotApproved,
    ProofOfNobody,
    TextOverflows,
    TextUnprintable,
    TooManyLogos,
    check_answerable,
    check_changeable,
    check_reopenable,
    check_sendable,
    check_still_true,
    digest_of_content,
    tidy_draft,
)
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import ReasonMissing, check_allowed_now, person_of

APPROVE, DESIGN = "issuing.approve-proof", "issuing.design"


@transaction.atomic
def save_design(*, order_id: int, draft: Draft, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say what an order's booklets look like, for the first time or again. The same again changes nothing.

    A logo kept for another programme of the operator is kept for this one too.
    Raises: NotAllowed, OrderUnknown, ProofWaits, DesignFrozen, LogoUnknown, TextUnprintable, TextOverflows, and the refusals of `tidy_draft`.
    """
    check_allowed_now(actor, DESIGN, at)
    order = access.operated_order(actor, order_id, lock=True)
    _save(order, draft, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def add_logo(*, order_id: int, content: bytes, name: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Put a logo on the covers of an order, after those there are. The picture is judged first, and its pixels alone are kept.

    Raises: as `save_design`; DesignMissing; LogoTooHeavy, LogoIsDrawing, LogoUnreadable, LogoTooPale, LogoTooLong, LogoTooSmall.
    """
    check_allowed_now(actor, DESIGN, at)
    order = access.operated_order(actor, order_id, lock=True)
    design = _design(order)
    logos = design.draft.logos
    if len(logos) >= LOGOS_PER_DESIGN_MAX:
        raise TooManyLogos(most=LOGOS_PER_DESIGN_MAX)
    if not name.strip():
        raise LogoUnnamed
    kept = _keep_logo(order.programme_id, content, actor=actor, at=at)
    if kept in {each.logo_id for each in logos}:
        return
    _save(order, replace(design.draft, logos=(*logos, DraftLogo(kept, name))), actor=actor, request_id=request_id, at=at)


@transaction.atomic
def remove_logo(*, order_id: int, logo_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a logo off the covers of an order. One that is not there changes nothing. Raises: as `save_design`, and DesignMissing."""
    check_allowed_now(actor, DESIGN, at)
    order = access.operated_order(actor, order_id, lock=True)
    draft = _design(order).draft
    left = tuple(each for each in draft.logos if each.logo_id != logo_id)
    _save(order, replace(draft, logos=left), actor=actor, request_id=request_id, at=at)


@transaction.atomic
def send_proof(*, order_id: int, asked_of_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Send the next version of an approved order's proof to those who will answer it; return the proof's id.

    Raises:  NotAllowed, PersonNeeded, OrderUnknown, OrderNotApproved, DesignMissing, ProofWaits, DesignFrozen, ProofOfNobody, TextUnprintable,
             TextOverflows.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, DESIGN, at)
    sent_by = person_of(actor, DESIGN)
    order = access.operated_order(actor, order_id, lock=True)
    repeated = Proof.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    latest = _latest_version(order)
    check_sendable(order.facts, stages([order.id])[order.id], version=latest)
    if asked_of_id not in {each.organisation_id for each in asked_of(order)}:
        raise ProofOfNobody(organisation=asked_of_id)
    content = content_of(order, _design(order).draft)
    check_fits(edition_of(content))
    proof = Proof.objects.create(
        order=order,
        programme_id=order.programme_id,
        version=latest + 1,
        content=content,
        digest=digest_of_content(content),
        sent_at=at,
        sent_by_id=sent_by,
        asked_of_id=asked_of_id,
        request_id=request_id,
    )
    approval = parties.request_approval(
        action=APPROVE,
        subject=("proof", proof.id),
        digest=bytes(proof.digest),
        organisation_id=asked_of_id,
        programme_id=order.programme_id,
        actor=actor,
        request_id=uuid5(request_id, "approval"),
        at=at,
    )
    proof.approval_id = approval.id
    proof.save(update_fields=["approval_id"])
    note(
        order, "proof-sent", actor=actor, request_id=request_id, at=at,
        facts={"proof": proof.id, "version": proof.version, "to": asked_of_id, "digest": bytes(proof.digest).hex()},
    )  # fmt: skip
    tell("issuing.proof-waits", order, proof, to=asked_of_id, at=at)
    return proof.id


@transaction.atomic
def approve_proof(*, proof_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Another person says that it is good to print: the design is frozen. The same person again changes nothing.

    Raises: ProofUnknown, ProofAnswered, NotAllowed, SecondFactorNeeded, PersonNeeded, SamePerson, ApprovalChanged (it would show
            something else today).
    """
    check_allowed_now(actor, APPROVE, at)
    proof, order = proof_access.answerable_proof(actor, proof_id)
    if proof.decision == ProofDecision.APPROVED and proof.decided_by_id == actor.person_id:
        return
    check_answerable(proof.decided_at)
    shown_now = digest_of_content(content_of(order, _design(order).draft))
    assert proof.approval_id is not None, "a proof asks for its approval when it is sent"
    parties.approve(approval_id=proof.approval_id, digest=shown_now, actor=actor, request_id=request_id, at=at)
    _answer(proof, order, ProofDecision.APPROVED, "", actor=actor, request_id=request_id, at=at)


@transaction.atomic
def return_proof(*, proof_id: int, remarks: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Another person sends it back and says what to change: a new version will follow. Raises: as `approve_proof`, and ReasonMissing."""
    check_allowed_now(actor, APPROVE, at)
    proof, order = proof_access.answerable_proof(actor, proof_id)
    if proof.decision == ProofDecision.RETURNED and proof.decided_by_id == actor.person_id:
        return
    check_answerable(proof.decided_at)
    assert proof.approval_id is not None, "a proof asks for its approval when it is sent"
    parties.refuse(approval_id=proof.approval_id, digest=bytes(proof.digest), reason=remarks, actor=actor, request_id=request_id, at=at)
    _answer(proof, order, ProofDecision.RETURNED, remarks.strip()[:500], actor=actor, request_id=request_id, at=at)


@transaction.atomic
def withdraw_proof(*, proof_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The operator takes back a proof that waits, to correct it: nobody is asked any more. Again changes nothing.

    Raises: NotAllowed, ProofUnknown, ProofAnswered.
    """
    check_allowed_now(actor, DESIGN, at)
    proof, order = proof_access.operated_proof(actor, proof_id)
    if proof.decision == ProofDecision.WITHDRAWN:
        return
    check_answerable(proof.decided_at)
    if proof.approval_id is not None:
        parties.withdraw_approval(approval_id=proof.approval_id, actor=actor, request_id=request_id, at=at)
    proof.decision, proof.decided_at, proof.decided_by_id = ProofDecision.WITHDRAWN.value, at, by(actor)
    proof.save(update_fields=["decision", "decided_at", "decided_by_id"])
    note(order, "proof-withdrawn", actor=actor, request_id=request_id, at=at, facts={"proof": proof.id, "version": proof.version})


@transaction.atomic
def reopen_design(*, order_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Before anything is printed, open what was approved again, and say why: a new proof will need a new answer.

    Raises: NotAllowed, OrderUnknown, ReasonMissing, ProofNotApproved, PrintingBegun.
    """
    check_allowed_now(actor, DESIGN, at)
    order = access.operated_order(actor, order_id, lock=True)
    if not reason.strip():
        raise ReasonMissing
    check_reopenable(printing_facts(order), stages([order.id])[order.id])
    proof = _standing(order)
    assert proof is not None, "its stage says that one stands"
    proof.reopened_at, proof.reopened_by_id, proof.reopened_because = at, by(actor), reason.strip()[:500]
    proof.save(update_fields=["reopened_at", "reopened_by_id", "reopened_because"])
    note(order, "proof-reopened", actor=actor, request_id=request_id, at=at, facts={"proof": proof.id, "version": proof.version})
    tell("issuing.proof-reopened", order, proof, to=proof.asked_of_id, at=at, reason=proof.reopened_because)


@dataclass(frozen=True, slots=True)
class ApprovedEdition:
    """What is printed: the edition, on which paper, and whether the sheets carry marks to cut and fold by."""

    edition: Edition
    paper: Paper
    with_marks: bool


def approved_edition(order: Order) -> ApprovedEdition:
    """What is printed of an order: exactly what was approved.

    An order printed before there were proofs is as its programme says. Raises: ProofNotApproved, ProofOutdated.
    """
    proof = _standing(order)
    if proof is not None:
        check_still_true(proof.content, content_of(order, _design(order).draft), version=proof.version)
        content = proof.content
    elif _is_of_before(order):
        content = content_of(order, default_draft(order))
    else:
        raise ProofNotApproved
    return ApprovedEdition(edition_of(content), paper_of(content), content["with_marks"])


def check_proved(order: Order) -> None:
    """Refuse to make files of an order nobody agreed to the looks of. Raises: ProofNotApproved, ProofOutdated."""
    approved_edition(order)


def check_fits(edition: Edition) -> None:
    """Refuse texts that would not be printed as typed or do not fit where they are printed, all at once. Raises: TextUnprintable, TextOverflows."""
    strange = unprintable(edition)
    if strange:
        field, signs = next(iter(strange.items()))
        raise TextUnprintable(field=field, signs=" ".join(signs), fields=strange)
    found = overflows(edition)
    if not found:
        return
    first = found[0]
    raise TextOverflows(
        field=first.field,
        text=first.text,
        lines=first.lines,
        most_lines=first.most_lines,
        most_mm=round(first.most_mm),
        too_many=_too_many(edition, first.field),
        fields={each.field: _too_many(edition, each.field) for each in found},
        rooms={
            each.field: {"text": each.text, "lines": each.lines, "most_lines": each.most_lines, "most_mm": round(each.most_mm)}
            for each in found
        },
    )


def _too_many(edition: Edition, field: str) -> int:
    """How many characters at the end of a text do not fit; 0 for what is not one text (funders, services, logos)."""
    text = getattr(edition, field)
    if not isinstance(text, str):
        return 0
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        cut = replace(edition, **{field: text[:middle]})  # type: ignore[arg-type]  # one of its texts, by name
        if any(each.field == field for each in overflows(cut)):
            too_long = middle
        else:
            fits = middle
    return len(text) - fits


# --- One thing each ----------------------------------------------------------------------------------------------------


def _save(order: Order, draft: Draft, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    check_changeable(stages([order.id])[order.id], version=_latest_version(order))
    tidy = tidy_draft(draft, service_codes=funding.programme(order.programme_id).terms.service_codes)
    tidy = replace(tidy, logos=tuple(_own_logos(order, tidy.logos, actor=actor, at=at)))
    check_fits(edition_of(content_of(order, tidy)))
    design = Design.objects.filter(order=order).first()
    if design is not None and design.draft == tidy:
        return
    if design is None:
        design = Design(order=order, programme_id=order.programme_id, begun_at=at, begun_by_id=by(actor))
    for name in ("title", "notice", "perimeter", "phone", "phone_hours", "accent", "with_marks"):
        setattr(design, name, getattr(tidy, name))
    design.services, design.funders = [list(each) for each in tidy.services], list(tidy.funders)
    design.logos, design.paper = [[each.logo_id, each.name] for each in tidy.logos], tidy.paper.value
    design.changed_at, design.changed_by_id = at, by(actor)
    design.save()
    note(order, "design-saved", actor=actor, request_id=request_id, at=at, facts={"logos": [each.logo_id for each in tidy.logos]})


def _own_logos(order: Order, logos: Sequence[DraftLogo], *, actor: Actor, at: datetime) -> list[DraftLogo]:
    """The logos, each kept for this order's programme."""
    own: list[DraftLogo] = []
    for each in logos:
        row = DesignLogo.objects.filter(id=each.logo_id).first()
        if row is None:
            raise LogoUnknown(logo=each.logo_id)
        if row.programme_id != order.programme_id:
            row = _kept(order.programme_id, row.width_px, row.height_px, bytes(row.pixels), bytes(row.digest), actor=actor, at=at)
        own.append(DraftLogo(row.id, each.name))
    return own


def _keep_logo(programme_id: int, content: bytes, *, actor: Actor, at: datetime) -> int:
    picture = read_logo(content, name="")
    measures = picture.width_px.to_bytes(4, "big") + picture.height_px.to_bytes(4, "big")
    digest = hashlib.sha256(measures + picture.rgb).digest()
    return _kept(programme_id, picture.width_px, picture.height_px, zlib.compress(picture.rgb, 9), digest, actor=actor, at=at).id


def _kept(programme_id: int, width_px: int, height_px: int, pixels: bytes, digest: bytes, *, actor: Actor, at: datetime) -> DesignLogo:
    row, _made = DesignLogo.objects.get_or_create(
        programme_id=programme_id,
        digest=digest,
        defaults={"width_px": width_px, "height_px": height_px, "pixels": pixels, "kept_at": at, "kept_by_id": by(actor)},
    )
    return row


def _design(order: Order) -> Design:
    found = Design.objects.filter(order=order).first()
    if found is None:
        raise DesignMissing
    return found


def _standing(order: Order) -> Proof | None:
    return Proof.objects.filter(order=order, decision=ProofDecision.APPROVED.value, reopened_at=None).first()


def _is_of_before(order: Order) -> bool:
    """Whether its files were asked for before there were proofs.

    Saying that it is printed does not stand for that: whoever says so would do without a proof. Only a demonstration's may.
    """
    if Design.objects.filter(order=order).exists():
        return False
    if Job.objects.filter(order=order, kind=JobKind.PRINT.value).exists():
        return True
    return order.printed_at is not None and funding.programme(order.programme_id).is_simulated


def _latest_version(order: Order) -> int:
    return Proof.objects.filter(order=order).order_by("-version").values_list("version", flat=True).first() or 0


def _answer(proof: Proof, order: Order, decision: ProofDecision, remarks: str, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    proof.decision, proof.decided_at, proof.decided_by_id, proof.remarks = decision.value, at, person_of(actor, APPROVE), remarks
    proof.save(update_fields=["decision", "decided_at", "decided_by_id", "remarks"])
    what = "proof-approved" if decision is ProofDecision.APPROVED else "proof-returned"
    note(order, what, actor=actor, request_id=request_id, at=at, facts={"proof": proof.id, "version": proof.version})
    tell(
        "issuing.proof-answered", order, proof, to=order.operator_id, at=at, is_approved=decision is ProofDecision.APPROVED, remarks=remarks
    )


def tell(kind: str, order: Order, proof: Proof, *, to: int, at: datetime, **facts: Any) -> None:
    context = {
        "order": order.id,
        "proof": proof.id,
        "version": proof.version,
        "programme": funding.programme(order.programme_id).name,
        "operator": parties_queries.organisation(order.operator_id).name,
        **facts,
    }
    notices.post(kind=kind, to_organisation_id=to, context=context, programme_id=order.programme_id, at=at)
