"""Where orders stand with their proofs."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from carnet.issuing.models import Design, Job, Order, PrintFile, Proof
from carnet.issuing.rules import JobKind, JobState, OrderFacts, ProofStage
from carnet.issuing.rules.proofs import ProofDecision

_LIVE = (JobState.WAITING.value, JobState.RUNNING.value)


def printing_facts(order: Order) -> OrderFacts:
    """What says whether printing has begun: files being made, and every one that was ever made."""
    return replace(
        order.facts,
        printing=Job.objects.filter(order=order, kind=JobKind.PRINT.value, state__in=_LIVE).exists(),
        file_count=PrintFile.objects.filter(order=order).count(),
    )


def stages(order_ids: Collection[int]) -> dict[int, ProofStage]:
    """Where each order stands with its proof, in two queries. The caller has found the orders."""
    found = dict.fromkeys(order_ids, ProofStage.NONE)
    found |= dict.fromkeys(Design.objects.filter(order_id__in=order_ids).values_list("order_id", flat=True), ProofStage.DESIGNED)
    rows = Proof.objects.filter(order_id__in=order_ids).order_by("order_id", "version")
    for order_id, decision, reopened_at in rows.values_list("order_id", "decision", "reopened_at"):
        found[order_id] = _stage(decision, reopened_at)
    return found


def _stage(decision: str | None, reopened_at: datetime | None) -> ProofStage:
    """What the latest version says."""
    if decision is None:
        return ProofStage.WAITING
    if decision == ProofDecision.APPROVED:
        return ProofStage.DESIGNED if reopened_at else ProofStage.APPROVED
    return ProofStage.RETURNED if decision == ProofDecision.RETURNED else ProofStage.DESIGNED
