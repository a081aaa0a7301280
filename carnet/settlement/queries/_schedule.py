"""What is due next, what is held, how many people approve: what the people who pay look at."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules import PaymentFrequency, latest_acceptance
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties.rules import check_may
from carnet.settlement import access
from carnet.settlement.models import BandsVersion, Hold, PaymentRequest
from carnet.settlement.queries._asked import unclaimed_before
from carnet.settlement.queries._runs import RunPage, organisation_names
from carnet.settlement.queries.cases import parts_waiting
from carnet.settlement.rules import DEFAULT_BANDS, Band, PaymentPeriod, is_held, next_periods

PERIODS_SHOWN = 3
HOLDS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One payment asked for and not counted yet. Unit: whole cents."""

    organisation_id: int
    payee: str
    asked_at: datetime
    payable_on: date
    voucher_count: int
    cents: int


@dataclass(frozen=True, slots=True)
class DueNext:
    """When a programme's places are paid next: its periods to come, or what was asked for where it pays on demand."""

    programme_id: int
    programme: str
    frequency: PaymentFrequency
    periods: tuple[PaymentPeriod, ...]
    asked: tuple[AskedLine, ...]


@dataclass(frozen=True, slots=True)
class BandsInForce:
    """How many people approve each amount now; `set_at` is None while nobody decided."""

    bands: tuple[Band, ...]
    reason: str
    set_by_id: int | None
    set_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One hold, as the operator's people see it. `is_open` at the moment asked."""

    id: int
    programme_id: int
    organisation_id: int
    payee: str
    claim_id: int | None
    reason: str
    words: str
    phone: str
    placed_by_id: int
    placed_at: datetime
    until: datetime
    renewal_count: int
    is_open: bool
    released_by_id: int | None
    released_at: datetime | None
    released_because: str


def due_next(*, actor: Actor, programme_ids: Iterable[int], at: datetime) -> list[DueNext]:
    """The calendar of payments of these programmes. Raises: NotAllowed, ProgrammeUnknown."""
    check_may(actor, "settlement.see")
    return [_due(programme_id, at) for programme_id in sorted(programme_ids)]


def bands(*, actor: Actor, programme_id: int) -> BandsInForce:
    """How many people approve a payment of a programme. Raises: NotAllowed."""
    check_may(actor, "settlement.see")
    return _in_force(BandsVersion.objects.filter(programme_id=programme_id).order_by("-id").first())


def bands_decided(*, actor: Actor, programme_id: int) -> list[BandsInForce]:
    """Every decision on how many people approve, the latest first. Raises: NotAllowed."""
    check_may(actor, "settlement.see")
    return [_in_force(row) for row in BandsVersion.objects.filter(programme_id=programme_id).order_by("-id")]


def holds(*, actor: Actor, programme_id: int, at: datetime) -> list[HoldLine]:
    """The holds of a programme, those still open first, then the latest. Raises: NotAllowed, ProgrammeUnknown."""
    check_may(actor, "settlement.see")
    if actor.kind != "system":
        funding_access.operated_programme(actor, programme_id)
    rows = list(Hold.objects.filter(programme_id=programme_id).order_by("-id")[:HOLDS_SHOWN])
    names = organisation_names(row.organisation_id for row in rows)
    return sorted((_hold(row, names, at) for row in rows), key=lambda line: not line.is_open)


def held_counts(*, actor: Actor, programme_ids: Iterable[int], at: datetime) -> dict[int, int]:
    """How many holds keep something back at `at`, by programme that has one. Raises: NotAllowed."""
    check_may(actor, "settlement.see")
    rows = Hold.objects.filter(programme_id__in=list(programme_ids), released_at__isnull=True)
    return dict(Counter(row.programme_id for row in rows if is_held(until=row.until, released_at=row.released_at, at=at)))


def hold(*, actor: Actor, hold_id: int, at: datetime) -> HoldLine:
    """One hold. Raises: NotAllowed, HoldUnknown."""
    check_may(actor, "settlement.see")
    row = access.operated_hold(actor, hold_id)
    return _hold(row, organisation_names([row.organisation_id]), at)


def held_claims(page: RunPage, *, at: datetime) -> frozenset[int]:
    """The claims of a run that a hold keeps back at `at`: they leave it when its file is written. None once it was released."""
    if page.line.released_at is not None:
        return frozenset()
    rows = Hold.objects.filter(programme_id=page.line.programme_id, released_at__isnull=True)
    kept = [row for row in rows if is_held(until=row.until, released_at=row.released_at, at=at)]
    organisations = {row.organisation_id for row in kept if row.claim_id is None}
    claims = {row.claim_id for row in kept} | set(parts_waiting(programme_id=page.line.programme_id, at=at))
    return frozenset(each.claim_id for each in page.transfers if each.organisation_id in organisations or each.claim_id in claims)


def _due(programme_id: int, at: datetime) -> DueNext:
    rules = funding.rules_for_redemption(programme_id)
    undo_window = timedelta(minutes=rules.undo_window_minutes)
    periods = next_periods(at=at, frequency=rules.payment_frequency, undo_window=undo_window, count=PERIODS_SHOWN)
    periods = _while_accepted(programme_id, periods, at)
    rows = list(PaymentRequest.objects.filter(programme_id=programme_id, cut_off__isnull=True).order_by("payable_on", "id"))
    names = organisation_names(row.organisation_id for row in rows)
    asked = []
    for row in rows:
        sums = unclaimed_before(organisation_id=row.organisation_id, programme_id=programme_id, until=row.until)
        asked.append(
            AskedLine(row.organisation_id, names.get(row.organisation_id, ""), row.until, row.payable_on, sums.voucher_count, sums.cents)
        )
    return DueNext(programme_id, rules.name, rules.payment_frequency, tuple(periods), tuple(asked))


def _while_accepted(programme_id: int, periods: list[PaymentPeriod], at: datetime) -> list[PaymentPeriod]:
    """Those in which a voucher can still be accepted: the last one is the one acceptance ends in."""
    programme = funding.programme(programme_id)
    if programme.ended_at is not None:
        return []
    ends = [series.accepted_until for series in ledger.series_list(programme_id=programme_id)]
    accepted_until = max([*ends, latest_acceptance(programme.windows).accepted_until])
    begins = [at, *(period.until for period in periods)]
    return [period for period, begin in zip(periods, begins, strict=False) if begin < accepted_until]


def _in_force(row: BandsVersion | None) -> BandsInForce:
    if row is None:
        return BandsInForce(DEFAULT_BANDS, "", None, None)
    return BandsInForce(tuple(Band(*each) for each in row.bands), row.reason, row.set_by_id, row.set_at)


def _hold(row: Hold, names: dict[int, str], at: datetime) -> HoldLine:
    return HoldLine(
        id=row.id,
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        payee=names.get(row.organisation_id, ""),
        claim_id=row.claim_id,
        reason=row.reason,
        words=row.words,
        phone=row.phone,
        placed_by_id=row.placed_by_id,
        placed_at=row.placed_at,
        until=row.until,
        renewal_count=row.renewal_count,
        is_open=is_held(until=row.until, released_at=row.released_at, at=at),
        released_by_id=row.released_by_id,
        released_at=row.released_at,
        released_because=row.released_because,
    )
