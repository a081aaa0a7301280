"""A payment of many transfers that come as a stream, and a process of its own to weigh it in."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime

from carnet.gateways.bank.payments import CreditTransfer, Party, Payment, Totals

DEBTOR = Party("Compte dédié", "FR7630006000011234567890189", "AGRIFRPP")
CREDITOR = Party("Médiathèque", "FR7630001007941234567890185", "BDFEFRPP")

_WEIGHED = """
import sys, tempfile
from pathlib import Path
from benchmarks._paying import payment
from carnet.gateways.bank import payments
with tempfile.TemporaryFile() as file:
    payments.write(payment(int(sys.argv[1])), file)
# Of this process alone: what getrusage gives begins with the memory of whoever started it.
print(next(int(line.split()[1]) / 1024 for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def payment(transfers: int) -> Payment:
    """A payment whose transfers are made one by one as they are written, as a database gives them."""
    cents = sum(1000 + rank for rank in range(transfers))
    return Payment("RUN-1", datetime(2026, 3, 2, 10, tzinfo=UTC), date(2026, 3, 5), DEBTOR, _each(transfers), Totals(transfers, cents))


def megabytes(transfers: int) -> float:
    """The most memory that a process of its own took to write and validate that many."""
    return float(subprocess.run([sys.executable, "-c", _WEIGHED, str(transfers)], capture_output=True, text=True, check=True).stdout)


def _each(transfers: int) -> Iterator[CreditTransfer]:
    for rank in range(transfers):
        yield CreditTransfer(f"CARNET-7-{rank}-1", CREDITOR, 1000 + rank, f"Mars {rank}")
