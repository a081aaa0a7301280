"""A plan lived to its order: made, answered, kept, ordered. For tests that need its rows."""

from uuid import uuid4

from carnet.distribution import operations as distribution
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.planning.operations import plan_runs, plans
from carnet.planning.queries.plans import version
from carnet.planning.rules.plan_ground import Asked
from tests.factories.campaign import NOW, SYSTEM, Campaign


def plan_lived(campaign: Campaign, operator: Actor) -> int:
    """The order made of a plan for Nantes, of ten booklets at one desk."""
    desk_id = parties.create_organisation(
        name="Maison de quartier", kinds=["PRESCRIBER"], street="1 place", postcode="44000", city="Nantes", is_simulated=True,
        actor=SYSTEM, request_id=uuid4(), at=NOW,
    )  # fmt: skip
    with acting_as_everything(why="a desk of a plan"):
        distribution.join_programme(programme_id=campaign.programme_id, organisation_id=desk_id, actor=SYSTEM, request_id=uuid4(), at=NOW)
    with acting_as(operator):
        plan_id = plans.make_plan(
            programme_id=campaign.programme_id, name="Plan", asked=Asked(budget_cents=500_00), territory=("44109",), actor=operator,
            request_id=uuid4(), at=NOW,
        )  # fmt: skip
        found = version(operator, plan_id, 1)
    plan_runs.run_version(version_id=found.id, programme_id=campaign.programme_id, at=NOW)
    with acting_as(operator):
        plans.keep_version(plan_id=plan_id, number=1, actor=operator, request_id=uuid4(), at=NOW)
        return plans.order_version(
            plan_id=plan_id, number=1, agreement_id=campaign.agreement_id, actor=operator, request_id=uuid4(), at=NOW
        )
