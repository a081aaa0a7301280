"""The part of an agreement's vouchers pledged to a public. Source: docs/sources/public-money.md#states-share."""

from carnet.funding.rules._refusals import TargetOutOfRange
from carnet.funding.rules._shares import BASIS_POINTS


def check_target(basis_points: int) -> int:
    """Return `basis_points` (hundredths of a percent; 0 takes the pledge back). Raises: TargetOutOfRange."""
    if not 0 <= basis_points <= BASIS_POINTS:
        raise TargetOutOfRange(most_basis_points=BASIS_POINTS)
    return basis_points
