"""In the open season a CV takes two vouchers: what it costs is said, and one was made."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Item
from carnet.scenarios.play import Played

SERVICE = "cv"
VOUCHERS = 2


def cost_two(current: Played, codes: list[str], *, at: datetime) -> None:
    """Say that a CV costs two vouchers from now on, then spend these two for one, at a place of the season. None given: only say it."""
    system = Actor.system("demonstration", programme_ids={current.programme_id}, organisation_ids={current.cast.operator_id})
    with acting_as(system):
        terms = replace(funding_queries.programme(current.programme_id).terms, service_voucher_counts={SERVICE: VOUCHERS})
        funding.change_programme(programme_id=current.programme_id, terms=terms, actor=system, request_id=uuid4(), at=at)
    if len(codes) < VOUCHERS:
        return
    place_id = current.cast.place_ids[0]
    organisation_id = current.cast.place_organisations[place_id]
    counter = replace(Actor.system("demonstration", organisation_ids={organisation_id}), organisation_id=organisation_id)
    with acting_as(counter):
        redemption.redeem_service(
            codes=codes[:VOUCHERS],
            item=Item(code="", service=SERVICE, place_id=place_id),
            actor=counter,
            channel="SCREEN",
            request_id=uuid4(),
            at=at,
        )
