"""Paying the places of a play through a public accountant: payment orders taken out, given, answered by the list given back."""

import csv
import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

from carnet.kernel.periods import PARIS
from carnet.parties.rules import Role
from carnet.scenarios import cast
from carnet.scenarios.payments import Payments
from carnet.settlement import operations as settlement
from carnet.settlement import queries
from carnet.settlement.queries.channels import channel_of, each_order
from carnet.settlement.rules.channels import PaymentChannel
from carnet.web.payment_orders import archive, orders_csv

REJECTED = "RIB périmé"


class OrderPayments(Payments):
    """The treasurer's and the approver's months, where a public accountant pays."""

    def pay(self, day: date) -> list[Path]:
        """Choose payment orders before the first run, then as everywhere."""
        at = datetime.combine(day, time(9), tzinfo=PARIS)
        with self._proved(Role.TREASURER, at) as treasurer:
            if channel_of(self.agreement_id) is not PaymentChannel.ORDERS:
                settlement.choose_channel(
                    agreement_id=self.agreement_id, channel=PaymentChannel.ORDERS, actor=treasurer, request_id=uuid4(), at=at
                )
        return super().pay(day)

    def _leave(self, run_id: int, day: date, at: datetime) -> tuple[list[Path], bytes]:
        with self._proved(Role.TREASURER, at) as treasurer:
            settlement.take_out_orders(run_id=run_id, actor=treasurer, request_id=uuid4(), at=at)
            listed = orders_csv(list(each_order(actor=treasurer, run_id=run_id, with_vouchers=False)))
            kept = [self._keep(f"paiements/mandats-{day}.csv", listed)]
            # The whole archive once: a certificate for each place each month would take longer than the season's lessons.
            if self.out is not None and not self._runs:
                kept.append(self._keep(f"paiements/mandats-{day}.zip", b"".join(archive(actor=treasurer, run_id=run_id))))
            settlement.mark_sent(run_id=run_id, actor=treasurer, request_id=uuid4(), at=at)
        return kept, listed

    def _answers(self, run_id: int, content: bytes, execute_on: date) -> list[Path]:
        at = datetime.combine(execute_on, time(18), tzinfo=PARIS)
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        rejected = rows[0]["Référence"] if self._runs in self.returned_runs else ""
        for rank, row in enumerate(rows, start=1):
            if row["Référence"] == rejected:
                row["Motif de rejet"] = REJECTED
            else:
                row |= {"Numéro de mandat": f"{execute_on.year}-{self._runs:02d}{rank:03d}", "Payé le": f"{execute_on:%d/%m/%Y}"}
        kept = self._read_list(rows, at)
        if rejected:
            self._mend(run_id, at + timedelta(days=1))
        return [kept]

    def _read_list(self, rows: list[dict[str, str]], at: datetime) -> Path:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        content = text.getvalue().encode("utf-8-sig")
        with self._proved(Role.TREASURER, at) as treasurer:
            settlement.import_order_answers(agreement_id=self.agreement_id, content=content, actor=treasurer, request_id=uuid4(), at=at)
        self._files += 1
        return self._keep(f"banque/{self._files:03d}-comptable.csv", content)

    def _mend(self, run_id: int, at: datetime) -> None:
        with self._proved(Role.TREASURER, at) as treasurer:
            organisation_id = queries.run_page(actor=treasurer, run_id=run_id).transfers[0].organisation_id
        fresh = cast.simulated_iban(50_000_000 + (self.programme_id * 100 + self._runs) * 10_000 + organisation_id)
        cast.change_account(organisation_id, fresh, self.cast.operator_id, self.cast.staff, at)
