"""Samples as their pages show them: what was promised and drawn, what is left to check, what it says of the whole."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Q

from carnet.controls.access import samples as access
from carnet.controls.models import Sample, SampleUnit, Signal
from carnet.controls.rules.samples import Checked, Evidence, Finding, Method, Result, Unit, Universe, result, weight_of
from carnet.controls.rules.signals import SignalState
from carnet.kernel.actors import Actor
from carnet.kernel.periods import start_of_day


@dataclass(frozen=True, slots=True)
class UnitView:
    """One redemption of a sample. Its number is public; nothing says who spent it."""

    rank: int
    number: str
    place_id: int
    cents: int
    weight: int
    times: int
    finding: Finding | None
    evidence: tuple[Evidence, ...]
    found_at: datetime | None


@dataclass(frozen=True, slots=True)
class SampleView:
    """One sample. `seed` is empty until it is drawn; `result` is None until every redemption was checked."""

    id: int
    programme_id: int
    method: Method
    from_on: date
    until_on: date
    size: int
    commitment: str
    seed: str
    promised_at: datetime
    drawn_at: datetime | None
    closed_at: datetime | None
    universe: Universe | None
    universe_sha256: str
    drawn: int
    checked: int
    result: Result | None

    @property
    def missing(self) -> int:
        """How many redemptions nobody has checked yet."""
        return self.drawn - self.checked

    @property
    def was_promised_before(self) -> bool:
        """Whether its seed was promised before its period was over: then nothing spent could know it, nor it what was spent."""
        return self.promised_at < start_of_day(self.until_on)


def samples_of(actor: Actor, programme_ids: Collection[int]) -> list[SampleView]:
    """The samples of these programmes, the latest first. Raises: NotAllowed."""
    rows = access.seen_samples(actor, programme_ids).order_by("-id")
    return [_view(row) for row in rows[:200]]


def sample(actor: Actor, sample_id: int) -> SampleView:
    """One sample. Raises: NotAllowed, SampleUnknown."""
    return _view(access.seen_sample(actor, sample_id))


def units(actor: Actor, sample_id: int) -> list[UnitView]:
    """The redemptions of a sample, in the order drawn. Raises: SampleUnknown."""
    found = access.seen_sample(actor, sample_id)
    return [_unit(row) for row in SampleUnit.objects.filter(sample=found).order_by("rank")]


def unit(actor: Actor, sample_id: int, rank: int) -> UnitView:
    """One redemption of a sample. Raises: SampleUnknown."""
    return _unit(access.seen_unit(actor, sample_id, rank)[1])


def next_to_check(actor: Actor, sample_id: int, *, after: int = 0) -> int | None:
    """The rank of the first redemption after that one that nobody checked, else of the first of all; None when none is left."""
    left = SampleUnit.objects.filter(sample=access.seen_sample(actor, sample_id), finding__isnull=True).order_by("rank")
    following = left.filter(rank__gt=after).values_list("rank", flat=True).first()
    return following or left.values_list("rank", flat=True).first()


def units_of_period(programme_id: int, *, from_on: date, until_on: date, method: Method) -> list[tuple[Unit, int]]:
    """What may be drawn: each redemption of those legal days that stands, with its place. By risk, it weighs as its place's signals say."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.series_id || '-' || r.voucher_id || '-' || r.generation, s.face_value_cents, r.place_id"
            " FROM redemption_redemption r /* fan-out: of one programme */ JOIN ledger_series s ON s.id = r.series_id"
            " WHERE r.programme_id = %s AND r.at >= %s AND r.at < %s AND NOT EXISTS (SELECT 1 FROM redemption_reversal x"
            " WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)"
            " ORDER BY r.series_id, r.voucher_id, r.generation",
            [programme_id, start_of_day(from_on), start_of_day(until_on)],
        )
        rows = cursor.fetchall()
    noticed = noticed_at_places(programme_id, from_on, until_on) if method is Method.RISK else {}
    return [
        (Unit(number, cents, weight_of(noticed.get(place_id, 0)) if method is Method.RISK else 1), place_id)
        for number, cents, place_id in rows
    ]


def noticed_at_places(programme_id: int, from_on: date, until_on: date) -> dict[int, int]:
    """How many rules noticed something at each place in that period, what was set aside apart. The caller has checked the programme."""
    rows = Signal.objects.filter(programme_id=programme_id, from_on__lt=until_on, until_on__gt=from_on)
    counted = rows.exclude(state=SignalState.SET_ASIDE.value).values_list("place_id").annotate(Count("rule", distinct=True)).order_by()
    return dict(counted)


def _view(row: Sample) -> SampleView:
    counts = row.units.aggregate(drawn=Count("id"), checked=Count("id", filter=Q(finding__isnull=False)))
    universe = None
    if row.drawn_at is not None:
        universe = Universe(
            count=row.universe_count or 0, cents=row.universe_cents or 0, weight=row.weight or 0, least_cents=row.least_cents or 0,
            most_cents=row.most_cents or 0, least_weight=row.least_weight or 1,
        )  # fmt: skip
    said = None
    if universe is not None and counts["drawn"] == counts["checked"]:
        found = [Checked(each.cents, each.weight, each.times, Finding(each.finding or "")) for each in row.units.order_by("rank")]
        said = result(found, universe, Method(row.method))
    return SampleView(
        id=row.id,
        programme_id=row.programme_id,
        method=Method(row.method),
        from_on=row.from_on,
        until_on=row.until_on,
        size=row.size,
        commitment=row.commitment,
        seed=row.seed if row.drawn_at is not None else "",
        promised_at=row.promised_at,
        drawn_at=row.drawn_at,
        closed_at=row.closed_at,
        universe=universe,
        universe_sha256=row.universe_sha256,
        drawn=counts["drawn"],
        checked=counts["checked"],
        result=said,
    )


def _unit(row: SampleUnit) -> UnitView:
    return UnitView(
        rank=row.rank,
        number=row.number,
        place_id=row.place_id,
        cents=row.cents,
        weight=row.weight,
        times=row.times,
        finding=Finding(row.finding) if row.finding else None,
        evidence=tuple(Evidence(each) for each in row.evidence),
        found_at=row.found_at,
    )
