"""The pages for anybody: they open for a stranger, in both languages, with an empty site and with a season on."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.test import Client

from carnet.ledger.rules import COUNT_NAMES, Counts, Money
from carnet.observatory.rules import FunderFigures, ProgrammeFigures
from carnet.web.public import figures
from carnet.web.public.views import _money_table as money_table
from tests.distribution.conftest import Desks
from tests.distribution.conftest import desks as desks
from tests.distribution.conftest import make_desks as make_desks

PAGES = [
    "/",
    "/carnet/",
    "/obtenir/",
    "/ou-aller/",
    "/reste/",
    "/perdu/",
    "/aide/",
    "/accessibilite/",
    "/mentions-legales/",
    "/chiffres/",
    "/design/",
]
CLOCK = "2025-12-01T10:00:00+01:00"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    figures.forget()
    yield
    figures.forget()


@pytest.fixture
def season(desks: Desks, settings: object) -> Desks:
    settings.CARNET_CLOCK = CLOCK  # type: ignore[attr-defined]
    return desks


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_an_empty_site(client: Client, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") >= 1


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_during_a_season(client: Client, season: Desks, page: str) -> None:
    assert client.get(page).status_code == 200


def test_home_has_six_doors_and_the_strip_of_proof(client: Client, season: Desks) -> None:
    page = client.get("/").content.decode()
    assert page.count('class="door"') == 6
    assert "centime manquant" in page
    assert "Pass numérique de Nantes Métropole" in page


def test_the_desks_of_the_season_are_listed_and_found_by_town(client: Client, season: Desks) -> None:
    assert "Médiathèque" in client.get("/obtenir/").content.decode()
    elsewhere = client.get("/obtenir/", {"postcode": "99999"}).content.decode()
    assert "Nous ne connaissons pas cette ville" in elsewhere
    assert "Mission locale" not in elsewhere


def test_open_data_adds_up_and_says_what_it_is(client: Client, season: Desks) -> None:
    vouchers = list(csv.DictReader(StringIO(client.get("/opendata/vouchers.csv").content.decode())))
    assert len(vouchers) == 1
    counted = {name: int(vouchers[0][name]) for name in COUNT_NAMES}
    assert counted["issued"] == 40 == sum(count for name, count in counted.items() if name != "issued")
    money = list(csv.DictReader(StringIO(client.get("/opendata/money.csv").content.decode())))
    for row in money:
        cents = {name: int(value) for name, value in row.items() if name.endswith("_cents")}
        assert cents.pop("funded_cents") == sum(cents.values())
    assert {row["activity"] for row in vouchers + money} == {"activité réelle"}
    (delays,) = csv.DictReader(StringIO(client.get("/opendata/payments.csv").content.decode()))
    assert int(delays["paid_as_promised"]) <= int(delays["promised"]) <= int(delays["paid"])


def test_what_desks_ticked_is_told_by_releases_alone(client: Client, season: Desks) -> None:
    """Counted every minute, it would tell day by day who came, and give back what a release hides."""
    answer = client.get("/opendata/hand_overs.csv")
    assert (answer.status_code, answer["Location"]) == (301, "/opendata/latest/publics.csv")
    assert client.get("/opendata/latest/publics.csv").status_code == 404  # nothing is released yet
    assert "publics.csv" not in client.get("/chiffres/").content.decode()
    for name in ("vouchers", "money", "payments"):
        said = client.get(f"/opendata/{name}.csv").content.decode()
        assert not any(word in said for word in ("age_band", "reason", "low_qualified"))


@pytest.mark.django_db
def test_a_file_that_does_not_exist_is_a_page_that_says_so(client: Client) -> None:
    answer = client.get("/opendata/people.csv")
    assert answer.status_code == 404
    assert "n’existe pas" in answer.content.decode()


@pytest.mark.django_db
def test_a_passer_by_who_scans_a_voucher_learns_nothing_of_it(client: Client) -> None:
    pages = set()
    for token in ("A" * 136, "B" * 136):
        answer = client.get(f"/V/{token}")
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
        pages.add(page.replace(token, ""))
    assert len(pages) == 1
    assert client.get("/V/nonsense").status_code == 200
    assert "scanned" not in client.session


@pytest.mark.django_db
def test_the_language_follows_the_browser_then_the_choice(client: Client) -> None:
    assert 'lang="en"' in client.get("/", headers={"accept-language": "en"}).content.decode()
    assert 'lang="fr"' in client.get("/", headers={"accept-language": "de"}).content.decode()
    client.post("/langue/", {"language": "en", "next": "/aide/"})
    assert 'lang="en"' in client.get("/", headers={"accept-language": "fr"}).content.decode()


@pytest.mark.django_db
def test_the_demo_says_on_each_page_that_it_is_one(client: Client, settings: object) -> None:
    assert "Activité simulée" not in client.get("/aide/").content.decode()
    settings.DEMO = True  # type: ignore[attr-defined]
    assert "Activité simulée : lieux réels, paiements inventés" in client.get("/aide/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_no_page_holds_an_inline_script_or_style(client: Client, page: str) -> None:
    content = client.get(page).content.decode()
    assert " style=" not in content
    assert "<style" not in content
    assert "onclick" not in content
    assert content.count("<script") == content.count("<script src=")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "shown"), [({}, True), ({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, False), ({"REMOTE_ADDR": "203.0.113.9"}, False)]
)
def test_only_this_machine_is_shown_the_first_installation(client: Client, facts: dict[str, str], shown: bool) -> None:
    page = client.get("/", **facts).content.decode()
    assert ("/setup/" in page) == shown


@pytest.mark.parametrize(("reserved", "columns"), [(0, 7), (600, 8)])
def test_money_of_connections_has_its_own_column_and_each_line_adds_up(reserved: int, columns: int) -> None:
    money = Money(funded=5_000, unissued=1_000, in_circulation=4_000 - reserved, reserved=reserved)
    shown = ProgrammeFigures(1, "Pass", "pass", False, Counts(), money, (FunderFigures("Ville", money),), 0, 0, None, 0)
    table = money_table(shown)
    assert [len(line) for line in (table.columns, *table.rows, table.total)] == [columns] * 3
    cents = [int(re.sub(r"\D", "", str(cell))) for cell in table.rows[0][1:]]
    assert cents[0] == sum(cents[1:]) == 5_000
