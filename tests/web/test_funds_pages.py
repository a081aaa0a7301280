"""The figures of an agreement on the screen: each opens its rows, each table is taken away, and nobody reads another's part."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation
from lxml import etree
from openpyxl import load_workbook

from carnet.funding import operations as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.observatory.queries import agreement_figures
from carnet.observatory.rules import By, Heading
from carnet.parties import operations as parties
from carnet.web.design import formats
from carnet.web.spreadsheets import Cents, Sheet, as_file
from tests.factories.campaign import NOW, SYSTEM
from tests.lasting import held
from tests.observatory.world import TODAY, Funds, make_funds
from tests.web.conftest import PASSWORD, SECRET, come_in


@pytest.fixture(scope="module")
def lasting_funds(django_db_setup: None, django_db_blocker: Any) -> Iterator[Funds]:
    with held(django_db_blocker):
        made = make_funds()
        with django_db_blocker.block():
            yield made


@pytest.fixture
def funds(db: None, lasting_funds: Funds, settings: Any) -> Funds:
    settings.CARNET_CLOCK = TODAY
    return lasting_funds


def enter(funds: Funds, role: str, organisation_id: int) -> Client:
    email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
    person_id = parties.enrol_member(
        organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=SYSTEM,
        request_id=uuid4(), at=NOW,
    )  # fmt: skip
    if role in ("OPERATOR_ADMIN", "STATE_OFFICER"):
        parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return come_in(Client(), email)


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def base(funds: Funds) -> str:
    return f"/funds/agreements/{funds.agreement_id}/"


def test_a_funder_s_first_screen_is_three_figures_and_one_sentence(funds: Funds) -> None:
    told = page(enter(funds, "FUNDER", funds.campaign.funder_ids[0]), "/funder/")
    assert told.count('<span class="value">') == 3
    assert "Sur 40 chèques remis, 17 ont servi et 23 peuvent encore servir. Il en reste 25 à remettre." in told


def test_every_figure_of_the_dashboard_leads_to_its_rows_and_their_sum(funds: Funds) -> None:
    client = enter(funds, "FUNDER", funds.campaign.funder_ids[0])
    told = page(client, base(funds))
    assert "dans une seule ligne" in told
    for heading in Heading:
        url = f"{base(funds)}{heading.value.replace('_', '-')}/"
        assert page(client, url)
        if heading in (Heading.RESERVED, Heading.SERVED):
            assert url not in told, "nothing is kept for connections here"
        elif heading not in (Heading.UNISSUED, Heading.RETURNED):
            assert url in told
    paid = page(client, f"{base(funds)}paid/")
    actor = funds.member(funds.campaign.funder_ids[0])
    with acting_as(actor):
        own = agreement_figures(actor=actor, agreement_id=funds.agreement_id, funder_id=actor.organisation_id, at=TODAY).amounts[
            Heading.PAID
        ]
    assert f'<span class="value">{formats.euros(own.own_cents)}</span>'.replace("\xa0", " ") in paid
    assert "120,00 €" in paid
    assert paid.count("<tr>") == 1 + 12


@pytest.mark.parametrize("by", list(By))
def test_each_cut_is_shown_and_taken_away(funds: Funds, by: By) -> None:
    client = enter(funds, "FUNDER", funds.state_id)
    told = page(client, f"{base(funds)}?by={by.value}")
    assert 'id="cut"' in told
    lines = list(
        csv.reader(
            io.StringIO(b"".join(client.get(f"{base(funds)}by-{by.value}.csv").streaming_content).decode("utf-8-sig")), delimiter=";"
        )
    )  # type: ignore[arg-type]
    assert lines[-1][0] == "Total"
    assert {len(line) for line in lines} == {7}
    if by is not By.DESK:
        assert lines[-1][1:] == ["17", "85,00", "5", "25,00", "12", "60,00"]


def test_the_three_files_hold_the_same_rows(funds: Funds) -> None:
    client = enter(funds, "FUNDER", funds.campaign.funder_ids[1])
    url = f"{base(funds)}used"
    answer = client.get(f"{url}.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == 18
    book = load_workbook(io.BytesIO(b"".join(client.get(f"{url}.xlsx").streaming_content)))  # type: ignore[arg-type]
    of_book = list(book.worksheets[0].iter_rows(values_only=True))
    of_ods = ods_rows(b"".join(client.get(f"{url}.ods").streaming_content))  # type: ignore[arg-type]
    own = [line[-2] for line in lines[1:]]
    assert sum(int(each.replace(",", "")) for each in own) == sum(round(line[-2] * 100) for line in of_book[1:])  # type: ignore[operator, arg-type]
    assert [line[1] for line in lines] == [line[1] for line in of_book] == [line[1] for line in of_ods]
    assert [line[-1] for line in of_ods[1:]] == ["10.00"] * 17


def ods_rows(content: bytes) -> list[list[str]]:
    """Read apart from what writes them: the package's type first and as it is, each cell's own value."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.infolist()[0].filename == "mimetype"
        assert package.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert package.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
        assert b"content.xml" in package.read("META-INF/manifest.xml")
        root = etree.fromstring(package.read("content.xml"))
    spaces = {"t": "urn:oasis:names:tc:opendocument:xmlns:table:1.0"}
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    return [
        [
            cell.get(f"{office}value") or cell.get(f"{office}date-value") or "".join(cell.itertext())
            for cell in row.findall("t:table-cell", spaces)
        ]
        for row in root.iter("{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-row")
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_a_name_that_begins_like_a_formula_stays_a_text(kind: str, db: None) -> None:
    sheet = Sheet(
        "Essai", ["Nom", "Nombre", "Montant", "Jour"], lambda: [["=1+1", 3, Cents(-1250), date(2026, 3, 12)], ["\x00é", 0, None, None]]
    )
    with translation.override("fr"):
        content = b"".join(as_file(kind, "essai", sheet, Actor.anonymous()).streaming_content)  # type: ignore[attr-defined]
    if kind == "csv":
        assert "'=1+1;3;-12,50;2026-03-12" in content.decode("utf-8-sig")
    elif kind == "xlsx":
        (_head, line, _last) = list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows())
        assert (line[0].value, line[0].data_type) == ("=1+1", "s")
        assert line[2].value == -12.5
    else:
        assert ods_rows(content)[1] == ["=1+1", "3", "-12.50", "2026-03-12"]


def test_another_s_part_and_an_unknown_agreement_look_the_same(funds: Funds) -> None:
    stranger = parties.create_organisation(name="Ailleurs", kinds=["FUNDER"], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=NOW)
    client = enter(funds, "FUNDER", stranger)
    for url in (base(funds), f"{base(funds)}paid/", f"{base(funds)}paid.csv", f"{base(funds)}figures.ods", "/funds/agreements/999999/"):
        page(client, url, 404)
    assert page(client, "/funds/").count("<tr>") == 0
    mine = enter(funds, "FUNDER", funds.campaign.funder_ids[0])
    assert "Département" not in page(mine, f"{base(funds)}funded/?funder={funds.campaign.funder_ids[1]}")


def test_whoever_runs_the_programme_chooses_whose_part_it_reads_and_notes_the_pledge(funds: Funds) -> None:
    client = enter(funds, "OPERATOR_ADMIN", funds.campaign.operator_id)
    assert "Tous" in page(client, base(funds))
    told = page(client, f"{base(funds)}?funder={funds.state_id}")
    assert "État" in told
    assert f"paid/?funder={funds.state_id}" in told
    page(client, f"{base(funds)}?funder=1", 404)
    page(client, f"{base(funds)}paid/?month=mars", 404)
    answer = client.post(f"{base(funds)}pledge/", {"percent": "50", "request_id": str(uuid4())})
    assert answer.status_code == 302, answer.content.decode()
    assert "Rien n’a encore été remis." in page(client, base(funds))


def test_the_state_sees_its_agreements_on_one_page(funds: Funds) -> None:
    with acting_as(funds.admin):
        funding.set_public_target(agreement_id=funds.agreement_id, basis_points=50_00, actor=funds.admin, request_id=uuid4(), at=TODAY)
    client = enter(funds, "STATE_OFFICER", funds.state_id)
    assert "Voir toutes les conventions" in page(client, "/state/")
    for sort in ("", "signals", "signed", "name", "funded", "use", "owed", "rien"):
        told = page(client, f"/funds/?sort={sort}")
        assert base(funds) in told
    for kind in ("csv", "xlsx", "ods"):
        answer = client.get(f"/funds/portfolio.{kind}")
        assert answer.status_code == 200
        assert f'.{kind}"' in answer["Content-Disposition"]
    assert "85,00 €" in page(client, base(funds)), "half of seventeen vouchers"
