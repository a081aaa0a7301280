"""Finding a place by what one needs: near me, by time, a lesson with a seat, on a map, on paper, in a frame of a town's own site."""

import re
from datetime import UTC, datetime, time
from uuid import uuid4

import pytest
from django.test import Client

from carnet.kernel.periods import legal_day
from carnet.places.models import Place
from carnet.places.rules.travel import Density, Means
from carnet.web.public import maps
from carnet.web.public.found import travel_words
from carnet.web.public.search_form import Asked
from tests.places.conftest import GOOD, csv_bytes
from tests.places.test_imports import bring
from tests.web.conftest import PROGRAM
from tests.web.test_places_pages import REZE, clock, text_of  # noqa: F401 - the same Saturday

pytestmark = pytest.mark.django_db
AT = datetime(2030, 11, 23, 9, 30, tzinfo=UTC)
HERE = "47.21844,-1.55361"
FOREST = {
    **GOOD,
    "id": "gap",
    "nom": "Espace de Gap",
    "commune": "Gap",
    "code_postal": "05000",
    "code_insee": "05061",
    "latitude": "44.56",
    "longitude": "6.08",
}
HERBLAIN = {
    **GOOD, "id": "herblain", "nom": "Maison de Saint-Herblain", "commune": "Saint-Herblain", "code_postal": "44800", "code_insee": "44162",
    "latitude": "47.2121", "longitude": "-1.6496", "prise_en_charge_specifique": "Illettrisme", "telephone": "+33240281919",
}  # fmt: skip


@pytest.fixture
def ids() -> dict[str, int]:
    bring(csv_bytes(GOOD, REZE, FOREST, HERBLAIN), PROGRAM)
    return dict(Place.objects.order_by("id").values_list("national_id", "id"))


@pytest.fixture
def saturday_lesson(ids: dict[str, int], person_with) -> int:
    """A lesson for those who read little, given on Saturdays in Saint-Herblain."""
    from carnet.kernel.actors import Actor
    from carnet.places.operations import attach_operator
    from carnet.workshops.operations import plan_workshop
    from carnet.workshops.rules import Details, Plan, Rhythm

    _person, organisation_id, _email = person_with("PLACE_MANAGER")
    attach_operator(place_id=ids["herblain"], organisation_id=organisation_id, actor=PROGRAM, request_id=uuid4(), at=AT)
    manager = Actor.system("test", organisation_ids={organisation_id})
    day = legal_day(AT).replace(day=30)
    done = plan_workshop(
        place_id=ids["herblain"], plan=Plan(day, time(10, 0), 90, Rhythm.ONCE, day), at=AT, request_id=uuid4(),
        details=Details(service="mailbox", title="Lire et écrire ses mails", seats=4, waiting_seats=0, needs=("reading",)),
        actor=manager.__class__(**{**{f: getattr(manager, f) for f in manager.__dataclass_fields__}, "organisation_id": organisation_id}),
    )  # fmt: skip
    return done.session_ids[0]


# --- where from, and how long ---------------------------------------------------------------------------------------------


def test_a_time_is_told_as_an_estimate_and_reaches_as_far_as_it_takes(client: Client, ids: dict[str, int]) -> None:
    said = text_of(client.get("/places/", {"where": "Nantes", "radius": "walk-45"}))
    assert re.search(r"environ \d+\smin à pied \(à [^)]+\)", said)
    assert "Médiathèque" not in said
    said = text_of(client.get("/places/", {"where": "Nantes", "radius": "car-30"}))
    assert re.search(r"environ \d+\smin en voiture \(à \d,\d km\)", said)
    assert "sans calcul d’itinéraire" in said
    assert client.get("/places/", {"where": "Nantes", "radius": "fly-3"}).status_code == 422


def test_minutes_go_by_five_and_hours_are_said() -> None:
    asked = Asked({}, density=Density.RURAL, means=Means.CAR)
    assert travel_words(100, asked) == "environ 2\u00a0h\u00a025 en voiture"
    assert travel_words(0.01, Asked({})) == "environ 5\u00a0min à pied"
    assert travel_words(None, asked) == ""


def test_a_position_is_cut_sent_by_post_and_in_no_address(client: Client, ids: dict[str, int]) -> None:
    answer = client.post("/places/", {"near": HERE, "radius": "10"})
    page = answer.content.decode()
    said = text_of(answer)
    assert "3 lieux autour de vous (vers Nantes)" in said
    assert 'name="near" value="47.218,-1.554"' in page  # for the print, cut
    assert HERE not in page
    assert not re.search(r'(?:href|action)="[^"]*(?:47\.218|near)', page)
    assert "sessionid" not in client.cookies
    # In an address it is not listened to: a log would have kept it.
    assert "autour de vous" not in text_of(client.get("/places/", {"near": HERE}))


@pytest.mark.parametrize("near", ["here", "91,0", "nan,0", "1,2,3", "47.2"])
def test_a_position_that_means_nothing_is_refused_in_words(client: Client, ids: dict[str, int], near: str) -> None:
    answer = client.post("/places/", {"near": near})
    assert answer.status_code == 422
    assert "Écrivez plutôt votre commune" in text_of(answer)


def test_the_pages_of_a_search_by_position_are_sent_again(client: Client, ids: dict[str, int]) -> None:
    for number in range(30):
        Place.objects.create(**{**_columns(ids["a-1"]), "national_id": f"plus-{number}"})
    page = client.post("/places/", {"near": HERE, "radius": "5", "vouchers": ""}).content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="(near|radius)" value="([^"]*)">', page))
    assert sent == {"near": "47.218,-1.554", "radius": "5"}
    assert "Page 2 sur 2" in text_of(client.post("/places/", {**sent, "page": "2"}))


def _columns(place_id: int) -> dict[str, object]:
    place = Place.objects.get(id=place_id)
    return {field.attname: getattr(place, field.attname) for field in Place._meta.concrete_fields if field.attname != "id"}


# --- what a person needs ---------------------------------------------------------------------------------------------------


def test_a_saturday_lesson_for_somebody_who_reads_little_in_saint_herblain(
    client: Client, ids: dict[str, int], saturday_lesson: int
) -> None:
    for need in ({"wish": "reading-help"}, {"need": "reading"}, {"need": "reading", "sort": "lesson", "service": "mailbox"}):
        answer = client.get("/places/", {"where": "Saint-Herblain", "lesson": "saturday", **need})
        said = text_of(answer)
        assert "1 lieu près de Saint-Herblain" in said
        assert "Lire et écrire ses mails samedi 30 novembre 2030, de 10 h à 11 h 30 · 4 places libres · Gratuit" in said.replace(
            "\u00a0", " "
        )
        assert f'href="/agenda/{saturday_lesson}/"' in answer.content.decode()
    assert "Aide pour lire et écrire : à demander" in text_of(client.get("/places/", {"where": "Saint-Herblain", "wish": "reading-help"}))
    # A place that names no need, whose lesson does.
    Place.objects.filter(id=ids["herblain"]).update(specific_care=[], traits=[])
    assert "1 lieu" in text_of(client.get("/places/", {"where": "44800", "lesson": "saturday", "need": "reading"}))
    assert "Aucun lieu" in text_of(client.get("/places/", {"where": "44800", "lesson": "saturday", "need": "hearing"}))
    assert "Aucun lieu" in text_of(client.get("/places/", {"where": "44800", "lesson": "saturday", "service": "cv"}))


def test_saturday_hours_and_what_was_asked_stay_in_sight(client: Client, ids: dict[str, int]) -> None:
    said = text_of(client.get("/places/", {"where": "Nantes", "opening": "saturday"}))
    assert "Ouvert : Le samedi" in said
    assert "samedi 23 novembre 2030 : de 8 h 30 à 12 h" in said.replace("\u00a0", " ")


# --- maps ---------------------------------------------------------------------------------------------------------------------


def test_the_map_has_the_numbers_of_the_list_and_is_no_way_of_a_keyboard(client: Client, ids: dict[str, int]) -> None:
    page = client.get("/places/", {"where": "Nantes"}).content.decode()
    assert page.index('<ol class="places"') < page.index("<svg viewBox")
    numbers = re.findall(r'<li class="card" id="place-(\d+)" value="(\d+)"', page)
    marks = re.findall(r'<a href="#place-(\d+)" tabindex="-1" class="mark"><title>(\d+)\.', page)
    assert [number for _place, number in numbers] == ["1", "2", "3"]
    assert marks == numbers
    assert 'role="group" aria-labelledby="map-title map-description"' in page
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//[^"]*tile', page)
    assert len(page.encode()) < 100_000


def test_the_country_is_counted_by_departement_and_each_opens_its_own(client: Client, ids: dict[str, int]) -> None:
    answer = client.get("/places/", {"opening": "saturday"})
    page = answer.content.decode()
    assert "Loire-Atlantique : 2 lieux" in page
    assert 'href="?opening=saturday&amp;radius=10&amp;department=44"' in page
    assert page.count('class="shade-') == 96
    assert len(page.encode()) < 100_000
    said = text_of(client.get("/places/", {"department": "44"}))
    assert "3 lieux : Loire-Atlantique" in said
    assert client.get("/places/", {"department": "99"}).status_code == 422


def test_marks_on_one_point_part_and_stay_on_the_paper() -> None:
    drawn = maps.around([(number, f"#{number}", "", (47.2, -1.55)) for number in range(1, 25)], centre=(47.2, -1.55), town="Nantes")
    assert drawn is not None
    spots = [(mark.x, mark.y) for mark in drawn.marks]
    assert all(maps.MARK < x < drawn.width - maps.MARK and maps.MARK < y < drawn.height - maps.MARK for x, y in spots)
    nearest = min((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for i, a in enumerate(spots) for b in spots[:i]) ** 0.5
    assert nearest > 1.5 * maps.MARK
    assert maps.around([(1, "#1", "", None)], centre=None, town="") is None


# --- on paper, in a frame -----------------------------------------------------------------------------------------------------


def test_the_paper_has_telephones_hours_and_how_far(client: Client, ids: dict[str, int]) -> None:
    for answer in (
        client.get("/places/imprimer/", {"where": "Saint-Herblain"}),
        client.post("/places/imprimer/", {"near": "47.212,-1.649"}),
    ):
        said = text_of(answer)
        assert "02 40 28 19 19" in said
        assert "Lundi à vendredi : de 9 h à 12 h, de 14 h à 18 h 30 Samedi : de 8 h 30 à 12 h Dimanche : Fermé" in said.replace(
            "\u00a0", " "
        )
        assert "à pied" in said
        assert "Appelez avant d’y aller." in said
    assert client.get("/places/imprimer/", {"where": "Zzzyx"}).status_code == 422


def test_the_frame_may_stand_on_any_secure_site_and_leaves_no_cookie(client: Client, ids: dict[str, int]) -> None:
    answer = client.get("/places/widget/", {"territory": "44143,44162", "brand": "7a2a96", "lang": "fr"})
    assert "frame-ancestors 'self' https:" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    page = answer.content.decode()
    assert "2 lieux" in text_of(answer)
    assert 'href="/theme/couleur/7a2a96.css"' in page
    assert "csrfmiddlewaretoken" not in page
    assert "<script" not in page
    assert re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page)[0] == ("territory", "44143,44162")
    assert client.post("/places/widget/", {}).status_code == 405
    # Every other page refuses to be framed.
    assert "frame-ancestors 'none'" in client.get("/places/")["Content-Security-Policy"]
    assert client.get("/places/")["X-Frame-Options"] == "DENY"


def test_a_frame_that_asks_for_what_is_nowhere_says_so(client: Client, ids: dict[str, int]) -> None:
    assert client.get("/places/widget/", {"territory": "00000"}).status_code == 422
    assert client.get("/places/widget/", {"programme": "nulle-part"}).status_code == 422
    assert "theme/couleur" not in client.get("/places/widget/", {"brand": "ffff00"}).content.decode()
    assert client.get("/theme/couleur/ffff00.css").status_code == 404
    assert "--brand: #7a2a96" in client.get("/theme/couleur/7a2a96.css").content.decode()
    assert '<html lang="en"' in client.get("/places/widget/", {"lang": "en"}).content.decode()


def test_a_town_chooses_sees_and_copies_one_line(client: Client, ids: dict[str, int]) -> None:
    answer = client.get("/places/integrer/", {"territory": "Saint-Herblain, 44143", "wish": ["free", "step-free"], "brand": "#14565a"})
    page = answer.content.decode()
    address = "/places/widget/?territory=44162%2C44143&amp;wish=free&amp;wish=step-free&amp;brand=14565a"
    assert f'<iframe class="preview" src="{address}"' in page
    assert "&lt;iframe src=" in page
    assert "frame-src 'self'" in answer["Content-Security-Policy"]
    refused = client.get("/places/integrer/", {"brand": "#ffff00"})
    assert refused.status_code == 422
    assert 'href="#id_brand"' in refused.content.decode()
    assert "n’est pas connu" in text_of(client.get("/places/integrer/", {"territory": "Zzzyx"}))
