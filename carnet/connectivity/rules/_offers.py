"""What an offer says: who pays what, what comes into the home, for how long, for whom."""

from dataclasses import dataclass, field
from datetime import date

from carnet.connectivity.rules._eligibility import Eligibility, checked_eligibility
from carnet.connectivity.rules._refusals import OfferDecided, OfferElsewhere, OfferIncomplete, OfferNotOpen
from carnet.connectivity.rules._words import Collector, OfferState

MONTHLY_MOST_CENTS = 10_000
SETUP_MOST_CENTS = 100_000
MONTHS_MOST = 60
SPEED_MOST_MBPS = 10_000


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """An offer, whole. Money in whole cents: three parts a month, and the set-up once, paid by the funders.

    `residence_ids` empty: every residence of the landlord. `opens_on` to the day before `closes_on`: when one may apply.
    `tolerated_days`: days of an incident that nothing is deducted for; the next ones are, each a thirtieth of the month.
    """

    name: str
    agreement_id: int
    landlord_id: int
    provider_id: int
    household_cents: int
    landlord_cents: int
    funders_cents: int
    setup_cents: int
    collector: Collector
    down_mbps: int
    up_mbps: int
    has_box: bool
    lends_computer: bool
    months: int
    home_limit: int
    opens_on: date
    closes_on: date
    tolerated_days: int = 2
    residence_ids: tuple[int, ...] = ()
    eligibility: Eligibility = field(default_factory=Eligibility)

    @property
    def monthly_cents(self) -> int:
        """What the provider is owed for a month: the three parts."""
        return self.household_cents + self.landlord_cents + self.funders_cents

    @property
    def reserved_cents(self) -> int:
        """What the funders set aside for one home, from its acceptance: the set-up and every month."""
        return self.setup_cents + self.months * self.funders_cents


def checked_terms(terms: OfferTerms) -> OfferTerms:
    """The offer, if it can be prepared. Raises: OfferIncomplete (facts: what), PaperNeedless."""
    within = {
        "name": 0 < len(terms.name.strip()) <= 120,
        "household": 0 <= terms.household_cents <= MONTHLY_MOST_CENTS,
        "landlord": 0 <= terms.landlord_cents <= MONTHLY_MOST_CENTS,
        "funders": 0 <= terms.funders_cents <= MONTHLY_MOST_CENTS,
        "monthly": terms.monthly_cents > 0,
        "setup": 0 <= terms.setup_cents <= SETUP_MOST_CENTS,
        "speed": 0 < terms.down_mbps <= SPEED_MOST_MBPS and 0 < terms.up_mbps <= terms.down_mbps,
        "months": 0 < terms.months <= MONTHS_MOST,
        "homes": 0 < terms.home_limit <= 100_000,
        "days": terms.closes_on > terms.opens_on,
        "tolerated": 0 <= terms.tolerated_days <= 30,
    }
    for what, holds in within.items():
        if not holds:
            raise OfferIncomplete(what=what)
    checked_eligibility(terms.eligibility)
    return terms


def check_undecided(state: OfferState) -> None:
    """Raises: OfferDecided."""
    if state is not OfferState.PREPARED:
        raise OfferDecided(state=state.value)


def check_takes_applications(terms: OfferTerms, state: OfferState, *, residence_id: int, today: date) -> None:
    """Whether somebody of this residence may apply today. Raises: OfferNotOpen, OfferElsewhere."""
    if state is not OfferState.OPEN or not terms.opens_on <= today < terms.closes_on:
        raise OfferNotOpen(opens_on=terms.opens_on.isoformat(), closes_on=terms.closes_on.isoformat())
    if terms.residence_ids and residence_id not in terms.residence_ids:
        raise OfferElsewhere()
