"""Designs and proofs on the screens: made at the operator's in two clicks, answered at the funder's, and refused with figures."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from carnet.gateways.database import acting_as
from carnet.issuing.models import Design, DesignLogo, Proof
from carnet.issuing.queries.proofs import EarlierDraft
from carnet.issuing.rules.proofs import Draft, DraftLogo, PaperChoice, TextOverflows
from carnet.web.proofs.designing import show_overflows, taken_up
from carnet.web.proofs.forms import DesignForm
from tests.issuing import pictures
from tests.web.conftest import come_in
from tests.web.test_operator_orders import Office, drawn, office, ordered, text_of

Make = Callable[..., tuple[int, int, str]]
__all__ = ["office"]


def rid() -> dict[str, str]:
    return {"request_id": str(uuid4())}


def approved_order(office: Office) -> str:
    ordered(office)
    office.post("decide/", office.approver, answer="yes")
    return f"/proofs/orders/{office.row().id}/"


def filled(office: Office, url: str) -> dict[str, object]:
    form = office.admin.get(url + "design/").context["form"]
    return {field.html_name: field.value() for field in form if field.value() not in (None, False)} | rid()


def send(office: Office, url: str, to: int, **changed: object) -> str:
    answer = office.admin.post(url + "design/", filled(office, url) | {"act": "send", "asked_of": to} | changed)
    assert answer.status_code == 302, text_of(answer.content.decode())
    return str(answer["Location"])


@pytest.fixture
def funder(office: Office, person_with: Make) -> Client:
    _person, _organisation, email = person_with("FUNDER", organisation_id=office.funder_id)
    return come_in(Client(), email)


def test_a_proof_goes_from_the_order_to_the_funder_and_back(office: Office, funder: Client) -> None:
    url = approved_order(office)
    page = text_of(office.admin.get(office.url()).content.decode())
    assert "Préparer l’épreuve" in page
    assert "Préparer l’épreuve de 3 carnets" in text_of(office.admin.get("/operator/").content.decode())
    proof = send(office, url, office.funder_id)
    assert "L’épreuve attend une réponse" in text_of(office.admin.get(office.url()).content.decode())
    home = funder.get("/funder/").content.decode()
    assert f"Commande n° {office.row().id} : dites si les carnets peuvent être imprimés ainsi" in text_of(home)
    assert proof in home
    assert proof in funder.get(reverse("accounts:approvals")).content.decode()
    shown = text_of(funder.get(proof).content.decode())
    assert "Métropole" in shown
    assert "Valable jusqu’au" in shown
    assert "Votre réponse" in shown
    assert funder.post(proof, rid() | {"answer": "no", "remarks": ""}).status_code == 422
    funder.post(proof, rid() | {"answer": "no", "remarks": "Écrivez Nantes Métropole."})
    page = text_of(office.admin.get(url).content.decode())
    assert "Écrivez Nantes Métropole." in page
    second = send(office, url, office.funder_id, funders="Nantes Métropole")
    shown = text_of(funder.get(second).content.decode())
    assert "Depuis la version 1" in shown
    assert "Nantes Métropole" in shown
    answered = text_of(funder.post(second, rid() | {"answer": "yes"}, follow=True).content.decode())
    assert "C’est bon à tirer" in answered
    assert "Tirer les codes" in text_of(office.admin.get(office.url()).content.decode())
    assert "rien ne se modifie" in text_of(office.admin.get(url + "design/").content.decode())


def test_the_proof_is_a_specimen_to_look_at(office: Office, funder: Client) -> None:
    proof = send(office, approved_order(office), office.funder_id)
    for client, address in ((funder, f"{proof}proof.pdf"), (office.admin, f"/proofs/orders/{office.row().id}/preview.pdf")):
        answer = client.get(address)
        assert answer["Content-Type"] == "application/pdf"
        document = pypdfium2.PdfDocument(BytesIO(answer.content))
        words = " ".join(page.get_textpage().get_text_range() for page in document)
        assert "SPÉCIMEN" in words.upper()
        assert "Métropole" in words
        document.close()
    assert office.stranger.get(f"{proof}proof.pdf").status_code == 404
    assert office.stranger.get(proof).status_code == 404
    assert office.stranger.get(f"/proofs/orders/{office.row().id}/").status_code == 404


def test_a_form_says_what_is_too_long_and_too_pale_and_keeps_what_was_typed(office: Office) -> None:
    url = approved_order(office)
    long_notice = "Ce chèque paie une leçon ou une aide au numérique. " * 11
    answer = office.admin.post(url + "design/", filled(office, url) | {"notice": long_notice, "act": "save"})
    assert answer.status_code == 422
    page = text_of(answer.content.decode())
    assert "Retirez environ" in page
    assert "Ce chèque paie une leçon" in page
    answer = office.admin.post(url + "design/", filled(office, url) | {"accent": "#ffff00", "act": "save"})
    assert "le contraste est de 1,0 pour 1" in text_of(answer.content.decode())
    with acting_as(programme_ids=[office.programme_id]):
        assert not Design.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(pictures.tiny, "pixels"), (pictures.pale, "papier blanc"), (pictures.truncated, "PNG, JPEG ou WebP"), (pictures.drawing, "PNG")],
)
def test_a_logo_that_prints_badly_is_refused_with_figures(office: Office, content: Callable[[], bytes], words: str) -> None:
    url = approved_order(office)
    office.admin.post(url + "design/", filled(office, url) | {"act": "save"})
    sent = rid() | {"name": "Ville", "picture": BytesIO(content())}
    sent["picture"].name = "logo.png"  # type: ignore[attr-defined]
    answer = office.admin.post(url + "logos/new/", sent)
    assert answer.status_code == 422
    assert words in text_of(answer.content.decode())


def test_a_logo_is_shown_as_it_will_be_printed_and_taken_off(office: Office) -> None:
    url = approved_order(office)
    office.admin.post(url + "design/", filled(office, url) | {"act": "save"})
    picture = BytesIO(pictures.good())
    picture.name = "logo.png"
    page = office.admin.post(url + "logos/new/", rid() | {"name": "Ville de Nantes", "picture": picture}, follow=True).content.decode()
    with acting_as(programme_ids=[office.programme_id]):
        logo = DesignLogo.objects.get()
    assert f"/proofs/logos/{logo.id}.png" in page
    shown = office.admin.get(f"/proofs/logos/{logo.id}.png")
    assert shown.content.startswith(b"\x89PNG")
    assert office.stranger.get(f"/proofs/logos/{logo.id}.png").status_code == 404
    assert "Ville de Nantes" in office.admin.get(url + "design/").content.decode()
    page = office.admin.post(url + f"logos/{logo.id}/remove/", rid(), follow=True).content.decode()
    assert "Aucun logo" in page


def test_a_proof_is_taken_back_then_an_approved_one_opened_again(office: Office) -> None:
    url = approved_order(office)
    proof = send(office, url, office.operator_id)
    assert "une autre personne doit répondre" in text_of(office.admin.get(proof).content.decode())
    assert "Votre réponse" not in office.admin.get(proof).content.decode()
    assert "L’épreuve est reprise" in text_of(office.admin.post(f"{proof}withdraw/", rid(), follow=True).content.decode())
    proof = send(office, url, office.operator_id)
    office.approver.post(proof, rid() | {"answer": "yes"})
    assert "rouvert" in text_of(office.admin.post(url + "reopen/", rid() | {"reason": "Un logo manque."}, follow=True).content.decode())
    office.admin.post(url + "send/", rid() | {"asked_of": office.operator_id})
    with acting_as(programme_ids=[office.programme_id]):
        assert Proof.objects.count() == 3
    listed = text_of(office.approver.get("/proofs/").content.decode())
    assert "version 3" in listed
    assert "rouverte" in listed


def test_what_is_printed_is_not_offered_to_be_opened_again(office: Office) -> None:
    drawn(office)
    url = f"/proofs/orders/{office.row().id}/"
    assert "Rouvrir avant d’imprimer" in office.admin.get(url).content.decode()
    office.post("printed/", reference="BL-1")
    assert "Rouvrir avant d’imprimer" not in office.admin.get(url).content.decode()


class TestTakingAnEarlierDesignUp:
    earlier = Draft(
        title="Pass de l’an dernier", notice="Ancien texte.", perimeter="À Nantes", services=(("cv", "Un CV"),), phone="02 40 00 00 00",
        accent="#7a1f3d", funders=("Nantes Métropole",), logos=(DraftLogo(7, "Nantes Métropole"),), paper=PaperChoice.A4, with_marks=False,
    )  # fmt: skip
    own = Draft(title="Carnet du Gard", notice="Texte du Gard.", phone="04 66 00 00 00", funders=("Département du Gard",))

    def taken(self, *, is_same_programme: bool, has_same_funders: bool) -> Draft:
        return taken_up(EarlierDraft(3, self.earlier, is_same_programme, has_same_funders), self.own)

    def test_whole_for_the_same_programme_and_payers(self) -> None:
        assert self.taken(is_same_programme=True, has_same_funders=True) == self.earlier

    def test_other_payers_are_those_of_the_order_s_own_agreement_and_bring_their_own_logos(self) -> None:
        found = self.taken(is_same_programme=True, has_same_funders=False)
        assert found == replace(self.earlier, funders=("Département du Gard",), logos=())

    def test_another_programme_lends_its_paper_and_none_of_its_words(self) -> None:
        found = self.taken(is_same_programme=False, has_same_funders=False)
        assert found == replace(self.own, paper=PaperChoice.A4, with_marks=False)
        assert self.taken(is_same_programme=False, has_same_funders=True) == replace(
            found, funders=self.earlier.funders, logos=self.earlier.logos
        )


def test_services_that_do_not_fit_are_to_be_fewer_and_each_text_says_its_own_figures() -> None:
    form = DesignForm({}, services=[("cv", "Un CV")], asked=[(1, "Métropole")])
    rooms = {
        "notice": {"text": "N", "lines": 4, "most_lines": 2, "most_mm": 122},
        "services": {"text": "A, B", "lines": 6, "most_lines": 4, "most_mm": 111},
    }
    show_overflows(form, TextOverflows(field="notice", too_many=9, fields={"notice": 9, "services": 0}, rooms=rooms, **rooms["notice"]))
    assert "il y a la place pour 2 de 122 mm. Retirez environ 9 caractères." in form.errors["notice"][-1].replace("\u00a0", " ")
    assert "prendraient 6 lignes ; il y a la place pour 4, et chacun est imprimé en entier" in form.errors["service_1"][-1]
