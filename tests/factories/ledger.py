"""Series ready to be spent, made through the ledger's own operations."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries
from carnet.ledger.operations import SeriesPlan
from carnet.ledger.rules import Weight

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SYSTEM = Actor.system("tests")


def rid() -> UUID:
    """A fresh request id."""
    return uuid4()


@dataclass(frozen=True)
class Setting:
    """One programme's ids, chosen by the test."""

    programme_id: int = 1
    agreement_id: int = 1
    operator_id: int = 100
    prescriber_id: int = 200
    place_organisation_id: int = 300
    funder_ids: tuple[int, ...] = (10, 11)


def halves(setting: Setting, total_cents: int) -> list[Weight]:
    """Two funders, half each, both in advance."""
    half = total_cents // 2
    return [Weight(setting.funder_ids[0], half, half), Weight(setting.funder_ids[1], total_cents - half, total_cents - half)]


def fund(setting: Setting, cents_by_funder: dict[int, int], at: datetime = NOW) -> None:
    """Open the accounts and put money in."""
    ledger.open_agreement_accounts(programme_id=setting.programme_id, agreement_id=setting.agreement_id, funder_ids=list(cents_by_funder))
    for funder_id, cents in cents_by_funder.items():
        if cents:
            ledger.receive_money(
                programme_id=setting.programme_id,
                agreement_id=setting.agreement_id,
                funder_id=funder_id,
                cents=cents,
                actor=SYSTEM,
                request_id=rid(),
                at=at,
            )


def code_hash(number: int) -> bytes:
    """A stand-in for a keyed hash: 16 bytes, different for each number."""
    return hashlib.sha256(f"code {number}".encode()).digest()[:16]


def drawn_series(
    setting: Setting,
    *,
    booklets: int = 4,
    size: int = 5,
    face_cents: int = 1000,
    weights: Sequence[Weight] | None = None,
    at: datetime = NOW,
    months: int = 6,
) -> int:
    """A series with all its vouchers drawn, not yet active, in the operator's hands."""
    ends = at + timedelta(days=30 * months)
    plan = SeriesPlan(
        programme_id=setting.programme_id,
        agreement_id=setting.agreement_id,
        holder_id=setting.operator_id,
        issuer_prefix="TS",
        booklet_count=booklets,
        booklet_size=size,
        face_value_cents=face_cents,
        hand_over_until=ends,
        printed_until=ends,
        accepted_until=ends + timedelta(days=30),
        weights=weights or halves(setting, booklets * size * face_cents),
    )
    series_id = ledger.open_series(plan=plan, actor=SYSTEM, request_id=rid(), at=at)
    first = queries.series(series_id).first_voucher_id
    ledger.draw_vouchers(
        series_id=series_id, first_rank=0, code_hashes=[code_hash(first + rank) for rank in range(booklets * size)], actor=SYSTEM
    )
    ledger.finish_drawing(series_id=series_id, actor=SYSTEM, request_id=rid(), at=at)
    return series_id


def active_series(setting: Setting, **facts: object) -> int:
    """A drawn series whose whole face value was received and put in circulation."""
    series_id = drawn_series(setting, **facts)  # type: ignore[arg-type]
    row = queries.series(series_id)
    needed: dict[int, int] = {}
    for pattern in queries.patterns(series_ids=[series_id]).values():
        for funder_id, cents in zip(pattern.funder_ids, pattern.held_cents, strict=True):
            needed[funder_id] = needed.get(funder_id, 0) + cents * pattern.voucher_count
    fund(setting, needed, at=row.drawn_at or NOW)
    ledger.activate_series(series_id=series_id, actor=SYSTEM, request_id=rid(), at=row.drawn_at or NOW)
    return series_id


def in_hands(setting: Setting, **facts: object) -> int:
    """An active series whose booklets are all shipped, received and handed over by the prescriber."""
    series_id = active_series(setting, **facts)
    row = queries.series(series_id)
    at = row.drawn_at or NOW
    ends = {
        "series_id": series_id,
        "first_booklet_id": row.first_booklet_id,
        "last_booklet_id": row.last_booklet_id,
        "actor": SYSTEM,
        "at": at,
    }
    ledger.ship_booklets(from_holder_id=setting.operator_id, to_holder_id=setting.prescriber_id, request_id=rid(), **ends)
    ledger.receive_booklets(to_holder_id=setting.prescriber_id, request_id=rid(), **ends)
    ledger.hand_over_booklets(holder_id=setting.prescriber_id, request_id=rid(), **ends)
    return series_id
