"""People, organisations, memberships, tokens, bank accounts and approvals, with their walls and frozen columns.

The walls. Organisation is public. What belongs to an organisation is seen by its tenant (`carnet_guard_rows`). Three narrow
settings open single rows before any tenant is known; each is set by one context manager of `carnet.parties.access`:
- `carnet.person`: the id found in the signed session. Shows that person and that person's memberships.
- `carnet.signing_in`: the e-mail being tried at the sign-in form (or the id inside a signed reset link). Shows that row only,
  so that a wrong query at sign-in can never list people.
- `carnet.presented`: the hash of a token or of an invitation's secret. Shows that row only; nobody who lacks the secret can
  name it.
A policy was preferred to a SECURITY DEFINER function because sign-in, second factor and reset are allauth's own queries.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

WALLS = """
CREATE FUNCTION carnet_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('carnet.person', true), '')::bigint $$;
CREATE FUNCTION carnet_signing_in() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('carnet.signing_in', true), '') $$;
CREATE FUNCTION carnet_presented() RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT decode(NULLIF(current_setting('carnet.presented', true), ''), 'hex') $$;

SELECT carnet_guard_rows('parties_membership', NULL, 'organisation_id');
SELECT carnet_guard_rows('parties_invitation', NULL, 'organisation_id');
SELECT carnet_guard_rows('parties_apitoken', NULL, 'organisation_id');
SELECT carnet_guard_rows('parties_bankaccount', NULL, 'organisation_id');
SELECT carnet_guard_rows('parties_approval', 'programme_id', 'organisation_id');
CREATE POLICY own ON parties_membership FOR SELECT USING (person_id = (SELECT carnet_person()));
CREATE POLICY presented ON parties_invitation FOR SELECT USING (secret_hash = (SELECT carnet_presented()));
CREATE POLICY presented ON parties_apitoken FOR SELECT USING (secret_hash = (SELECT carnet_presented()));

ALTER TABLE parties_person ENABLE ROW LEVEL SECURITY;
ALTER TABLE parties_person FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON parties_person FOR SELECT USING (
  (SELECT carnet_everything())
  OR id = (SELECT carnet_person())
  OR email = (SELECT carnet_signing_in())
  OR id::text = (SELECT carnet_signing_in())
  OR EXISTS (SELECT 1 FROM parties_membership m
             WHERE m.person_id = parties_person.id AND m.organisation_id = ANY ((SELECT carnet_organisations())::bigint[]))
);
CREATE POLICY made ON parties_person FOR INSERT WITH CHECK ((SELECT carnet_everything()) OR email = (SELECT carnet_signing_in()));
CREATE POLICY kept ON parties_person FOR UPDATE USING (
  (SELECT carnet_everything()) OR id = (SELECT carnet_person())
  OR email = (SELECT carnet_signing_in()) OR id::text = (SELECT carnet_signing_in())
);
"""

# Equality on plain ids as one-point ranges: an exclusion constraint without the btree_gist extension.
ONE_ROLE_ONCE = """
ALTER TABLE parties_membership ADD CONSTRAINT parties_membership_one_role_once EXCLUDE USING gist (
  int8range(person_id, person_id, '[]') WITH &&,
  int8range(organisation_id, organisation_id, '[]') WITH &&,
  int8range(hashtext(role)::bigint, hashtext(role)::bigint, '[]') WITH &&,
  tstzrange(starts_at, ends_at) WITH &&
);
"""

FROZEN = """
CREATE FUNCTION parties_freeze_bank_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.organisation_id, NEW.iban, NEW.bic, NEW.holder_name, NEW.proposed_by_id, NEW.proposed_at, NEW.request_id)
     IS DISTINCT FROM
     (OLD.id, OLD.organisation_id, OLD.iban, OLD.bic, OLD.holder_name, OLD.proposed_by_id, OLD.proposed_at, OLD.request_id) THEN
    RAISE EXCEPTION 'bank account %: its details never change, propose another one', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'ENDED' OR (OLD.state = 'APPROVED' AND NEW.state = 'PROPOSED')
     OR (OLD.approved_at IS NOT NULL AND (NEW.approved_by_id, NEW.approved_at, NEW.valid_from)
         IS DISTINCT FROM (OLD.approved_by_id, OLD.approved_at, OLD.valid_from)) THEN
    RAISE EXCEPTION 'bank account %: what was decided stays', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER parties_bankaccount_frozen BEFORE UPDATE ON parties_bankaccount
  FOR EACH ROW EXECUTE FUNCTION parties_freeze_bank_account();
CREATE TRIGGER parties_bankaccount_kept BEFORE DELETE ON parties_bankaccount
  FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();

CREATE FUNCTION parties_freeze_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.decision IS NOT NULL THEN
    RAISE EXCEPTION 'approval %: already decided', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.id, NEW.action, NEW.organisation_id, NEW.programme_id, NEW.subject_kind, NEW.subject_id, NEW.digest, NEW.requested_by_id,
      NEW.requested_at, NEW.request_id)
     IS DISTINCT FROM
     (OLD.id, OLD.action, OLD.organisation_id, OLD.programme_id, OLD.subject_kind, OLD.subject_id, OLD.digest, OLD.requested_by_id,
      OLD.requested_at, OLD.request_id) THEN
    RAISE EXCEPTION 'approval %: what was asked for never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER parties_approval_frozen BEFORE UPDATE ON parties_approval
  FOR EACH ROW EXECUTE FUNCTION parties_freeze_approval();
CREATE TRIGGER parties_approval_kept BEFORE DELETE ON parties_approval
  FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
"""

# Django's cache table (createcachetable): counts of tries at sign-in, shared by every process.
THROTTLE = """
CREATE TABLE parties_throttle (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX parties_throttle_expires ON parties_throttle (expires);
"""

UNDO = """
DROP TABLE parties_throttle;
DROP TRIGGER parties_approval_kept ON parties_approval; DROP TRIGGER parties_approval_frozen ON parties_approval;
DROP TRIGGER parties_bankaccount_kept ON parties_bankaccount; DROP TRIGGER parties_bankaccount_frozen ON parties_bankaccount;
DROP FUNCTION parties_freeze_approval; DROP FUNCTION parties_freeze_bank_account;
DROP POLICY seen ON parties_person; DROP POLICY made ON parties_person; DROP POLICY kept ON parties_person;
DROP POLICY own ON parties_membership; DROP POLICY presented ON parties_invitation; DROP POLICY presented ON parties_apitoken;
DROP FUNCTION carnet_person; DROP FUNCTION carnet_signing_in; DROP FUNCTION carnet_presented;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("journal", "0001_journal")]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="last login"
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("display_name", models.CharField(max_length=120)),
                ("language", models.CharField(default="fr", max_length=2)),
                ("phone", models.CharField(blank=True, default="", max_length=20)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "parties_person",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="parties_person_email_in_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fr", "en"])),
                        name="parties_person_language_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("siret", models.CharField(max_length=14, null=True)),
                ("rna", models.CharField(max_length=10, null=True)),
                ("is_simulated", models.BooleanField(default=False)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                (
                    "contact_email",
                    models.EmailField(blank=True, default="", max_length=254),
                ),
                (
                    "contact_phone",
                    models.CharField(blank=True, default="", max_length=20),
                ),
                ("street", models.CharField(blank=True, default="", max_length=200)),
                ("postcode", models.CharField(blank=True, default="", max_length=5)),
                ("city", models.CharField(blank=True, default="", max_length=100)),
                ("ended_on", models.DateField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "registered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("role", models.CharField(max_length=20)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("suspended_at", models.DateTimeField(null=True)),
                ("suspended_by_id", models.BigIntegerField(null=True)),
                (
                    "suspended_reason",
                    models.CharField(blank=True, default="", max_length=200),
                ),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="parties.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                (
                    "display_name",
                    models.CharField(blank=True, default="", max_length=120),
                ),
                ("role", models.CharField(max_length=20)),
                ("secret_hash", models.BinaryField(max_length=32, unique=True)),
                ("invited_by_id", models.BigIntegerField(null=True)),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("iban", models.CharField(max_length=34)),
                ("bic", models.CharField(blank=True, default="", max_length=11)),
                ("holder_name", models.CharField(max_length=70)),
                ("state", models.CharField(default="PROPOSED", max_length=10)),
                ("proposed_by_id", models.BigIntegerField()),
                ("proposed_at", models.DateTimeField()),
                ("approved_by_id", models.BigIntegerField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("valid_from", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_reason",
                    models.CharField(blank=True, default="", max_length=200),
                ),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("action", models.CharField(max_length=60)),
                ("programme_id", models.BigIntegerField(null=True)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.BigIntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("requested_by_id", models.BigIntegerField()),
                ("requested_at", models.DateTimeField()),
                ("decision", models.CharField(max_length=10, null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("place_id", models.BigIntegerField(null=True)),
                ("label", models.CharField(max_length=80)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                ("secret_hash", models.BinaryField(max_length=32, unique=True)),
                ("prefix", models.CharField(max_length=12)),
                ("created_by_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by_id", models.BigIntegerField(null=True)),
                ("latest_used_on", models.DateField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                fields=("siret",), name="parties_organisation_one_per_siret"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                fields=("rna",), name="parties_organisation_one_per_rna"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("siret__isnull", False),
                    ("rna__isnull", False),
                    ("is_simulated", True),
                    _connector="OR",
                ),
                name="parties_organisation_has_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("siret__isnull", True),
                    ("siret__regex", "^[0-9]{14}$"),
                    _connector="OR",
                ),
                name="parties_organisation_siret_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rna__isnull", True),
                    ("rna__regex", "^W[0-9A-Z]{9}$"),
                    _connector="OR",
                ),
                name="parties_organisation_rna_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kinds__contained_by",
                        [
                            "FUNDER",
                            "STATE",
                            "OPERATOR",
                            "PRESCRIBER",
                            "PLACE_OPERATOR",
                            "LANDLORD",
                            "AUDITOR",
                        ],
                    ),
                    ("kinds__len__gte", 1),
                ),
                name="parties_organisation_kinds_known",
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                fields=["organisation", "person"], name="parties_membership_of"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "OPERATOR_ADMIN",
                            "OPERATOR_AGENT",
                            "TREASURER",
                            "APPROVER",
                            "FUNDER",
                            "PRESCRIBER_LEAD",
                            "PRESCRIBER",
                            "PLACE_MANAGER",
                            "MEDIATOR",
                            "AUDITOR",
                        ],
                    )
                ),
                name="parties_membership_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__isnull", True),
                    ("ends_at__gte", models.F("starts_at")),
                    _connector="OR",
                ),
                name="parties_membership_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("suspended_at__isnull", True),
                        ("suspended_by_id__isnull", True),
                    ),
                    models.Q(
                        ("suspended_at__isnull", False),
                        ("suspended_by_id__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="parties_membership_suspension_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["organisation"], name="parties_invitation_of"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "OPERATOR_ADMIN",
                            "OPERATOR_AGENT",
                            "TREASURER",
                            "APPROVER",
                            "FUNDER",
                            "PRESCRIBER_LEAD",
                            "PRESCRIBER",
                            "PLACE_MANAGER",
                            "MEDIATOR",
                            "AUDITOR",
                        ],
                    )
                ),
                name="parties_invitation_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("accepted_at__isnull", True), ("accepted_by__isnull", True)
                    ),
                    models.Q(
                        ("accepted_at__isnull", False), ("accepted_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="parties_invitation_answer_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("invited_at"))),
                name="parties_invitation_dates_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="bankaccount",
            index=models.Index(
                fields=["organisation", "state"], name="parties_account_of"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["PROPOSED", "APPROVED", "ENDED"])),
                name="parties_account_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by_id__isnull", True),
                    models.Q(
                        ("approved_by_id", models.F("proposed_by_id")), _negated=True
                    ),
                    _connector="OR",
                ),
                name="parties_account_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_by_id__isnull", True),
                        ("approved_at__isnull", True),
                        ("valid_from__isnull", True),
                    ),
                    models.Q(
                        ("approved_by_id__isnull", False),
                        ("approved_at__isnull", False),
                        ("valid_from__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="parties_account_approval_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "APPROVED"), _negated=True),
                    ("approved_at__isnull", False),
                    _connector="OR",
                ),
                name="parties_account_approved_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ENDED"), ("ended_at__isnull", False)),
                    models.Q(
                        models.Q(("state", "ENDED"), _negated=True),
                        ("ended_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="parties_account_ending_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "PROPOSED")),
                fields=("organisation",),
                name="parties_account_one_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("decision__isnull", True)),
                fields=["organisation"],
                name="parties_approval_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                fields=["subject_kind", "subject_id"], name="parties_approval_of"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decision__in", ["APPROVED", "REFUSED"]),
                    ("decision__isnull", True),
                    _connector="OR",
                ),
                name="parties_approval_decision_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decision__isnull", True),
                        ("decided_by_id__isnull", True),
                        ("decided_at__isnull", True),
                    ),
                    models.Q(
                        ("decision__isnull", False),
                        ("decided_by_id__isnull", False),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="parties_approval_decision_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by_id__isnull", True),
                    models.Q(
                        ("decided_by_id", models.F("requested_by_id")), _negated=True
                    ),
                    _connector="OR",
                ),
                name="parties_approval_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decision__isnull", True)),
                fields=("action", "subject_kind", "subject_id"),
                name="parties_approval_one_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="apitoken",
            index=models.Index(fields=["organisation"], name="parties_token_of"),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))),
                name="parties_token_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("scopes__len__gte", 1)), name="parties_token_scoped"
            ),
        ),
        migrations.RunSQL(WALLS + ONE_ROLE_ONCE + FROZEN + THROTTLE, UNDO),
    ]
