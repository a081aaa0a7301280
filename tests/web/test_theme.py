"""A programme's colour reaches its pages only when it reads well, from the operator's form to the style sheet."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from carnet.funding import operations as funding
from carnet.funding import queries
from carnet.gateways.database import acting_as_everything
from tests.factories.campaign import NOW, SYSTEM
from tests.web.season import Season
from tests.web.season import season as season


def paint(season: Season, colour: str) -> str:
    with acting_as_everything(why="paint a programme"):
        facts = queries.programme(season.campaign.programme_id)
        terms = replace(facts.terms, brand_colour=colour)
        funding.change_programme(programme_id=facts.id, terms=terms, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return facts.slug


def test_a_colour_reaches_the_pages_of_its_programme(season: Season, client: Client) -> None:
    slug = paint(season, "#7a1f3d")
    page = client.get("/").content.decode()
    assert f'href="/theme/{slug}.css?7a1f3d"' in page
    assert f"/theme/{slug}.css" in season.counter.get("/place/").content.decode()
    assert f"/theme/{slug}.css" in season.desk.get("/prescriber/").content.decode()
    sheet = client.get(f"/theme/{slug}.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "--brand: #7a1f3d;" in sheet.content.decode()


def test_without_a_colour_there_is_no_sheet(season: Season, client: Client) -> None:
    slug = paint(season, "")
    assert "/theme/" not in client.get("/").content.decode()
    assert client.get(f"/theme/{slug}.css").status_code == 404
    assert client.get("/theme/nowhere.css").status_code == 404


def test_a_pale_colour_that_got_in_is_not_served(season: Season, client: Client) -> None:
    slug = paint(season, "#ffee88")
    assert client.get(f"/theme/{slug}.css").status_code == 404


def test_the_database_keeps_nothing_but_a_colour(season: Season) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        paint(season, "red;}*{")
