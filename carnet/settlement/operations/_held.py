"""Which payments are held at a moment, for whoever draws up claims or pays them, inside the caller's transaction and lock."""

from dataclasses import dataclass
from datetime import datetime

from carnet.settlement.models import Claim, Hold
from carnet.settlement.queries.cases import parts_waiting
from carnet.settlement.rules import is_held


@dataclass(frozen=True, slots=True)
class Held:
    """Place operators whose every payment waits, and single claims that wait."""

    organisation_ids: frozenset[int]
    claim_ids: frozenset[int]

    def holds(self, claim: Claim) -> bool:
        """Whether this claim waits."""
        return claim.organisation_id in self.organisation_ids or claim.id in self.claim_ids


def held(*, programme_id: int, at: datetime) -> Held:
    """What is held in a programme at `at`: a hold that reached its end holds nothing, even when nobody released it.

    By a person's decision, or because an account holds something that an open case keeps waiting: such an account is redrawn first
    (`_redrawing`), so that the rest of it is paid; one that could not be waits whole, rather than pay what must wait.
    """
    rows = [
        each
        for each in Hold.objects.filter(programme_id=programme_id, released_at__isnull=True)
        if is_held(until=each.until, released_at=each.released_at, at=at)
    ]
    return Held(
        frozenset(each.organisation_id for each in rows if each.claim_id is None),
        frozenset(each.claim_id for each in rows if each.claim_id is not None) | frozenset(parts_waiting(programme_id=programme_id, at=at)),
    )
