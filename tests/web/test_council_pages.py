"""The report for a council: one click, a number, a paper that is kept, what changed since the one before, nobody else's."""

import hashlib
import io
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pypdfium2
import pytest
from django.db import connection, transaction
from django.db.utils import Error as DatabaseError
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.observatory.models import CouncilReport
from carnet.observatory.queries import council as queries
from carnet.observatory.rules import Measure
from carnet.observatory.rules.boards import Change, span_of
from carnet.observatory.rules.charts import Gap
from carnet.observatory.rules.council import CouncilFigures, FunderMoney, money_of, read, since_last, written
from carnet.places.rules.areas import AreaLevel
from carnet.scenarios.council import report_to_council
from tests.observatory import released
from tests.observatory.rolled import count_now
from tests.observatory.world import TODAY, Funds
from tests.web.test_funds_pages import enter, funds, lasting_funds

__all__ = ["funds", "lasting_funds"]
LOIRE = "DEPARTEMENT/44"


@pytest.fixture
def published(funds: Funds) -> Funds:
    with acting_as_everything(why="publish"):
        released.release(programmes=(_slug(funds),))
        count_now(TODAY)
    return funds


def _slug(funds: Funds) -> str:
    from carnet.funding import queries as funding

    return next(each.slug for each in funding.programmes() if each.id == funds.campaign.programme_id)


def make(client: Client, area: str = LOIRE, period: str = "2026") -> str:
    """Make a report by its form; the address of its page."""
    answer = client.post(
        "/council/new/", {"area": area, "period": period, "request_id": _request_id(client.get(f"/council/new/?area={area}"))}
    )
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


def _request_id(page: Any) -> str:
    found = re.search(r'name="request_id" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def text_of(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def paper_of(client: Client, url: str) -> tuple[bytes, str]:
    answer = client.get(f"{url.rstrip('/')}.pdf")
    assert answer.status_code == 200
    with pypdfium2.PdfDocument(io.BytesIO(answer.content)) as paper:
        assert 2 <= len(paper) <= 4
        words = " ".join(page.get_textpage().get_text_bounded() for page in paper)
    return answer.content, re.sub(r"\s+", " ", words)


def test_one_click_makes_a_report_that_says_the_same_on_the_page_and_on_paper(published: Funds) -> None:
    funder = enter(published, "FUNDER", published.campaign.funder_ids[0])
    assert "Loire-Atlantique" in text_of(funder.get("/council/new/?q=loire-atlantique"))
    url = make(funder)
    page = text_of(funder.get(url))
    content, paper = paper_of(funder, url)
    for section in (
        "En bref", "Ce qui était promis", "Ce qui a été fait", "L’argent de chaque financeur", "À qui cela a servi",
        "Ce qui a changé depuis le dernier rapport", "Ce que nous ne savons pas", "Définitions, et où recompter",
    ):  # fmt: skip
        assert section in page
        assert section in paper
    # The release's counts, and a hidden one that is a word; the ledger's cents.
    for said in ("1 020", "600", "caché", "120,00 €".replace(",00", "")):
        assert said in page.replace("\u202f", " ").replace("\xa0", " "), said
    assert "C’est le premier rapport" in paper
    assert b"/StructTreeRoot" in content
    assert b"pdfuaid:part" in content
    assert len(funder.get(url).content) < 100_000
    listed = text_of(funder.get("/council/"))
    assert "n° 1" in listed
    assert "Loire-Atlantique" in listed


def test_the_paper_is_kept_byte_for_byte_and_never_changes(published: Funds) -> None:
    funder = enter(published, "FUNDER", published.campaign.funder_ids[0])
    url = make(funder)
    content, _words = paper_of(funder, url)
    digest = hashlib.sha256(content).hexdigest()
    assert digest in text_of(funder.get(url))
    with acting_as_everything(why="a later release changes no report"):
        released.release(revision=1)
    assert paper_of(funder, url)[0] == content
    with acting_as_everything(why="look"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE observatory_councilreport SET digest = 'x'")


def test_the_same_request_makes_one_report(published: Funds) -> None:
    funder = enter(published, "FUNDER", published.campaign.funder_ids[0])
    body = {"area": LOIRE, "period": "2026", "request_id": _request_id(funder.get(f"/council/new/?area={LOIRE}"))}
    first, second = (funder.post("/council/new/", body)["Location"] for _twice in range(2))
    assert first == second
    with acting_as_everything(why="count"):
        assert CouncilReport.objects.count() == 1


def test_the_next_one_says_what_changed_since(published: Funds) -> None:
    funder = enter(published, "FUNDER", published.campaign.funder_ids[0])
    make(funder, period="2025")
    url = make(funder, period="2026")
    page = text_of(funder.get(url)).replace("\u202f", " ").replace("\xa0", " ")
    assert "Rapport n° 1 (2025)" in page
    assert "+400" in page  # used: 200 then 600
    assert "+620" in page  # handed over: 400 then 1 020
    month = make(funder, period="2026-03")
    assert "ne se comparent pas" in text_of(funder.get(month))


def test_a_report_is_read_by_its_organisation_alone(published: Funds) -> None:
    first, second = published.campaign.funder_ids[:2]
    url = make(enter(published, "FUNDER", first))
    other = enter(published, "FUNDER", second)
    assert other.get(url).status_code == 404
    assert other.get(f"{url.rstrip('/')}.pdf").status_code == 404
    assert "Aucun rapport encore" in text_of(other.get("/council/"))
    # Numbers are of each organisation.
    assert "n° 1" in text_of(other.get(make(other)))
    agent = enter(published, "OPERATOR_AGENT", published.campaign.operator_id)
    assert "L’argent de chaque financeur" in text_of(agent.get(make(agent, area="COMMUNE/44109")))


def test_nothing_is_made_before_the_first_release(funds: Funds) -> None:
    funder = enter(funds, "FUNDER", funds.campaign.funder_ids[0])
    assert "Rien n’est publié encore" in text_of(funder.get("/council/"))
    assert "Rien n’est publié encore" in text_of(funder.get("/council/new/?q=nantes"))


def test_a_name_nobody_bears_and_an_area_nobody_offered_are_refused(published: Funds) -> None:
    funder = enter(published, "FUNDER", published.campaign.funder_ids[0])
    assert "Aucun territoire de ce nom" in text_of(funder.get("/council/new/?q=zzzzzz"))
    answer = funder.post("/council/new/", {"area": "PLANET/3", "period": "2026", "request_id": "0b9cbb6c-5b2f-4d5a-8f0f-5d1b1f6f3a11"})
    assert answer.status_code == 422


def figures_of(published: Funds) -> CouncilFigures:
    return queries.figures_for_council(AreaLevel.DEPARTEMENT, "44", "2026", at=TODAY)


def test_what_is_kept_is_read_back_whole(published: Funds) -> None:
    found = figures_of(published)
    assert read(written(found)) == found
    assert found.hidden_count > 0
    assert sum(each.paid for each in found.funders if not isinstance(each.paid, Gap)) == 12_000


def test_money_is_hidden_with_the_count_it_would_give_back() -> None:
    money = (FunderMoney("A", 4000, 1500, 1000),)
    told = money_of(money, {Measure.HANDED_OVER: 40, Measure.USED: Gap.HIDDEN, Measure.PAID: 10})
    assert told == (FunderMoney("A", 4000, Gap.HIDDEN, 1000),)


def test_a_gap_is_compared_with_nothing(published: Funds) -> None:
    found = figures_of(published)
    hidden = replace(found, figures={**found.figures, Measure.USED: Change(Gap.HIDDEN, 3)})
    assert since_last(found, hidden)[Measure.USED].difference is None
    assert since_last(found, None) == {}
    assert since_last(found, replace(found, span=span_of("2026-03"))) == {}


def test_a_demonstration_tells_its_council_twice(published: Funds) -> None:
    """The second report says what changed since the first."""
    assert report_to_council(base_url="http://127.0.0.1:8000", at=TODAY) == 2
    with acting_as_everything(why="look"):
        latest = queries.kept_of(CouncilReport.objects.order_by("-number")[0])
    assert (latest.figures.name, latest.figures.span.key, latest.previous) == ("Nantes Métropole", "2025-04..2026-03", 1)
    assert since_last(latest.figures, latest.before)[Measure.USED].difference == 350


def test_a_demonstration_without_a_release_tells_nothing(funds: Funds) -> None:
    assert report_to_council(base_url="http://127.0.0.1:8000", at=TODAY) == 0
