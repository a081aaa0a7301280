"""An account of which a case keeps only a part: redrawn as two before anything of it is paid, inside the caller's transaction and lock.

The ledger owes the same; each redemption is in one account, as before, and the account that was redrawn is kept, with what stands for it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection

from carnet.funding import queries as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.settlement.models import Claim, ClaimLine, Hold
from carnet.settlement.queries.cases import parts_waiting
from carnet.settlement.rules import ClaimState, SetAsideReason, Sums
from carnet.settlement.rules.redrawing import Half, halve

Key = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Line:
    key: Key
    cents: int
    redeemed_at: datetime


def redraw(
    *, programme_id: int, actor: Actor, request_id: UUID, at: datetime, agreement_id: int | None = None, claim_ids: Collection[int] = ()
) -> int:
    """Redraw each account that waits and that cases keep in part: of an agreement, or these; return how many were.

    One that a person holds by hand waits whole until it is let go. Each place is told once, with both amounts. Asked again, there is nothing left.
    """
    parts = {
        claim_id: {(line.key.series_id, line.key.voucher_id, line.key.generation) for part in found for line in part.lines}
        for claim_id, found in parts_waiting(programme_id=programme_id, at=at).items()
        if not found[0].is_whole
    }
    if not parts:
        return 0
    by_hand = Hold.objects.filter(claim_id__in=parts, released_at__isnull=True, until__gt=at).order_by().values_list("claim_id", flat=True)
    claims = Claim.objects.filter(id__in=set(parts) - set(by_hand), state__in=[ClaimState.READY, ClaimState.SET_ASIDE]).order_by("id")
    claims = claims.filter(agreement_id=agreement_id) if agreement_id is not None else claims
    claims = claims.filter(id__in=list(claim_ids)) if claim_ids else claims
    return sum(_redraw(claim, parts[claim.id], actor, request_id, at) for claim in claims)


def _redraw(claim: Claim, waiting: set[Key], actor: Actor, request_id: UUID, at: datetime) -> int:
    columns = ("series_id", "voucher_id", "generation", "cents", "redeemed_at")
    rows = ClaimLine.objects.filter(claim=claim).order_by("id").values_list(*columns)
    lines = [_Line((row[0], row[1], row[2]), row[3], row[4]) for row in rows]
    halves = halve(claimed=Sums(claim.voucher_count, claim.cents), lines=lines, waiting=waiting)
    if halves is None:
        return 0
    claim.state, claim.set_aside_reason, claim.set_aside_at = ClaimState.REDRAWN.value, "", None
    claim.save(update_fields=["state", "set_aside_reason", "set_aside_at"])
    paid = _successor(claim, halves.paid, at, waits=False)
    kept = _successor(claim, halves.waiting, at, waits=True)
    _move(claim, paid, [line.key for line in lines if line.key not in waiting])
    _move(claim, kept, [line.key for line in lines if line.key in waiting])
    _say(claim, paid, kept, actor, uuid5(request_id, f"redrawn-{claim.id}"), at)
    return 1


def _successor(claim: Claim, half: Half, at: datetime, *, waits: bool) -> Claim:
    """Of the same cut-off, promised for the same day."""
    return Claim.objects.create(
        cut_off_id=claim.cut_off_id,
        programme_id=claim.programme_id,
        agreement_id=claim.agreement_id,
        organisation_id=claim.organisation_id,
        first_redeemed_at=half.first_redeemed_at,
        until=claim.until,
        voucher_count=half.sums.voucher_count,
        cents=half.sums.cents,
        state=ClaimState.SET_ASIDE.value if waits else ClaimState.READY.value,
        set_aside_reason=SetAsideReason.HELD.value if waits else "",
        set_aside_at=at if waits else None,
        promised_on=claim.promised_on,
        redrawn_from=claim,
        created_at=at,
    )


def _move(claim: Claim, to: Claim, keys: Sequence[Key]) -> None:
    """The one change a line may ever have, and only to what stands for its account: a trigger says so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE settlement_claimline l SET claim_id = %s FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[])"
            " AS k(series_id, voucher_id, generation) WHERE l.claim_id = %s"
            " AND l.series_id = k.series_id AND l.voucher_id = k.voucher_id AND l.generation = k.generation",
            [to.id, [key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys], claim.id],
        )
        assert cursor.rowcount == len(keys), "each line of an account goes to one of the two that stand for it"


def _say(claim: Claim, paid: Claim, kept: Claim, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action="settlement.claim-redrawn",
        subject=("claim", claim.id),
        facts={"cents": claim.cents, "paid": paid.id, "paid_cents": paid.cents, "waiting": kept.id, "waiting_cents": kept.cents},
        programme_id=claim.programme_id,
        organisation_id=claim.organisation_id,
        request_id=request_id,
        at=at,
    )
    notices.post(
        kind="settlement.claim-redrawn",
        to_organisation_id=claim.organisation_id,
        context={"programme": funding.programme(claim.programme_id).name, "paid_cents": paid.cents, "waiting_cents": kept.cents},
        programme_id=claim.programme_id,
        at=at,
    )
