"""From the order to the desk, over HTTP: each step drawn, one next verb, and what is missing said in euros."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.http import FileResponse
from django.test import Client
from django.utils import timezone

from carnet.funding import operations as funding
from carnet.funding.rules import ShareTerms, percent, template_terms
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.issuing import operations as issuing
from carnet.issuing.models import Job, Order
from carnet.issuing.rules import JobState
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import operations as parties
from tests.factories.labels import labelled, withdraw_label
from tests.web.conftest import PROGRAM, come_in

Make = Callable[..., tuple[int, int, str]]


@dataclass
class Office:
    """An operator's two people, a funded programme, a desk."""

    admin: Client
    approver: Client
    stranger: Client
    programme_id: int
    agreement_id: int
    funder_id: int
    prescriber_id: int
    operator_id: int

    def row(self) -> Order:
        with acting_as(programme_ids=[self.programme_id]):
            return Order.objects.get()

    def url(self, act: str = "") -> str:
        return f"/operator/orders/{self.row().id}/{act}"

    def post(self, act: str, client: Client | None = None, **given: object) -> str:
        """Send one act's form and follow to the page it leads to."""
        answer = (client or self.admin).post(self.url(act), {"request_id": str(uuid4()), **given}, follow=True)
        return text_of(answer.content.decode())

    def pay(self, cents: int) -> None:
        at = timezone.now()
        system = Actor.system("tests", programme_ids={self.programme_id})
        with acting_as(system):
            funding.record_money_received(
                agreement_id=self.agreement_id, funder_id=self.funder_id, cents=cents, received_on=legal_day(at),
                bank_reference=uuid4().hex[:8], actor=system, request_id=uuid4(), at=at,
            )  # fmt: skip


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def office(person_with: Make, settings: object, tmp_path: Path) -> Office:
    settings.KEYS_DIR, settings.VAR_DIR = tmp_path / "keys", tmp_path  # type: ignore[attr-defined]
    _admin, operator_id, admin_email = person_with("OPERATOR_ADMIN")
    _approver, _operator, approver_email = person_with("APPROVER", organisation_id=operator_id)
    _stranger, _other, stranger_email = person_with("OPERATOR_ADMIN")
    at = timezone.now()
    labelled(operator_id)

    def bring(name: str, kind: str) -> int:
        return parties.create_organisation(
            name=name, kinds=[kind], is_simulated=True, registered_by=operator_id, actor=PROGRAM, request_id=uuid4(), at=at
        )

    funder_id = bring("Métropole", "FUNDER")
    terms = template_terms("nantes", first_day=legal_day(at), service_codes=("mailbox",))
    programme_id = funding.create_programme(
        terms=terms, operator_id=operator_id, is_simulated=True, actor=PROGRAM, request_id=uuid4(), at=at
    )
    system = Actor.system("tests", programme_ids={programme_id})
    with acting_as(system):
        agreement_id = funding.sign_agreement(
            programme_id=programme_id, name="Convention", signed_on=legal_day(at), account_holder="Régie", iban="FR7630006000011234567890189",
            shares=[ShareTerms(funder_id, portion=percent(100_00))], actor=system, request_id=uuid4(), at=at,
        )  # fmt: skip
    return Office(
        admin=come_in(Client(), admin_email),
        approver=come_in(Client(), approver_email),
        stranger=come_in(Client(), stranger_email),
        programme_id=programme_id,
        agreement_id=agreement_id,
        funder_id=funder_id,
        prescriber_id=bring("Association", "PRESCRIBER"),
        operator_id=operator_id,
    )


def ordered(office: Office, booklets: int = 3) -> None:
    answer = office.admin.post(
        "/operator/orders/new/",
        {"request_id": str(uuid4()), "agreement": office.agreement_id, "booklet_count": booklets, "issuer_prefix": "NM"},
    )
    assert answer.status_code == 302, answer.content.decode()


def proved(office: Office) -> None:
    """The proof, by the screens: the form as it comes, sent by one person, approved by another."""
    url = f"/proofs/orders/{office.row().id}/design/"
    form = office.admin.get(url).context["form"]
    given = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    sent = office.admin.post(url, given | {"act": "send", "asked_of": office.operator_id})
    assert sent.status_code == 302, sent.content.decode()
    answered = office.approver.post(sent["Location"], {"request_id": str(uuid4()), "answer": "yes"}, follow=True)
    assert "bon à tirer" in answered.content.decode()


def drawn(office: Office, booklets: int = 3) -> None:
    ordered(office, booklets)
    office.post("decide/", office.approver, answer="yes")
    proved(office)
    assert "Les codes sont tirés" in office.post("draw/")


def test_an_order_goes_from_the_form_to_the_desk(office: Office) -> None:
    assert "Aucune commande" in office.admin.get("/operator/orders/").content.decode()
    ordered(office)
    page = text_of(office.admin.get(office.url()).content.decode())
    assert "Une autre personne de l’équipe s’en charge" in page
    assert "150,00 €" in page
    assert "La commande est approuvée" in office.post("decide/", office.approver, answer="yes")
    proved(office)
    assert "Les codes sont tirés" in office.post("draw/")
    going = office.admin.post(office.url("print/"), {"request_id": str(uuid4()), "outputs": ["PAGES", "DATA"]}, follow=True)
    assert "0 sur 3" in text_of(going.content.decode())
    advanced = office.admin.post(going.redirect_chain[-1][0], follow=True)
    assert "carnets-NM-00000001-00000003.pdf" in advanced.content.decode()
    files = re.findall(r"/operator/orders/files/\d+/", advanced.content.decode())
    for url in files:
        taken = office.admin.get(url)
        assert isinstance(taken, FileResponse)
        assert b"".join(taken.streaming_content)[:4] in (b"%PDF", b"\xef\xbb\xbfc")
        assert taken["Cache-Control"] == "no-store"
    assert len(files) == 2
    assert "déclarés imprimés" in office.post("printed/", reference="BL 12")
    assert "Le secret est détruit" in office.post("seed/")
    assert "Il manque 150,00 €" in text_of(office.admin.get(office.url()).content.decode())
    refused = office.post("activate/")
    assert "il manque encore 150,00 €" in refused
    office.pay(150_00)
    assert "Les carnets sont actifs" in office.post("activate/")
    assert "2 carnets expédiés" in office.post("ship/", organisation=office.prescriber_id, booklet_count=2)
    page = text_of(office.admin.get(office.url()).content.decode())
    assert "Association" in page
    assert "en route" in page
    listed = text_of(office.admin.get("/operator/orders/").content.decode())
    assert "150 €" in listed
    assert "activée" in listed


def test_whoever_ordered_is_told_that_another_person_must_approve(office: Office) -> None:
    ordered(office)
    assert "Une autre personne" in office.post("decide/", answer="yes")
    assert office.row().approved_at is None


def test_a_refusal_needs_its_reason(office: Office) -> None:
    ordered(office)
    answer = office.approver.post(office.url("decide/"), {"request_id": str(uuid4()), "answer": "no", "reason": ""})
    assert answer.status_code == 422
    assert "La commande est refusée" in office.post("decide/", office.approver, answer="no", reason="trop tôt")


@pytest.mark.parametrize("booklets", ["0", "-1", "douze", "", "1000001"])
def test_a_wrong_number_of_booklets_comes_back_on_the_form(office: Office, booklets: str) -> None:
    answer = office.admin.post(
        "/operator/orders/new/",
        {"request_id": str(uuid4()), "agreement": office.agreement_id, "booklet_count": booklets, "issuer_prefix": ""},
    )
    assert answer.status_code == 422
    with acting_as(programme_ids=[office.programme_id]):
        assert not Order.objects.exists()


def test_too_many_booklets_for_one_shipment_are_refused_with_what_is_there(office: Office) -> None:
    drawn(office)
    office.post("printed/", reference="BL")
    assert "le plus que vous ayez d’une suite est 3" in office.post("ship/", organisation=office.prescriber_id, booklet_count=4)


def test_a_long_draw_is_handed_to_the_background_and_goes_on_from_its_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carnet.web.operator.orders._acts.VOUCHERS_DRAWN_AT_ONCE_MAX", 1)
    monkeypatch.setattr("carnet.issuing.operations._drawing.CODES_PER_CHUNK", 10)
    ordered(office)
    office.post("decide/", office.approver, answer="yes")
    assert "0 sur 15" in office.post("draw/")
    with acting_as(programme_ids=[office.programme_id]):
        job = Job.objects.get()
    assert "Tirage des codes" in office.admin.get("/operator/work/").content.decode()
    assert "10 sur 15" in text_of(office.admin.post(f"/operator/work/{job.id}/", follow=True).content.decode())
    office.admin.post(f"/operator/work/{job.id}/")
    with acting_as(programme_ids=[office.programme_id]):
        assert JobState(Job.objects.get().state) is JobState.DONE


def test_the_queue_holds_the_work(office: Office) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    drawn(office)
    office.post("print/", outputs=["PAGES", "DATA"])
    with acting_as(programme_ids=[office.programme_id]):
        waiting = Job.objects.get(kind="PRINT")
    (queued,) = ProcrastinateJob.objects.filter(task_name="issuing.run-job", args__job_id=waiting.id)
    assert (queued.args["programme_id"], queued.queue_name) == (office.programme_id, "issuing")


def test_another_operator_sees_and_does_nothing(office: Office) -> None:
    drawn(office)
    assert office.stranger.get(office.url()).status_code == 404
    for act in ("decide/", "draw/", "print/", "printed/", "seed/", "activate/", "ship/", "take-back/"):
        assert office.stranger.get(office.url(act)).status_code == 404
    assert "Aucune commande" in office.stranger.get("/operator/orders/").content.decode()


def test_booklets_come_back_by_the_serials_on_their_covers(office: Office) -> None:
    drawn(office)
    office.post("printed/", reference="BL")
    office.post("ship/", organisation=office.prescriber_id, booklet_count=2)
    with acting_as(programme_ids=[office.programme_id]):
        shipment = office.row().shipments.get()
        system = Actor.system("tests", programme_ids={office.programme_id})
        issuing.receive_shipment(shipment_id=shipment.id, actor=system, request_id=uuid4(), at=timezone.now())
    first = re.search(r"NM-C\d{8}-\d\d", office.admin.get(office.url()).content.decode())
    assert first is not None
    assert "Relisez-le" in office.post("take-back/", first="NM-C00000001-00", last=first[0])
    assert "1 carnet repris" in office.post("take-back/", first=first[0], last=first[0])


def test_the_stock_says_in_whose_hands_and_on_the_way_to_whom(office: Office) -> None:
    assert "Aucun carnet en stock" in office.admin.get("/operator/stock/").content.decode()
    drawn(office)
    office.post("printed/", reference="BL")
    office.post("ship/", organisation=office.prescriber_id, booklet_count=2)
    page = text_of(office.admin.get("/operator/stock/").content.decode())
    assert "carnets dans votre dépôt 1" in page
    assert "carnets en route 2" in page
    assert "Aucun carnet en stock" in office.stranger.get("/operator/stock/").content.decode()


def test_without_a_label_the_screens_say_so_before_the_click_and_the_order_waits(office: Office) -> None:
    ordered(office)
    withdraw_label(office.operator_id, at=timezone.now())
    form = text_of(office.admin.get("/operator/orders/new/").content.decode())
    assert "pas de label en vigueur" in form and "Passer la commande" not in form
    page = office.approver.get(office.url()).content.decode()
    assert "Un label est nécessaire" in page and "/operator/label/" in page and office.url("decide/") not in page
    assert "Pas de label en vigueur" in text_of(office.admin.get("/operator/").content.decode())
    assert "n’a pas de label en vigueur" in office.post("decide/", office.approver, answer="yes")
    assert office.row().approved_at is None
    labelled(office.operator_id, at=timezone.now())
    office.post("decide/", office.approver, answer="yes")
    assert office.row().approved_at is not None


def test_a_label_about_to_end_is_a_task_until_it_is_asked_for_again(office: Office) -> None:
    at = timezone.now()
    assert "label finit le" not in text_of(office.admin.get("/operator/").content.decode())
    withdraw_label(office.operator_id, at=at)
    labelled(office.operator_id, at=at, until=legal_day(at) + timedelta(days=40))
    assert "Votre label finit le" in text_of(office.admin.get("/operator/").content.decode())
    asked = {"level": "VOUCHERS", "statement": "Encore.", "request_id": str(uuid4())}
    assert office.admin.post("/operator/label/request/", asked).status_code == 302
    assert "label finit le" not in text_of(office.admin.get("/operator/").content.decode())


def test_keys_are_drawn_anew_and_a_version_that_leaked_is_ended(office: Office) -> None:
    keys = f"/operator/programmes/{office.programme_id}/keys/"
    assert "Aucune clé encore" in office.admin.get(keys).content.decode()
    key_ring().create_programme_keys(office.programme_id)
    asked = {"request_id": str(uuid4())}
    for _twice in range(2):
        answer = office.admin.post(f"{keys}rotate/", asked, follow=True).content.decode()
        assert "La version 2 est en service" in text_of(answer), "the same request draws once"
    assert "en service" in office.admin.post(f"{keys}2/end/", {"request_id": str(uuid4())}).content.decode(), "not the one in service"
    page = text_of(office.admin.post(f"{keys}1/end/", {"request_id": str(uuid4())}, follow=True).content.decode())
    assert "terminée le" in page and "Elle a fui" not in page
    assert office.approver.get(keys).status_code == 403
    assert office.stranger.get(keys).status_code == 404
