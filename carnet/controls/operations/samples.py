"""A sample of redemptions: promised before anybody knows what will be drawn, drawn, checked one by one, closed."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.controls.access import samples as access
from carnet.controls.models import Sample, SampleUnit
from carnet.controls.queries.samples import units_of_period
from carnet.controls.rules.samples import (
    Evidence,
    Finding,
    FindingsMissing,
    Method,
    SampleClosed,
    SampleDrawn,
    SampleEmpty,
    SampleNotOver,
    check_finding,
    check_terms,
    commitment_of,
    digest_of,
    draw,
)
from carnet.funding import access as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_allowed_now, person_of

SEED_BYTES = 16


@transaction.atomic
def promise_sample(
    *, programme_id: int, method: Method, size: int, from_on: date, until_on: date, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Say that a sample will be drawn, and publish the fingerprint of its seed, which nobody chose. Returns its id.

    Best before `until_on` (exclusive), so that what is spent cannot know; every promise stays in the list, drawn or not, so that none is
    dropped for another.
    Raises:  NotAllowed, ProgrammeUnknown, SampleSizeWrong, SamplePeriodWrong, PersonNeeded.
    Repeat:  the same request_id returns the first sample.
    """
    check_allowed_now(actor, access.DRAW, at)
    person_id = person_of(actor, access.DRAW)
    funding.seen_programme(actor, programme_id)
    repeated = Sample.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    check_terms(size=size, from_on=from_on, until_on=until_on)
    seed = secrets.token_hex(SEED_BYTES)
    sample = Sample.objects.create(
        programme_id=programme_id,
        method=method.value,
        from_on=from_on,
        until_on=until_on,
        size=size,
        commitment=commitment_of(seed),
        seed=seed,
        promised_at=at,
        promised_by_id=person_id,
        request_id=request_id,
    )
    facts = {"method": method.value, "size": size, "from": from_on, "until": until_on, "commitment": sample.commitment}
    _record("controls.sample-promised", sample, facts, actor, request_id, at)
    return sample.id


@transaction.atomic
def draw_sample(*, sample_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Draw a promised sample once its period is over, and show its seed. Returns how many redemptions were drawn. Lock: the sample.

    Raises:  NotAllowed, SampleUnknown, SampleNotOver, SampleDrawn, SampleEmpty, PersonNeeded.
    """
    check_allowed_now(actor, access.DRAW, at)
    person_id = person_of(actor, access.DRAW)
    sample = access.seen_sample(actor, sample_id, lock=True)
    if sample.drawn_at is not None:
        raise SampleDrawn
    if legal_day(at) < sample.until_on:
        raise SampleNotOver(until_on=sample.until_on)
    method = Method(sample.method)
    universe = units_of_period(sample.programme_id, from_on=sample.from_on, until_on=sample.until_on, method=method)
    if not universe:
        raise SampleEmpty
    units = [unit for unit, _place_id in universe]
    places = {unit.number: place_id for unit, place_id in universe}
    drawn = draw(units, seed=sample.seed, size=sample.size, method=method)
    sample.drawn_at, sample.drawn_by_id = at, person_id
    sample.universe_count, sample.universe_cents = len(units), sum(unit.cents for unit in units)
    sample.universe_sha256, sample.weight = digest_of(units), sum(unit.weight for unit in units)
    sample.least_weight = min(unit.weight for unit in units)
    sample.least_cents, sample.most_cents = min(unit.cents for unit in units), max(unit.cents for unit in units)
    sample.save()
    SampleUnit.objects.bulk_create(
        SampleUnit(
            sample=sample,
            programme_id=sample.programme_id,
            place_id=places[each.unit.number],
            number=each.unit.number,
            rank=each.rank,
            times=each.times,
            cents=each.unit.cents,
            weight=each.unit.weight,
        )
        for each in drawn
    )
    facts = {"seed": sample.seed, "universe": len(units), "universe_sha256": sample.universe_sha256, "drawn": len(drawn)}
    _record("controls.sample-drawn", sample, facts, actor, request_id, at)
    return len(drawn)


@transaction.atomic
def write_finding(
    *, sample_id: int, rank: int, finding: Finding, evidence: Sequence[Evidence], actor: Actor, request_id: UUID, at: datetime
) -> None:
    """Write what was found of one redemption, and which kinds of evidence were looked at; until the sample is closed. Lock: the sample.

    Raises:  NotAllowed, SampleUnknown, SampleClosed, EvidenceMissing, PersonNeeded.
    Repeat:  the same finding again changes nothing.
    """
    check_allowed_now(actor, access.CHECK, at)
    person_id = person_of(actor, access.CHECK)
    sample, unit = access.seen_unit(actor, sample_id, rank, lock=True)
    if sample.closed_at is not None:
        raise SampleClosed
    kinds = [each.value for each in check_finding(finding, evidence)]
    if (unit.finding, unit.evidence) == (finding.value, kinds):
        return
    unit.finding, unit.evidence, unit.found_at, unit.found_by_id = finding.value, kinds, at, person_id
    unit.save(update_fields=["finding", "evidence", "found_at", "found_by_id"])
    facts = {"rank": rank, "finding": finding.value, "evidence": kinds}
    _record("controls.sample-checked", sample, facts, actor, request_id, at)


@transaction.atomic
def close_sample(*, sample_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Make a sample's result final, once every redemption of it was checked. Lock: the sample.

    Raises:  NotAllowed, SampleUnknown, FindingsMissing, PersonNeeded.
    Repeat:  closing again changes nothing.
    """
    check_allowed_now(actor, access.DRAW, at)
    person_id = person_of(actor, access.DRAW)
    sample = access.seen_sample(actor, sample_id, lock=True)
    if sample.closed_at is not None:
        return
    findings = list(SampleUnit.objects.filter(sample=sample).order_by("rank").values_list("finding", flat=True))
    missing = findings.count(None)
    if missing or not findings:
        raise FindingsMissing(missing=missing)
    sample.closed_at, sample.closed_by_id = at, person_id
    sample.save(update_fields=["closed_at", "closed_by_id"])
    facts = {each.value: findings.count(each.value) for each in Finding}
    _record("controls.sample-closed", sample, facts, actor, request_id, at)


def _record(action: str, sample: Sample, facts: Mapping[str, object], actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("sample", sample.id),
        facts=dict(facts),
        programme_id=sample.programme_id,
        request_id=request_id,
        at=at,
    )
