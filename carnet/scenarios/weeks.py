"""A year of weekly payments, with what happens in a year: returns, a run stopped, one given up, an account changed, a place that owes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from carnet.parties.rules import Role
from carnet.scenarios.mistakes import PaymentsWithMistakes
from carnet.settlement import operations as settlement

# Which run of the year each thing happens to.
STOPPED_RUN = 3
RETURNED_RUNS = (4, 6, 11)
GIVEN_UP_RUN = 8
DISPUTED_RUNS = (10, 11)


@dataclass
class WeeklyPayments(PaymentsWithMistakes):
    """The treasurer's and the approver's weeks."""

    returned_runs: tuple[int, ...] = RETURNED_RUNS
    disputed_runs: tuple[int, ...] = DISPUTED_RUNS

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


def week_days(first_day: date, last_day: date) -> list[date]:
    """The Wednesdays of a season, from the first whole week on."""
    day = first_day + timedelta(days=(2 - first_day.weekday()) % 7 + 7)
    return [day + timedelta(weeks=week) for week in range(max(0, (last_day - day).days // 7 + 1))]
