"""What open cases keep out of the claims being drawn up: chosen redemptions first, then the place's others, never more than the hold."""

from datetime import datetime

from django.db import connection

from carnet.controls.queries import cases as controls
from carnet.settlement.models import CutOff, HeldForCase
from carnet.settlement.queries.cases import KeptForCase, kept_for_cases


def leave_out(*, programme_id: int, at: datetime) -> list[KeptForCase]:
    """Take out of the table of what is claimed what cases hold at `at`; return it, case by case, of what would have been claimed now."""
    holding = controls.held(programme_id=programme_id, at=at)
    if not holding:
        return []
    left: list[KeptForCase] = []
    for kept in kept_for_cases(programme_id=programme_id, at=at, holding=holding):
        keys = [line.key for line in kept.lines]
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM settlement_claimable c"
                " USING unnest(%s::bigint[], %s::bigint[], %s::smallint[]) AS k(series_id, voucher_id, generation)"
                " WHERE c.series_id = k.series_id AND c.voucher_id = k.voucher_id AND c.generation = k.generation"
                " RETURNING c.series_id, c.voucher_id, c.generation",
                [[each.series_id for each in keys], [each.voucher_id for each in keys], [each.generation for each in keys]],
            )
            gone = set(cursor.fetchall())
        lines = tuple(line for line in kept.lines if (line.key.series_id, line.key.voucher_id, line.key.generation) in gone)
        if lines:
            left.append(kept.of(lines))
    return left


def keep_trace(cut_off: CutOff, left: list[KeptForCase]) -> None:
    """Write what a cut-off left out, for which case."""
    HeldForCase.objects.bulk_create(
        HeldForCase(
            cut_off=cut_off,
            case_id=each.case_id,
            programme_id=cut_off.programme_id,
            organisation_id=each.organisation_id,
            place_id=each.place_id,
            voucher_count=len(each.lines),
            cents=each.kept_cents,
        )
        for each in left
    )
