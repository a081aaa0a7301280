"""Boards of rooms: a territory its actors share, programmes, places; each reads its own, and the page and its file say the same."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.observatory.models import Territory
from carnet.observatory.queries import live
from carnet.observatory.queries.live import Whose
from carnet.observatory.rules import Cut, Measure, Scope
from carnet.observatory.rules.boards import Change, Span, span_of
from carnet.observatory.rules.charts import Gap
from carnet.parties import operations as parties
from carnet.redemption.access import forget_place_keys
from carnet.redemption.queries import forget_series_facts
from carnet.web.boards import words
from tests.factories.campaign import NOW, SYSTEM, organisation
from tests.lasting import held
from tests.observatory.rolled import count_now
from tests.observatory.world import TODAY, Funds, make_funds
from tests.web.conftest import PASSWORD, SECRET, come_in

SPAN = span_of("2026-03..2026-04")
ASKED = "?from=2026-03&to=2026-04"


@pytest.fixture(scope="module")
def lasting_funds(django_db_setup: None, django_db_blocker: Any) -> Iterator[Funds]:
    with held(django_db_blocker):
        made = make_funds()
        count_now(TODAY)
        with django_db_blocker.block():
            yield made


@pytest.fixture
def funds(db: None, lasting_funds: Funds, settings: Any) -> Funds:
    settings.CARNET_CLOCK = TODAY
    forget_place_keys()
    forget_series_facts()
    return lasting_funds


def enter(role: str, organisation_id: int) -> Client:
    email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
    person_id = parties.enrol_member(
        organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=SYSTEM,
        request_id=uuid4(), at=NOW,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return come_in(Client(), email)


def told(client: Client, url: str, *, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def table_of(client: Client, url: str, by: str) -> list[list[str]]:
    section = re.search(rf'<section id="by-{by}">(.*?)</section>', client.get(url).content.decode(), re.S)
    assert section is not None, (url, by)
    rows = re.findall(r"<tr>(.*?)</tr>", section[1], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in row] for row in cells]


def file_of(client: Client, url: str) -> list[list[str]]:
    sent = b"".join(client.get(url).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(sent), delimiter=";"))


def numbers(rows: list[list[str]]) -> list[list[str]]:
    """Without what only a page writes: spaces in thousands, the sign of the euro."""
    return [[re.sub(r"(\s*€)|(?<=\d)[\s\u202f\xa0](?=\d)|,00$", "", cell.replace(",00 ", " ")) for cell in row] for row in rows]


def a_territory(leader_id: int, *member_ids: int, codes: tuple[str, ...] = ("44109", "44162")) -> int:
    with acting_as_everything(why="prepare a territory"):
        row = Territory.objects.create(
            name="Nantes et Saint-Herblain", slug=f"nantes-{uuid4().hex[:6]}", commune_codes=list(codes), organisation_id=leader_id,
            member_ids=list(member_ids), made_at=NOW, request_id=uuid4(),
        )  # fmt: skip
    return row.id


# --- programmes -----------------------------------------------------------------------------------------------------------


def test_an_operator_reads_its_programmes_and_what_sleeps(funds: Funds) -> None:
    client = enter("OPERATOR_ADMIN", funds.campaign.operator_id)
    page = told(client, f"/boards/programmes/{ASKED}")
    assert "17 Chèques utilisés" in page or "Chèques utilisés 17" in page
    assert "De l’activation au paiement" in page
    months = table_of(client, f"/boards/programmes/{ASKED}", "month")
    assert [row[0] for row in months[1:]] == ["mars 2026", "avril 2026"]
    used = months[0].index("Chèques utilisés")
    with acting_as_everything(why="count"):
        counts = ledger.counts(programme_id=funds.campaign.programme_id)
    assert sum(int(row[used]) for row in months[1:]) == counts.redeemed == 17


def test_what_sleeps_is_a_desk_with_vouchers_that_hands_nothing_over(funds: Funds) -> None:
    with acting_as(programme_ids=[funds.campaign.programme_id]):
        (found,) = live.asleep(Scope(), at=TODAY)  # nothing handed over since the beginning of March
        assert found.organisation_id == funds.desk_id
        assert live.asleep(Scope(), at=NOW) == ()  # handed over that very day
    with acting_as(programme_ids=[]):
        assert live.asleep(Scope(), at=TODAY) == ()
    page = told(enter("OPERATOR_ADMIN", funds.campaign.operator_id), "/boards/programmes/")
    assert "Ce qui dort" in page and found.name in page


def test_a_funder_reads_its_own_part_of_the_money_and_nothing_of_another_s(funds: Funds) -> None:
    department = enter("FUNDER", funds.campaign.funder_ids[1])
    cents = table_of(department, f"/boards/programmes/{ASKED}", "month")
    column = cents[0].index("Valeur utilisée")
    assert numbers([[cents[1][column]]]) != [["120"]]  # a sixth of it
    assert "Ce qui dort" not in told(department, "/boards/programmes/")
    stranger = enter("FUNDER", organisation("Autre", "FUNDER"))
    assert "Rien à compter" in told(stranger, f"/boards/programmes/{ASKED}")
    assert stranger.get(f"/boards/programmes/?programme={funds.campaign.programme_id}").status_code == 404


@pytest.mark.parametrize("by", ["month", "commune", "service"])
def test_the_page_and_its_file_say_the_same(funds: Funds, by: str) -> None:
    client = enter("OPERATOR_ADMIN", funds.campaign.operator_id)
    page, sent = table_of(client, f"/boards/programmes/{ASKED}", by), file_of(client, f"/boards/programmes/{by}.csv{ASKED}")
    assert numbers(page) == numbers(sent)
    assert len(page) > 1


# --- a territory ------------------------------------------------------------------------------------------------------------


def test_local_actors_share_the_figures_of_their_territory_and_no_other_does(funds: Funds) -> None:
    caf, stranger = organisation("CAF", "LOCAL_ACTOR"), organisation("Ailleurs", "LOCAL_ACTOR")
    number = a_territory(funds.campaign.funder_ids[0], caf)
    pages = [
        told(enter(role, organisation_id), f"/boards/territories/{number}/{ASKED}")
        for role, organisation_id in (("LOCAL_ACTOR", caf), ("FUNDER", funds.campaign.funder_ids[0]))
    ]
    for page in pages:
        assert "Nantes et Saint-Herblain" in page and "Tous les programmes" in page
        assert "Chèques utilisés 17" in page
        assert "Ce que ces chiffres ne disent pas" in page
    for url in (f"/boards/territories/{number}/", f"/boards/territories/{number}/month.csv", "/boards/territories/999999/"):
        assert enter("LOCAL_ACTOR", stranger).get(url).status_code == 404


def test_small_counts_of_people_are_hidden_among_local_actors_and_not_to_the_operator(funds: Funds) -> None:
    shared, own = Whose(commune_codes=("44109",), hides_small=True), Whose(scope=Scope())
    with acting_as_everything(why="read"):
        hidden = live.live_board(shared, SPAN, cuts=[Cut.COMMUNE], at=TODAY)
        whole = live.live_board(own, SPAN, cuts=[Cut.COMMUNE], at=TODAY)
    for board, is_hidden in ((hidden, True), (whole, False)):
        people = board.figures[Measure.PEOPLE].now
        if people is not Gap.HIDDEN:
            assert not is_hidden or people == 0 or people >= 5
    assert hidden.figures[Measure.USED].now == whole.figures[Measure.USED].now == 17


def test_a_territory_without_anything_says_so(funds: Funds) -> None:
    caf = organisation("CAF", "LOCAL_ACTOR")
    number = a_territory(caf, codes=("29019",))
    page = told(enter("LOCAL_ACTOR", caf), f"/boards/territories/{number}/{ASKED}")
    assert "Rien n’a été compté pendant cette période, ni pendant celle d’avant." in page


# --- places -----------------------------------------------------------------------------------------------------------------


def test_a_place_reads_its_own_lessons_and_money_and_never_another_s(funds: Funds) -> None:
    first, second = (
        enter("PLACE_MANAGER", funds.campaign.place_organisation_id),
        enter("PLACE_MANAGER", funds.payday.second_organisation_id),
    )
    for client, used in ((first, 11), (second, 6)):
        page = told(client, f"/boards/places/{ASKED}")
        assert f"Chèques utilisés {used}" in page
        assert f"Valeur utilisée {10 * used}" in page.replace("\xa0", " ")
        assert "Trop peu de lieux" in page  # two places: a middle would tell the other
    assert first.get("/boards/places/?place=999999").status_code == 404
    mediator = enter("MEDIATOR", funds.campaign.place_organisation_id)
    assert "Valeur" not in told(mediator, f"/boards/places/{ASKED}")


def test_the_middle_of_the_programme_needs_five_places(funds: Funds, monkeypatch: pytest.MonkeyPatch) -> None:
    with acting_as(programme_ids=[funds.campaign.programme_id]):
        assert live.beside([funds.campaign.programme_id], SPAN, at=TODAY).used is None
        monkeypatch.setattr("carnet.observatory.rules.boards.PLACES_LEAST", 2)
        found = live.beside([funds.campaign.programme_id], SPAN, at=TODAY)
    assert (found.place_count, found.used) == (2, 6)
    page = told(enter("PLACE_MANAGER", funds.campaign.place_organisation_id), f"/boards/places/{ASKED}")
    assert "le milieu du programme" in page and "au milieu de 2 lieux" in page
    assert "Second lieu" not in page


# --- what is asked ------------------------------------------------------------------------------------------------------------


def test_months_a_service_and_a_public_are_asked_in_the_address(funds: Funds) -> None:
    client = enter("OPERATOR_ADMIN", funds.campaign.operator_id)
    one = table_of(client, "/boards/programmes/?from=2026-03&to=2026-03", "month")
    assert [row[0] for row in one[1:]] == ["mars 2026"]
    whole = table_of(client, f"/boards/programmes/{ASKED}", "service")
    narrowed = told(client, f"/boards/programmes/{ASKED}&service=mailbox")
    assert "Revenir à tous les chiffres" in narrowed and whole[1][0] in narrowed
    with acting_as(programme_ids=[funds.campaign.programme_id]):
        told_of = live.narrowed_board(Whose(), SPAN, by=Cut.SERVICE, key="mailbox", at=TODAY).figures[Measure.USED].now
        by_service = live.live_board(Whose(), SPAN, cuts=[Cut.SERVICE], at=TODAY).tables[Cut.SERVICE].of("mailbox")
        own = live.narrowed_board(
            Whose(Scope(place_id=funds.campaign.place_id)), SPAN, by=Cut.SERVICE, key="mailbox", at=TODAY
        ).figures[Measure.USED].now  # fmt: skip
    assert by_service is not None and told_of == by_service.values[0] == 17
    assert own == 11
    reversed_page = told(client, "/boards/programmes/?from=2026-05&to=2026-02")
    assert "La période finirait avant de commencer" in reversed_page
    assert "n’est pas publiée" in told(client, "/boards/programmes/?from=hier")
    assert client.get("/boards/programmes/month.csv?from=2026-05&to=2026-02").status_code == 404
    assert client.get("/boards/programmes/funder.csv").status_code == 404


def test_nothing_was_ever_counted(db: None, settings: Any) -> None:
    settings.CARNET_CLOCK = TODAY
    page = told(enter("OPERATOR_ADMIN", organisation("Opérateur", "OPERATOR")), "/boards/programmes/")
    assert "Rien n’a encore été compté." in page or "Rien à compter" in page


def test_a_span_and_the_one_before_are_of_the_same_length(funds: Funds) -> None:
    with acting_as(programme_ids=[funds.campaign.programme_id]):
        april = live.live_board(Whose(), span_of("2026-04"), cuts=[], at=TODAY).figures[Measure.USED]
    assert (april.now, april.before, april.difference) == (5, 12, -7)
    assert Span.before.fget is not None and span_of("2026-04").before == span_of("2026-03")


def test_a_board_asks_the_same_few_statements_whatever_was_spent(funds: Funds, django_assert_max_num_queries: Any) -> None:
    with acting_as(programme_ids=[funds.campaign.programme_id]), django_assert_max_num_queries(13):
        live.live_board(Whose(), SPAN, cuts=[Cut.MONTH, Cut.COMMUNE, Cut.SERVICE, Cut.PUBLIC], at=TODAY)


# --- what is published of the same ------------------------------------------------------------------------------------------


def test_what_is_released_is_what_the_ledger_says(funds: Funds, settings: Any) -> None:
    from carnet.observatory.operations import releases  # it brings a solver: releases are made here only

    with acting_as_everything(why="publish"):
        made = releases.release(at=TODAY + timedelta(days=10))
        counts = ledger.counts(programme_id=funds.campaign.programme_id)
    assert made is not None
    response = Client().get("/api/v1/figures/cuts?by=service&period=2026")
    assert response.status_code == 200, response.content
    answered = response.json()
    assert answered["release"] == made.name == "2026-04"
    assert answered["figures"]["used"] == counts.redeemed == sum(line["values"]["used"] for line in answered["lines"])
    assert answered["figures"]["paid"] == 12
    page = told(Client(), "/chiffres/pays/FR/")
    assert f"Chèques utilisés {counts.redeemed}" in page and "Un seul programme est compté" in page
    assert "Activité simulée" in page


def test_a_stock_is_of_today_and_what_is_paid_of_another_span_is_no_funnel() -> None:
    assert words.change_words(Measure.IN_STOCK, Change(1633, 1633), SPAN.before) == "aujourd’hui"
    assert "comme pour" in words.change_words(Measure.USED, Change(5, 5), SPAN.before)
    steps = {Measure.ACTIVATED: 3000, Measure.HANDED_OVER: 1367, Measure.USED: 218, Measure.PAID: 177}
    assert words.funnel_chart(steps) is not None
    assert words.funnel_chart(steps | {Measure.PAID: 403}) is None
    assert words.funnel_chart(steps | {Measure.USED: Gap.HIDDEN}) is not None
