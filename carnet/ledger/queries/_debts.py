"""What places owe back, from the ledger's own rows."""

from dataclasses import dataclass

from django.db.models import Sum

from carnet.ledger.models import Account, Movement, Series
from carnet.ledger.rules import AccountKind, MovementKind


@dataclass(frozen=True, slots=True)
class PlaceDue:
    """What one place's organisation was charged under an agreement, and what it gave back. Unit: whole cents."""

    charged_cents: int = 0
    recovered_cents: int = 0

    @property
    def due_cents(self) -> int:
        """What it still owes."""
        return self.charged_cents - self.recovered_cents


def due(*, agreement_id: int) -> dict[int, PlaceDue]:
    """By organisation, what an agreement's places owe back and gave back. Whole cents; none that was never charged."""
    owners = dict(Account.objects.filter(agreement_id=agreement_id, kind=AccountKind.DUE).values_list("id", "organisation_id"))
    sums = {owner: dict.fromkeys((MovementKind.CHARGE, MovementKind.RECOVER, MovementKind.REOPEN), 0) for owner in owners.values()}
    series_ids = list(Series.objects.filter(agreement_id=agreement_id).values_list("id", flat=True))
    for side in ("debit_account_id", "credit_account_id"):
        rows = (
            Movement.objects.filter(**{f"{side}__in": list(owners)}, series_id__in=series_ids)
            .order_by(side, "kind")
            .values_list(side, "kind")
            .annotate(Sum("cents"))
        )  # fmt: skip
        for account_id, kind, cents in rows:
            sums[owners[account_id]][MovementKind(kind)] += int(cents)
    return {
        owner: PlaceDue(found[MovementKind.CHARGE], found[MovementKind.RECOVER] - found[MovementKind.REOPEN])
        for owner, found in sorted(sums.items())
    }
