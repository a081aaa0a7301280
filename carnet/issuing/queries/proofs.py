"""Designs and proofs as they are read: what a cover shows, what waits, what was answered, and what changed from one version to the next."""

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carnet.gateways.printer import Edition, Logo, Paper
from carnet.issuing import access
from carnet.issuing.access import proofs as proof_access
from carnet.issuing.models import Design, Order, Proof
from carnet.issuing.queries._editions import content_of, edition_of, funder_ids, funder_names, paper_of
from carnet.issuing.queries._stages import printing_facts, stages
from carnet.issuing.rules import ProofStage
from carnet.issuing.rules.proofs import Change, DesignMissing, Draft, ProofDecision, changes_between, has_printing_begun
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties


@dataclass(frozen=True, slots=True)
class Asked:
    """An organisation that may answer a proof: the operator's own second person, or a funder of the order."""

    organisation_id: int
    name: str
    is_operator: bool


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One version of an order's proof, and what became of it."""

    id: int
    order_id: int
    programme_id: int
    programme_name: str
    version: int
    sent_at: datetime
    sent_by_id: int
    asked_of_id: int
    asked_of: str
    decision: ProofDecision | None
    decided_at: datetime | None
    decided_by_id: int | None
    remarks: str
    reopened_at: datetime | None
    reopened_because: str

    @property
    def is_standing(self) -> bool:
        """Whether it is what will be printed."""
        return self.decision is ProofDecision.APPROVED and self.reopened_at is None


@dataclass(frozen=True, slots=True)
class ProofPage:
    """One proof: everything it shows, and what it shows otherwise than the version before."""

    line: ProofLine
    booklet_count: int
    content: dict[str, Any]
    changes: tuple[Change, ...]
    people: dict[int, str]


@dataclass(frozen=True, slots=True)
class DesignPage:
    """What an order's booklets look like so far, where its proof stands, and who may be asked. `may_reopen`: nothing was printed from it."""

    order_id: int
    programme_id: int
    programme_name: str
    draft: Draft | None
    changed_at: datetime | None
    stage: ProofStage
    proofs: tuple[ProofLine, ...]
    asked: tuple[Asked, ...]
    funder_names: tuple[str, ...]
    may_reopen: bool

    @property
    def may_change(self) -> bool:
        """Whether no proof of it waits or stands."""
        return self.stage not in (ProofStage.WAITING, ProofStage.APPROVED)


def design(actor: Actor, order_id: int) -> DesignPage:
    """What an order of the actor's programmes looks like so far. Raises: OrderUnknown."""
    order = access.seen_order(actor, order_id)
    row, stage = Design.objects.filter(order=order).first(), stages([order.id])[order.id]
    return DesignPage(
        order_id=order.id,
        programme_id=order.programme_id,
        programme_name=order.programme.name,
        draft=row.draft if row else None,
        changed_at=row.changed_at if row else None,
        stage=stage,
        proofs=tuple(_lines(Proof.objects.filter(order=order).order_by("-version"))),
        asked=tuple(asked_of(order)),
        funder_names=tuple(funder_names(order)),
        may_reopen=stage is ProofStage.APPROVED and not has_printing_begun(printing_facts(order)),
    )


def asked_of(order: Order) -> list[Asked]:
    """Who may answer the proofs of an order: its funders, those who pay first, then the operator's own second person."""
    ids = [each for each in funder_ids(order) if each != order.operator_id]
    names = parties.organisations([*ids, order.operator_id])
    return [Asked(each, names[each].name, each == order.operator_id) for each in (*ids, order.operator_id)]


@dataclass(frozen=True, slots=True)
class EarlierDraft:
    """An approved design of another order, and what it has in common with the one that is begun: who pays is never taken from another's."""

    order_id: int
    draft: Draft
    is_same_programme: bool
    has_same_funders: bool


def latest_approved_draft(actor: Actor, order_id: int) -> EarlierDraft | None:
    """The latest approved design of another order of the same operator, of the same programme first; None without any."""
    order = access.operated_order(actor, order_id)
    rows = (
        Proof.objects.select_related("order")
        .filter(order__operator_id=order.operator_id, decision=ProofDecision.APPROVED.value, reopened_at=None)
        .exclude(order_id=order.id)
        .order_by("-decided_at", "-id")
    )
    found = rows.filter(programme_id=order.programme_id).first() or rows.first()
    if found is None:
        return None
    return EarlierDraft(
        order_id=found.order_id,
        draft=Design.objects.get(order_id=found.order_id).draft,
        is_same_programme=found.programme_id == order.programme_id,
        has_same_funders=set(funder_ids(found.order)) == set(funder_ids(order)),
    )


def preview(actor: Actor, order_id: int) -> tuple[Edition, Paper]:
    """The design as it would be printed today. Raises: OrderUnknown, DesignMissing."""
    order = access.seen_order(actor, order_id)
    row = Design.objects.filter(order=order).first()
    if row is None:
        raise DesignMissing
    content = content_of(order, row.draft)
    return edition_of(content), paper_of(content)


def proofs(actor: Actor) -> list[ProofLine]:
    """The proofs of the actor's programmes, the latest first."""
    return list(_lines(proof_access.seen_proofs(actor)))


def proof(actor: Actor, proof_id: int) -> ProofPage:
    """One proof of the actor's programmes. Raises: ProofUnknown."""
    row = proof_access.seen_proof(actor, proof_id)
    before = Proof.objects.filter(order_id=row.order_id, version__lt=row.version).order_by("-version").first()
    (line,) = _lines([row])
    return ProofPage(
        line=line,
        booklet_count=row.order.booklet_count,
        content=row.content,
        changes=changes_between(before.content if before else None, row.content),
        people=parties.names_of({row.sent_by_id, row.decided_by_id or 0}),
    )


def proof_to_look_at(actor: Actor, proof_id: int) -> tuple[Edition, Paper, int]:
    """What a proof shows, to be drawn; with its version. Raises: ProofUnknown."""
    row = proof_access.seen_proof(actor, proof_id)
    return edition_of(row.content), paper_of(row.content), row.version


def logo(actor: Actor, logo_id: int) -> Logo:
    """One kept logo, without a name. Raises: LogoUnknown."""
    row = proof_access.seen_logo(actor, logo_id)
    return Logo(name="", width_px=row.width_px, height_px=row.height_px, rgb=zlib.decompress(row.pixels))


def _lines(rows: Any) -> list[ProofLine]:
    found = list(rows)
    names = parties.organisations({row.asked_of_id for row in found})
    programmes = dict(Order.objects.filter(id__in={row.order_id for row in found}).order_by("id").values_list("id", "programme__name"))
    return [
        ProofLine(
            id=row.id,
            order_id=row.order_id,
            programme_id=row.programme_id,
            programme_name=programmes[row.order_id],
            version=row.version,
            sent_at=row.sent_at,
            sent_by_id=row.sent_by_id,
            asked_of_id=row.asked_of_id,
            asked_of=names[row.asked_of_id].name if row.asked_of_id in names else "",
            decision=ProofDecision(row.decision) if row.decision else None,
            decided_at=row.decided_at,
            decided_by_id=row.decided_by_id,
            remarks=row.remarks,
            reopened_at=row.reopened_at,
            reopened_because=row.reopened_because,
        )
        for row in found
    ]
