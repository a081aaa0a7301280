"""Series of a campaign, drawn by us or written as Django would."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks._campaign import database

__all__ = ["SEED", "database", "draw", "hashes", "hashes_of", "megabytes", "opened_series", "prepared"]
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
    return list(hashes_of(programme_id, series_id, range(count)))


def hashes_of(programme_id: int, series_id: int, ranks: range) -> Iterator[bytes]:
    """The same for some ranks of it, one at a time."""
    from carnet.gateways.keys import key_ring
    from carnet.issuing.rules import draw_codes

    seed = SEED[:24] + series_id.to_bytes(8, "big")
    return (drawn.code_hash for drawn in draw_codes(seed=seed, hasher=key_ring().hasher(programme_id, 1), ranks=ranks))


def draw(programme_id: int, series_id: int, count: int) -> None:
    """A whole series as background work draws it: chunk by chunk, each committed before the next begins, so that a kill costs one of them."""
    from carnet.gateways.database import acting_as_everything
    from carnet.issuing.rules import CODES_PER_CHUNK
    from carnet.ledger import operations as ledger
    from tests.factories.campaign import SYSTEM

    for first in range(0, count, CODES_PER_CHUNK):
        ranks = range(first, min(first + CODES_PER_CHUNK, count))
        with acting_as_everything(why="the benchmark draws"):
            ledger.draw_vouchers(series_id=series_id, first_rank=first, code_hashes=hashes_of(programme_id, series_id, ranks), actor=SYSTEM)


_WEIGHED = """
import sys
from pathlib import Path
from carnet.cli.running import load_django
load_django()
from benchmarks import _drawing
programme_id, series_id, count = map(int, sys.argv[1:])
_drawing.draw(programme_id, series_id, count)
# Of this process alone: what getrusage gives begins with the memory of whoever started it.
print(next(int(line.split()[1]) / 1024 for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def megabytes(surroundings: dict[str, str], programme_id: int, series_id: int, count: int) -> float:
    """The most memory that a process of its own took to draw that many."""
    words = [sys.executable, "-c", _WEIGHED, str(programme_id), str(series_id), str(count)]
    return float(subprocess.run(words, capture_output=True, text=True, check=True, env=surroundings).stdout)
