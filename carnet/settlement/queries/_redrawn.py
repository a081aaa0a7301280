"""An account that was redrawn is read with what stands for it: its lines are there now."""

from carnet.settlement.models import Claim


def family(claim_id: int) -> list[int]:
    """The account, and every account that stands for it or for a part of it."""
    found, latest = [claim_id], [claim_id]
    while latest:
        latest = list(Claim.objects.filter(redrawn_from_id__in=latest).order_by("id").values_list("id", flat=True))
        found += latest
    return found
