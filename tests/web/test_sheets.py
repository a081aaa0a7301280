"""Sheets of paper over HTTP: printed, typed line by line, mended, photographed, finished; by the place, and by an operator in its name."""

import re
from io import BytesIO
from uuid import uuid4

import pypdfium2
import pytest
import segno
from django.db import connection
from django.test import Client
from PIL import Image

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.factories.campaign import organisation
from tests.web.season import Season
from tests.web.season import season as season


def opened(client: Client, season: Season, desk: str = "place") -> str:
    answer = client.post(f"/{desk}/sheets/open/", {"request_id": uuid4(), "place_id": season.campaign.place_id, "count": 1})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def serial(season: Season, rank: int) -> str:
    with acting_as_everything(why="read a serial"):
        row = ledger.series(season.campaign.series_id)
        return ledger.serial_of_voucher(row, row.first_voucher_id + rank)


def line(season: Season, position: int, rank: int, **changes: str) -> dict[str, str]:
    given = {
        "serial": serial(season, rank),
        "code": season.campaign.code(rank),
        "service": "mailbox",
        "attended_on": "2026-03-03",
    } | changes
    return {f"line-{position}-{name}": value for name, value in given.items()}


def spent(season: Season) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(programme_id=season.campaign.programme_id).redeemed


def photograph(*texts: str) -> BytesIO:
    sheet = Image.new("RGB", (1000, 620 * max(1, len(texts))), "white")
    for rank, text in enumerate(texts):
        drawn = BytesIO()
        segno.make(text, error="m").save(drawn, kind="png", scale=8, border=4)
        sheet.paste(Image.open(drawn).convert("RGB"), (100, 620 * rank))
    written = BytesIO()
    written.name = "feuille.jpg"
    sheet.save(written, "JPEG", quality=90)
    written.seek(0)
    return written


def send_picture(client: Client, where: str, file: BytesIO, request_id: object = None) -> object:
    return client.post(f"{where}pictures/", {"request_id": request_id or uuid4(), "picture": file})


def test_blank_sheets_are_printed_for_the_place(season: Season) -> None:
    answer = season.counter.post(
        "/place/sheets/open/", {"request_id": uuid4(), "place_id": season.campaign.place_id, "count": 3, "print": "yes"}
    )
    assert answer["Content-Type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.content) as document:
        assert len(document) == 3
        said = document[1].get_textpage().get_text_range()
    assert b"/StructTreeRoot" in answer.content
    for words in ("Feuille n° 2", f"lieu n° {season.campaign.place_id}", "sous clé", "Détruisez-la", "Ouvrir et utiliser une boîte mail"):
        assert words in said, said


@pytest.mark.parametrize("desk", ["place", "operator"])
def test_what_is_good_is_done_once_and_what_is_not_stays_to_be_mended(season: Season, desk: str) -> None:
    client = season.counter if desk == "place" else season.enter("OPERATOR_AGENT", season.campaign.operator_id)
    where = opened(client, season, desk)
    wrong = season.campaign.code(1)[:-1] + str((int(season.campaign.code(1)[-1]) + 1) % 10)
    form = (
        line(season, 1, 2, service="")
        | line(season, 2, 1, code=wrong)
        | line(season, 3, 0)
        | line(season, 4, 3, service="", attended_on="")
    )
    answer = client.post(where, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer["Cache-Control"] == "no-store"
    assert spent(season) == 2
    assert "2 chèques acceptés" in page
    for words in ("Ligne 2", "Ce code comporte une erreur", "Choisissez le service", serial(season, 0)):
        assert words in page, words
    assert f'value="{wrong}"' in page, "what was typed is still there"
    assert season.campaign.code(0) not in page, "what was accepted is not"
    again = client.post(where, form)
    assert again.status_code == 422
    assert spent(season) == 2
    mended = client.post(where, line(season, 2, 1) | line(season, 1, 2))
    assert (mended.status_code, spent(season)) == (302, 4)
    assert client.get(where).content.decode().count("is-done") == 4


def test_nothing_typed_is_said_to_be_nothing(season: Season) -> None:
    where = opened(season.counter, season)
    answer = season.counter.post(where, {}, follow=True)
    assert "rien n’a été saisi" in answer.content.decode()
    assert spent(season) == 0


def test_a_serial_of_another_voucher_spends_nothing(season: Season) -> None:
    client = season.counter
    answer = client.post(opened(client, season), line(season, 1, 0, serial=serial(season, 1)))
    assert (answer.status_code, spent(season)) == (422, 0)


def test_codes_of_a_photograph_fill_the_lines_and_one_may_be_left(season: Season) -> None:
    client = season.counter
    where = opened(client, season)
    assert send_picture(client, where, photograph(season.campaign.token(0), season.campaign.token(1))).status_code == 302
    page = client.get(where).content.decode()
    assert page.count("lu sur une photo") == 2
    assert serial(season, 0) in page
    tokens = re.findall(r'name="(line-\d+)-token" value="([A-Z0-9]+)"', page)
    assert len(tokens) == 2
    form = {}
    for prefix, token in tokens:
        form |= {f"{prefix}-token": token, f"{prefix}-read_as": "x", f"{prefix}-service": "mailbox", f"{prefix}-attended_on": "2026-03-03"}
    form["line-2-leave"] = "on"
    assert client.post(where, form).status_code == 302
    assert spent(season) == 1


def test_a_photograph_is_shown_never_cached_and_each_look_is_journalled(season: Season) -> None:
    client = season.counter
    where = opened(client, season)
    send_picture(client, where, photograph())
    answer = client.get(f"{where}pictures/1.jpg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in answer["Cache-Control"]
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_line WHERE action = 'redemption.sheet-picture-seen'")
        assert cursor.fetchone() == (1,)
    client.post(f"{where}finish/")
    assert client.get(f"{where}pictures/1.jpg").status_code == 409
    assert "Terminée le" in client.get(where).content.decode()
    assert client.post(where, line(season, 1, 0)).status_code == 200
    assert spent(season) == 0


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"not a picture", 422, "photo qui se lit"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, 422, "photo qui se lit"),
        (bytes(13 * 2**20), 422, "Mo"),
        (bytes(40 * 2**20), 413, "trop lourd"),
    ],
    ids=["text", "a broken picture", "13 MB", "40 MB"],
)
def test_hostile_pictures_are_refused_with_a_page(season: Season, content: bytes, status: int, words: str) -> None:
    client = season.counter
    where = opened(client, season)
    file = BytesIO(content)
    file.name = "photo.jpg"
    answer = send_picture(client, where, file)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "Photo 1" not in client.get(where).content.decode()


def test_a_place_entrusts_a_sheet_to_its_operator_and_to_nobody_else(season: Season) -> None:
    place, operator = season.counter, season.enter("OPERATOR_AGENT", season.campaign.operator_id)
    where = opened(place, season)
    send_picture(place, where, photograph(season.campaign.token(0)))
    there = where.replace("/place/", "/operator/")
    assert operator.get(there).status_code == 404
    assert operator.get(f"{there}pictures/1.jpg").status_code == 404
    assert place.post(f"{where}entrust/", {"operator_id": season.campaign.funder_ids[0]}).status_code == 409
    assert place.post(f"{where}entrust/", {"operator_id": season.campaign.operator_id}).status_code == 302
    assert operator.get(there).status_code == 200
    assert "Feuille n° 1" in operator.get("/operator/sheets/").content.decode()
    assert "1 feuille de papier à saisir" in operator.get("/operator/").content.decode()
    assert operator.post(there, line(season, 1, 1)).status_code == 302
    assert "peut aussi voir" in place.get(where).content.decode()
    assert spent(season) == 1


def test_an_operator_of_another_programme_opens_nothing_for_the_place(season: Season) -> None:
    with acting_as_everything(why="another operator"):
        stranger = season.enter("OPERATOR_AGENT", organisation("Autre opérateur", "OPERATOR"))
    answer = stranger.post("/operator/sheets/open/", {"request_id": uuid4(), "place_id": season.campaign.place_id, "count": 1})
    assert answer.status_code == 409
    assert "aucun de vos programmes" in answer.content.decode()
    assert "Saisir une feuille" not in stranger.get(f"/operator/places/{season.campaign.place_id}/").content.decode()
    operator = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
    assert "Saisir une feuille" in operator.get(f"/operator/places/{season.campaign.place_id}/").content.decode()


def test_the_sheet_stays_light(season: Season) -> None:
    client = season.counter
    assert len(client.get(opened(client, season)).content) < 40_000
