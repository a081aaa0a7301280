"""What the operator decided on the payments of the season in progress: who approves, fees announced, one place held."""

from datetime import datetime, timedelta
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.periods import legal_day
from carnet.parties.rules import Role
from carnet.redemption import queries as redemption
from carnet.scenarios.mistakes import BANDS, BANDS_REASON
from carnet.scenarios.play import Played
from carnet.settlement import operations as settlement
from carnet.settlement.rules import NOTICE_DAYS, Fees, HoldWords

# A year's amount for each place, without VAT, and what it is for.
FEES = Fees(yearly_cents=12_00, per_voucher_cents=0, vat_basis_points=20_00, words="Ils paient la ligne téléphonique des lieux.")
HELD_DAYS = 10


def decide_on_payments(current: Played, *, at: datetime) -> None:
    """Two people above an amount; fees read in advance; what one place is owed waits while a lesson is checked."""
    programme_id, decided_at = current.programme_id, at - timedelta(days=3)
    admin = current.cast.actor(Role.OPERATOR_ADMIN, programme_id, decided_at)
    with acting_as(admin):
        settlement.set_bands(programme_id=programme_id, bands=BANDS, reason=BANDS_REASON, actor=admin, request_id=uuid4(), at=decided_at)
        settlement.state_fees(
            programme_id=programme_id, fees=FEES, valid_from=legal_day(at) + timedelta(days=2 * NOTICE_DAYS),
            actor=admin, request_id=uuid4(), at=decided_at,
        )  # fmt: skip
    held_id = _held(current, at)
    if held_id is None:
        return
    treasurer = current.cast.actor(Role.TREASURER, programme_id, decided_at)
    words = HoldWords(
        reason="deux lignes tapées à la même minute",
        words="Deux passages du même jour doivent être vérifiés.",
        phone=current.scenario.phone,
    )
    with acting_as(treasurer):
        settlement.place_hold(
            programme_id=programme_id,
            organisation_id=held_id,
            words=words,
            days=HELD_DAYS,
            actor=treasurer,
            request_id=uuid4(),
            at=decided_at,
        )


def _held(current: Played, at: datetime) -> int | None:
    """The organisation of a place nobody becomes in a click, with something to be paid for."""
    guests = {current.cast.place_organisations[place_id] for place_id in current.cast.place_ids[:2]}
    for place_id in reversed(current.cast.place_ids):
        organisation_id = current.cast.place_organisations[place_id]
        counter = current.cast.counter(place_id)
        with acting_as(counter):
            found = redemption.redemptions_of(organisation_id=organisation_id, place_id=place_id, until=at, limit=10)
        if organisation_id not in guests and any(each.programme_id == current.programme_id and not each.reversed for each in found):
            return organisation_id
    return None
