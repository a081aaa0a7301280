"""The parts of vouchers pledged to a public."""

from collections.abc import Collection

from carnet.funding.models import PublicTarget


def public_targets(agreement_ids: Collection[int]) -> dict[int, int]:
    """The part pledged in each of these agreements, in hundredths of a percent, as far as the announced tenant sees; none when taken back."""
    rows = PublicTarget.objects.filter(agreement_id__in=list(agreement_ids)).order_by("id").values_list("agreement_id", "basis_points")
    # In the order they were set: the latest stays.
    return {agreement_id: points for agreement_id, points in dict(rows).items() if points}
