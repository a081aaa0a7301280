"""What a search reads of places, in narrow rows that a trigger keeps; hours of an ordinary week as bits. Public facts: no wall."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

FINDER = """
-- `rules.indexing` says the same, and a test holds both equal.
CREATE FUNCTION places_tags(words text[]) RETURNS integer[] LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(array_agg(DISTINCT ('x' || substr(md5(word), 1, 8))::bit(32)::integer), '{}') FROM unnest(words) AS word
$$;

CREATE FUNCTION places_plain(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT translate(replace(replace(lower(name), 'œ', 'oe'), 'æ', 'ae'), 'àâäáãåçéèêëíìîïñóòôöõúùûüýÿ’-', 'aaaaaaceeeeiiiinooooouuuuyy'' ')
$$;

-- Bits never outlive the hours they were made of: whoever writes other hours without other bits leaves none, and searches read the hours.
CREATE FUNCTION places_forget_week() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.opening_hours IS DISTINCT FROM OLD.opening_hours AND NEW.open_week IS NOT DISTINCT FROM OLD.open_week THEN
    NEW.open_week := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER places_forget_week BEFORE UPDATE ON places_place FOR EACH ROW EXECUTE FUNCTION places_forget_week();

CREATE FUNCTION places_find_again() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER places_find_added AFTER INSERT ON places_place
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION places_find_again();
CREATE TRIGGER places_find_changed AFTER UPDATE ON places_place
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION places_find_again();
CREATE TRIGGER places_find_removed AFTER DELETE ON places_place
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION places_find_again();

INSERT INTO places_finder
  SELECT id, latitude, longitude, ended_on, operator_id, CASE WHEN opening_hours = '' THEN 3 ELSE 2 END, commune_code, postcode,
         places_plain(name), places_tags(services || audiences || specific_care || traits), opening_hours, NULL
  FROM places_place;
"""
GONE = """
DROP TRIGGER places_find_added ON places_place; DROP TRIGGER places_find_changed ON places_place;
DROP TRIGGER places_find_removed ON places_place; DROP FUNCTION places_find_again();
DROP TRIGGER places_forget_week ON places_place; DROP FUNCTION places_forget_week();
DROP FUNCTION places_tags(text[]); DROP FUNCTION places_plain(text);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0008_repeats'),
    ]

    operations = [
        migrations.AddField(
            model_name='place',
            name='open_week',
            field=models.BinaryField(max_length=252, null=True),
        ),
        migrations.CreateModel(
            name='Finder',
            fields=[
                ('place', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='places.place')),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('ended_on', models.DateField(null=True)),
                ('operator_number', models.BigIntegerField(null=True)),
                ('hours', models.SmallIntegerField()),
                ('commune_code', models.CharField(max_length=5)),
                ('postcode', models.CharField(max_length=5)),
                ('name', models.TextField()),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ('calendar_hours', models.TextField()),
                ('open_week', models.BinaryField(max_length=252, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['latitude', 'longitude'], name='places_finder_box'), models.Index(fields=['commune_code'], name='places_finder_commune'), models.Index(condition=models.Q(('hours', 2)), fields=['place'], name='places_finder_by_calendar'), models.Index(condition=models.Q(('hours', 1)), fields=['place'], name='places_finder_holidays')],
            },
        ),
        migrations.RunSQL(FINDER, GONE),
    ]
