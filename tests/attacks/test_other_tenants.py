"""Every address that names a row, asked by the same role of another tenant with a real number: the same answer as for a number nobody has.

In the suite the rows are those of a season; in the drill those of the whole town of the demonstration, found by reading its every page.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.places import operations as places
from carnet.places.models import Place
from carnet.places.rules import PlaceOfAnotherOperator
from tests.attacks.crawling import crawl, resolved
from tests.attacks.looking import faults
from tests.attacks.people import Tenant, Town, a_tenant
from tests.attacks.tallies import WHOLE, tally
from tests.attacks.trespassing import COMMON, Known, names_a_row, trespass
from tests.attacks.walls import Route, every_route, grown, rows
from tests.conftest import point_django_at
from tests.factories.campaign import NOW
from tests.web.season import Season

ROUTES = [route for route in every_route() if not route.path.startswith(("/api/", "/static/"))]
NAMED = [route for route in ROUTES if not route.door.is_public and names_a_row(route)]
# What asking leaves by itself, refused or not: who came, what was tried.
OF_ASKING = {
    "parties_person", "parties_membership", "parties_organisation", "mfa_authenticator", "journal_line", "redemption_attempt", "notices_notice",
}  # fmt: skip
# The directory is everybody's to correct: an operator's staff writes in it, with its trace.
DIRECTORY = "places_place"
ROLES_OF_A_SEASON = ("OPERATOR_ADMIN", "FUNDER", "PRESCRIBER_LEAD", "PLACE_MANAGER")
PAGES_OF_A_SEASON = 60


def firsts(role: str) -> list[str]:
    """Where a role begins: every page that needs nothing in its address."""
    return [route.path for route in ROUTES if not route.parameters and not route.door.is_public and role in route.roles("GET")]


def read_everything(enter: Any, roles: Sequence[str], *, each_route: int, most: int) -> tuple[Known, list[str]]:
    """What the owners' pages name, and what is wrong with how they are served."""
    known, wrong, counted, read = Known(), [], {}, 0
    for role in roles:
        for page in crawl(enter(role), firsts(role), counted, each_route=each_route, most=most):
            read += 1
            wrong += faults(page.route, page.answer, is_somebodys=True)
            if page.answer.status_code >= 500 and page.answer.status_code != 503:
                wrong.append(f"{role} {page.address}: {page.answer.status_code}")
            if page.answer.status_code < 400:
                known.learn([page], resolved)
    tally("headers", "pages of every role: policy, frames, cookies, kept by nobody, nothing from elsewhere", tried=read, through=len(wrong))
    return known, wrong


def intrude(known: Known, stranger: Tenant, *, every_role: bool) -> tuple[list[str], int, list[str]]:
    """What the stranger learned, how often they asked, and the routes nobody showed a real number of."""
    found, tried, unknown = [], 0, []
    for route in NAMED:
        named = known.for_route(route)
        if named is None:
            unknown.append(route.path)
            continue
        for method in ("GET", "POST"):
            roles = sorted(route.roles(method)) if route.door.action else ["PLACE_MANAGER"]
            for role in roles if every_role else roles[:1]:
                form = known.forms.get(route.name)
                tried += 2
                told = trespass(stranger.enter(role), route, method, named, form.fields if form and method == "POST" else None)
                if told is not None and route.name not in COMMON:
                    found.append(f"{role} {told}")
    return found, tried, unknown


@pytest.mark.slow
@pytest.mark.skipif(WHOLE, reason="the whole town is walked instead")
def test_a_season_s_rows_do_not_exist_for_another_tenant(season: Season) -> None:
    owners, stranger = Tenant(season.campaign), a_tenant()
    known, wrong = read_everything(owners.enter, ROLES_OF_A_SEASON, each_route=1, most=PAGES_OF_A_SEASON)
    assert wrong == []
    before = rows()
    found, tried, _unknown = intrude(known, stranger, every_role=False)
    assert found == []
    assert tried > 200
    assert written_since(before) == {}


@pytest.mark.skipif(not WHOLE, reason="for the drill `attacks`: half an hour of pages")
def test_the_town_s_rows_do_not_exist_for_another_tenant(
    town: tuple[str, Path], django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.browser.conftest import live_in

    name, var = town
    shared = connections.settings["default"]["NAME"]
    with django_db_blocker.unblock():
        live_in(monkeypatch, var)
        point_django_at(name)
        try:
            owners = Town(json.loads((var / "demo/try.json").read_text(encoding="utf-8")))
            known, wrong = read_everything(owners.enter, owners.roles, each_route=2, most=600)
            stranger = a_tenant()
            before = rows()
            found, tried, unknown = intrude(known, stranger, every_role=True)
            written = written_since(before)
        finally:
            point_django_at(shared)
    tally(
        "tenants", "real numbers of another tenant, by every role a door lets in", tried=tried, through=len(found),
        said=f"{len(NAMED) - len(unknown)} of {len(NAMED)} addresses that name a row, {len(known.forms)} forms",
    )  # fmt: skip
    tally("tenants", "rows written meanwhile", tried=tried, through=sum(written.values()), said=", ".join(sorted(written)))
    assert wrong == []
    assert found == []
    assert written == {}


def written_since(before: dict[str, int]) -> dict[str, int]:
    """Rows of others: neither the strangers' own people, nor corrections of the directory."""
    return {name: count for name, count in grown(before, rows()).items() if name not in OF_ASKING and not name.startswith(DIRECTORY)}


def test_the_difference_would_be_seen(season: Season) -> None:
    """The control: what an owner is answered differs from what nobody's number answers."""
    owners = Tenant(season.campaign)
    (route,) = [each for each in ROUTES if each.name == "operator:programme"]
    assert trespass(owners.enter("OPERATOR_ADMIN"), route, "GET", {"programme_id": season.campaign.programme_id}) is not None
    assert trespass(a_tenant().enter("OPERATOR_ADMIN"), route, "GET", {"programme_id": season.campaign.programme_id}) is None


class TestAPlaceWhereAnotherOperatorPays:
    """The directory is shared by the operators of an installation; whose vouchers are paid where is not."""

    def test_is_not_entrusted_to_somebody_else(self, season: Season) -> None:
        stranger = a_tenant()
        with acting_as_everything(why="entrust it"), pytest.raises(PlaceOfAnotherOperator):
            places.attach_operator(
                place_id=season.campaign.place_id, organisation_id=stranger.campaign.place_organisation_id, actor=staff(stranger),
                request_id=uuid4(), at=NOW,
            )  # fmt: skip

    def test_is_not_closed(self, season: Season) -> None:
        with acting_as_everything(why="close it"), pytest.raises(PlaceOfAnotherOperator):
            places.end_place(place_id=season.campaign.place_id, ended_on=NOW.date(), actor=staff(a_tenant()), request_id=uuid4(), at=NOW)

    def test_is_not_merged_into_one_of_theirs(self, season: Season) -> None:
        stranger = a_tenant()
        with acting_as_everything(why="merge it"):
            Place.objects.filter(id=season.campaign.place_id).update(operator_id=None)
            with pytest.raises(PlaceOfAnotherOperator):
                places.merge_places(
                    kept_id=stranger.campaign.place_id, other_id=season.campaign.place_id, taken=[], actor=staff(stranger), request_id=uuid4(), at=NOW,
                )  # fmt: skip

    def test_its_own_operator_and_its_own_manager_still_close_it(self, season: Season) -> None:
        owner = Tenant(season.campaign)
        manager = replace(staff(owner), organisation_id=season.campaign.place_organisation_id, roles=frozenset({"PLACE_MANAGER"}))
        with acting_as_everything(why="close it"):
            for actor, on in ((staff(owner), NOW.date()), (manager, NOW.date() + timedelta(days=1))):
                places.end_place(place_id=season.campaign.place_id, ended_on=on, actor=actor, request_id=uuid4(), at=NOW)


def staff(tenant: Tenant) -> Actor:
    """An administrator of a tenant's operator, who just proved who they are."""
    return Actor(
        kind="person", label="x", person_id=1, organisation_id=tenant.campaign.operator_id, proved_at=NOW,
        organisation_ids=frozenset({tenant.campaign.operator_id}), roles=frozenset({"OPERATOR_ADMIN"}),
    )  # fmt: skip


def test_the_whole_map_is_walked() -> None:
    """A new route is found by itself; what is left out of the comparison is named, and is still a route."""
    names = {route.name for route in ROUTES}
    assert names >= COMMON
    assert all(isinstance(route, Route) for route in NAMED)
    assert len(NAMED) > 500
