"""The papers of a mandate, and the page where anybody checks one: read back from the PDF's own pixels, and from what strangers are told."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carnet.distribution.operations.translations import validate_translations
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates import operations
from carnet.mandates.access import subject_mark
from carnet.mandates.models import Mandate
from carnet.mandates.operations import retention
from carnet.mandates.queries.checking import check
from carnet.mandates.queries.papers import own_printed_mandate, printed_mandate
from carnet.mandates.rules import Duration, EndReason, Family, MandateUnknown
from carnet.parties import operations as parties
from carnet.web.mandate_papers import made
from carnet.web.mandate_papers.content import OwnCode
from carnet.web.slips.languages import translations
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.factories.houses import DELPHINE, House, house
from tests.lasting import held
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.test_places_pages import text_of

SECRETS = ("Quatrefages", "Delphine", "Bibliothèque du Marais", "Nantes", "1948")
FAMILIES = (Family.PAPERS, Family.MONEY)


@pytest.fixture(scope="module")
def lasting_house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with held(django_db_blocker):
        made_house = house("Bibliothèque du Marais")
        with django_db_blocker.block():
            yield made_house


@pytest.fixture
def home(db: None, lasting_house: House, settings: Any) -> House:
    settings.CARNET_CLOCK = NOW
    settings.BASE_URL = "https://carnet.example"
    cache.clear()
    return lasting_house


def helper(home: House, role: str = "HELPER") -> Client:
    """Somebody of the structure, signed in with a second factor."""
    email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
    asked: dict[str, Any] = {"actor": SYSTEM, "at": NOW}
    with acting_as_everything(why="a helper for a test"):
        person_id = parties.enrol_member(
            organisation_id=home.organisation_id, email=email, display_name="Paul Durand", role=role, password=PASSWORD, request_id=rid(),
            **asked,
        )  # fmt: skip
        parties.set_second_factor(person_id=person_id, secret=SECRET, request_id=rid(), **asked)
    return come_in(Client(), email)


def printed(home: House, mandate_id: int) -> Any:
    with acting_as(home.helper):
        return printed_mandate(home.helper, mandate_id)


def pdf_of(home: House, mandate_id: int, **more: Any) -> bytes:
    with acting_as(home.helper):
        return made.mandate_pdf(printed_mandate(home.helper, mandate_id), {801: "Paul Durand", 802: "Anne Petit"}, **more)


def said_in(pdf: bytes) -> str:
    """Every word of a tagged PDF that says its language and its title."""
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        assert "/StructTreeRoot" in paper.Root and paper.Root.MarkInfo.Marked and str(paper.Root.Lang) == "fr"
        with paper.open_metadata() as about:
            assert about["pdfuaid:part"] == "1" and about["dc:title"]
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split()).replace("\u00a0", " ")


def scanned(pdf: bytes) -> str:
    """What a telephone reads in the pixels of the first page."""
    with pypdfium2.PdfDocument(pdf) as document:
        found = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
    assert len(found) == 1
    return str(found[0].text)


def code_in(pdf: bytes) -> str:
    found = re.fullmatch(r"https://carnet\.example/mandat/([2-9A-Z]{16})/", scanned(pdf))
    assert found, scanned(pdf)
    return found[1]


def without_itself(page: str) -> str:
    """A page without what protects its own form."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


class TestTheMandate:
    def test_says_who_what_until_when_and_the_duties_of_both_sides(self, home: House) -> None:
        signed = home.sign(families=FAMILIES, duration=Duration.MONTH)
        said = said_in(pdf_of(home, signed.id))
        for words in (
            "Mandat pour faire mes démarches", "Delphine Ondine Quatrefages", "29 février 1948", "Bibliothèque du Marais", "Paul Durand",
            "Téléphone : 02 40 00 00 00", "Papiers : Carte d’identité", "Argent et impôts", "Du 2 mars 2026 au 1er avril 2026, ce jour compris.",
            "Banque de France", "c’est à moi de signer la déclaration", "Aucun juge ne m’a donné de tuteur",
            "Elle répond de ses fautes devant la loi.", "Je réponds de ce que je déclare", "J’ai prouvé qui je suis avec FranceConnect.",
            "La personne signe ici", "texte 2026-11, empreinte e32ab4cd758f184e",
        ):  # fmt: skip
            assert words in said, words
        assert "Deux aidants" not in said and "deuxième aidant signe" not in said

    def test_without_money_the_central_bank_is_not_named(self, home: House) -> None:
        said = said_in(pdf_of(home, home.sign(families=(Family.PAPERS,)).id))
        assert "Banque de France" not in said and "argent" not in said.lower()

    def test_on_paper_two_helpers_sign(self, home: House) -> None:
        said = said_in(pdf_of(home, home.sign(subject="").id))
        for words in ("Deux aidants ont vu mes papiers", "Anne Petit", "Le deuxième aidant signe ici"):
            assert words in said, words
        assert "FranceConnect" not in said

    def test_of_one_day_says_that_day_of_paris_at_the_moment_of_signing(self, home: House) -> None:
        late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # the 3rd, in Paris
        for at, day in ((late, "3 mars 2026"), (late + timedelta(days=1), "4 mars 2026")):
            said = said_in(pdf_of(home, home.on(at).sign(duration=Duration.DAY).id))
            assert f"Le {day}, ce jour seulement." in said and f"Signé le : {day}" in said

    def test_printed_again_is_the_same_paper(self, home: House) -> None:
        signed = home.sign(families=FAMILIES)
        assert pdf_of(home, signed.id) == pdf_of(home, signed.id)

    def test_carries_the_persons_own_code_only_when_it_is_given(self, home: House) -> None:
        signed = home.sign()
        assert "Votre code secret" not in said_in(pdf_of(home, signed.id))
        paper = pdf_of(home, signed.id, own=OwnCode("K7FM-42PX-K7FM", "carnet.example/mes-mandats/"))
        with pypdfium2.PdfDocument(paper) as document:
            pages = [page.get_textpage().get_text_range() for page in document]
        assert "K7FM-42PX-K7FM" in pages[-1] and "Ne le donnez à personne" in said_in(paper)
        assert not any("K7FM-42PX-K7FM" in page for page in pages[:-1]), "never on a sheet that is shown at a counter"
        assert "Delphine" not in pages[-1]

    def test_on_another_text_than_what_was_signed_is_never_printed(self, home: House, monkeypatch: pytest.MonkeyPatch) -> None:
        signed = home.sign()
        from carnet.mandates.rules import texts

        monkeypatch.setattr(texts, "SENTENCES", {**texts.SENTENCES, "mandate-true": "Je dis ce que je veux."})
        with pytest.raises(AssertionError, match="signed on another text"):
            printed(home, signed.id)

    def test_of_somebody_erased_is_printed_no_more_and_still_checked_without_a_name(self, home: House, settings: Any) -> None:
        signed = home.sign(families=FAMILIES)
        code, client = code_in(pdf_of(home, signed.id)), helper(home)
        with acting_as_everything(why="erase somebody for a test"):
            retention.erase_person(person_id=signed.person_id, actor=SYSTEM, request_id=rid(), at=NOW)
        answer = client.get(f"/helper/mandates/{signed.id}/mandat.pdf")
        assert 400 <= answer.status_code < 500 and b"%PDF" not in answer.content
        page = Client().get(f"/mandat/{code}/")
        assert page.status_code == 200 and "Quatrefages" not in page.content.decode()

    def test_is_the_structures_alone(self, home: House) -> None:
        signed, other = home.sign(), house("Ailleurs")
        with acting_as(other.helper), pytest.raises(MandateUnknown):
            printed_mandate(other.helper, signed.id)

    def test_is_the_persons_too_and_nobody_elses(self, home: House) -> None:
        signed = home.sign()
        mine = own_printed_mandate(subject_mark("subject of delphine"), signed.id)
        assert mine.name == DELPHINE.name and mine == printed(home, signed.id)
        with pytest.raises(MandateUnknown):
            own_printed_mandate(subject_mark("somebody else"), signed.id)


class TestTheCode:
    def test_in_the_pixels_differs_from_one_mandate_to_another_and_is_never_none(self, home: House) -> None:
        people = [home.sign(subject=f"subject {rank}", families=FAMILIES) for rank in range(4)]
        codes = [code_in(pdf_of(home, each.id)) for each in people]
        assert len(set(codes)) == 4 and not any("NONE" in each for each in codes)
        for each, code in zip(people, codes, strict=True):
            assert check(code, at=NOW) is not None
            row = Mandate.objects.filter(id=each.id)
            with acting_as_everything(why="look for the code in clear"):
                assert code.encode() not in b"".join(bytes(str(value), "utf-8") for value in row.values_list()[0])

    def test_opens_the_page_that_says_valid_for_what_until_when_and_nothing_else(self, home: House) -> None:
        signed = home.sign(families=FAMILIES, duration=Duration.MONTH)
        code = code_in(pdf_of(home, signed.id))
        page = Client().get(f"/mandat/{code}/")
        said = text_of(page)
        assert page.status_code == 200
        for words in ("Ce mandat est valable.", "Papiers, Argent et impôts", "1er avril 2026"):
            assert words in said.replace("\u00a0", " "), words
        whole = page.content.decode()
        for secret in (*SECRETS, signed.number, signed.number[:4] + "-" + signed.number[4:], "2 mars", "Paul Durand"):
            assert secret not in whole, secret
        assert page["Referrer-Policy"] == "strict-origin" and "no-store" in page["Cache-Control"] and page["X-Robots-Tag"] == "noindex"

    def test_is_typed_as_it_is_printed(self, home: House) -> None:
        code = code_in(pdf_of(home, home.sign().id))
        typed = f" {code[:4].lower()} {code[4:8]}-{code[8:]} "
        assert "Ce mandat est valable." in text_of(Client().post("/mandat/", {"code": typed}))
        assert Client().post("/mandat/", {"code": ""}).status_code == 422

    @pytest.mark.parametrize("reason", [EndReason.REVOKED, EndReason.DEATH, EndReason.PROTECTION])
    def test_says_stopped_and_never_why(self, home: House, reason: EndReason) -> None:
        signed = home.sign(families=FAMILIES)
        code = code_in(pdf_of(home, signed.id))
        with acting_as(home.helper):
            if reason is EndReason.REVOKED:
                operations.end_authorisations(
                    authorisation_ids=list(home.authorisations(signed.person_id).values()), actor=home.helper, request_id=rid(),
                    at=NOW + timedelta(hours=1),
                )  # fmt: skip
            else:
                operations.end_for_person(
                    person_id=signed.person_id, reason=reason, actor=home.helper, request_id=rid(), at=NOW + timedelta(hours=1)
                )
        said = text_of(Client().get(f"/mandat/{code}/"))
        assert "Ce mandat a été arrêté. Il n’est plus valable." in said and "Papiers, Argent et impôts" in said
        for word in ("décès", "mort", "juge", "tuteur", "mars 2026", "2027"):
            assert word not in said

    def test_says_over_from_the_midnight_of_paris_after_the_last_day(self, home: House, settings: Any) -> None:
        code = code_in(pdf_of(home, home.sign(duration=Duration.DAY).id))
        midnight = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
        for at, words in ((midnight - timedelta(seconds=1), "Ce mandat est valable."), (midnight, "Ce mandat est fini.")):
            settings.CARNET_CLOCK = at
            assert words in text_of(Client().get(f"/mandat/{code}/"))

    def test_what_was_stopped_alone_is_no_longer_said(self, home: House) -> None:
        signed = home.sign(families=FAMILIES)
        code = code_in(pdf_of(home, signed.id))
        with acting_as(home.helper):
            operations.end_authorisations(
                authorisation_ids=[home.authorisations(signed.person_id)["money"]], actor=home.helper, request_id=rid(), at=NOW
            )
        said = text_of(Client().get(f"/mandat/{code}/"))
        assert "Ce mandat est valable." in said and "Papiers" in said and "Argent" not in said


class TestAStranger:
    def test_an_unknown_code_takes_as_many_statements_as_a_known_one_and_answers_the_same_way(self, home: House) -> None:
        code = code_in(pdf_of(home, home.sign().id))
        unknown = "23456789ABCDEFGH"
        tries = {}
        Client().get(f"/mandat/{code}/")  # caches of the page are filled once
        for typed in (code, unknown, "x", "é" * 40, code[:-1] + ("2" if code[-1] != "2" else "3")):
            with CaptureQueriesContext(connection) as asked:
                answer = Client().get(f"/mandat/{typed}/")
            shape = [re.sub(r"'[^']*'|\d+|\\x\w+", "?", each["sql"]).split(" VALUES")[0][:60] for each in asked.captured_queries]
            tries[typed] = (answer.status_code, shape)
        assert tries[code][0] == 200
        wrong = [told for typed, told in tries.items() if typed != code]
        assert all(status == 404 for status, _shape in wrong)
        assert {len(shape) for _status, shape in tries.values()} == {len(tries[code][1])}, "neither shorter nor longer"
        pages = {without_itself(Client().post("/mandat/", {"code": typed}).content.decode()) for typed in tries if typed != code}
        assert len(pages) == 1, "a mistyped code, one that nobody drew and one next to a true one look the same"

    def test_is_slowed_after_wrong_codes_only(self, home: House) -> None:
        code = code_in(pdf_of(home, home.sign().id))
        stranger = Client()
        for _again in range(30):
            assert stranger.get(f"/mandat/{code}/").status_code == 200
        seen = [stranger.get(f"/mandat/{'2' * 15}{symbol}/").status_code for symbol in "23456789ABCDEFGHJKMNPQRTVWXYZ"]
        assert seen[0] == 404 and seen[-1] == 429
        slowed = stranger.get(f"/mandat/{code}/")
        assert slowed.status_code == 429 and "Ce mandat" not in text_of(slowed) and "Trop d’essais" in text_of(slowed)
        assert stranger.post("/mandat/", {"code": code}).status_code == 429


class TestWhatWasStopped:
    def test_a_certificate_says_what_when_why_and_what_is_left(self, home: House) -> None:
        signed = home.sign(families=FAMILIES)
        client = helper(home)
        address = f"/helper/mandates/{signed.id}/arret.pdf"
        assert client.get(address).status_code == 404, "nothing was stopped"
        with acting_as(home.helper):
            operations.end_authorisations(
                authorisation_ids=[home.authorisations(signed.person_id)["money"]], actor=home.helper, request_id=rid(), at=NOW
            )
        said = said_in(client.get(address).content)
        for words in (
            "Arrêt de mon mandat", "Ces démarches sont arrêtées", "Argent et impôts", "Arrêté le 2 mars 2026.", "Je l’ai demandé.",
            "Ces démarches restent permises", "Papiers", "Delphine Ondine Quatrefages",
        ):  # fmt: skip
            assert words in said, words


class TestLanguages:
    def test_a_mandate_is_translated_once_a_person_has_read_all_of_it_and_the_french_stays_first(self, home: House) -> None:
        signed = home.sign(families=FAMILIES)
        assert "переклад" not in said_in(pdf_of(home, signed.id, language="uk"))
        found = {key: each.digest for key, each in translations("uk").items()}
        reader = Actor(
            kind="person", label="", person_id=9, organisation_id=home.operator_id, organisation_ids=frozenset({home.operator_id}),
            roles=frozenset({"OPERATOR_AGENT"}), proved_at=NOW,
        )  # fmt: skip
        some = {key: digest for key, digest in found.items() if key != "mandate-freely"}
        with acting_as_everything(why="a reader validates"):
            validate_translations(language="uk", checked=some, actor=reader, request_id=rid(), at=NOW)
        assert "переклад" not in said_in(pdf_of(home, signed.id, language="uk")), "one sentence still waits"
        with acting_as_everything(why="a reader validates"):
            validate_translations(language="uk", checked=found, actor=reader, request_id=rid(), at=NOW)
        said = said_in(pdf_of(home, signed.id, language="uk"))
        assert "Це переклад. Чинним є лише французький текст." in said and "З 2 березня 2026 до" in said
        assert said.index("Ce que je permets") < said.index("Що я дозволяю")
        assert "переклад" not in said_in(pdf_of(home, signed.id, language="ar")), "each language by itself"

    def test_the_paper_is_french_whatever_the_language_of_the_site(self, home: House) -> None:
        signed = home.sign()
        client = helper(home)
        client.cookies["django_language"] = "en"
        address = f"/helper/mandates/{signed.id}/mandat.pdf?language=fr"
        assert "Mandat pour faire mes démarches" in said_in(client.get(address).content)


class TestTheVisit:
    def test_what_was_done_goes_home_on_one_page_and_is_not_kept(self, home: House) -> None:
        signed = home.sign(families=FAMILIES)
        client, address = helper(home), f"/helper/mandates/{signed.id}/visite/"
        assert "Rien de ce que vous tapez n’est gardé" in text_of(client.get(address))
        done = {"done": "La déclaration est envoyée.", "reference": "2026-AZ-778", "next": "Attendre la lettre.", "before": "2026-04-15",
                "language": "fr"}  # fmt: skip
        page = client.post(address, done)
        said = text_of(page).replace("\u00a0", " ")
        for words in ("Votre visite d’aujourd’hui", "La déclaration est envoyée.", "2026-AZ-778", "Attendre la lettre.",
                      "Avant le 15 avril 2026", "Ne donnez jamais vos mots de passe."):  # fmt: skip
            assert words in said, words
        assert page["Cache-Control"] == "no-store, private" and "Quatrefages" not in page.content.decode()
        paper = client.post(address, done | {"pdf": "1"})
        with pypdfium2.PdfDocument(paper.content) as document:
            assert len(document) == 1
        assert code_in(paper.content) and paper["Content-Type"] == "application/pdf"
        with acting_as_everything(why="look for what was typed"), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM journal_line WHERE facts::text LIKE '%%AZ-778%%'")
            assert cursor.fetchone()[0] == 0

    def test_refuses_a_social_security_number_and_an_empty_slip(self, home: House) -> None:
        signed = home.sign()
        client, address = helper(home), f"/helper/mandates/{signed.id}/visite/"
        assert client.post(address, {"done": ""}).status_code == 422
        refused = client.post(address, {"done": "Envoyé avec le numéro 1 85 05 78 006 084 91."})
        assert refused.status_code == 422 and "slip-paper" not in refused.content.decode()
        assert client.get(f"/helper/mandates/{house('Ailleurs').sign().id}/visite/").status_code == 404


class TestTheDraft:
    def test_is_read_aloud_and_printed_before_anything_is_signed(self, home: House) -> None:
        with acting_as(home.helper):
            draft_id = operations.open_draft(
                families=["papers", "money"], duration=Duration.MONTH, language="fr", actor=home.helper, request_id=rid(), at=NOW
            )
        client = helper(home)
        page = client.get(f"/helper/drafts/{draft_id}/lire/")
        said = text_of(page).replace("\u00a0", " ")
        for words in ("Rien n’est encore signé", "Banque de France", "Du 2 mars 2026 au 1er avril 2026", "Personne ne me force"):
            assert words in said, words
        assert "Comment il est signé" not in said
        paper = client.get(f"/helper/drafts/{draft_id}/projet.pdf")
        printed_words = said_in(paper.content)
        assert "Projet" in printed_words and "signe ici" not in printed_words and "mandat/" not in printed_words
        with pypdfium2.PdfDocument(paper.content) as document:
            assert not zxingcpp.read_barcodes(document[0].render(scale=2).to_pil()), "nothing to check yet"
