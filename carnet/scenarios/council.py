"""What the metropolis of a demonstration told its council: a report a month ago, and one now that says what changed since."""

from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from django.urls import reverse

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months
from carnet.observatory.operations.council import make_council_report
from carnet.observatory.queries import boards, releases
from carnet.observatory.rules.boards import span_around
from carnet.parties import queries as parties
from carnet.parties.rules import Role
from carnet.places.rules.areas import AreaLevel
from carnet.scenarios.territory import EPCI
from carnet.web.council.pdf import report_pdf

SINCE = timedelta(days=30)


def report_to_council(*, base_url: str, at: datetime) -> int:
    """Make both reports of the metropolis that pays the latest season; return how many were made: none before the first release."""
    release = releases.latest()
    leader = _leader(at)
    if release is None or leader is None:
        return 0
    latest_on = boards.months_of(release)[-1]
    organisation = parties.organisations([leader.organisation_id or 0])[leader.organisation_id or 0].name
    url = base_url + reverse("public:board", args=["intercommunalite", EPCI])
    draw = partial(report_pdf, organisation=organisation, published_url=url)
    for month, day in ((add_months(latest_on, -1), at - SINCE), (latest_on, at)):
        with acting_as(leader):
            make_council_report(
                level=AreaLevel.EPCI, code=EPCI, period=span_around(month).key, language="fr", draw=draw, actor=leader, request_id=uuid4(), at=day
            )  # fmt: skip
    return 2


def _leader(at: datetime) -> Actor | None:
    """The first funder of the latest programme that has an agreement."""
    with acting_as_everything(why="the seasons of a demonstration"):
        programmes = funding.programmes()
    for programme in sorted(programmes, key=lambda each: -each.id):
        reader = Actor.system("demonstration", programme_ids={programme.id})
        with acting_as(reader):
            found = funding.agreements(reader, [programme.id], at=at)
        if found:
            funder_id = found[0].funder_ids[0]
            return Actor(
                kind="system", label="demonstration", organisation_id=funder_id, organisation_ids=frozenset({funder_id}),
                roles=frozenset({Role.FUNDER.value}),
            )  # fmt: skip
    return None
