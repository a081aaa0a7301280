"""This morning's statements of the open season's accounts: an honest bank holds what is promised, less what left for good."""

from datetime import datetime, timedelta
from uuid import uuid4

from carnet.continuity.queries import commitments
from carnet.funding import queries as funding
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as
from carnet.parties.rules import Role
from carnet.scenarios.play import Played
from carnet.settlement import operations as settlement


def show_the_accounts(current: Played, *, at: datetime) -> None:
    """The treasurer reads them as every day; what was sent and not booked yet is still there."""
    now = commitments.programme_now(funding.programme(current.programme_id), label="in-force", at=at)
    assert now is not None, "the open season was funded"
    booked_at = at - timedelta(hours=1)
    treasurer = current.cast.actor(Role.TREASURER, current.programme_id, at)
    with acting_as(treasurer):
        for account in now.accounts:
            iban = funding.ring_fence(account.agreement_id).iban
            bank = FakeBank(opening_cents=account.standing.needed_cents + account.standing.sent_cents)
            settlement.import_bank_file(
                agreement_id=account.agreement_id, content=bank.statement(iban, at=booked_at), actor=treasurer, request_id=uuid4(), at=at
            )
