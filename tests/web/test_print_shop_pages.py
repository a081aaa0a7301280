"""A print shop's room and the operator's pages about it, over HTTP: from the key on the telephone to the proof of printing."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from django.test import Client
from django.utils import timezone

from carnet.distribution import operations as distribution
from carnet.gateways.database import acting_as
from carnet.issuing.models import Job, PrintFetch, PrintFile, PrintKey, PrintShop
from carnet.issuing.queries import packing
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.web.operator.printing._packing import Door, planned_counts, read_quantities
from tests.factories.print_shops import openssl_opens, press
from tests.web.conftest import PROGRAM, come_in
from tests.web.test_operator_orders import Office, drawn, office, text_of

Make = Callable[..., tuple[int, int, str]]
__all__ = ["office"]


def post(client: Client, url: str, **given: object) -> str:
    answer = client.post(url, {"request_id": str(uuid4()), **given}, follow=True)
    return text_of(answer.content.decode())


@pytest.fixture
def printer(person_with: Make, office: Office) -> tuple[Client, int]:
    organisation_id = parties.create_organisation(
        name="Imprimerie", kinds=["PRINT_SHOP"], is_simulated=True, registered_by=office.operator_id, actor=PROGRAM, request_id=uuid4(),
        at=timezone.now(),
    )  # fmt: skip
    _person, _organisation, email = person_with("PRINT_SHOP", organisation_id=organisation_id)
    return come_in(Client(), email), organisation_id


def test_from_the_key_on_the_telephone_to_the_proof_of_printing(
    office: Office,
    printer: tuple[Client, int],
    tmp_path: Path,
) -> None:
    shop, organisation_id = printer
    assert "Un opérateur doit d’abord vous admettre" in text_of(shop.get("/print-shop/").content.decode())
    assert "L’imprimeur est admis" in post(office.admin, "/operator/print-shops/new/", organisation=organisation_id)
    (shop_id,) = re.findall(r"/operator/print-shops/(\d+)/", office.admin.get("/operator/print-shops/").content.decode())
    secret = SimpleUploadedFile("cle.pem", b"-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n")
    assert "elle n’est plus secrète" in post(shop, f"/print-shop/key/{shop_id}/give/", certificate=secret)
    certificate = SimpleUploadedFile("certificat.pem", press().certificate.encode())
    page = post(shop, f"/print-shop/key/{shop_id}/give/", certificate=certificate)
    assert press().fingerprint[-4:] in page
    key_id = _waiting_key(office, shop_id)
    asked = text_of(office.approver.get(f"/operator/print-keys/{key_id}/").content.decode())
    assert press().fingerprint[:4] in asked
    assert press().fingerprint[-8:-4] not in asked.replace(press().fingerprint[:-8], ""), "the end is only told on the telephone"
    assert "Ce n’est pas la fin de l’empreinte" in post(
        office.approver, f"/operator/print-keys/{key_id}/", answer="yes", spoken="0000 0000"
    )
    told = post(office.approver, f"/operator/print-keys/{key_id}/", answer="yes", spoken=press().fingerprint[-8:])
    assert "La clé est approuvée" in told

    drawn(office)
    given = office.admin.post(office.url("print/"), {"request_id": str(uuid4()), "outputs": ["DATA"], "print_shop": shop_id}, follow=True)
    order_id = office.row().id
    assert "0 sur 3" in text_of(given.content.decode())
    assert "Vos fichiers se préparent" in text_of(shop.get(f"/print-shop/editions/{order_id}/").content.decode())
    office.admin.post(given.redirect_chain[-1][0], follow=True)
    page = shop.get(f"/print-shop/editions/{order_id}/")
    (file,) = page.context["files"]
    assert office.admin.get(f"/operator/orders/files/{file['id']}/").status_code in (403, 404, 409, 422)
    assert shop.get(f"/print-shop/files/{file['id']}/").status_code == 405, "a link followed by a machine leaves no trace"
    taken = shop.post(f"/print-shop/files/{file['id']}/", {"request_id": str(file["request_id"])})
    assert isinstance(taken, FileResponse)
    opened = openssl_opens(b"".join(taken.streaming_content), press(), tmp_path)
    assert opened.startswith(b"\xef\xbb\xbfcarnet;")
    seen = text_of(office.admin.get(office.url()).content.decode())
    assert "Fichiers scellés pour l’imprimeur" in seen
    assert "pas encore" not in seen
    with acting_as(programme_ids=[office.programme_id]):
        assert PrintFetch.objects.count() == 1
    assert "C’est signalé" in post(shop, f"/print-shop/editions/{order_id}/spoiled/", first_rank=2, last_rank=2)
    wrong = post(shop, f"/print-shop/editions/{order_id}/printed/", reference="FT 7", printed_count=3)
    assert "ne font pas" in wrong
    assert "C’est noté" in post(shop, f"/print-shop/editions/{order_id}/printed/", reference="FT 7", printed_count=2)
    home = text_of(office.admin.get("/operator/").content.decode())
    assert "à refaire" in home
    assert "imprimés à détruire" not in home
    page = office.admin.get(office.url()).content.decode()
    assert re.search(rf'<a class="button" href="/operator/orders/{order_id}/print/\?first=2&amp;last=2">', page)
    assert not re.search(r'<a class="button[^>]*/seed/', page)
    assert "1 carnet abîmé attend d’être refait. Détruire le secret maintenant, c’est y renoncer." in text_of(page)
    assert "il ne pourra plus l’être" in text_of(office.admin.get(office.url("seed/")).content.decode())
    assert office.stranger.get(f"/operator/print-shops/{shop_id}/").status_code == 404
    assert office.stranger.get(f"/operator/print-keys/{key_id}/").status_code == 404


def test_what_is_said_for_a_print_shop_says_why_and_shows_it(office: Office, printer: tuple[Client, int]) -> None:
    _shop, organisation_id = printer
    drawn(office)
    with acting_as(programme_ids=[office.programme_id], organisation_ids=[office.operator_id, organisation_id]):
        row = office.row()
        tie = PrintShop.objects.create(
            operator_id=office.operator_id,
            organisation_id=organisation_id,
            admitted_at=row.ordered_at,
            admitted_by_id=1,
            request_id=uuid4(),
        )
        key = PrintKey.objects.create(
            print_shop=tie, operator_id=office.operator_id, organisation_id=organisation_id, version=1, certificate="-", fingerprint=bytes(32),
            bits=3072, valid_from=row.ordered_at, valid_until=row.ordered_at.replace(year=2099), proposed_at=row.ordered_at, proposed_by_id=1,
            request_id=uuid4(),
        )  # fmt: skip
        Job.objects.create(
            order=row, programme_id=office.programme_id, kind="PRINT", state="DONE", done=3, total=3, shop_organisation_id=organisation_id,
            print_key=key, requested_at=row.ordered_at, requested_by_id=1, ended_at=row.ordered_at, request_id=uuid4(),
        )  # fmt: skip
        PrintFile.objects.create(
            order=row, job=Job.objects.get(kind="PRINT"), programme_id=office.programme_id, shop_organisation_id=organisation_id, name="a.pdf.cms",
            first_rank=1, last_rank=3, size_bytes=1, sha256=bytes(32), written_at=row.ordered_at,
        )  # fmt: skip
    page = office.admin.get(office.url()).content.decode()
    assert re.search(r'<a class="button secondary" href="/operator/orders/\d+/printed/">', page)
    assert "c’est elle qui compte" in text_of(office.admin.get(office.url("printed/")).content.decode())
    assert "Pourquoi le dites-vous pour l’imprimeur" in office.post("printed/", reference="BL-3")
    assert office.row().printed_at is None
    told = office.post("printed/", reference="BL-3", because="NO_ACCESS")
    assert "BL-3, dit par l’opérateur pour l’imprimeur : il ne peut pas ouvrir sa page" in told


def _waiting_key(office: Office, shop_id: str) -> int:
    found = office.approver.get(f"/operator/print-shops/{shop_id}/").context["shop"]
    return found.waiting_key.id


def test_a_packing_list_is_shared_typed_and_read(office: Office) -> None:
    system = Actor.system("tests", programme_ids={office.programme_id}, organisation_ids={office.operator_id})
    with acting_as(system):
        distribution.join_programme(
            programme_id=office.programme_id, organisation_id=office.prescriber_id, actor=system, request_id=uuid4(), at=timezone.now()
        )
    drawn(office)
    order_id = office.row().id
    form = office.admin.get(office.url("packing/edit/") + "?from=even").context["form"]
    (door,) = form.doors
    assert form.initial[door.key] == 3
    assert "2 colis prévus" in post(office.admin, office.url("packing/edit/"), box_size=2, **{door.key: 2})
    with acting_as(system):
        assert [(box.to_organisation_id, box.booklet_count) for box in packing(order_id)] == [
            (office.prescriber_id, 2),
            (office.operator_id, 1),
        ]
    bad = SimpleUploadedFile("q.csv", b"guichet;point;carnets\nAssociation;;trois\nInconnu;;2\n")
    page = post(office.admin, office.url("packing/file/"), box_size=100, file=bad)
    assert "Ligne 2, colonne « carnets » : « trois » n’est pas un nombre entier." in page
    assert "Ligne 3, colonne « guichet » : « Inconnu » est inconnu." in page
    good = SimpleUploadedFile("q.csv", office.admin.get(office.url("packing/list.csv")).content)
    assert "2 colis prévus" in post(office.admin, office.url("packing/file/"), box_size=100, file=good)


class TestReading:
    DOORS = (
        Door(1, "CCAS", 7, "Nord", "1 rue", None),
        Door(1, "CCAS", 8, "Sud", "2 rue", None),
        Door(2, "Mairie", None, "Mairie", "", None),
    )

    def test_what_a_plan_sends_goes_to_the_door_it_names(self) -> None:
        found = planned_counts(list(self.DOORS), [(1, "Sud", 4), (1, "", 3), (2, "", 2), (9, "", 5)])
        assert found == {"door-1-8": 4, "door-1-7": 3, "door-2-0": 2}

    def test_faults_say_their_line_and_their_column(self) -> None:
        content = "guichet;point;carnets\r\nccas; NORD ;4\r\nCCAS;Est;1\r\nCCAS;Nord;2\r\nMairie;;-1\r\n".encode("cp1252")
        counts, faults = read_quantities(content, list(self.DOORS))
        assert counts == {"door-1-7": 4}
        assert [fault.partition(" : ")[0] for fault in faults] == [
            "Ligne 3, colonne « point »", "Ligne 4, colonne « guichet »", "Ligne 5, colonne « carnets »"
        ]  # fmt: skip
        assert read_quantities(b"a;b\n", list(self.DOORS))[1]
        assert read_quantities(b"", list(self.DOORS))[1]

    @pytest.mark.parametrize("content", [
        b"PK\x03\x04" + bytes(range(256)) * 20,
        b'guichet;point;carnets\r\n"' + b"a" * 200_000 + b'";;2\r\n',
        b"guichet;point;carnets\r\nMairie;;" + b"9" * 5_000,
    ], ids=["workbook", "cell-without-end", "endless-number"])  # fmt: skip
    def test_what_is_no_table_is_a_fault_never_a_breakdown(self, content: bytes) -> None:
        counts, faults = read_quantities(content, list(self.DOORS))
        assert (counts, len(faults)) == ({}, 1)

    def test_a_file_saved_as_unicode_text_is_read(self) -> None:
        content = "guichet;point;carnets\r\nMairie;;2\r\n"
        assert read_quantities(content.encode("utf-16"), list(self.DOORS)) == ({"door-2-0": 2}, [])

    def test_a_door_named_as_its_desk_is_named_once(self) -> None:
        assert [each.label for each in (Door(1, "CCAS", 7, "CCAS", "", None), self.DOORS[1])] == ["CCAS", "CCAS, Sud"]
