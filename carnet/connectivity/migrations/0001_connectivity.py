"""Landlords and providers, residences and homes, offers, connections and what did not work; and their walls."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('connectivity_partner', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('connectivity_estatefile', 'programme_id', 'landlord_id');
SELECT carnet_guard_append_only('connectivity_estatefile');
SELECT carnet_guard_rows('connectivity_residence', 'programme_id', 'landlord_id');
SELECT carnet_guard_rows('connectivity_home', 'programme_id', 'landlord_id');
SELECT carnet_guard_rows('connectivity_offer', 'programme_id', 'landlord_id,provider_id');
SELECT carnet_guard_rows('connectivity_connection', 'programme_id', 'landlord_id,provider_id,desk_id');
SELECT carnet_guard_rows('connectivity_step', 'programme_id', 'landlord_id,provider_id,desk_id');
SELECT carnet_guard_append_only('connectivity_step');
SELECT carnet_guard_rows('connectivity_incident', 'programme_id', 'landlord_id,provider_id,desk_id');
-- What a person said of themselves is the desk's; their number, the desk's and the provider's. A landlord reads neither.
SELECT carnet_guard_rows('connectivity_application', 'programme_id', 'desk_id');
SELECT carnet_guard_rows('connectivity_contact', NULL, 'provider_id,desk_id');
-- A provider and a desk read the home, the residence and the offer of their own connections, and of no other.
CREATE POLICY connected ON connectivity_residence FOR SELECT USING (id IN (
  SELECT residence_id FROM connectivity_connection
  WHERE provider_id = ANY ((SELECT carnet_organisations())::bigint[]) OR desk_id = ANY ((SELECT carnet_organisations())::bigint[])));
CREATE POLICY connected ON connectivity_home FOR SELECT USING (id IN (
  SELECT home_id FROM connectivity_connection
  WHERE provider_id = ANY ((SELECT carnet_organisations())::bigint[]) OR desk_id = ANY ((SELECT carnet_organisations())::bigint[])));
CREATE POLICY connected ON connectivity_offer FOR SELECT USING (id IN (
  SELECT offer_id FROM connectivity_connection WHERE desk_id = ANY ((SELECT carnet_organisations())::bigint[])));
"""

# What two people agreed to is not written again: an offer is decided once and closed once. A connection keeps its home and its parties.
STAYS = """
CREATE FUNCTION connectivity_offer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] := ARRAY['state', 'approval_id', 'decided_by_id', 'decided_at', 'closed_at'];
BEGIN
  IF OLD.closed_at IS NOT NULL OR (to_jsonb(NEW) - moving) IS DISTINCT FROM (to_jsonb(OLD) - moving)
    OR (OLD.decided_at IS NOT NULL AND (NEW.decided_at, NEW.decided_by_id) IS DISTINCT FROM (OLD.decided_at, OLD.decided_by_id))
  THEN
    RAISE EXCEPTION 'offer % was prepared: it can only be decided, once, and closed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER connectivity_offer_stays BEFORE UPDATE ON connectivity_offer FOR EACH ROW EXECUTE FUNCTION connectivity_offer_stays();
CREATE FUNCTION connectivity_connection_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.number, NEW.programme_id, NEW.landlord_id, NEW.provider_id, NEW.desk_id, NEW.offer_id, NEW.residence_id, NEW.home_id,
      NEW.applied_on, NEW.request_id)
    IS DISTINCT FROM (OLD.number, OLD.programme_id, OLD.landlord_id, OLD.provider_id, OLD.desk_id, OLD.offer_id, OLD.residence_id,
      OLD.home_id, OLD.applied_on, OLD.request_id)
    OR (OLD.over_at IS NOT NULL AND NEW.state <> OLD.state)
  THEN
    RAISE EXCEPTION 'connection % keeps its home and its parties, and what is over stays over', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER connectivity_connection_stays BEFORE UPDATE ON connectivity_connection
  FOR EACH ROW EXECUTE FUNCTION connectivity_connection_stays();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("funding", "0007_on_demand"),
        ("parties", "0011_connection"),
    ]

    operations = [
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("residence_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ("name", models.CharField(max_length=120)),
                ("household_cents", models.IntegerField()),
                ("landlord_cents", models.IntegerField()),
                ("funders_cents", models.IntegerField()),
                ("setup_cents", models.IntegerField()),
                ("collector", models.CharField(max_length=8)),
                ("down_mbps", models.IntegerField()),
                ("up_mbps", models.IntegerField()),
                ("has_box", models.BooleanField()),
                ("lends_computer", models.BooleanField()),
                ("months", models.SmallIntegerField()),
                ("home_limit", models.IntegerField()),
                ("tolerated_days", models.SmallIntegerField()),
                ("eligibility", models.JSONField()),
                ("opens_on", models.DateField()),
                ("closes_on", models.DateField()),
                ("state", models.CharField(max_length=8)),
                ("prepared_by_id", models.BigIntegerField()),
                ("prepared_at", models.DateTimeField()),
                ("approval_id", models.BigIntegerField(null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                ("agreement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.agreement")),
                ("landlord", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
                ("provider", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
            ],
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(max_length=8)),
                ("admitted_at", models.DateTimeField()),
                ("admitted_by_id", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation"),
                ),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
            ],
        ),
        migrations.CreateModel(
            name="Residence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                ("address", models.CharField(max_length=200)),
                ("postcode", models.CharField(blank=True, max_length=5)),
                ("city", models.CharField(blank=True, max_length=100)),
                ("commune", models.CharField(max_length=5)),
                ("dwelling_count", models.IntegerField()),
                ("has_fibre", models.BooleanField(null=True)),
                ("place_id", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("landlord", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
            ],
        ),
        migrations.CreateModel(
            name="Home",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=40)),
                ("door", models.CharField(blank=True, max_length=60)),
                ("ended_at", models.DateTimeField(null=True)),
                ("landlord", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
                (
                    "residence",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="homes", to="connectivity.residence"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=8, unique=True)),
                ("state", models.CharField(max_length=11)),
                ("wants_computer", models.BooleanField(default=False)),
                ("applied_on", models.DateField()),
                ("accepted_on", models.DateField(null=True)),
                ("appointment_on", models.DateField(null=True)),
                ("activated_on", models.DateField(null=True)),
                ("ends_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("reason", models.CharField(blank=True, max_length=16)),
                ("reserved_cents", models.BigIntegerField(default=0)),
                ("code_version", models.SmallIntegerField(default=1)),
                ("wrong_count", models.SmallIntegerField(default=0)),
                ("visit_mark", models.BinaryField(max_length=32, null=True)),
                ("visit_opened_at", models.DateTimeField(null=True)),
                ("visit_seen_at", models.DateTimeField(null=True)),
                ("over_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("request_id", models.UUIDField(unique=True)),
                ("desk", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("landlord", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
                ("provider", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                (
                    "home",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="connections", to="connectivity.home"),
                ),
                (
                    "offer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="connections", to="connectivity.offer"),
                ),
                (
                    "residence",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="connections", to="connectivity.residence"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.CharField(blank=True, max_length=11)),
                ("state", models.CharField(max_length=11)),
                ("on", models.DateField()),
                ("reason", models.CharField(blank=True, max_length=16)),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="connectivity.connection"),
                ),
                ("desk", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("landlord", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
                ("provider", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
            ],
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=5)),
                ("grounds", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=13), size=None)),
                ("at_hand_over", models.BooleanField(default=False)),
                ("language", models.CharField(default="fr", max_length=8)),
                ("applied_at", models.DateTimeField()),
                ("applied_by_id", models.BigIntegerField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                ("desk", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
                (
                    "connection",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="connectivity.connection"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["programme", "applied_at"], name="connectivity_application_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel__in", ["DESK", "PHONE"]),
                            (
                                "grounds__contained_by",
                                ["NO_CONNECTION", "TOO_DEAR", "LOW_INCOME", "JOB_SEEKER", "SCHOOL_CHILD", "AGED", "LESSONS"],
                            ),
                        ),
                        name="connectivity_application_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("erased_at__isnull", True), ("grounds", []), _connector="OR"),
                        name="connectivity_application_erased",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed_phone", models.BinaryField(null=True)),
                ("may_text", models.BooleanField(default=False)),
                ("given_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="connectivity.connection"),
                ),
                ("desk", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
                ("provider", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("erased_at__isnull", True), ("sealed_phone__isnull", False)),
                            models.Q(("erased_at__isnull", False), ("sealed_phone__isnull", True)),
                            _connector="OR",
                        ),
                        name="connectivity_contact_erased",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EstateFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32)),
                ("residence_count", models.IntegerField()),
                ("home_count", models.IntegerField()),
                ("new_residence_count", models.IntegerField()),
                ("new_home_count", models.IntegerField()),
                ("brought_at", models.DateTimeField()),
                ("brought_by_id", models.BigIntegerField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                ("landlord", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
            ],
            options={
                "indexes": [models.Index(fields=["landlord", "-id"], name="connectivity_estatefile_of")],
            },
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("said_by", models.CharField(max_length=8)),
                ("reported_at", models.DateTimeField()),
                ("reported_by_id", models.BigIntegerField(null=True)),
                ("visit_on", models.DateField(null=True)),
                ("mended_at", models.DateTimeField(null=True)),
                ("mended_by", models.CharField(blank=True, max_length=11)),
                ("mended_request_id", models.UUIDField(null=True, unique=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="incidents", to="connectivity.connection"),
                ),
                ("desk", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("landlord", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
                ("provider", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("mended_at__isnull", True)),
                        fields=["provider", "reported_at"],
                        name="connectivity_incident_wait",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("mended_at__isnull", True)), fields=("connection",), name="connectivity_incident_one_waiting"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["NOTHING", "SLOW", "CUTS", "BOX", "COMPUTER"]),
                            ("said_by__in", ["PERSON", "DESK", "HELPLINE", "LANDLORD", "OPERATOR"]),
                        ),
                        name="connectivity_incident_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mended_at__isnull", True), ("mended_by", "")),
                            models.Q(
                                ("mended_at__isnull", False),
                                ("mended_by__in", ["FROM_AFAR", "VISIT", "REPLACED", "LINE", "EXPLAINED", "WAS_WORKING", "ENDED"]),
                            ),
                            _connector="OR",
                        ),
                        name="connectivity_incident_mended",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["landlord"], name="connectivity_offer_landlord"),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["provider"], name="connectivity_offer_provider"),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("funders_cents__gte", 0),
                    ("household_cents__gte", 0),
                    ("landlord_cents__gte", 0),
                    ("setup_cents__gte", 0),
                    models.Q(("household_cents__gt", 0), ("landlord_cents__gt", 0), ("funders_cents__gt", 0), _connector="OR"),
                ),
                name="connectivity_offer_money",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(("collector__in", ["LANDLORD", "PROVIDER"]), ("state__in", ["PREPARED", "OPEN", "REFUSED", "CLOSED"])),
                name="connectivity_offer_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(("down_mbps__gt", 0), ("home_limit__gt", 0), ("months__gt", 0)), name="connectivity_offer_bounds"
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(condition=models.Q(("closes_on__gt", models.F("opens_on"))), name="connectivity_offer_days"),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by_id__isnull", True), models.Q(("decided_by_id", models.F("prepared_by_id")), _negated=True), _connector="OR"
                ),
                name="connectivity_offer_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by_id__isnull", True), ("state", "PREPARED")),
                    models.Q(models.Q(("state", "PREPARED"), _negated=True), ("decided_by_id__isnull", False)),
                    _connector="OR",
                ),
                name="connectivity_offer_decided",
            ),
        ),
        migrations.AddIndex(
            model_name="partner",
            index=models.Index(fields=["organisation"], name="connectivity_partner_of"),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("programme", "organisation", "part"),
                name="connectivity_partner_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(condition=models.Q(("part__in", ["LANDLORD", "PROVIDER"])), name="connectivity_partner_part"),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__isnull", True), ("ended_at__gte", models.F("admitted_at")), _connector="OR"),
                name="connectivity_partner_ends_after",
            ),
        ),
        migrations.AddIndex(
            model_name="residence",
            index=models.Index(condition=models.Q(("place_id__isnull", False)), fields=["place_id"], name="connectivity_residence_place"),
        ),
        migrations.AddConstraint(
            model_name="residence",
            constraint=models.UniqueConstraint(fields=("programme", "landlord", "reference"), name="connectivity_residence_once"),
        ),
        migrations.AddConstraint(
            model_name="residence",
            constraint=models.CheckConstraint(condition=models.Q(("dwelling_count__gt", 0)), name="connectivity_residence_dwellings"),
        ),
        migrations.AddConstraint(
            model_name="residence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reference", ""), _negated=True),
                    models.Q(("name", ""), _negated=True),
                    models.Q(("address", ""), _negated=True),
                    ("commune__regex", "^[0-9AB]{5}$"),
                ),
                name="connectivity_residence_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="home",
            constraint=models.UniqueConstraint(fields=("residence", "reference"), name="connectivity_home_once"),
        ),
        migrations.AddConstraint(
            model_name="home",
            constraint=models.CheckConstraint(condition=models.Q(("reference", ""), _negated=True), name="connectivity_home_reference"),
        ),
        migrations.AddIndex(
            model_name="connection",
            index=models.Index(fields=["landlord", "state", "id"], name="connectivity_conn_landlord"),
        ),
        migrations.AddIndex(
            model_name="connection",
            index=models.Index(fields=["provider", "state", "id"], name="connectivity_conn_provider"),
        ),
        migrations.AddIndex(
            model_name="connection",
            index=models.Index(fields=["desk", "-id"], name="connectivity_conn_desk"),
        ),
        migrations.AddIndex(
            model_name="connection",
            index=models.Index(fields=["programme", "state"], name="connectivity_conn_programme"),
        ),
        migrations.AddIndex(
            model_name="connection",
            index=models.Index(fields=["offer", "state"], name="connectivity_conn_offer"),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["ACCEPTED", "ACTIVE", "APPLIED", "COULD_NOT", "SUSPENDED", "TO_ACTIVATE"])),
                fields=("home",),
                name="connectivity_connection_one_a_home",
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("visit_mark__isnull", False)), fields=("visit_mark",), name="connectivity_connection_visit"
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["APPLIED", "WITHDRAWN", "REFUSED", "ACCEPTED", "TO_ACTIVATE", "COULD_NOT", "ACTIVE", "SUSPENDED", "ENDED"],
                    )
                ),
                name="connectivity_connection_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["ACTIVE", "SUSPENDED"]), _negated=True),
                    models.Q(("activated_on__isnull", False), ("ends_on__isnull", False)),
                    _connector="OR",
                ),
                name="connectivity_connection_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("over_at__isnull", True), ("state__in", ["ACCEPTED", "ACTIVE", "APPLIED", "COULD_NOT", "SUSPENDED", "TO_ACTIVATE"])
                    ),
                    models.Q(
                        models.Q(("state__in", ["ACCEPTED", "ACTIVE", "APPLIED", "COULD_NOT", "SUSPENDED", "TO_ACTIVATE"]), _negated=True),
                        ("over_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="connectivity_connection_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("state", "ENDED"), _negated=True), ("ended_on__isnull", False), _connector="OR"),
                name="connectivity_connection_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_on__isnull", True), ("state__in", ["APPLIED", "REFUSED", "WITHDRAWN"])),
                    models.Q(models.Q(("state__in", ["APPLIED", "REFUSED", "WITHDRAWN"]), _negated=True), ("accepted_on__isnull", False)),
                    _connector="OR",
                ),
                name="connectivity_connection_accepted",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["connection", "id"], name="connectivity_step_of"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["APPLIED", "WITHDRAWN", "REFUSED", "ACCEPTED", "TO_ACTIVATE", "COULD_NOT", "ACTIVE", "SUSPENDED", "ENDED"],
                    )
                ),
                name="connectivity_step_state",
            ),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(STAYS, "DROP FUNCTION connectivity_offer_stays() CASCADE; DROP FUNCTION connectivity_connection_stays() CASCADE"),
    ]
