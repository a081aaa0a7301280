"""The place of a clearing partner is in no directory: a search never reads it."""

from typing import ClassVar

from django.db import migrations

NOT_FOUND = """
CREATE OR REPLACE FUNCTION places_find_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM places_finder WHERE place_id IN (SELECT id FROM gone);
    RETURN NULL;
  END IF;
  INSERT INTO places_finder AS found
    (place_id, latitude, longitude, ended_on, operator_number, hours, commune_code, postcode, name, tags, calendar_hours, open_week)
  SELECT id, latitude, longitude, ended_on, operator_id, kind, commune_code, postcode, places_plain(name),
         places_tags(services || audiences || specific_care || traits),
         CASE WHEN kind IN (1, 2) THEN opening_hours ELSE '' END, open_week
  FROM fresh, LATERAL (
    SELECT CASE
      WHEN opening_hours = '' THEN 3
      WHEN open_week IS NULL THEN 2
      WHEN strpos(opening_hours, 'PH') > 0 THEN 1
      ELSE 0 END AS kind
  ) AS told
  WHERE provenance <> 'clearing'
  ON CONFLICT (place_id) DO UPDATE SET
    latitude = EXCLUDED.latitude, longitude = EXCLUDED.longitude, ended_on = EXCLUDED.ended_on,
    operator_number = EXCLUDED.operator_number, hours = EXCLUDED.hours, commune_code = EXCLUDED.commune_code,
    postcode = EXCLUDED.postcode, name = EXCLUDED.name, tags = EXCLUDED.tags, calendar_hours = EXCLUDED.calendar_hours,
    open_week = EXCLUDED.open_week
  WHERE (found.latitude, found.longitude, found.ended_on, found.operator_number, found.hours, found.commune_code, found.postcode,
         found.name, found.tags, found.calendar_hours, found.open_week)
    IS DISTINCT FROM
        (EXCLUDED.latitude, EXCLUDED.longitude, EXCLUDED.ended_on, EXCLUDED.operator_number, EXCLUDED.hours, EXCLUDED.commune_code,
         EXCLUDED.postcode, EXCLUDED.name, EXCLUDED.tags, EXCLUDED.calendar_hours, EXCLUDED.open_week);
  RETURN NULL;
END $$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION places_find_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM places_finder WHERE place_id IN (SELECT id FROM gone);
    RETURN NULL;
  END IF;
  INSERT INTO places_finder AS found
    (place_id, latitude, longitude, ended_on, operator_number, hours, commune_code, postcode, name, tags, calendar_hours, open_week)
  SELECT id, latitude, longitude, ended_on, operator_id, kind, commune_code, postcode, places_plain(name),
         places_tags(services || audiences || specific_care || traits),
         CASE WHEN kind IN (1, 2) THEN opening_hours ELSE '' END, open_week
  FROM fresh, LATERAL (
    SELECT CASE
      WHEN opening_hours = '' THEN 3
      WHEN open_week IS NULL THEN 2
      WHEN strpos(opening_hours, 'PH') > 0 THEN 1
      ELSE 0 END AS kind
  ) AS told
  ON CONFLICT (place_id) DO UPDATE SET
    latitude = EXCLUDED.latitude, longitude = EXCLUDED.longitude, ended_on = EXCLUDED.ended_on,
    operator_number = EXCLUDED.operator_number, hours = EXCLUDED.hours, commune_code = EXCLUDED.commune_code,
    postcode = EXCLUDED.postcode, name = EXCLUDED.name, tags = EXCLUDED.tags, calendar_hours = EXCLUDED.calendar_hours,
    open_week = EXCLUDED.open_week
  WHERE (found.latitude, found.longitude, found.ended_on, found.operator_number, found.hours, found.commune_code, found.postcode,
         found.name, found.tags, found.calendar_hours, found.open_week)
    IS DISTINCT FROM
        (EXCLUDED.latitude, EXCLUDED.longitude, EXCLUDED.ended_on, EXCLUDED.operator_number, EXCLUDED.hours, EXCLUDED.commune_code,
         EXCLUDED.postcode, EXCLUDED.name, EXCLUDED.tags, EXCLUDED.calendar_hours, EXCLUDED.open_week);
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("places", "0006_search")]

    operations: ClassVar = [migrations.RunSQL(NOT_FOUND, AS_BEFORE)]
