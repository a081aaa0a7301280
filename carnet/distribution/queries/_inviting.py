"""Who took part in an earlier season and not yet in this one; who was invited, and what they answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.distribution.models import ProgrammePrescriber, SeasonInvitation
from carnet.distribution.rules.inviting import InvitedAs, to_invite
from carnet.funding import queries as funding
from carnet.places import queries as places


@dataclass(frozen=True, slots=True)
class Invitable:
    """Organisations by id: of the earlier season, in this one already, invited already."""

    earlier: frozenset[int]
    present: frozenset[int]
    invited: frozenset[int]

    @property
    def left(self) -> list[int]:
        """Those still to invite."""
        return to_invite(earlier=self.earlier, present=self.present, invited=self.invited)


@dataclass(frozen=True, slots=True)
class SeasonInvitationView:
    """One invitation. `is_accepted`: None until answered."""

    id: int
    programme_id: int
    organisation_id: int
    invited_as: InvitedAs
    invited_at: datetime
    answered_at: datetime | None
    is_accepted: bool | None


def invitable(*, programme_id: int, earlier_id: int, at: datetime) -> dict[InvitedAs, Invitable]:
    """Desks and organisations of places of an earlier programme, for a programme of the same operator."""
    # A season that has ended had its places on its last day.
    earlier = funding.programme(earlier_id)
    then = min(at, earlier.windows.hand_over_until - timedelta(seconds=1))
    return {
        InvitedAs.DESK: Invitable(_desks(earlier_id), _desks(programme_id, at=at), _invited(programme_id, InvitedAs.DESK)),
        InvitedAs.PLACE: Invitable(
            _places(earlier_id, then), _places(programme_id, at), _invited(programme_id, InvitedAs.PLACE)
        ),
    }  # fmt: skip


def season_invitations(*, programme_id: int | None = None, organisation_id: int | None = None) -> list[SeasonInvitationView]:
    """The invitations of a programme, or to an organisation, the latest first."""
    rows = SeasonInvitation.objects.order_by("-invited_at", "-id")
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    return [
        SeasonInvitationView(
            row.id, row.programme_id, row.organisation_id, InvitedAs(row.invited_as), row.invited_at, row.answered_at, row.is_accepted
        )
        for row in rows
    ]


def _desks(programme_id: int, *, at: datetime | None = None) -> frozenset[int]:
    rows = ProgrammePrescriber.objects.filter(programme_id=programme_id).order_by("id")
    if at is not None:
        rows = rows.filter(joined_at__lte=at).exclude(left_at__lte=at)
    return frozenset(rows.values_list("organisation_id", flat=True))


def _places(programme_id: int, at: datetime) -> frozenset[int]:
    found = places.summaries(places.places_accepting(programme_id, at=at), at=at)
    return frozenset(each.operator_id for each in found if each.operator_id is not None)


def _invited(programme_id: int, invited_as: InvitedAs) -> frozenset[int]:
    rows = SeasonInvitation.objects.filter(programme_id=programme_id, invited_as=invited_as).order_by("id")
    return frozenset(rows.values_list("organisation_id", flat=True))
