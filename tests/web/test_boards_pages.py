"""Public boards of a territory: the page, its files and the API say the same, and every special case has its sentence."""

import csv
import io
import json
import re
import zipfile
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils.translation import override
from lxml import etree

from carnet.observatory.rules import Cut, Measure
from carnet.observatory.rules.boards import BoardTable, Change, Line, Span, span_of
from carnet.observatory.rules.charts import Gap
from carnet.places import queries as places
from carnet.web.boards import words
from tests.observatory import released

LOIRE = "/chiffres/departement/44/"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
ROW = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-row"


@pytest.fixture
def visitor(db: None) -> Client:
    released.release()
    return Client()


def text(client: Client, url: str, *, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def table_of(client: Client, by: str, url: str = LOIRE) -> list[list[str]]:
    """The cells of one table of the page, row by row."""
    page = client.get(url).content.decode()
    section = re.search(rf'<section id="by-{by}">(.*?)</section>', page, re.S)
    assert section is not None
    rows = re.findall(r"<tr>(.*?)</tr>", section[1], re.S)
    return [
        [" ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in rows
    ]


def ods_rows(content: bytes) -> list[list[str]]:
    held = zipfile.ZipFile(io.BytesIO(content)).read("content.xml")
    return [["".join(cell.itertext()) for cell in row] for row in etree.fromstring(held).iter(ROW)]


@pytest.mark.parametrize("by", ["month", "epci", "commune", "service", "public"])
def test_the_page_its_files_and_the_api_say_the_same(visitor: Client, by: str) -> None:
    page = table_of(visitor, by)
    sent = b"".join(visitor.get(f"{LOIRE}{by}.csv").streaming_content).decode("utf-8-sig")
    in_csv = list(csv.reader(io.StringIO(sent), delimiter=";"))
    in_ods = ods_rows(b"".join(visitor.get(f"{LOIRE}{by}.ods").streaming_content))
    answered = visitor.get(f"/api/v1/figures/cuts?level=DEPARTEMENT&code=44&by={by}").json()

    def plain(rows: list[list[str]]) -> list[list[str]]:
        return [[re.sub(r"(?<=\d)[\s\u202f\xa0](?=\d)", "", cell) for cell in row] for row in rows]

    assert plain(page) == plain(in_csv) == plain(in_ods)
    with override("fr"):
        measures = [Measure(each) for each in answered["measures"]]
        told = [[*(str(words.value_words(measure, _value(line["values"], measure))) for measure in measures)] for line in answered["lines"]]
        assert page[0][1:] == [words.name_of(measure) for measure in measures]
    assert plain([row[1:] for row in page[1:]]) == plain(told)
    assert len(answered["lines"]) == len(page) - 1 >= 1


def _value(values: dict[str, int | None], measure: Measure) -> Any:
    if measure.value not in values:
        return Gap.MISSING
    return Gap.HIDDEN if values[measure.value] is None else values[measure.value]


def test_the_head_tells_each_figure_and_what_changed(visitor: Client) -> None:
    usual = text(visitor, LOIRE)
    assert "avril 2025 à mars 2026" in usual and "Chèques remis 1 420" in usual.replace("\u202f", " ")
    assert "Loire-Atlantique" in usual and "207 communes" in usual
    assert "Un seul programme est compté : nantes." in usual
    assert "Ce que ces chiffres ne disent pas" in usual
    assert " pour avril 2024" not in usual  # nothing was published of those months
    year = text(visitor, f"{LOIRE}?periode=2026")
    assert "155 % de plus : 400 pour 2025" in year  # 1,020 handed over, Vertou's with those of Nantes
    assert "2026 n’est pas fini" in year
    assert "40 % de plus : 250 pour février 2026" in text(visitor, f"{LOIRE}?periode=2026-03")
    assert "De l’activation au paiement" in text(visitor, "/chiffres/pays/FR/")


def test_what_is_of_no_known_territory_is_a_line_of_the_country(db: None) -> None:
    """A desk that said no address: without its line, the départements would not sum to France, and would seem to have handed over nothing."""
    released.release(nowhere=90)
    rows = table_of(Client(), "departement", "/chiffres/pays/FR/")
    assert [row[0] for row in rows[1:]] == ["Loire-Atlantique", "Territoire inconnu"]
    assert rows[2][1] == "90"
    page = Client().get("/chiffres/pays/FR/").content.decode()
    assert "/chiffres/departement/ZZ/" not in page
    lines = Client().get("/api/v1/figures/cuts?by=departement").json()["lines"]
    assert [(line["key"], line["values"]["handed_over"]) for line in lines][1:] == [("ZZ", 90)]
    assert "Territoire inconnu" not in text(Client(), LOIRE)


def test_days_and_newcomers_are_told_in_their_own_words() -> None:
    with override("fr"):
        before = span_of("2025")
        assert words.change_words(Measure.DAYS_TO_PAYMENT, Change(9, 20), before) == "11 jours de moins : 20\xa0j pour 2025"
        assert words.change_words(Measure.USED, Change(12, 10), before) == "2 de plus : 10 pour 2025"
        assert words.change_words(Measure.USED, Change(10, 10), before) == "comme pour 2025"
        assert words.change_words(Measure.USED, Change(10, Gap.HIDDEN), before) == "caché pour 2025"
        assert words.change_words(Measure.USED, Change(Gap.HIDDEN, 10), before) == "10 pour 2025"
        assert words.change_words(Measure.USED, Change(10, Gap.MISSING), before) == ""
        asked = {Measure.NEVER_CAME_BEFORE: Change(60, 0), Measure.CAME_ANSWERED: Change(150, 0)}
        share = words.newcomers(asked)
        assert share is not None and (share.value, share.detail) == ("40\xa0%", "sur 150 personnes qui ont répondu")
        nobody = words.newcomers({Measure.NEVER_CAME_BEFORE: Change(0, 0), Measure.CAME_ANSWERED: Change(0, 0)})
        assert nobody is not None and nobody.value == "–"
        few = words.newcomers({Measure.NEVER_CAME_BEFORE: Change(Gap.HIDDEN, 0), Measure.CAME_ANSWERED: Change(9, 0)})
        assert few is not None and few.value == "caché"
        assert words.newcomers({}) is None


def test_what_is_hidden_is_said_and_never_drawn_as_zero(visitor: Client) -> None:
    vertou = next(row for row in table_of(visitor, "commune") if row[0] == "Vertou")
    assert vertou[1:3] == ["20", "caché"]
    lines = visitor.get("/api/v1/figures/cuts?level=DEPARTEMENT&code=44&by=commune").json()["lines"]
    assert next(line for line in lines if line["key"] == "44215")["values"]["people"] is None


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("/chiffres/departement/20/", 404, "Aucun territoire n’a ce code"),
        ("/chiffres/commune/99999/", 404, "Aucun territoire n’a ce code"),
        ("/chiffres/commune/29019/", 200, "Rien n’a été compté à Brest (29)"),
        (f"{LOIRE}?periode=2026-05..2026-02", 200, "La période finirait avant de commencer"),
        (f"{LOIRE}?periode=1999", 200, "Cette période n’est pas publiée"),
        (f"{LOIRE}?periode=nonsense", 200, "Cette période n’est pas publiée"),
        ("/chiffres/commune/44215/?periode=2026-03", 200, "Rien n’a été compté ici pendant cette période"),
        ("/chiffres/pays/FR/", 200, "France"),
        ("/chiffres/intercommunalite/244400404/", 200, "Nantes Métropole (44)"),
        ("/chiffres/region/52/", 200, "Pays de la Loire"),
    ],
)
def test_every_special_case_has_its_sentence(visitor: Client, url: str, status: int, said: str) -> None:
    assert said in text(visitor, url, status=status)


def test_nothing_is_published_yet(client: Client, db: None) -> None:
    assert "Pas encore de chiffres publiés" in text(client, LOIRE)
    answered = client.get("/api/v1/figures/cuts").json()
    assert answered["release"] is None and answered["lines"] == []
    assert client.get(f"{LOIRE}month.csv").status_code == 404
    assert client.get("/chiffres/").status_code == 200


def test_the_page_of_all_figures_leads_to_the_country_and_to_each_territory(visitor: Client) -> None:
    page = visitor.get("/chiffres/").content.decode()
    assert (
        "Tout le pays, avril 2025 à mars 2026" in page and 'href="/chiffres/pays/FR/"' in page and 'action="/chiffres/territoires/"' in page
    )


def test_several_programmes_are_not_called_one(client: Client, db: None) -> None:
    released.release(programmes=("nantes", "rennes"))
    assert "Un seul programme" not in text(client, LOIRE)


@pytest.mark.parametrize("url", [f"{LOIRE}commune.pdf", f"{LOIRE}funder.csv", "/chiffres/canton/44/", f"{LOIRE}month.csv?periode=1999"])
def test_what_is_not_published_is_not_found(visitor: Client, url: str) -> None:
    assert visitor.get(url).status_code == 404


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("level=DEPARTEMENT&code=20", 404, "area-unknown"),
        ("level=COMMUNE&code=44109&by=commune", 422, "cut-not-published"),
        ("period=1999", 422, "span-unclear"),
        ("period=2026-03..2026-01", 422, "span-reversed"),
        ("period=2001-01..2026-01", 422, "span-unclear"),
        ("period=2016-01..2026-01", 422, "span-too-long"),
        ("level=PLANET", 422, "request-invalid"),
    ],
)
def test_the_api_refuses_what_is_not_published(visitor: Client, query: str, status: int, code: str) -> None:
    answered = visitor.get(f"/api/v1/figures/cuts?{query}")
    assert (answered.status_code, json.loads(answered.content)["code"]) == (status, code)


def test_somebody_finds_a_territory_by_its_name(visitor: Client) -> None:
    assert visitor.get("/chiffres/territoires/?q=loire-atlantique")["Location"] == LOIRE
    several = text(visitor, "/chiffres/territoires/?q=nantes")
    assert "Nantes (44) Commune" in several and "Nantes Métropole (44) Intercommunalité" in several
    assert "Aucun territoire ne s’appelle « zzzz »" in text(visitor, "/chiffres/territoires/?q=zzzz")
    assert "Lequel" not in text(visitor, "/chiffres/territoires/")
    assert visitor.get("/chiffres/territoires/?q=44800")["Location"] == "/chiffres/commune/44162/"  # Saint-Herblain


def test_a_board_is_light_and_asks_the_same_whatever_it_shows(visitor: Client, django_assert_max_num_queries: Any) -> None:
    for url in (LOIRE, "/chiffres/commune/44109/", "/chiffres/pays/FR/", "/chiffres/region/52/"):
        visitor.get(url)  # drawn once for each release
        with django_assert_max_num_queries(6):
            answer = visitor.get(url)
        assert len(answer.content) < 100_000, url


def test_a_map_of_eight_hundred_communes_stays_light() -> None:
    """In the Pas-de-Calais, where each commune counts something; the rest of a page weighs some 45 kB."""
    codes = sorted(each.code for each in places.gazetteer() if each.department == "62")
    assert len(codes) > 800
    lines = tuple(Line(code, code, (number % 90 if number % 7 else Gap.HIDDEN,)) for number, code in enumerate(codes, start=1))
    table = BoardTable(Cut.COMMUNE, (Measure.USED,), lines)
    chart = words.map_chart(table, codes, {code: f"Commune {code}" for code in codes}, Span(date(2026, 1, 1), date(2027, 1, 1)), "")
    drawn = Template("{% load carnet_design %}{% chart chart %}").render(Context({"chart": chart}))
    assert drawn.count("Commune 62") >= 150
    assert len(drawn.encode()) < 50_000
    assert "150 au plus" in drawn, "the page says that not all are drawn"
