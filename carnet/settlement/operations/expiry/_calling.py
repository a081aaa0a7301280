"""The timer's part: open what begins to end, and call for somebody on the day of each step."""

from datetime import date, datetime

from django.db import transaction

from carnet.distribution.queries.exchanges import exchange_days
from carnet.funding import queries as funding
from carnet.funding.queries import AgreementFacts
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.settlement import access
from carnet.settlement.models import Expiry, ExpiryStep
from carnet.settlement.operations._signed import steps_of
from carnet.settlement.operations.expiry._telling import SYSTEM, living, note, tell
from carnet.settlement.rules.expiry import ExpiryStep as Step
from carnet.settlement.rules.expiry import days_of, opens_on, turn_of


@transaction.atomic
def call_for_steps(*, programme_id: int, at: datetime) -> int:
    """Open what begins to end, and write to whoever must confirm the step of the day; return how many steps were called for now.

    Called again, it calls for nothing twice. Call it as the system inside the programme's walls. Raises: ProgrammeUnknown.
    """
    access.lock_programme(programme_id)
    today, called = legal_day(at), 0
    for agreement in funding.agreements(SYSTEM, [programme_id], at=at):
        row = _opened(agreement, at)
        if row is None:
            continue
        _stop_the_latest(row)
        turn = turn_of(steps_of(row), today=today)
        waiting = ExpiryStep.objects.filter(expiry=row, kind=turn, proposed_at=None).first() if turn else None
        if waiting is not None:
            waiting.proposed_at = at
            waiting.save(update_fields=["proposed_at"])
            _call(row, Step(waiting.kind), agreement, waiting.due_on, at)
            called += 1
    return called


def _opened(agreement: AgreementFacts, at: datetime) -> Expiry | None:
    """The end of validity of an agreement, opened on its first day; none where no voucher was drawn, nor for what was closed before."""
    known = Expiry.objects.filter(agreement_id=agreement.id).first()
    if known is not None or agreement.closed_at is not None:
        return known
    drawn = living(agreement.id)
    if not drawn:
        return None
    printed_until, accepted_until = max(each.printed_until for each in drawn), max(each.accepted_until for each in drawn)
    if legal_day(at) < opens_on(printed_until):
        return None
    row = Expiry.objects.create(
        programme_id=agreement.programme_id, agreement_id=agreement.id, printed_until=printed_until, accepted_until=accepted_until,
        opened_at=at,
    )  # fmt: skip
    days = days_of(printed_until=printed_until, accepted_until=accepted_until, exchange_days=exchange_days(agreement.programme_id))
    ExpiryStep.objects.bulk_create(
        ExpiryStep(expiry=row, programme_id=row.programme_id, kind=step.value, due_on=due_on) for step, due_on in days.items()
    )
    note(SYSTEM, "settlement.expiry-opened", row, {step.value: due_on.isoformat() for step, due_on in days.items()}, None, at)
    return row


def _stop_the_latest(row: Expiry) -> None:
    """Booklets ordered after the stop was validated stop with the others."""
    series = living(row.agreement_id)
    stops = [each.hand_overs_stop_at for each in series if each.hand_overs_stop_at is not None]
    for each in series:
        if stops and each.hand_overs_stop_at is None:
            ledger.stop_hand_overs(series_id=each.id, stop_at=min(stops))


def _call(row: Expiry, step: Step, agreement: AgreementFacts, due_on: date, at: datetime) -> None:
    called = {funding.programme(row.programme_id).operator_id}
    if step in (Step.STOP, Step.CONFIRM):
        called |= set(agreement.funder_ids)
    tell("settlement.expiry-due", called, row, {"agreement": agreement.name, "step": step.value, "due_on": due_on}, at)
