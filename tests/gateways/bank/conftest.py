from collections.abc import Callable
from datetime import date, datetime

import pytest

from carnet.gateways.bank.payments import CreditTransfer, Party, Payment
from carnet.kernel.periods import PARIS

AT = datetime(2026, 3, 2, 10, 30, tzinfo=PARIS)
RING_FENCED = Party(name="Nantes Métropole – Pass numérique", iban="FR7630006000011234567890189", bic="AGRIFRPP")
PLACE = Party(name="Médiathèque de l’Île & Œuvres", iban="FR7610011000201234567890188", bic="PSSTFRPPPAR")


@pytest.fixture
def make_payment() -> Callable[..., Payment]:
    def make(amounts: tuple[int, ...] = (1000, 2550, 1), *, message_id: str = "RUN-2026-03") -> Payment:
        return Payment(
            message_id=message_id,
            created_at=AT,
            execute_on=date(2026, 3, 5),
            debtor=RING_FENCED,
            transfers=[
                CreditTransfer(f"{message_id}-T{rank}", PLACE, cents, f"Chèques numériques n° {rank}")
                for rank, cents in enumerate(amounts, start=1)
            ],
        )

    return make
