"""A year of weekly payments, with what happens in a year: returns, a run stopped, one given up, an account changed, a place that owes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
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
from carnet.web.statements import remittance

# Which run of the year each thing happens to.
STOPPED_RUN = 3
RETURNED_RUNS = (4, 6, 11)
GIVEN_UP_RUN = 8
DISPUTED_RUNS = (10, 11)
MISTAKE = "typed-twice"


@dataclass
class WeeklyPayments(Payments):
    """The treasurer's and the approver's weeks."""

    returned_runs: tuple[int, ...] = RETURNED_RUNS

    def pay(self, day: date) -> list[Path]:
        """One week: what a place says was a mistake is accepted first, so that this week's payment keeps it."""
        if self._runs + 1 in DISPUTED_RUNS:
            self._accept_a_mistake(datetime.combine(day, time(9), tzinfo=PARIS))
        return super().pay(day)

    def _before_approval(self, run: settlement.RunPrepared, at: datetime) -> settlement.RunPrepared:
        number = self._runs + 1
        if number == STOPPED_RUN:
            with self._proved(Role.APPROVER, at) as approver:
                settlement.stop_run(run_id=run.run_id, reason="un montant à vérifier", actor=approver, request_id=uuid4(), at=at)
            resumed_at = at + timedelta(minutes=30)
            with self._proved(Role.APPROVER, resumed_at) as approver:
                settlement.resume_run(run_id=run.run_id, actor=approver, request_id=uuid4(), at=resumed_at)
        if number == GIVEN_UP_RUN:
            with self._proved(Role.APPROVER, at) as approver:
                settlement.cancel_run(run_id=run.run_id, reason="préparé trop tôt", actor=approver, request_id=uuid4(), at=at)
            with self._proved(Role.TREASURER, at) as treasurer:
                return settlement.prepare_run(agreement_id=self.agreement_id, actor=treasurer, request_id=uuid4(), at=at)
        return run

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
            settlement.record_note_payment(
                note_id=note_id,
                cents=page.line.cents,
                reference=f"VIR-{page.line.number}",
                paid_on=day,
                actor=treasurer,
                request_id=uuid4(),
                at=at,
            )
            kept = [self._keep(f"notes-de-debit/{page.line.number}.pdf", remittance.debit_note_pdf(page))]
        with self._proved(Role.APPROVER, at) as approver:
            settlement.confirm_note_payment(note_id=note_id, actor=approver, request_id=uuid4(), at=at)
            return kept + self._advices(organisation_id)

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


def week_days(first_day: date, last_day: date) -> list[date]:
    """The Wednesdays of a season, from the first whole week on."""
    day = first_day + timedelta(days=(2 - first_day.weekday()) % 7 + 7)
    return [day + timedelta(weeks=week) for week in range(max(0, (last_day - day).days // 7 + 1))]
