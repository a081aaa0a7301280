"""A demonstration's plan: where the next booklets could go, and what longer trips and one more place would change. Nothing is ordered: that is left to try."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role
from carnet.planning.operations import plan_runs, plans
from carnet.planning.queries.plans import version
from carnet.planning.rules.plan_ground import Added, Asked
from carnet.scenarios.play import Played

# No floor: whatever a season's places are, nothing of this contradicts itself.
# Châteaubriant, an hour from most of the places of the season.
FAR_COMMUNE = "44036"
_BUDGET_CENTS = 20_000_00
_ASKED = Asked(budget_cents=_BUDGET_CENTS, minutes_max=30, desk_minimum=5)
_TRIED = replace(_ASKED, minutes_max=45, added=(Added(FAR_COMMUNE, 60),))
_SECONDS = 5.0


def plan_booklets(current: Played, *, at: datetime) -> None:
    """The operator asks for a plan two days ago, keeps its answer, then tries longer trips and one more place."""
    cast = current.cast
    operator = Actor(
        kind="person",
        label="demonstration",
        person_id=cast.staff[Role.OPERATOR_ADMIN],
        organisation_id=cast.operator_id,
        organisation_ids=frozenset({cast.operator_id}),
        programme_ids=frozenset({current.programme_id}),
        roles=frozenset({Role.OPERATOR_ADMIN.value}),
        proved_at=at,
    )
    asked_at = at - timedelta(days=2)
    with acting_as(operator):
        plan_id = plans.make_plan(
            programme_id=current.programme_id,
            name="Quatre cents carnets de plus",
            asked=_ASKED,
            territory=("44",),
            actor=operator,
            request_id=uuid4(),
            at=asked_at,
        )
        _answer(operator, plan_id, 1, asked_at)
        plans.keep_version(plan_id=plan_id, number=1, actor=operator, request_id=uuid4(), at=asked_at)
        tried = plans.try_again(plan_id=plan_id, from_number=1, asked=_TRIED, actor=operator, request_id=uuid4(), at=at)
        _answer(operator, plan_id, tried, at)


def _answer(operator: Actor, plan_id: int, number: int, at: datetime) -> None:
    found = version(operator, plan_id, number)
    plan_runs.run_version(version_id=found.id, programme_id=found.programme_id, at=at, seconds=_SECONDS)
