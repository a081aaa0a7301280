"""Series of a campaign, drawn by us or written as Django would."""

from benchmarks._campaign import database

__all__ = ["SEED", "database", "hashes", "opened_series", "prepared"]
SEED = b"\x2a" * 32


def prepared() -> tuple[int, int, int]:
    """Programme, agreement and operator of a campaign of four booklets."""
    from carnet.gateways.database import acting_as_everything
    from tests.factories.campaign import campaign

    with acting_as_everything(why="the benchmark makes its own campaign"):
        ready = campaign(booklets=4)
    return ready.programme_id, ready.agreement_id, ready.operator_id


def opened_series(programme_id: int, agreement_id: int, operator_id: int, *, booklets: int) -> int:
    """A series that waits for its vouchers."""
    from carnet.funding import queries as funding
    from carnet.ledger import operations as ledger
    from carnet.ledger.operations import SeriesPlan
    from tests.factories.campaign import NOW, SYSTEM, rid

    dates = funding.series_dates(programme_id)
    plan = SeriesPlan(
        programme_id=programme_id, agreement_id=agreement_id, holder_id=operator_id, issuer_prefix="TS", booklet_count=booklets, booklet_size=5,
        face_value_cents=1000, hand_over_until=dates.hand_over_until, printed_until=dates.printed_until, accepted_until=dates.accepted_until,
        weights=funding.weights_if_ordered(agreement_id, booklets * 5 * 1000, at=NOW),
    )  # fmt: skip
    return ledger.open_series(plan=plan, actor=SYSTEM, request_id=rid(), at=NOW)


def hashes(programme_id: int, series_id: int, count: int) -> list[bytes]:
    """The codes of a series drawn from a seed of its own, and their keyed hashes."""
    from carnet.gateways.keys import key_ring
    from carnet.issuing.rules import draw_codes

    seed = SEED[:24] + series_id.to_bytes(8, "big")
    return [drawn.code_hash for drawn in draw_codes(seed=seed, hasher=key_ring().hasher(programme_id, 1), ranks=range(count))]
