"""Disputes as each side sees them, and what is to be recovered from places."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from carnet.redemption.models import Dispute, DisputeDecision, Redemption
from carnet.redemption.queries._redemptions import serial_of
from carnet.redemption.rules import DisputeOutcome, DisputeUnknown, dispute_number, parse_dispute_number, redemption_number


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """One dispute. `outcome` is None until it is decided. Units: whole cents."""

    number: str
    redemption: str
    voucher_serial: str
    programme_id: int
    agreement_id: int
    organisation_id: int
    place_id: int
    service: str
    cents: int
    redeemed_at: datetime
    reason: str
    opened_at: datetime
    opened_by_id: int | None
    opened_for_place: bool
    outcome: DisputeOutcome | None
    decision_reason: str
    decided_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.outcome is None


def disputes(
    *,
    organisation_id: int | None = None,
    place_id: int | None = None,
    programme_id: int | None = None,
    is_open: bool | None = None,
    limit: int = 200,
) -> list[DisputeLine]:
    """Disputes as far as one sees, those that wait first, then the latest. A place gives its own `organisation_id`."""
    wanted = Q()
    for name, value in (("organisation_id", organisation_id), ("place_id", place_id), ("programme_id", programme_id)):
        if value is not None:
            wanted &= Q(**{name: value})
    if is_open is not None:
        wanted &= Q(decision__isnull=is_open)
    rows = Dispute.objects.filter(wanted).select_related("decision").order_by(F("decision__id").desc(nulls_first=True), "-id")[:limit]
    return _lines(list(rows))


def dispute(*, number: str, organisation_id: int | None = None) -> DisputeLine:
    """One dispute one may see. Raises: DisputeUnknown."""
    rows = Dispute.objects.filter(id=parse_dispute_number(number)).select_related("decision")
    row = (rows if organisation_id is None else rows.filter(organisation_id=organisation_id)).first()
    if row is None:
        raise DisputeUnknown(number=number[:80])
    return _lines([row])[0]


def disputes_of(*, organisation_id: int, redemption: tuple[int, int, int]) -> list[DisputeLine]:
    """The disputes of one redemption (series, voucher, generation) of an organisation, the first first."""
    series_id, voucher_id, generation = redemption
    rows = Dispute.objects.filter(organisation_id=organisation_id, series_id=series_id, voucher_id=voucher_id, generation=generation)
    return _lines(list(rows.select_related("decision").order_by("rank")))


def _lines(rows: list[Dispute]) -> list[DisputeLine]:
    """Disputes with the redemption each is about, read together."""
    keys = [(row.series_id, row.voucher_id, row.generation) for row in rows]
    made = {each.pk: each for each in Redemption.objects.filter(series_id__in={key[0] for key in keys}, pk__in=keys)} if keys else {}
    return [_line(row, made[key]) for row, key in zip(rows, keys, strict=True)]


def _line(row: Dispute, made: Redemption) -> DisputeLine:
    decision: DisputeDecision | None = getattr(row, "decision", None)
    return DisputeLine(
        number=dispute_number(row.id),
        redemption=redemption_number(series_id=row.series_id, voucher_id=row.voucher_id, generation=row.generation),
        voucher_serial=serial_of(row.series_id, row.voucher_id),
        programme_id=row.programme_id,
        agreement_id=row.agreement_id,
        organisation_id=row.organisation_id,
        place_id=row.place_id,
        service=made.service_code,
        cents=row.cents,
        redeemed_at=made.at,
        reason=row.reason,
        opened_at=row.at,
        opened_by_id=row.opened_by_id,
        opened_for_place=row.opened_for_place,
        outcome=DisputeOutcome(decision.outcome) if decision else None,
        decision_reason=decision.reason if decision else "",
        decided_at=decision.at if decision else None,
    )


@dataclass(frozen=True, slots=True)
class ToRecover:
    """Cents an organisation owes back to an agreement: disputes accepted after their money was claimed. Unit: whole cents."""

    agreement_id: int
    organisation_id: int
    dispute: str
    cents: int
    decided_at: datetime


def to_recover(*, agreement_id: int | None = None, organisation_id: int | None = None, programme_id: int | None = None) -> list[ToRecover]:
    """What is to be recovered, as far as one sees, the oldest first. Nothing nets it from a payment yet."""
    rows = DisputeDecision.objects.filter(outcome=DisputeOutcome.TO_RECOVER)
    for name, value in (("agreement_id", agreement_id), ("organisation_id", organisation_id), ("programme_id", programme_id)):
        if value is not None:
            rows = rows.filter(**{name: value})
    return [
        ToRecover(row.agreement_id, row.organisation_id, dispute_number(row.dispute_id), row.cents, row.at) for row in rows.order_by("id")
    ]
