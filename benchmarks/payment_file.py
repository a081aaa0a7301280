"""A payment file of a thousand transfers, written and validated against the bank's schema."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sepaxml import SepaTransfer

from carnet.gateways.bank import payments
from carnet.gateways.bank.payments import CreditTransfer, Party, Payment

NAME = "payment-file"
UNIT = "transfers/s"
REFERENCE = "sepaxml, written and validated"
GOAL = 3.0
TRANSFERS = 1_000
DEBTOR = Party("Compte dédié", "FR7630006000011234567890189", "AGRIFRPP")
CREDITOR = Party("Médiathèque", "FR7630001007941234567890185", "BDFEFRPP")


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    transfers = [CreditTransfer(f"T{rank}", CREDITOR, 1000 + rank, f"Mars {rank}") for rank in range(TRANSFERS)]
    payment = Payment("RUN-1", datetime(2026, 3, 2, 10, tzinfo=UTC), date(2026, 3, 5), DEBTOR, transfers)

    def ours() -> float:
        started = time.perf_counter()
        payments.to_bytes(payment)
        return TRANSFERS / (time.perf_counter() - started)

    def theirs() -> float:
        started = time.perf_counter()
        config = {"name": "Compte dedie", "IBAN": DEBTOR.iban, "BIC": DEBTOR.bic, "batch": True, "currency": "EUR"}
        file = SepaTransfer(config, schema=payments.MESSAGE, clean=False)
        for line in transfers:
            file.add_payment(
                {
                    "name": "Mediatheque", "IBAN": CREDITOR.iban, "BIC": CREDITOR.bic, "amount": line.cents,
                    "execution_date": payment.execute_on, "endtoend_id": line.end_to_end_id, "description": line.remittance,
                }
            )  # fmt: skip
        file.export(validate=True)
        return TRANSFERS / (time.perf_counter() - started)

    yield ours, theirs
