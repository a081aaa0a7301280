"""What a search reads of places follows them by itself, says the same in Python and in PostgreSQL, and finds by every wish."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as some

from carnet.places import operations, queries
from carnet.places.models import Finder, Place
from carnet.places.rules import opening
from carnet.places.rules.geography import box_around, distance_km
from carnet.places.rules.indexing import plain, tag
from carnet.places.rules.offers import ACCESS_NEEDS, LANGUAGES, Mode
from carnet.places.rules.opening import Hours, bits_of_week, slot_of, touches_holiday
from carnet.places.rules.refusals import SearchRefused
from carnet.places.rules.standard import SERVICES
from carnet.places.rules.travel import Density, Means, density_of, minutes, reach_km
from carnet.places.rules.wishes import WISHES, granting, language_traits, wish
from tests.places.conftest import AT, GOOD
from tests.places.test_imports import bring, csv_bytes

NANTES = (47.2184, -1.5536)
ORDINARY_MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


class TestHoursAsBits:
    DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

    @pytest.mark.parametrize(
        "hours",
        ["", "lundi", "Jan-Mar Mo 09:00-12:00", "2026 Mo 09:00-12:00", "week 1-53/2 Mo 09:00-10:00", "SH Mo 09:00-12:00", "Mo[1] 09:00-10:00",
         "sunrise-sunset", "Mo 09:02-10:00", "Mo 09:00-12:00 unknown"],
    )  # fmt: skip
    def test_what_a_week_does_not_say_has_no_bits(self, hours: str) -> None:
        assert bits_of_week(hours) is None

    @given(
        rules=some.lists(
            some.tuples(
                some.sampled_from(DAYS),
                some.sampled_from(DAYS),
                some.integers(0, 287),
                some.integers(1, 160),
                some.sampled_from(["", " off"]),
            ),
            min_size=1,
            max_size=4,
        ),
        holidays=some.sampled_from(["", "; PH off"]),
        minute=some.integers(0, 7 * 1440 - 1),
    )
    @settings(max_examples=120, deadline=None)
    def test_bits_say_what_the_reader_of_hours_says(self, rules: list[tuple[str, str, int, int, str]], holidays: str, minute: int) -> None:
        def clock(slot: int) -> str:
            return f"{slot * 5 // 60:02d}:{slot * 5 % 60:02d}"

        hours = "; ".join(f"{first}-{last} {clock(at)}-{clock((at + long) % 288)}{off}" for first, last, at, long, off in rules) + holidays
        bits = bits_of_week(hours)
        if bits is None:
            assert not opening.is_readable(hours)
            return
        moment = ORDINARY_MONDAY + timedelta(minutes=minute)
        slot = slot_of(moment)
        assert bool(bits[slot // 8] >> slot % 8 & 1) == opening.is_open(hours, postcode="44000", at=moment)
        day = moment.date()
        kept = bits[day.weekday() * 36 : day.weekday() * 36 + 36]
        assert any(kept) == opening.opens_on(hours, day=day)

    def test_holidays_are_those_of_the_hours(self) -> None:
        days = [date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 12), date(2026, 11, 13)]
        assert [touches_holiday(day) for day in days] == [False, True, True, False]


class TestTravelTimes:
    @given(km=some.floats(0, 60), means=some.sampled_from(Means), density=some.sampled_from(Density))
    @settings(max_examples=100, deadline=None)
    def test_a_reach_is_the_estimate_the_other_way_round(self, km: float, means: Means, density: Density) -> None:
        assert reach_km(minutes(km, means, density), means, density) == pytest.approx(km, abs=1e-6)

    def test_dense_towns_are_slow_by_car_and_the_same_on_foot(self) -> None:
        drives = [minutes(5, Means.CAR, density) for density in Density]
        assert drives == sorted(drives, reverse=True)
        assert len({minutes(5, Means.WALK, density) for density in Density}) == 1
        assert [round(minutes(1, Means.WALK, Density.DENSE)), round(minutes(15 / 1.3, Means.CAR, Density.MIDDLING))] == [20, 28]

    def test_density_follows_the_grid_of_communes(self) -> None:
        assert [density_of(people) for people in (20, 299, 300, 1499, 1500, 20_000)] == [
            Density.RURAL, Density.RURAL, Density.MIDDLING, Density.MIDDLING, Density.DENSE, Density.DENSE,
        ]  # fmt: skip
        towns = {name: queries.density(queries.locality(name).point) for name in ("Nantes", "Saint-Herblain", "Châteaubriant")}
        assert towns == {"Nantes": Density.DENSE, "Saint-Herblain": Density.MIDDLING, "Châteaubriant": Density.RURAL}

    def test_where_somebody_stands_has_the_name_of_the_nearest_commune(self) -> None:
        assert queries.nearest_commune((47.212, -1.65)).name == "Saint-Herblain"
        assert queries.nearest_commune((46.0, -8.0)) is None


class TestOutlines:
    def test_every_departement_and_commune_has_its_shape_where_it_is(self) -> None:
        departments, communes = queries.departments(), queries.communes_of_department("44")
        assert (len(departments), len(communes), queries.communes_of_department("../44")) == (96, 208, ())
        for shape in (*departments, *communes):
            assert all(ring[0] == ring[-1] and len(ring) > 3 for ring in shape.rings)
        herblain = next(each for each in communes if each.code == "44162")
        point = queries.commune("44162").point
        assert herblain.meets(box_around(point, 0.1))
        assert distance_km(point, ((herblain.box.south + herblain.box.north) / 2, (herblain.box.west + herblain.box.east) / 2)) < 4


class TestWords:
    def test_every_word_a_search_compares_has_a_number_of_its_own(self) -> None:
        words = (
            {trait for each in WISHES for trait in granting(each)} | {f"language:{code}" for code in (*LANGUAGES, "other")} | set(SERVICES)
        )
        assert len({tag(word) for word in words}) == len(words)
        assert {each.code for each in ACCESS_NEEDS} <= {each.code for each in WISHES}
        assert {f"mode:{mode}" for mode in (Mode.WORKSHOP, Mode.ONE_TO_ONE, Mode.HOME)} <= {each.trait for each in WISHES}

    @pytest.mark.django_db
    def test_postgresql_says_the_same(self) -> None:
        names = ["Médiathèque « L’Œuvre »", "ÉCOLE À PLOËRMEL-SUR-MÈRE", "Ñandú æther", "", "Lieu 3"]
        words = ["Surdité", "access:step-free", "Aide aux démarches administratives"]
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute("SELECT places_plain(%s)", [name])
                assert cursor.fetchone() == (plain(name),)
            cursor.execute("SELECT places_tags(%s::text[])", [words])
            assert sorted(cursor.fetchone()[0]) == sorted(tag(word) for word in words)

    @pytest.mark.parametrize("code", ["x", "access:step-free", ""])
    def test_an_unknown_wish_or_language_is_refused(self, code: str) -> None:
        with pytest.raises(SearchRefused):
            wish(code)
        with pytest.raises(SearchRefused):
            language_traits(code)


@pytest.mark.django_db
class TestTheFinder:
    @pytest.fixture
    def ids(self, agent) -> dict[str, int]:
        lines = [
            {**GOOD, "id": "sûr"},
            {**GOOD, "id": "peut-être", "nom": "Éspace Rezé", "commune": "Rezé", "code_postal": "44400", "code_insee": "44143", "latitude": "47.1767",
             "longitude": "-1.5496", "prise_en_charge_specifique": "Handicaps moteurs|Langues étrangères (autres)", "frais_a_charge": "Gratuit",
             "horaires": "Mo-Fr 09:00-12:00; PH off"},
            {**GOOD, "id": "saison", "nom": "Plage", "horaires": "Jun-Aug Mo-Su 10:00-18:00"},
            {**GOOD, "id": "ile", "nom": "Ferme", "commune": "Saint-Denis", "code_postal": "97400", "code_insee": "97411", "latitude": "-20.88",
             "longitude": "55.45", "horaires": "Sa 12:00-14:00"},
        ]  # fmt: skip
        bring(csv_bytes(*lines), agent)
        ids = dict(Place.objects.order_by("id").values_list("national_id", "id"))
        Place.objects.filter(id=ids["sûr"]).update(traits=["access:step-free", "language:tr", "language:other", "mode:home"])
        return ids

    def found(self, ids: dict[str, int], **asked) -> set[str]:
        names = {place_id: name for name, place_id in ids.items()}
        return {names[place.place_id] for place in queries.search(**({"at": AT} | asked)).places}

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({"wishes": ["step-free"]}, {"sûr", "peut-être"}),
            ({"wishes": ["step-free", "home"]}, {"sûr"}),
            ({"wishes": ["free"]}, {"peut-être", "saison", "ile"}),
            ({"language": "tr"}, {"sûr", "peut-être"}),
            ({"language": "ar"}, {"peut-être"}),
            ({"language": "en"}, set()),
            ({"language": "other"}, {"sûr", "peut-être"}),
            ({"territory": ["244400404"]}, {"sûr", "peut-être", "saison"}),
            ({"territory": ["974", "44143"]}, {"ile", "peut-être"}),
            ({"name": "ESPACE reze"}, {"peut-être"}),
            ({"open_on": date(2026, 7, 20)}, {"sûr", "peut-être", "saison"}),
            ({"open_on": date(2026, 11, 11)}, {"sûr"}),
            ({"open_on": date(2026, 11, 18)}, {"sûr", "peut-être"}),
            ({"open_at": datetime(2026, 11, 21, 8, 30, tzinfo=UTC)}, {"sûr", "ile"}),
            ({"need": "women"}, set()),
        ],
    )
    def test_each_wish(self, ids, asked, expected) -> None:
        assert self.found(ids, **asked) == expected

    def test_given_places_come_in_the_order_given_and_what_answers_otherwise_counts(self, ids) -> None:
        order = [ids["saison"], ids["sûr"], ids["ile"]]
        result = queries.search(at=AT, among=order, in_given_order=True)
        assert [place.place_id for place in result.places] == order
        assert self.found(ids, among=order, need="women", answering=[ids["ile"]]) == {"ile"}
        assert self.found(ids, among=[]) == set()

    def test_departements_are_counted_under_the_same_filters(self, ids) -> None:
        assert queries.counts_by_department(at=AT) == {"44": 3, "974": 1}
        assert queries.counts_by_department(at=AT, wishes=["free"]) == {"44": 2, "974": 1}

    def test_it_follows_whatever_writes_a_place(self, ids) -> None:
        row = Finder.objects.get(place_id=ids["sûr"])
        assert (row.hours, row.calendar_hours, row.name) == (Hours.WEEKLY, "", plain(GOOD["nom"]))
        Place.objects.filter(id=ids["sûr"]).update(opening_hours="Dec Mo 09:00-12:00", ended_on=AT.date())
        row.refresh_from_db()
        assert (row.hours, row.calendar_hours, row.open_week, row.ended_on) == (Hours.BY_CALENDAR, "Dec Mo 09:00-12:00", None, AT.date())
        Place.objects.filter(id=ids["sûr"]).update(opening_hours="")
        row.refresh_from_db()
        assert row.hours == Hours.UNKNOWN
        Place.objects.filter(id=ids["sûr"]).delete()
        assert not Finder.objects.filter(place_id=ids["sûr"]).exists()
        assert Finder.objects.count() == Place.objects.count() == 3

    def test_weeks_unknown_are_read_one_by_one_then_learnt(self, ids) -> None:
        Place.objects.update(open_week=None)
        asked = {"open_at": datetime(2026, 11, 21, 8, 30, tzinfo=UTC)}
        assert self.found(ids, **asked) == {"sûr", "ile"}
        assert operations.learn_weeks() == 3
        assert set(Finder.objects.values_list("hours", flat=True)) == {Hours.WEEKLY, Hours.HOLIDAYS, Hours.BY_CALENDAR}
        assert self.found(ids, **asked) == {"sûr", "ile"}
        assert operations.learn_weeks() == 0

    def test_an_edit_of_the_hours_moves_the_week(self, ids, agent) -> None:
        operations.edit_place(place_id=ids["sûr"], said={"horaires": "Su 10:00-12:00"}, actor=agent, request_id=uuid4(), at=AT)
        assert self.found(ids, open_on=date(2026, 11, 22)) == {"sûr"}
