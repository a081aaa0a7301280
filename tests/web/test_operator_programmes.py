"""An operator creates a programme, signs an agreement with its split in sight, records money; a funder and an auditor look."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from carnet.funding import queries
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties import operations as parties
from tests.web.conftest import PROGRAM, come_in

Make = Callable[..., tuple[int, int, str]]
IBAN = "FR76 3000 6000 0112 3456 7890 189"
TERMS = "/operator/programmes/new/terms/?template=nantes&name=Pass+de+Nantes&first_day=2025-11-01"


@pytest.fixture
def office(person_with: Make) -> tuple[Client, int, dict[str, int]]:
    """An administrator at the operator's desk, and the funders that the operator brought in."""
    _person, operator_id, email = person_with("OPERATOR_ADMIN")
    at = timezone.now()

    def bring(name: str, kind: str) -> int:
        return parties.create_organisation(
            name=name, kinds=[kind], is_simulated=True, registered_by=operator_id, actor=PROGRAM, request_id=uuid4(), at=at
        )

    funders = {"metropolis": bring("Métropole", "FUNDER"), "department": bring("Département", "FUNDER"), "state": bring("État", "STATE")}
    funders["court"] = bring("Chambre des comptes", "AUDITOR")
    return come_in(Client(), email), operator_id, funders


def sent_back(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of a page's forms, as shown."""
    values: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if not name or (('type="radio"' in tag or 'type="checkbox"' in tag) and " checked" not in tag):
            continue
        given = unescape(value[1]) if value else ""
        if 'type="checkbox"' in tag:
            values.setdefault(name[1], [])
            values[name[1]].append(given)  # type: ignore[union-attr]
        else:
            values[name[1]] = given
    for name, body in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, flags=re.S):
        values[name] = unescape(body.strip())
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, flags=re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        values[name] = chosen[1] if chosen else ""
    values.pop("csrfmiddlewaretoken", None)
    return values


def create(client: Client) -> int:
    answer = client.post(TERMS, sent_back(client.get(TERMS).content.decode()))
    assert answer.status_code == 302, answer.content.decode()
    return int(re.search(r"/programmes/(\d+)/agreements/new/", answer["Location"])[1])  # type: ignore[index]


def lines(*shares: dict[str, object]) -> dict[str, str]:
    """Lines of shares as a form sends them."""
    sent = {"shares-TOTAL_FORMS": str(len(shares)), "shares-INITIAL_FORMS": "0"}
    for rank, share in enumerate(shares):
        blank = {"funder": "", "portion": "", "fixed": "", "cap": "", "pays": "IN_ADVANCE", "advanced_by": ""}
        sent |= {f"shares-{rank}-{name}": str(value) for name, value in (blank | share).items()}
    return sent


def agreement_form(**more: str) -> dict[str, str]:
    return {
        "request_id": str(uuid4()), "name": "Convention 2025", "season": "2025-2026", "signed_on": "2025-10-01",
        "account_holder": "Régie du pass", "iban": IBAN, "bic": "", "example_booklets": "2000",
    } | more  # fmt: skip


def sign(client: Client, programme_id: int, funders: dict[str, int]) -> int:
    data = agreement_form() | lines(
        {"funder": funders["metropolis"], "portion": "50"}, {"funder": funders["department"], "portion": "50 %"}
    )
    answer = client.post(f"/operator/programmes/{programme_id}/agreements/new/", data)
    assert answer.status_code == 302, answer.content.decode()
    return int(re.search(r"/agreements/(\d+)/", answer["Location"])[1])  # type: ignore[index]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_programme_is_created_from_a_template_in_three_steps(office: tuple[Client, int, dict[str, int]]) -> None:
    client, operator_id, _funders = office
    assert "Créer un programme" in client.get("/operator/").content.decode()
    assert client.get("/operator/programmes/new/").status_code == 200
    step = client.get("/operator/programmes/new/", {"template": "nantes", "name": "Pass de Nantes", "first_day": "2025-11-01"})
    assert step["Location"] == TERMS
    assert client.get("/operator/programmes/new/", {"template": "lyon", "name": "", "first_day": ""}).status_code == 422
    programme_id = create(client)
    facts = queries.programme(programme_id)
    assert (facts.operator_id, facts.terms.booklet_size, facts.terms.voucher_value_cents) == (operator_id, 5, 10_00)
    page = text_of(client.get(f"/operator/programmes/{programme_id}/").content.decode())
    assert "du 1er novembre 2025 au 31 octobre 2026" in page
    assert "31 jours de tolérance" in page
    assert "Pass de Nantes" in client.get("/operator/programmes/").content.decode()
    assert "n’a pas de financeur" in client.get("/operator/").content.decode()


def test_reversed_dates_and_a_wrong_territory_come_back_on_the_form(office: tuple[Client, int, dict[str, int]]) -> None:
    client, _operator, _funders = office
    shown = sent_back(client.get(TERMS).content.decode())
    reversed_days = client.post(TERMS, shown | {"hand_over_last": "2025-10-01"})
    assert reversed_days.status_code == 422
    assert "se terminer après avoir commencé" in reversed_days.content.decode()
    wrong = client.post(TERMS, shown | {"perimeter": "44, Nantes"})
    assert wrong.status_code == 422
    assert "NANTES" in wrong.content.decode()
    assert client.post(TERMS, shown | {"voucher_value": "0"}).status_code == 422
    assert client.post(TERMS, shown | {"printed_last": ""}).status_code == 422
    assert queries.programmes() == []


def test_the_split_is_shown_before_anything_is_signed(office: tuple[Client, int, dict[str, int]]) -> None:
    client, _operator, funders = office
    programme_id = create(client)
    address = f"/operator/programmes/{programme_id}/agreements/new/"
    thirds = [{"funder": funders[name], "portion": "1/3"} for name in ("metropolis", "department", "state")]
    page = client.post(address, agreement_form(example_booklets="1") | lines(*thirds) | {"preview": "1"})
    assert page.status_code == 200
    shown = text_of(page.content.decode())
    assert "16,67 €" in shown
    assert "3,33 €" in shown
    assert "3,34 €" in shown
    short = client.post(address, agreement_form() | lines({"funder": funders["metropolis"], "portion": "99,99"}) | {"preview": "1"})
    assert short.status_code == 422
    assert "99,99 %" in text_of(short.content.decode())
    for portion in ("abc", "1/0", "½"):
        unreadable = client.post(address, agreement_form() | lines({"funder": funders["metropolis"], "portion": portion}))
        assert unreadable.status_code == 422
    nobody = client.post(address, agreement_form() | lines({"portion": "100"}))
    assert "Choisissez le financeur" in nobody.content.decode()
    more = client.post(address, agreement_form() | lines(*thirds) | {"more": "1"})
    assert 'name="shares-4-funder"' in more.content.decode()
    assert "Convention 2025" in more.content.decode()
    with acting_as_everything(why="a test"):
        assert queries.agreements(Actor.system("test"), [programme_id], at=timezone.now()) == []


def test_money_is_recorded_once_withdrawn_and_seen_by_its_funder_alone(
    office: tuple[Client, int, dict[str, int]], person_with: Make
) -> None:
    client, _operator, funders = office
    agreement_id = sign(client, create(client), funders)
    address = f"/operator/agreements/{agreement_id}/money/"
    transfer = {
        "request_id": str(uuid4()), "funder": funders["metropolis"], "amount": "50 000", "received_on": "2025-11-02", "bank_reference": "VIR-1",
    }  # fmt: skip
    assert client.get(address).status_code == 200
    assert client.post(address, transfer).status_code == 302
    assert client.post(address, transfer).status_code == 302
    again = client.post(address, transfer | {"request_id": str(uuid4())})
    assert again.status_code == 422
    assert "déjà enregistré" in again.content.decode()
    assert client.post(address, transfer | {"request_id": str(uuid4()), "amount": "-5", "bank_reference": "VIR-2"}).status_code == 422
    page = text_of(client.get(f"/operator/agreements/{agreement_id}/").content.decode())
    assert "50 000,00 €" in page
    assert "FR76 3000 6000 0112 3456 7890 189" in page

    _person, _organisation, email = person_with("FUNDER", organisation_id=funders["metropolis"])
    funder = come_in(Client(), email)
    assert "50 000 €" in text_of(funder.get("/funder/").content.decode())
    assert "VIR-1" in funder.get(f"/funder/agreements/{agreement_id}/").content.decode()
    assert funder.get(f"/operator/agreements/{agreement_id}/").status_code == 404
    assert funder.post(address, transfer).status_code == 403
    assert funder.get(f"/funder/agreements/{agreement_id}/statement.pdf").content.startswith(b"%PDF")
    table = funder.get(f"/funder/agreements/{agreement_id}/statement.csv").content.decode("utf-8-sig")
    assert "Métropole" in table
    assert "50000,00" in table
    assert "Département" not in table
    assert funder.get(f"/funder/agreements/{agreement_id}/statements/0.pdf").status_code == 404
    _person, _organisation, email = person_with("FUNDER")
    stranger = come_in(Client(), email)
    for page in ("", "statement.pdf", "statement.csv", "statements/0.pdf"):
        assert stranger.get(f"/funder/agreements/{agreement_id}/{page}").status_code == 404, page

    with acting_as_everything(why="a test"):
        receipt = queries.receipts(agreement_id)[0]
    withdraw = f"/operator/agreements/{agreement_id}/money/{receipt.id}/withdraw/"
    assert "50 000,00 €" in text_of(client.get(withdraw).content.decode())
    assert client.post(withdraw, {"request_id": str(uuid4()), "reason": ""}).status_code == 422
    assert client.post(withdraw, {"request_id": str(uuid4()), "reason": "doublon"}).status_code == 302
    with acting_as_everything(why="a test"):
        assert ledger.unissued(agreement_id)[funders["metropolis"]] == 0


def test_a_company_joins_by_screen(office: tuple[Client, int, dict[str, int]]) -> None:
    client, _operator, funders = office
    agreement_id = sign(client, create(client), funders)
    base = f"/operator/agreements/{agreement_id}/pledges"
    assert client.post(f"{base}/new/", {"request_id": str(uuid4()), "organisation": funders["state"], "amount": "1000"}).status_code == 302
    with acting_as_everything(why="a test"):
        pledge = queries.pledges([agreement_id])[0]
    assert "Promesse de État" in client.get("/operator/").content.decode()
    assert client.post(f"{base}/{pledge.id}/join/", {"request_id": str(uuid4())}).status_code == 422
    assert client.post(f"{base}/{pledge.id}/sign/", {"request_id": str(uuid4()), "signed_on": "2025-11-03"}).status_code == 302
    assert client.get(f"{base}/{pledge.id}/join/").status_code == 200
    assert client.post(f"{base}/{pledge.id}/join/", {"request_id": str(uuid4())}).status_code == 302
    assert client.get(f"{base}/0/withdraw/").status_code == 404
    page = text_of(client.get(f"/operator/agreements/{agreement_id}/").content.decode())
    assert "dans la convention" in page
    amend = client.get(f"/operator/agreements/{agreement_id}/shares/").content.decode()
    assert 'value="1000,00"' in amend


def test_an_amendment_by_screen_keeps_the_lines_in_force(office: tuple[Client, int, dict[str, int]]) -> None:
    client, _operator, funders = office
    agreement_id = sign(client, create(client), funders)
    address = f"/operator/agreements/{agreement_id}/shares/"
    shown = sent_back(client.get(address).content.decode())
    assert (shown["shares-0-portion"], shown["shares-1-portion"]) == ("50", "50")
    changed = shown | {"reason": "avenant", "shares-0-portion": "60", "shares-1-portion": "40"}
    assert client.post(address, changed | {"preview": "1"}).status_code == 200
    assert client.post(address, changed).status_code == 302
    assert "60 %" in text_of(client.get(f"/operator/agreements/{agreement_id}/").content.decode())


def test_terms_change_by_screen_and_the_programme_ends(office: tuple[Client, int, dict[str, int]]) -> None:
    client, _operator, _funders = office
    programme_id = create(client)
    address = f"/operator/programmes/{programme_id}/change/"
    shown = sent_back(client.get(address).content.decode())
    assert client.post(address, shown | {"phone": "02 40 00 00 00"}).status_code == 302
    assert queries.programme(programme_id).terms.phone == "02 40 00 00 00"
    end = f"/operator/programmes/{programme_id}/end/"
    assert client.get(end).status_code == 200
    assert client.post(end, {"request_id": str(uuid4())}).status_code == 302
    assert client.post(address, shown).status_code == 422


def test_an_auditor_reads_everything_for_a_time_and_recomputes(office: tuple[Client, int, dict[str, int]], person_with: Make) -> None:
    client, _operator, funders = office
    programme_id = create(client)
    agreement_id = sign(client, programme_id, funders)
    client.post(
        f"/operator/agreements/{agreement_id}/money/",
        {
            "request_id": str(uuid4()),
            "funder": funders["metropolis"],
            "amount": "10",
            "received_on": "2025-11-02",
            "bank_reference": "A",
        },
    )
    _person, _organisation, email = person_with("AUDITOR", organisation_id=funders["court"])
    auditor = come_in(Client(), email)
    assert auditor.get(f"/auditor/programmes/{programme_id}/").status_code == 404
    today = timezone.now().date()
    engage = {"request_id": str(uuid4()), "organisation": funders["court"], "first_day": today, "last_day": today + timedelta(days=30)}
    assert client.post(f"/operator/programmes/{programme_id}/audits/new/", engage).status_code == 302
    assert "Pass de Nantes" in auditor.get("/auditor/").content.decode()
    page = text_of(auditor.get(f"/auditor/programmes/{programme_id}/").content.decode())
    assert "Somme de tous les comptes 0,00 €" in page
    assert "argent reçu" in auditor.get(f"/auditor/programmes/{programme_id}/movements/").content.decode()
    csv = b"".join(auditor.get(f"/auditor/programmes/{programme_id}/movements.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert csv.count("\n") == 2
    journal = text_of(auditor.get(f"/auditor/programmes/{programme_id}/journal/").content.decode())
    assert "funding.money-received" in journal
    assert "Operator_Admin" not in journal
    verified = auditor.post(f"/auditor/programmes/{programme_id}/verify/")
    assert "Rien ne manque" in verified.content.decode()

    with acting_as(programme_ids=[programme_id]):
        engagement = queries.engagements(programme_id)[0]
    assert client.post(f"/operator/programmes/{programme_id}/audits/{engagement.id}/end/", {"request_id": str(uuid4())}).status_code == 302
    assert auditor.get(f"/auditor/programmes/{programme_id}/").status_code == 404


def test_another_operator_knows_nothing_of_it(office: tuple[Client, int, dict[str, int]], person_with: Make) -> None:
    client, _operator, funders = office
    programme_id = create(client)
    agreement_id = sign(client, programme_id, funders)
    _person, _organisation, email = person_with("OPERATOR_ADMIN")
    other = come_in(Client(), email)
    for address in (
        f"programmes/{programme_id}/",
        f"programmes/{programme_id}/change/",
        f"programmes/{programme_id}/end/",
        f"programmes/{programme_id}/audits/new/",
        f"programmes/{programme_id}/agreements/new/",
        f"agreements/{agreement_id}/",
        f"agreements/{agreement_id}/shares/",
        f"agreements/{agreement_id}/money/",
        f"agreements/{agreement_id}/pledges/new/",
    ):
        assert other.get(f"/operator/{address}").status_code == 404, address
    assert "Pass de Nantes" not in other.get("/operator/programmes/").content.decode()
