"""The lines of the next release, from the figures counted ahead. Call it seeing everything.

Import it where releases are made, never where pages are shown (`queries.releases`).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection

from carnet.activities import queries as activities
from carnet.kernel.periods import add_months
from carnet.mandates.queries import counting
from carnet.mandates.rules.counting import SignedCount
from carnet.observatory.queries._figures import published_programmes
from carnet.observatory.queries.figures import watermark
from carnet.observatory.rules.answers import MANDATES, PROCEDURES, Answers
from carnet.observatory.rules.opendata import TOLD_MEASURES, UNKNOWN, Line, Lines, Place, Region
from carnet.observatory.rules.opendata._tables import BY_PUBLIC, BY_SERVICE, HANDED_OVER, PEOPLE, TERRITORIAL
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules.areas import NATION_CODE, AreaLevel

# Nobody's situation: an answer nobody gave.
NOT_SAID = "not_said"
_COMMUNES = """
SELECT measure, to_char(month_on, 'YYYY-MM'), area_code, key, programme_id, sum(count) FROM observatory_monthlyfigure
WHERE build_id = %(build)s AND level = 'COMMUNE' AND month_on < %(until)s AND month_on > '1970-01-01' AND programme_id = ANY(%(programmes)s)
  AND ((cut = '' AND measure = ANY(%(whole)s)) OR (cut = 'SERVICE' AND measure = ANY(%(by_service)s)) OR (cut = 'PUBLIC' AND measure = ANY(%(by_public)s)))
GROUP BY 1, 2, 3, 4, 5"""
_PROGRAMMES = """
SELECT measure, to_char(month_on, 'YYYY-MM'), programme_id, sum(count), sum(cents) FROM observatory_monthlyfigure
WHERE build_id = %(build)s AND level = 'NATION' AND cut = '' AND month_on < %(until)s AND month_on > '1970-01-01' AND programme_id = ANY(%(programmes)s)
GROUP BY 1, 2, 3"""
_DESKS = """
WITH desk AS (
  SELECT DISTINCT ON (programme_id, organisation_id) programme_id, organisation_id, commune_code FROM distribution_deskpoint
  ORDER BY programme_id, organisation_id, closed_at IS NOT NULL, opened_at, id)
SELECT to_char(date_trunc('month', d.day), 'YYYY-MM'), d.organisation_id, COALESCE(k.commune_code, ''), d.detail, sum(d.count)
FROM observatory_dailyfigure d LEFT JOIN desk k ON k.programme_id = d.programme_id AND k.organisation_id = d.organisation_id
WHERE d.build_id = %(build)s AND d.measure = 'people' AND d.detail <> '' AND d.day < %(until)s AND d.programme_id = ANY(%(programmes)s)
GROUP BY 1, 2, 3, 4"""
_POINTS = (
    "SELECT DISTINCT programme_id, commune_code FROM distribution_deskpoint WHERE programme_id = ANY(%(programmes)s) AND commune_code <> ''"
)

_Counts = dict[tuple[str, str, str, str], int]


def lines_until(month_on: date, *, at: datetime) -> Lines | None:
    """The lines of every published programme, from its first month to `month_on`. None before anything was counted ahead."""
    mark, programmes = watermark(), {each.id: each for each in published_programmes()}
    assisting = counting.programmes_counted()
    if mark is None or not (programmes or assisting):
        return None
    values = {
        "build": mark.build_id,
        "until": add_months(month_on, 1),
        "programmes": list(programmes),
        "whole": list(TERRITORIAL),
        "by_service": list(BY_SERVICE),
        "by_public": list(BY_PUBLIC),
    }
    slugs = {number: each.slug for number, each in programmes.items()}
    counts: _Counts = defaultdict(int)
    parts: _Counts = defaultdict(int)
    presence = _presence(values, slugs, at)
    for measure, month, code, key, programme_id, count in _rows(_COMMUNES, values):
        known = places.commune(code)
        place = known.code if known else UNKNOWN
        counts[measure, month, place, key.replace("=", ":")] += int(count)
        if key == "":
            parts[measure, month, place, slugs[programme_id]] += int(count)
            presence.add((slugs[programme_id], place))
    signed, towns = _signed(assisting, add_months(month_on, 1))
    where = {code for _slug, code in presence} | towns
    return Lines(
        f"{month_on:%Y-%m}",
        (*_lines(counts, _desks(values)), *signed),
        dict(parts),
        _whole(values, slugs),
        frozenset(presence),
        tuple(_places(where)),
        tuple(_regions(where)),
        frozenset(each.slug for each in programmes.values() if each.is_simulated),
    )


def answers() -> Answers:
    """Every answer to *did you do it yourself?*, whoever asked."""
    return {each.procedure: (each.by_self, each.together, each.by_somebody) for each in activities.afterwards()}


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _presence(values: dict[str, Any], slugs: dict[int, str], at: datetime) -> set[tuple[str, str]]:
    """Where each programme has a desk or a place, as the directory says: a commune is in the tables before anything is counted there."""
    found = {(slugs[programme_id], code) for programme_id, code in _rows(_POINTS, values)}
    for programme_id, slug in slugs.items():
        accepting = places.communes_of(places.places_accepting(programme_id, at=at))
        found |= {(slug, code) for code, _name in accepting.values() if code}
    known = ((slug, places.commune(code)) for slug, code in found)
    return {(slug, commune.code) for slug, commune in known if commune is not None}


def _lines(counts: _Counts, desks: dict[tuple[str, str, str], int]) -> Iterable[Line]:
    of_department: dict[tuple[str, str, str, str], int] = defaultdict(int)
    asked: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for (measure, month, code, key), count in sorted(counts.items()):
        if ":" not in key:
            people = counts.get((PEOPLE, month, code, ""), 0) if measure == HANDED_OVER else count
            yield Line(measure, month, code, key, max(0, count), max(0, people if count > 0 else 0))
            continue
        question, _mark, _answer = key.partition(":")
        of_department[measure, month, _department(code), key] += count
        asked[measure, month, _department(code), question] += count
    for (measure, month, department, key), count in sorted(of_department.items()):
        question, _mark, answer = key.partition(":")
        is_said = answer.lower() != NOT_SAID
        largest = desks.get((month, department, key), 0) if is_said else 0
        whole = asked[measure, month, department, question] if is_said else 0
        yield Line(measure, month, department, key, count, count, min(count, largest), whole)


def _signed(programme_ids: frozenset[int], until: date) -> tuple[list[Line], set[str]]:
    """Mandates and procedures by month and département of the structure, and a commune of each of these départements."""
    mandates, uses = (read(programme_ids, until=until) for read in (counting.mandates_counted, counting.uses_counted))
    towns = _towns(mandates, uses)
    found: dict[tuple[str, str, str, str], tuple[int, int]] = {}
    for measure, counted in ((MANDATES, mandates), (PROCEDURES, uses)):
        for each in counted:
            key = measure, each.month, _department(towns[each.organisation_id]), f"family:{each.family}" if each.family else ""
            count, people = found.get(key, (0, 0))
            found[key] = count + each.count, people + each.people
    return [Line(*key, count, people) for key, (count, people) in sorted(found.items())], set(towns.values())


def _towns(*counted: Iterable[SignedCount]) -> dict[int, str]:
    """The commune of each structure, by its postal address; UNKNOWN without one."""
    gazetteer = places.gazetteer()
    cards = parties.organisations({each.organisation_id for counts in counted for each in counts})
    found = {}
    for key, card in cards.items():
        commune = gazetteer.named(card.city, postcode=card.postcode) or next(iter(gazetteer.typed(card.postcode, most=1)), None)
        found[key] = commune.code if commune else UNKNOWN
    return found


def _desks(values: dict[str, Any]) -> dict[tuple[str, str, str], int]:
    """The people of the largest desk of each month, département and answer."""
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    of_desk: dict[tuple[str, str, str, int], int] = defaultdict(int)
    for month, organisation_id, code, detail, count in _rows(_DESKS, values):
        of_desk[month, _department(code), detail.replace("=", ":"), organisation_id] += int(count)
    for (month, department, detail, _desk), count in of_desk.items():
        found[month, department, detail] = max(found[month, department, detail], count)
    return found


def _whole(values: dict[str, Any], slugs: dict[int, str]) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    for measure, month, programme_id, count, cents in _rows(_PROGRAMMES, values):
        for name, value in ((measure, count), (f"{measure}_cents", cents)):
            if name in TOLD_MEASURES:
                found[name, month, slugs[programme_id]] = int(value)
    return found


def _department(code: str) -> str:
    known = places.commune(code) if code and code != UNKNOWN else None
    return known.department if known else UNKNOWN


def _places(codes: Iterable[str]) -> Iterable[Place]:
    for code in sorted(codes):
        known = places.commune(code)
        if known is None:
            yield Place(UNKNOWN, "Territoire non connu", "", UNKNOWN, UNKNOWN)
        else:
            yield Place(known.code, known.name, known.epci, known.department, known.region)


def _regions(codes: Iterable[str]) -> Iterable[Region]:
    atlas = places.atlas()
    found = {("NATION", NATION_CODE): "France"}
    for place in _places(codes):
        for level, code in ((AreaLevel.EPCI, place.epci), (AreaLevel.DEPARTEMENT, place.department), (AreaLevel.REGION, place.region)):
            area = atlas.area(level, code) if code not in ("", UNKNOWN) else None
            if code:
                found[level.value, code] = area.name if area else place.name
    return [Region(level, code, name) for (level, code), name in sorted(found.items())]
