"""This morning's forecast of the open season, the month written to each funder, and a threshold that its fund will pass."""

from datetime import datetime
from uuid import uuid4

from carnet.funding import operations as funding
from carnet.funding.rules import ring_fenced_cents
from carnet.gateways.database import acting_as
from carnet.jobs import forecasts
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties.rules import Role
from carnet.scenarios.play import Played


def foresee(current: Played, *, at: datetime) -> None:
    """The treasurer asks to be told when two thirds of what is on the account will be gone; then the timers of the morning."""
    treasurer = current.cast.actor(Role.TREASURER, current.programme_id, at)
    with acting_as(treasurer):
        on_account = ring_fenced_cents(ledger.money(agreement_id=current.agreement_id).total)
        threshold = on_account // 3 // 1_000_00 * 1_000_00
        funding.set_fund_threshold(agreement_id=current.agreement_id, cents=threshold, actor=treasurer, request_id=uuid4(), at=at)
    with acting_as(Actor.system("demonstration", programme_ids={current.programme_id})):
        funding.watch_fund(agreement_id=current.agreement_id, at=at)
    forecasts.forecast_all(at=at)
    forecasts.write_letters(at=at)
