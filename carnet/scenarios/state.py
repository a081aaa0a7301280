"""The State beside the funders of a demonstration's open season: half of what is used, advanced by the first of them; half of the
vouchers pledged to job-seekers with little schooling."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from carnet.funding import operations as funding
from carnet.gateways.database import acting_as
from carnet.parties.rules import Role
from carnet.scenarios.labelled import STATE
from carnet.scenarios.plan import FunderPlan
from carnet.scenarios.play import Played

PLEDGED_BASIS_POINTS = 50_00


def with_the_state(funders: tuple[FunderPlan, ...]) -> tuple[FunderPlan, ...]:
    """The same funders for half, the State for the other half, on use."""
    state = FunderPlan(STATE, 50, state=True, on_use=True, advanced_by=funders[0].name)
    return (*(replace(each, percent=each.percent // 2) for each in funders), state)


def pledge_to_publics(current: Played, *, at: datetime) -> None:
    """The open season's agreement pledges half of its vouchers to that public: the desks' ticks say how far it is."""
    admin = current.cast.actor(Role.OPERATOR_ADMIN, current.programme_id, at)
    with acting_as(admin):
        funding.set_public_target(
            agreement_id=current.agreement_id, basis_points=PLEDGED_BASIS_POINTS, actor=admin, request_id=uuid4(), at=at
        )
