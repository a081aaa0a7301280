"""The database's own foundations (roles, tenants, append-only), then the journal's tables."""

from django.db import migrations, models

ROLES = """
DO $$
DECLARE role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['carnet_app', 'carnet_redeemer'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role_name) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
      END IF;
      -- From PostgreSQL 16, whoever creates a role administers it but may not yet take it.
      IF NOT pg_has_role(current_user, role_name, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT %I TO %I', role_name, current_user);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- another database of this server made it at the same moment
    END;
  END LOOP;
END $$;
GRANT USAGE ON SCHEMA public TO carnet_app, carnet_redeemer;
GRANT CREATE ON SCHEMA public TO carnet_redeemer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO carnet_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO carnet_app;
-- Tables made before this migration ran (another room's may come first).
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO carnet_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO carnet_app;
"""

TENANTS = """
CREATE FUNCTION carnet_programmes() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(NULLIF(current_setting('carnet.programmes', true), ''), '{}')::bigint[] $$;

CREATE FUNCTION carnet_organisations() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(NULLIF(current_setting('carnet.organisations', true), ''), '{}')::bigint[] $$;

CREATE FUNCTION carnet_everything() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(current_setting('carnet.everything', true), '') = 'on' $$;

-- A row is seen, and may be written, when its programme or one of its organisations is the actor's.
-- `organisation_columns` may name several columns, separated by commas.
CREATE FUNCTION carnet_guard_rows(guarded regclass, programme_column text, organisation_columns text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  clause text := '(SELECT carnet_everything())';
  organisation_column text;
BEGIN
  IF programme_column IS NOT NULL THEN
    clause := clause || format(' OR %I = ANY ((SELECT carnet_programmes())::bigint[])', programme_column);
  END IF;
  IF organisation_columns IS NOT NULL THEN
    FOREACH organisation_column IN ARRAY string_to_array(organisation_columns, ',') LOOP
      clause := clause || format(' OR %I = ANY ((SELECT carnet_organisations())::bigint[])', trim(organisation_column));
    END LOOP;
  END IF;
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
  EXECUTE format('DROP POLICY IF EXISTS tenant ON %s', guarded);
  EXECUTE format('CREATE POLICY tenant ON %s USING (%s) WITH CHECK (%s)', guarded, clause, clause);
END $$;
"""

APPEND_ONLY = """
CREATE FUNCTION carnet_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

-- The transaction's number lets the journal seal rows once no running transaction can still add to them.
CREATE FUNCTION carnet_guard_append_only(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ADD COLUMN xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint)', guarded);
  EXECUTE format('CREATE INDEX ON %s USING brin (xid) WITH (pages_per_range = 16, autosummarize = on)', guarded);
  EXECUTE format('CREATE TRIGGER carnet_append_only BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change()', guarded);
  EXECUTE format('CREATE TRIGGER carnet_no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION carnet_refuse_change()', guarded);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER carnet_append_only', guarded);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER carnet_no_truncate', guarded);
  EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM carnet_app, carnet_redeemer', guarded);
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
        migrations.RunSQL(
            TENANTS,
            "DROP FUNCTION carnet_guard_rows; DROP FUNCTION carnet_everything; DROP FUNCTION carnet_organisations; DROP FUNCTION carnet_programmes;",
        ),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION carnet_guard_append_only; DROP FUNCTION carnet_refuse_change CASCADE;"),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("action", models.CharField(max_length=80)),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_person_id", models.BigIntegerField(null=True)),
                ("actor_label", models.CharField(blank=True, max_length=120)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("programme_id", models.BigIntegerField(null=True)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.CharField(max_length=64)),
                ("request_id", models.UUIDField(null=True)),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["programme_id", "id"], name="journal_line_programme"),
                    models.Index(fields=["subject_kind", "subject_id"], name="journal_line_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table_name", models.CharField(max_length=63)),
                ("number", models.BigIntegerField()),
                ("from_xid", models.BigIntegerField()),
                ("to_xid", models.BigIntegerField()),
                ("row_count", models.BigIntegerField()),
                ("rows", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("digest", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("table_name", "number"), name="journal_block_number"),
                    models.UniqueConstraint(fields=("table_name", "from_xid"), name="journal_block_from"),
                    models.CheckConstraint(condition=models.Q(("to_xid__gt", models.F("from_xid"))), name="journal_block_forward"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=255)),
                ("body_digest", models.BinaryField()),
                ("status", models.SmallIntegerField(null=True)),
                ("body", models.JSONField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="journal_answer_at")],
                "constraints": [models.UniqueConstraint(fields=("organisation_id", "key"), name="journal_answer_once")],
            },
        ),
        migrations.RunSQL(
            """
            SELECT carnet_guard_rows('journal_line', 'programme_id', 'organisation_id');
            -- Anyone may add a line (a refused sign-in has no tenant yet); only its tenant reads it back.
            CREATE POLICY anyone_writes ON journal_line FOR INSERT WITH CHECK (true);
            SELECT carnet_guard_append_only('journal_line');
            SELECT carnet_guard_rows('journal_answer', NULL, 'organisation_id');
            SELECT carnet_guard_append_only('journal_block');
            """,
            migrations.RunSQL.noop,
        ),
    ]
