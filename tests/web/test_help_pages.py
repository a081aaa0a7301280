"""Free help over HTTP, without JavaScript: recorded, repeated, corrected, taken up from workshops and vouchers, exported once."""

import csv
import io
import re
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from carnet.activities.models import Record
from carnet.activities.rules import PERSON_COLUMNS
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.workshops import operations as workshops
from carnet.workshops import queries as lessons
from carnet.workshops.rules import Details, Plan
from tests.factories.campaign import organisation, rid
from tests.web.season import TODAY, make_season
from tests.web.season import Season as PlainSeason
from tests.web.test_counter_pages import take

pytestmark = pytest.mark.django_db
KIND = re.compile(r'name="kind" value="(\w+)"[^>]*checked')


class Season(PlainSeason):
    """Each person signed in once."""

    counter = cached_property(lambda self: self.enter("MEDIATOR", self.campaign.place_organisation_id))
    operator = cached_property(lambda self: self.enter("OPERATOR_AGENT", self.campaign.operator_id))

    def tell(self, **said: Any) -> Any:
        """The form as it opens, with what was tapped."""
        form = {
            "request_id": rid(), "kind": "ONE_TO_ONE", "minutes": "30", "day": f"{TODAY:%Y-%m-%d}", "where": "lieu_activite",
            "place_id": self.campaign.place_id, "age": "non_communique",
        }  # fmt: skip
        return self.counter.post("/place/help/", form | said)

    def rows(self) -> list[Record]:
        with acting_as_everything(why="look"):
            return list(Record.objects.order_by("id"))

    def lesson(self, *, came: int, days_ago: int = 3, vouchers: int = 0) -> int:
        """A lesson given some days ago, to which some people came."""
        place = Actor(
            kind="system", label="place", organisation_id=self.campaign.place_organisation_id,
            organisation_ids=frozenset({self.campaign.place_organisation_id}),
        )  # fmt: skip
        at = TODAY - timedelta(days=days_ago)
        details = Details(service="mailbox", title="Ma boîte mail", seats=8, voucher_count=vouchers)
        with acting_as(place):
            plan = Plan(first_on=at.date(), begins=at.time().replace(hour=14), minutes=90)
            done = workshops.plan_workshop(
                place_id=self.campaign.place_id, plan=plan, details=details, actor=place, request_id=rid(), at=at - timedelta(days=1)
            )
            (session_id,) = done.session_ids
            for _rank in range(came):
                workshops.book(session_id=session_id, actor=place, request_id=rid(), at=at - timedelta(hours=2))
            for booking in lessons.bookings_of_session(place, session_id):
                workshops.note_attendance(
                    session_id=session_id, booking_id=booking.id, came=True, actor=place, request_id=rid(), at=at + timedelta(hours=6)
                )
        return session_id


@pytest.fixture
def season(db: None, settings: Any, tmp_path: Path) -> Season:
    return Season(make_season(settings, tmp_path).campaign)


def lines(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_home_offers_each_kind_in_one_tap_and_the_form_opens_on_it(season: Season) -> None:
    home = season.counter.get("/place/").content.decode()
    assert home.count("/place/help/?kind=") == 4
    assert "Comme la dernière fois" not in home
    page = season.counter.get("/place/help/?kind=OPEN_ACCESS").content.decode()
    assert KIND.findall(page) == ["OPEN_ACCESS"]


def test_three_taps_and_a_send_record_it(season: Season) -> None:
    answer = season.tell(themes="email", age="soixante_dix_plus", minutes="60")
    assert answer.status_code == 302
    (row,) = season.rows()
    assert (row.kind, row.themes, row.from_70_count, row.people_count, row.minutes, row.day) == (
        "ONE_TO_ONE", ["email"], 1, 1, 60, TODAY.date(),
    )  # fmt: skip
    assert "C’est noté" in season.counter.get("/place/help/").content.decode()


def test_sent_twice_it_is_recorded_once(season: Season) -> None:
    request_id = rid()
    for _time in "ab":
        assert season.tell(request_id=request_id).status_code == 302
    assert len(season.rows()) == 1


def test_a_group_is_counted_by_age_and_the_rest_is_kept(season: Season) -> None:
    season.tell(
        kind="EVENT", count_douze_dix_huit="12", count_non_communique="3", age="soixante_dix_plus", other_themes="sante",
        step_themes="logement", minutes="0", other_minutes="150", title="Fête du numérique", returning_count="4", equipment="tablette",
        where="autre", redirected_to="administration", level="debutant",
    )  # fmt: skip
    (row,) = season.rows()
    assert (row.people_count, row.from_12_count, row.unknown_age_count, row.from_70_count) == (15, 12, 3, 0)
    assert (row.themes, row.minutes, row.title, row.where, row.returning_count) == (
        ["sante", "logement"], 150, "Fête du numérique", "autre", 4,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"day": "2026-03-04"}, "jamais à l’avance"),
        ({"minutes": "0"}, "Écrivez la durée en minutes"),
        ({"returning_count": "3"}, "pas plus de personnes déjà venues"),
        ({"kind": "EVENT", "title": "2 69 05 49 588 157 80"}, "sécurité sociale"),
        ({"themes": "tricot"}, "tricot"),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_tapped(season: Season, said: dict[str, str], sentence: str) -> None:
    answer = season.tell(**({"age": "dix_huit_vingt_quatre"} | said))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert re.search(r'value="dix_huit_vingt_quatre"[^>]*checked', page)
    assert season.rows() == []


def test_the_same_as_last_time_is_one_tap(season: Season) -> None:
    season.tell(themes="email", age="soixante_dix_plus", day=f"{TODAY - timedelta(days=6):%Y-%m-%d}")
    assert "Comme la dernière fois" in season.counter.get("/place/").content.decode()
    answer = season.counter.post("/place/help/again/", {"request_id": rid()})
    page = season.counter.get(answer["Location"]).content.decode()
    assert "C’est noté" in page
    assert [row.day for row in season.rows()] == [TODAY.date() - timedelta(days=6), TODAY.date()]


def test_a_mistake_is_corrected_taken_back_put_back(season: Season) -> None:
    season.tell(themes="email")
    (row,) = season.rows()
    own = f"/place/help/{row.activity}/"
    page = season.counter.get(own).content.decode()
    assert re.search(r'value="email"[^>]*checked', page)
    form = {"request_id": rid(), "revision": "0", "kind": "ONE_TO_ONE", "minutes": "120", "day": "2026-03-03", "where": "domicile",
            "place_id": season.campaign.place_id, "age": "moins_de_douze"}  # fmt: skip
    assert season.counter.post(own, form).status_code == 302
    late = season.counter.post(own, form | {"request_id": rid(), "minutes": "30"})
    assert late.status_code == 422  # it was looked at before the correction
    assert "Quelqu’un vient de corriger" in late.content.decode()
    season.counter.post(own, {"withdraw": "1", "request_id": rid()})
    assert "cette aide ne compte plus" in season.counter.get(own).content.decode()
    season.counter.post(own, {"restore": "1", "request_id": rid()})
    assert [(each.revision, each.minutes, each.is_withdrawn) for each in season.rows()] == [
        (0, 30, False), (1, 120, False), (2, 120, True), (3, 120, False),
    ]  # fmt: skip


def test_what_workshops_and_vouchers_know_is_taken_up_without_typing(season: Season, settings: Any) -> None:
    session_id = season.lesson(came=5)
    take(season.counter, season, season.campaign.code(0))
    take(season.counter, season, season.campaign.code(1))  # the same booklet: one person
    settings.CARNET_CLOCK = TODAY + timedelta(days=1)
    page = season.counter.get("/place/help/month/?month=2026-03").content.decode()
    keys = re.findall(r'name="take" value="([^"]+)"', page)
    assert keys == [f"V{season.campaign.place_id}/mailbox/2026-03-03"]
    assert f"S{session_id}" in season.counter.get("/place/help/month/?month=2026-02").content.decode()

    opened = season.counter.get(f"/place/help/?origin=S{session_id}").content.decode()
    assert "il ne reste qu’à dire les âges" in opened
    assert 'value="Ma boîte mail"' in opened
    season.counter.post("/place/help/propose/", {"take": keys[0], "request_id": rid()})
    season.tell(
        origin=f"S{session_id}", kind="WORKSHOP", count_soixante_dix_plus="5", day="2026-02-28", title="Ma boîte mail", minutes="90"
    )
    told = season.rows()
    assert [(row.kind, row.people_count, row.source) for row in told] == [("VOUCHER_LESSON", 1, "VOUCHERS"), ("WORKSHOP", 5, "SESSION")]
    assert 'name="take"' not in season.counter.get("/place/help/month/?month=2026-03").content.decode()
    season.counter.post("/place/help/propose/", {"take": keys[0], "request_id": rid()})
    assert len(season.rows()) == 2


def test_what_is_put_aside_is_not_proposed_again_nor_counted(season: Season) -> None:
    session_id = season.lesson(came=2)
    season.counter.post("/place/help/propose/", {"aside": f"S{session_id}", "request_id": rid()})
    page = season.counter.get("/place/help/month/?month=2026-02").content.decode()
    assert 'name="take"' not in page
    assert "Rien n’a été noté ce mois-ci" in page
    assert lines(season.counter.get("/place/help/month.csv?month=2026-02")) == []


def test_the_file_has_everybody_once_told_or_not(season: Season, settings: Any) -> None:
    session_id = season.lesson(came=4, days_ago=1)
    season.tell(themes="email", age="soixante_dix_plus")
    take(season.counter, season, season.campaign.code(0))
    settings.CARNET_CLOCK = TODAY + timedelta(days=1)
    before = lines(season.counter.get("/place/help/month.csv?month=2026-03"))
    assert len(before) == 6
    assert list(before[0]) == list(PERSON_COLUMNS)
    season.counter.post("/place/help/propose/", {"take": f"S{session_id}", "request_id": rid()})
    after = lines(season.counter.get("/place/help/month.csv?month=2026-03"))
    assert len(after) == 6
    assert sorted(line["Tranche d’âge du bénéficiaire"] for line in after) == ["70 ans et plus"] + ["Non communiqué"] * 5
    assert {line["Tags"] for line in after} == {"Aide individuelle", "Atelier gratuit", "Leçon payée par chèque"}
    assert {line["Code Insee"] for line in after} == {"44109"}


def test_the_workbook_has_a_sheet_to_copy_from(season: Season) -> None:
    season.lesson(came=4, days_ago=1)
    season.tell(kind="EVENT", title="=HYPERLINK(0)", count_non_communique="2")
    answer = season.counter.get("/place/help/month.xlsx?month=2026-03")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Activités", "Saisie", "Lisez-moi"]
    people, typed = (list(book[name].iter_rows(values_only=True)) for name in book.sheetnames[:2])
    assert (len(people), len(typed)) == (1 + 6, 1 + 2)
    assert {row[typed[0].index("Déjà saisi ici")] for row in typed[1:]} == {"Oui", "Non"}
    assert "'=HYPERLINK(0)" in {row[typed[0].index("Nom de l’atelier")] for row in typed}


def test_the_operator_reads_the_month_and_no_small_count(season: Season) -> None:
    season.tell(kind="EVENT", count_soixante_dix_plus="9", count_moins_de_douze="2", count_douze_dix_huit="7", themes="email")
    page = season.operator.get("/operator/help/?month=2026-03").content.decode()
    assert "Aide gratuite par lieu" in page
    assert re.search(r"70 ans et plus.*?>9<", page, re.S)
    assert page.count("moins de 5") >= 2  # the two, and the next smallest, which a total would give back
    assert season.counter.get("/operator/help/").status_code == 403


def test_another_place_reads_and_changes_nothing(season: Season) -> None:
    season.tell()
    (row,) = season.rows()
    with acting_as_everything(why="a stranger"):
        other = organisation("Centre social", "PLACE_OPERATOR")
    stranger, own = season.enter("PLACE_MANAGER", other), f"/place/help/{row.activity}/"
    unknown = stranger.get("/place/help/11111111-2222-4333-8444-555555555555/")
    assert (stranger.get(own).status_code, unknown.status_code) == (404, 404)
    assert stranger.post(own, {"withdraw": "1"}).status_code == 404
    assert len(season.rows()) == 1
