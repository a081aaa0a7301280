"""Everything that can be taken away, when every name begins like a formula: no cell a spreadsheet would run."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from carnet.funding.models import Agreement, Programme
from carnet.gateways.database import acting_as_everything
from carnet.parties.models import Organisation, Person
from carnet.places.models import Place
from tests.attacks.crawling import crawl
from tests.attacks.people import Tenant
from tests.attacks.tallies import WHOLE, tally
from tests.attacks.test_other_tenants import ROLES_OF_A_SEASON, ROUTES, firsts
from tests.web.season import Season

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://evil.example")'
RUNS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?[\d\s\u202f\u00a0]*[.,]?\d+%?")
KINDS = ("csv", "xlsx", "ods")


def renamed(season: Season) -> None:
    """Every name that others read begins like a formula."""
    with acting_as_everything(why="names made to harm"):
        for model, field in ((Organisation, "name"), (Place, "name"), (Programme, "name"), (Agreement, "name"), (Person, "display_name")):
            for row in model.objects.order_by("pk"):
                model.objects.filter(pk=row.pk).update(**{field: f"{FORMULA}{row.pk}"})


def runs(cell: str) -> bool:
    return cell.startswith(RUNS) and not NUMBER.fullmatch(cell.strip())


def harmful(answer: Any) -> list[str]:
    """The cells of a file that a spreadsheet would run; files in a file too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(_harmful(content, answer.get("Content-Type", "")))


def _harmful(content: bytes, kind: str) -> Iterator[str]:
    if kind.startswith("text/csv"):
        text = content.decode("utf-8-sig")
        mark = max(";,\t", key=text.partition("\n")[0].count)
        yield from (cell[:80] for row in csv.reader(io.StringIO(text), delimiter=mark) for cell in row if runs(cell))
    elif content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for name in package.namelist():
                inside = package.read(name)
                if name.endswith(".csv"):
                    yield from _harmful(inside, "text/csv")
                # A formula of a workbook, in either format.
                if b"<f>" in inside or b"table:formula" in inside:
                    yield f"{name}: a formula"


@pytest.mark.slow
def test_no_file_holds_a_cell_that_runs(season: Season) -> None:
    renamed(season)
    owners, counted, seen, found = Tenant(season.campaign), {}, 0, []
    for role in ROLES_OF_A_SEASON:
        client = owners.enter(role)
        for page in crawl(client, firsts(role), counted, most=300 if WHOLE else 50):
            kind = page.answer.get("Content-Type", "")
            if page.answer.status_code == 200 and not kind.startswith("text/html"):
                seen += 1
                found += [f"{page.address}: {cell}" for cell in harmful(page.answer)]
    public = Client()
    for route in ROUTES:
        if route.door.is_public and not route.parameters and route.path.endswith(KINDS):
            seen += 1
            found += [f"{route.path}: {cell}" for cell in harmful(public.get(route.path))]
    assert found == []
    assert seen > 8
    tally("files", "files taken away when every name begins like a formula", tried=seen)


def test_the_check_bites() -> None:
    assert list(_harmful(b"Nom;Somme\r\n=1+1;-12,50\r\n'=1;+33\r\n@x;2 %\r\n", "text/csv")) == ["=1+1", "@x"]
