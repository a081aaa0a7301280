"""What an organisation redeemed before a moment and no claim holds: what it may ask for, or has asked for."""

from datetime import datetime

from django.db.models import Count, Sum

from carnet.redemption import queries as redemption
from carnet.settlement.models import ClaimLine
from carnet.settlement.rules import Sums


def unclaimed_before(*, organisation_id: int, programme_id: int, until: datetime) -> Sums:
    """Standing redemptions before `until` (aware), less the claimed ones. Unit: whole cents."""
    standing = redemption.standing_before(organisation_id=organisation_id, programme_id=programme_id, until=until)
    claimed = ClaimLine.objects.filter(organisation_id=organisation_id, programme_id=programme_id, redeemed_at__lt=until).aggregate(
        count=Count("id"), cents=Sum("cents")
    )
    return Sums(standing.voucher_count - claimed["count"], standing.cents - (claimed["cents"] or 0))
