"""Places paid for a voucher by mistake: kept from their next payment, then asked for by a debit note; large payments take two people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.periods import PARIS
from carnet.parties.rules import Role
from carnet.redemption import operations as redemption
from carnet.redemption import queries as redemptions
from carnet.scenarios.payments import Payments
from carnet.settlement import operations as settlement
from carnet.settlement import queries
from carnet.settlement.queries import advices, debts
from carnet.settlement.rules import Band
from carnet.web.statements import remittance

MISTAKE = "typed-twice"
DISPUTED_RUNS = (7,)
PAID_AFTER = timedelta(days=5)
# Up to there one person approves, besides whoever prepared; above, two.
ONE_PERSON_CENTS = 1_000_00
BANDS = (Band(ONE_PERSON_CENTS, 1), Band(None, 2))
BANDS_REASON = "décidé avec les financeurs à la signature (simulé)"


@dataclass
class PaymentsWithMistakes(Payments):
    """Months in which a place says it took a voucher by mistake, after it was paid."""

    disputed_runs: tuple[int, ...] = DISPUTED_RUNS

    def pay(self, day: date) -> list[Path]:
        """What a place says was a mistake is accepted first, so that this payment keeps it."""
        if self._runs + 1 in self.disputed_runs:
            self._accept_a_mistake(datetime.combine(day, time(9), tzinfo=PARIS))
        return super().pay(day)

    def _to_send_back(self, transfers: Sequence[queries.TransferLine]) -> queries.TransferLine:
        """The one from which something was kept, if any: what is undone with it is kept again with the payment that replaces it."""
        kept = debts.kept_from_claims([each.claim_id for each in transfers])
        return max(transfers, key=lambda each: kept.get(each.claim_id, 0))

    def _accept_a_mistake(self, at: datetime) -> int | None:
        """The place with the most redemptions says the latest it was paid for was a mistake; the operator agrees. Its organisation."""
        counted = {place_id: self._standing(place_id, at) for place_id in self.cast.place_ids}
        place_id = max(counted, key=lambda each: len(counted[each]))
        if not counted[place_id]:
            return None
        counter = self.cast.counter(place_id)
        with acting_as(counter):
            number = redemption.open_dispute(number=counted[place_id][0], reason=MISTAKE, actor=counter, request_id=uuid4(), at=at)
        with self._proved(Role.OPERATOR_ADMIN, at) as admin:
            settlement.decide_dispute(number=number, accepted=True, actor=admin, request_id=uuid4(), at=at)
        return counter.organisation_id

    def _standing(self, place_id: int, at: datetime) -> list[str]:
        """Redemptions of a place that were paid and nobody disputed, the latest first."""
        counter = self.cast.counter(place_id)
        organisation_id = counter.organisation_id or 0
        with acting_as(counter):
            known = {each.redemption for each in redemptions.disputes(organisation_id=organisation_id)}
            found = redemptions.redemptions_of(
                organisation_id=organisation_id, place_id=place_id, since=at - timedelta(days=300), until=at - timedelta(days=45)
            )
        own = [each for each in found if each.programme_id == self.programme_id]
        return [each.number for each in own if not each.reversed and each.number not in known]

    def ask_back(self, day: date) -> list[Path]:
        """One more mistake once no claim comes any more: a debit note, its payment seen by two people; the papers left behind."""
        at = datetime.combine(day, time(10), tzinfo=PARIS)
        organisation_id = self._accept_a_mistake(at)
        if organisation_id is None:
            return []
        with self._proved(Role.TREASURER, at) as treasurer:
            note_id = settlement.issue_debit_note(
                agreement_id=self.agreement_id, organisation_id=organisation_id, actor=treasurer, request_id=uuid4(), at=at
            )
            page = debts.debit_note(actor=treasurer, note_id=note_id)
            kept = [self._keep(f"notes-de-debit/{page.line.number}.pdf", remittance.debit_note_pdf(page))]
        kept.append(self._give_back(note_id, page.line.cents, f"VIR-{page.line.number}", self._after_what_was_read(at + PAID_AFTER)))
        return kept + self._advices(organisation_id)

    def _after_what_was_read(self, at: datetime) -> datetime:
        """A bank's statements follow one another: nothing is booked on a day it told already."""
        return max(at, self._read_until + timedelta(days=1)) if self._read_until is not None else at

    def _give_back(self, note_id: int, cents: int, reference: str, at: datetime) -> Path:
        """The place pays its note; the treasurer finds the line on the statement, and somebody else finds it too."""
        self.bank.move(self.iban, cents, reference=reference, name="Lieu")
        kept = self._read("releve", self.bank.statement(self.iban, at=at), at)
        told: dict[str, Any] = {"note_id": note_id, "at": at}
        with self._proved(Role.TREASURER, at) as treasurer:
            settlement.record_note_payment(
                cents=cents, reference=reference, paid_on=at.date(), actor=treasurer, request_id=uuid4(), **told
            )  # fmt: skip
        with self._proved(Role.APPROVER, at) as approver:
            settlement.confirm_note_payment(actor=approver, request_id=uuid4(), **told)
        return kept

    def _advices(self, organisation_id: int) -> list[Path]:
        """The advices of one place, as it takes them from its own space."""
        place_id = next(each for each, owner in self.cast.place_organisations.items() if owner == organisation_id)
        counter = self.cast.counter(place_id)
        with acting_as(counter):
            own = [each for each in advices.own_advices(actor=counter) if each.programme_id == self.programme_id and each.kept_cents]
            pages = [advices.advice_page(actor=counter, advice_id=each.id) for each in own]
        written = [(f"{each.line.number}.pdf", remittance.advice_pdf(each)) for each in pages]
        written += [(f"{each.line.number}.csv", remittance.advice_csv(each)) for each in pages]
        return [self._keep(f"avis-de-paiement/{name}", content) for name, content in sorted(written)]


@dataclass
class EventfulPayments(PaymentsWithMistakes):
    """The months of the demonstration: large payments take two people, decided before the first one."""

    def pay(self, day: date) -> list[Path]:
        """Say how many people approve, once, then as everywhere."""
        at = datetime.combine(day, time(8), tzinfo=PARIS)
        with self._proved(Role.OPERATOR_ADMIN, at) as admin:
            if queries.bands(actor=admin, programme_id=self.programme_id).set_at is None:
                settlement.set_bands(
                    programme_id=self.programme_id, bands=BANDS, reason=BANDS_REASON, actor=admin, request_id=uuid4(), at=at
                )
        return super().pay(day)
