"""Those of an earlier season, invited to another: who, and once. Pure."""

from collections.abc import Collection
from enum import StrEnum

from carnet.distribution.rules._handing import DistributionRefused

INVITED_AT_ONCE_MAX = 500


class InvitedAs(StrEnum):
    """What an organisation is invited to be."""

    DESK = "DESK"
    PLACE = "PLACE"


class NobodyToInvite(DistributionRefused):
    """Nobody was ticked, or all of them were invited before."""

    code = "nobody-to-invite"


class NotOfTheEarlierSeason(DistributionRefused):
    """One of those ticked took no part in the earlier programme."""

    code = "not-of-the-earlier-season"


class SameProgramme(DistributionRefused):
    """The season that invites is the one invited from."""

    code = "same-programme"


class SeasonInvitationUnknown(DistributionRefused):
    """No such invitation, another organisation's, or one answered otherwise."""

    code = "season-invitation-unknown"


def to_invite(*, earlier: Collection[int], present: Collection[int], invited: Collection[int]) -> list[int]:
    """The organisations of the earlier season that are neither in this one nor invited already, in order."""
    return sorted(set(earlier) - set(present) - set(invited))


def check_ticked(ticked: Collection[int], *, earlier: Collection[int], present: Collection[int], invited: Collection[int]) -> list[int]:
    """Those to invite now among the ones ticked. Raises: NobodyToInvite, NotOfTheEarlierSeason."""
    if not set(ticked) <= set(earlier):
        raise NotOfTheEarlierSeason
    found = [each for each in to_invite(earlier=earlier, present=present, invited=invited) if each in set(ticked)]
    if not found:
        raise NobodyToInvite
    return found[:INVITED_AT_ONCE_MAX]
