"""A report for an elected council, made once and kept as it was given out."""

import hashlib
import json
import zlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.observatory.models import CouncilReport
from carnet.observatory.queries.council import figures_for_council, kept_of
from carnet.observatory.rules.council import KeptReport, written
from carnet.parties.rules import check_may
from carnet.places.rules.areas import AreaLevel


@transaction.atomic
def make_council_report(
    *,
    level: AreaLevel,
    code: str,
    period: str,
    language: str,
    draw: Callable[[KeptReport], bytes],
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Make the report of a territory over a period, number it after the organisation's last, keep its paper; return its id.

    `draw` makes the paper of a report that has its number and the one before it, and no digest yet.
    Raises: NotAllowed, NothingReleased, AreaUnknown, SpanUnclear, SpanReversed, SpanTooLong.
    Repeat: the same request_id gives the first report again. Locks: the organisation's reports.
    """
    check_may(actor, "observatory.make-council-report")
    organisation_id = actor.organisation_id or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('observatory.council-report', %s))", [organisation_id])
    mine = CouncilReport.objects.filter(organisation_id=organisation_id)
    first = mine.filter(request_id=request_id).values_list("id", flat=True).first()
    if first is not None:
        return first
    figures = figures_for_council(level, code, period, at=at)
    content = json.loads(json.dumps(written(figures)))
    row = CouncilReport(
        organisation_id=organisation_id,
        number=(mine.aggregate(latest=Max("number"))["latest"] or 0) + 1,
        level=figures.level.value,
        code=figures.code,
        since_on=figures.span.since,
        until_on=figures.span.until,
        language="en" if language == "en" else "fr",
        content=content,
        previous=mine.filter(level=figures.level.value, code=figures.code).order_by("-number").first(),
        made_at=at,
        made_by_id=actor.person_id,
        request_id=request_id,
    )
    paper = draw(kept_of(row))
    row.deflated, row.size, row.digest = zlib.compress(paper, 9), len(paper), hashlib.sha256(paper).hexdigest()
    row.save(force_insert=True)
    journal.record(
        actor=actor,
        action="observatory.council-report-made",
        subject=("council-report", row.id),
        facts={"number": row.number, "territory": f"{row.level} {row.code}", "period": figures.span.key, "digest": row.digest},
        organisation_id=organisation_id,
        request_id=request_id,
        at=at,
    )
    return row.id
