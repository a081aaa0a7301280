"""Paying the places of a play: claims, a run, a second person, the bank's file and its answers, and the closing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

from carnet.funding import operations as funding
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS
from carnet.parties.rules import Role
from carnet.scenarios import cast
from carnet.scenarios.cast import Cast
from carnet.settlement import operations as settlement
from carnet.settlement import queries
from carnet.settlement.rules import NothingToPay

# Which payment of the play comes back once (an account closed), so that the way back is walked too.
RETURNED_RUN = 4


@dataclass
class Payments:
    """The treasurer's and the approver's months."""

    cast: Cast
    programme_id: int
    agreement_id: int
    bank: FakeBank
    iban: str
    out: Path | None
    _runs: int = 0
    _files: int = 0
    _read_until: datetime | None = None
    returned_runs: tuple[int, ...] = (RETURNED_RUN,)

    def pay(self, day: date) -> list[Path]:
        """Claim what may be claimed, pay it, and read the bank's answers; the files left behind."""
        at = datetime.combine(day, time(10), tzinfo=PARIS)
        with self._proved(Role.TREASURER, at) as treasurer:
            settlement.build_claims(programme_id=self.programme_id, actor=treasurer, request_id=uuid4(), at=at)
            self._pay_again(treasurer, at)
            try:
                run = settlement.prepare_run(agreement_id=self.agreement_id, actor=treasurer, request_id=uuid4(), at=at)
            except NothingToPay:
                return []
        run = self._before_approval(run, at + timedelta(minutes=10))
        approved_at, sent_at = at + timedelta(hours=1), at + timedelta(hours=2)
        with self._proved(Role.APPROVER, approved_at) as approver:
            missing = settlement.approve_run(run_id=run.run_id, actor=approver, request_id=uuid4(), at=approved_at)
        if missing:
            self._approve_too(run.run_id, approved_at + timedelta(minutes=30))
        kept, content = self._leave(run.run_id, day, sent_at)
        self._runs += 1
        return [*kept, *self._answers(run.run_id, content, run.execute_on)]

    def _leave(self, run_id: int, day: date, at: datetime) -> tuple[list[Path], bytes]:
        """Take the file out and give it to the bank."""
        with self._proved(Role.TREASURER, at) as treasurer:
            content = settlement.write_payment_file(run_id=run_id, actor=treasurer, request_id=uuid4(), at=at)
            settlement.mark_sent(run_id=run_id, actor=treasurer, request_id=uuid4(), at=at)
        return [self._keep(f"paiements/virements-{day}.xml", content)], content

    def _approve_too(self, run_id: int, at: datetime) -> None:
        """Another person says yes to a payment that asks for two."""
        person_id = cast.second_approver(self.cast.operator_id, at)
        actor = replace(self.cast.actor(Role.APPROVER, self.programme_id, at), person_id=person_id, label=cast.SECOND_APPROVER[1])
        with acting_as(actor):
            settlement.approve_run(run_id=run_id, actor=actor, request_id=uuid4(), at=at)

    def _before_approval(self, run: settlement.RunPrepared, at: datetime) -> settlement.RunPrepared:
        """What happens to a run between the two people; nothing in an ordinary month."""
        return run

    def _answers(self, run_id: int, content: bytes, execute_on: date) -> list[Path]:
        booked_at = datetime.combine(execute_on, time(18), tzinfo=PARIS)
        kept = [self._read("statut", self.bank.receive(content, at=booked_at - timedelta(hours=6)), booked_at - timedelta(hours=5))]
        kept.append(self._read("releve", self.bank.statement(self.iban, at=booked_at), booked_at))
        if self._runs in self.returned_runs:
            kept.append(self._come_back(run_id, booked_at + timedelta(days=2)))
        return kept

    def _come_back(self, run_id: int, at: datetime) -> Path:
        with self._proved(Role.TREASURER, at) as treasurer:
            transfer = self._to_send_back(queries.run_page(actor=treasurer, run_id=run_id).transfers)
        self.bank.send_back(transfer.end_to_end_id)
        kept = self._read("retour", self.bank.statement(self.iban, at=at), at)
        organisation_id = transfer.organisation_id
        fresh = cast.simulated_iban(50_000_000 + (self.programme_id * 100 + self._runs) * 10_000 + organisation_id)
        cast.change_account(organisation_id, fresh, self.cast.operator_id, self.cast.staff, at + timedelta(days=1))
        return kept

    def _to_send_back(self, transfers: Sequence[queries.TransferLine]) -> queries.TransferLine:
        """Which transfer of a run comes back: of a place that says its new account to this operator."""
        return next((each for each in transfers if each.organisation_id in self.cast.own_organisation_ids), transfers[0])

    def _pay_again(self, treasurer: Actor, at: datetime) -> None:
        for waiting in queries.waiting_payments(actor=treasurer, programme_ids=[self.programme_id], at=at):
            for line in waiting.returned:
                settlement.repay_returned(transfer_id=line.transfer_id, actor=treasurer, request_id=uuid4(), at=at)

    def _read(self, what: str, content: bytes, at: datetime) -> Path:
        with self._proved(Role.TREASURER, at) as treasurer:
            settlement.import_bank_file(agreement_id=self.agreement_id, content=content, actor=treasurer, request_id=uuid4(), at=at)
        self._files += 1
        self._read_until = max(at, self._read_until or at)
        return self._keep(f"banque/{self._files:03d}-{what}.xml", content)

    def ask_back(self, day: date) -> list[Path]:
        """What a place owes back and no claim can repay any more; nothing in an ordinary season."""
        return []

    def close(self, day: date) -> None:
        """The lapse, the funders' money back, and the statement each could sign."""
        at = datetime.combine(day, time(10), tzinfo=PARIS)
        with self._proved(Role.TREASURER, at) as treasurer:
            closing_id = settlement.prepare_closing(agreement_id=self.agreement_id, actor=treasurer, request_id=uuid4(), at=at)
        with self._proved(Role.APPROVER, at) as approver:
            settlement.approve_closing(closing_id=closing_id, actor=approver, request_id=uuid4(), at=at)
        with self._proved(Role.TREASURER, at) as treasurer:
            settlement.record_repayments(
                closing_id=closing_id, reference=f"REMB-{self.agreement_id}", paid_on=day, actor=treasurer, request_id=uuid4(), at=at
            )
            funding.close_agreement(agreement_id=self.agreement_id, actor=treasurer, request_id=uuid4(), at=at)

    @contextmanager
    def _proved(self, role: Role, at: datetime) -> Iterator[Actor]:
        """Somebody of the operator's staff, who has just proved who they are, inside the programme's walls."""
        actor = self.cast.actor(role, self.programme_id, at)
        with acting_as(actor):
            yield actor

    def _keep(self, name: str, content: bytes) -> Path:
        path = (self.out or Path()) / name
        if self.out is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return path
