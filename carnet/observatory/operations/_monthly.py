"""Months counted again from their days, by territory, service, public and funder."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from carnet.observatory.queries._rolled import BORNE, NO_DAY, OF_NO_TERRITORY
from carnet.places import queries as places

_VOUCHERS = (*OF_NO_TERRITORY, "in_stock", "handed_over", "used", "paid")
_DELAYS = ("days_to_first_lesson", "days_to_payment")

# Where a row is: its place's commune; without a place, its desk's. What a place gave back is of no place.
_SOMEWHERE = """
SELECT DISTINCT CASE WHEN place_id = 0 AND measure <> 'paid' THEN organisation_id ELSE 0 END, place_id FROM observatory_dailyfigure
WHERE build_id = %(build)s AND programme_id = %(programme)s AND day >= %(first)s AND day < %(end)s AND measure <> ALL(%(nowhere)s)
"""
_DESKS = """
SELECT DISTINCT ON (organisation_id) organisation_id, commune_code FROM distribution_deskpoint
WHERE programme_id = %(programme)s AND organisation_id = ANY(%(organisations)s) ORDER BY organisation_id, closed_at IS NOT NULL, opened_at, id
"""
_AGAIN = f"""
WITH d AS (
  SELECT CASE WHEN day = '{NO_DAY}' THEN day ELSE date_trunc('month', day)::date END AS month_on, series_id, pattern, place_id, service_code, measure,
    detail, CASE WHEN place_id = 0 AND measure <> 'paid' THEN organisation_id ELSE 0 END AS desk_id, sum(count) AS count
  FROM observatory_dailyfigure WHERE build_id = %(build)s AND programme_id = %(programme)s AND day >= %(first)s AND day < %(end)s
    AND date_trunc('month', day)::date = ANY(%(months)s)
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(count) <> 0),
-- One row a territory: a commune is in an intercommunalité, a département, a region and the nation.
placed AS (
  SELECT d.month_on, d.series_id, d.pattern, d.service_code, d.measure, d.detail, a.level, a.area_code, sum(d.count) AS count
  FROM d LEFT JOIN unnest(%(desks)s::bigint[], %(places)s::bigint[], %(communes)s::text[], %(epcis)s::text[], %(departments)s::text[], %(regions)s::text[])
    AS w (desk_id, place_id, commune, epci, department, region) ON w.desk_id = d.desk_id AND w.place_id = d.place_id
  CROSS JOIN LATERAL (VALUES ('NATION', 'FR'), ('COMMUNE', COALESCE(w.commune, '')), ('EPCI', COALESCE(w.epci, '')),
    ('DEPARTEMENT', COALESCE(w.department, '')), ('REGION', COALESCE(w.region, ''))) AS a (level, area_code)
  WHERE a.level = 'NATION' OR d.measure <> ALL(%(nowhere)s)
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8),
told AS (
  SELECT p.month_on, p.level, p.area_code, p.measure, '' AS cut, '' AS key, p.count,
    CASE WHEN p.measure = ANY(%(vouchers)s) THEN p.count * s.face_value_cents ELSE 0 END AS cents
  FROM placed p JOIN ledger_series s ON s.id = p.series_id WHERE p.detail = ''
  UNION ALL
  SELECT p.month_on, p.level, p.area_code, p.measure, 'SERVICE', p.service_code, p.count, p.count * s.face_value_cents
  FROM placed p JOIN ledger_series s ON s.id = p.series_id WHERE p.service_code <> ''
  UNION ALL
  SELECT month_on, level, area_code, measure, 'DELAY', detail, count, 0 FROM placed WHERE measure = ANY(%(delays)s)
  UNION ALL
  SELECT month_on, level, area_code, measure, 'PUBLIC', detail, count, 0 FROM placed WHERE detail <> '' AND measure <> ALL(%(delays)s)
  UNION ALL
  SELECT p.month_on, p.level, p.area_code, p.measure, 'FUNDER', f.funder_id::text, p.count,
    p.count * CASE WHEN p.measure = ANY(%(borne)s) THEN f.borne ELSE f.held END
  FROM placed p JOIN ledger_sharepattern h ON h.series_id = p.series_id AND h.number = p.pattern
  CROSS JOIN LATERAL unnest(h.funder_ids, h.held_cents, h.borne_cents) AS f (funder_id, held, borne)
  WHERE p.measure = ANY(%(vouchers)s) AND p.measure <> 'in_stock' AND CASE WHEN p.measure = ANY(%(borne)s) THEN f.borne ELSE f.held END > 0)
INSERT INTO observatory_monthlyfigure (build_id, month_on, programme_id, level, area_code, measure, cut, key, count, cents)
SELECT %(build)s, month_on, %(programme)s, level, area_code, measure, cut, key, sum(count), sum(cents) FROM told
GROUP BY month_on, level, area_code, measure, cut, key HAVING sum(count) <> 0 OR sum(cents) <> 0"""


def months_again(*, build_id: int, programme_id: int, months: Sequence[date]) -> None:
    """Count some months of a programme again from their days."""
    dated = [each for each in months if each != NO_DAY]
    for wanted in (dated, [each for each in months if each == NO_DAY]):
        if wanted:
            _again(build_id, programme_id, wanted)


def _again(build_id: int, programme_id: int, months: Sequence[date]) -> None:
    values: dict[str, Any] = {
        "build": build_id,
        "programme": programme_id,
        "months": list(months),
        "first": min(months),
        "end": (max(months) + timedelta(days=31)).replace(day=1),
        "nowhere": list(OF_NO_TERRITORY),
        "vouchers": list(_VOUCHERS),
        "delays": list(_DELAYS),
        "borne": [each.value for each in BORNE],
    }
    values |= _somewhere(values)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM observatory_monthlyfigure WHERE build_id = %(build)s AND programme_id = %(programme)s AND month_on = ANY(%(months)s)",
            values,
        )
        cursor.execute(_AGAIN, values)


def _somewhere(values: Mapping[str, Any]) -> dict[str, Any]:
    """The territories of each desk and each place that these months count something of."""
    with connection.cursor() as cursor:
        cursor.execute(_SOMEWHERE, values)
        pairs = cursor.fetchall()
        cursor.execute(_DESKS, {**values, "organisations": [desk_id for desk_id, _place_id in pairs if desk_id]})
        of_desk = dict(cursor.fetchall())
    of_place = places.communes_of(place_id for _desk_id, place_id in pairs if place_id)
    codes = [of_place.get(place_id, ("", ""))[0] if place_id else of_desk.get(desk_id, "") for desk_id, place_id in pairs]
    communes = [places.commune(code) if code else None for code in codes]
    return {
        "desks": [desk_id for desk_id, _place_id in pairs],
        "places": [place_id for _desk_id, place_id in pairs],
        "communes": [each.code if each else "" for each in communes],
        "epcis": [each.epci if each else "" for each in communes],
        "departments": [each.department if each else "" for each in communes],
        "regions": [each.region if each else "" for each in communes],
    }
