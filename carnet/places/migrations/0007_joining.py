"""Joining a network: terms and labels, which are published; files, papers, decisions and appeals behind their walls, a file open to its link.

Nobody has an organisation before it is admitted: the hash of the link's secret opens the one file that has it, for reading
(docs/decisions/0009-one-row-keys-at-sign-in.md), and through it its papers, decisions and appeals.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_append_only('places_joiningterms');
SELECT carnet_guard_rows('places_joiningfile', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('places_joiningdocument', 'programme_id', NULL);
SELECT carnet_guard_rows('places_joiningdecision', 'programme_id', NULL);
SELECT carnet_guard_rows('places_joiningappeal', 'programme_id', NULL);
CREATE POLICY presented ON places_joiningfile FOR SELECT USING (secret_hash = (SELECT carnet_presented()));
CREATE POLICY of_file ON places_joiningdocument FOR SELECT USING (EXISTS (SELECT 1 FROM places_joiningfile f WHERE f.id = file_id));
CREATE POLICY of_file ON places_joiningdecision FOR SELECT USING (EXISTS (SELECT 1 FROM places_joiningfile f WHERE f.id = file_id));
CREATE POLICY of_file ON places_joiningappeal FOR SELECT USING (EXISTS (SELECT 1 FROM places_joiningfile f WHERE f.id = file_id));

CREATE FUNCTION places_freeze_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'PREPARED' THEN
    RAISE EXCEPTION 'decision %: already decided', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.id, NEW.file_id, NEW.programme_id, NEW.terms_id, NEW.kind, NEW.criteria, NEW.reason, NEW.from_on, NEW.place_ids, NEW.revision,
      NEW.digest, NEW.prepared_by_id, NEW.prepared_at, NEW.request_id)
     IS DISTINCT FROM
     (OLD.id, OLD.file_id, OLD.programme_id, OLD.terms_id, OLD.kind, OLD.criteria, OLD.reason, OLD.from_on, OLD.place_ids, OLD.revision,
      OLD.digest, OLD.prepared_by_id, OLD.prepared_at, OLD.request_id) THEN
    RAISE EXCEPTION 'decision %: what was prepared never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER places_decision_frozen BEFORE UPDATE ON places_joiningdecision FOR EACH ROW EXECUTE FUNCTION places_freeze_decision();
CREATE TRIGGER places_decision_kept BEFORE DELETE ON places_joiningdecision FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
CREATE TRIGGER places_appeal_kept BEFORE DELETE ON places_joiningappeal FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
CREATE TRIGGER places_label_kept BEFORE DELETE ON places_placelabel FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
"""

UNDO = """
DROP TRIGGER places_label_kept ON places_placelabel; DROP TRIGGER places_appeal_kept ON places_joiningappeal;
DROP TRIGGER places_decision_kept ON places_joiningdecision; DROP TRIGGER places_decision_frozen ON places_joiningdecision;
DROP FUNCTION places_freeze_decision;
DROP POLICY of_file ON places_joiningdocument; DROP POLICY of_file ON places_joiningdecision; DROP POLICY of_file ON places_joiningappeal;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0004_offers"),
        ("funding", "0002_programme_colour"),
        ("parties", "0002_second_factor_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name='JoiningTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.SmallIntegerField()),
                ('criteria', models.JSONField()),
                ('charter', models.TextField()),
                ('answer_days', models.SmallIntegerField()),
                ('completion_days', models.SmallIntegerField()),
                ('appeal_days', models.SmallIntegerField()),
                ('label_months', models.SmallIntegerField()),
                ('published_at', models.DateTimeField()),
                ('published_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='JoiningFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=10)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('number', models.CharField(blank=True, max_length=14)),
                ('sealed_answers', models.BinaryField(null=True)),
                ('sealed_email', models.BinaryField(null=True)),
                ('email_mark', models.BinaryField(max_length=32, null=True)),
                ('secret_hash', models.BinaryField(max_length=32, unique=True)),
                ('revision', models.IntegerField(default=0)),
                ('opened_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.joiningterms')),
            ],
        ),
        migrations.CreateModel(
            name='JoiningDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('state', models.CharField(max_length=10)),
                ('criteria', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=list, size=None)),
                ('reason', models.CharField(max_length=2000)),
                ('from_on', models.DateField(null=True)),
                ('place_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('revision', models.IntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('prepared_by_id', models.BigIntegerField()),
                ('prepared_at', models.DateTimeField()),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.joiningfile')),
                ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.joiningterms')),
            ],
        ),
        migrations.CreateModel(
            name='PlaceLabel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('suspended_on', models.DateField(null=True)),
                ('withdrawn_on', models.DateField(null=True)),
                ('reminded_on', models.DateField(null=True)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.joiningfile')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='labels', to='places.place')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='JoiningDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=16)),
                ('media_type', models.CharField(max_length=40)),
                ('size', models.IntegerField()),
                ('sealed_content', models.BinaryField(null=True)),
                ('added_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.joiningfile')),
            ],
            options={
                'indexes': [models.Index(fields=['file'], name='places_document_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), ('sealed_content__isnull', False)), models.Q(('removed_at__isnull', False), ('sealed_content__isnull', True)), _connector='OR'), name='places_document_removed_whole'), models.CheckConstraint(condition=models.Q(('kind__in', ['STATUTES', 'DECLARATION', 'OFFICERS', 'DELIBERATION', 'REGISTRATION', 'INSURANCE', 'BANK_DETAILS', 'OTHER'])), name='places_document_kind')],
            },
        ),
        migrations.CreateModel(
            name='JoiningAppeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=2000)),
                ('lodged_at', models.DateTimeField()),
                ('lodged_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('answer', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.joiningdecision')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.joiningdecision')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.joiningfile')),
            ],
            options={
                'indexes': [models.Index(fields=['file'], name='places_appeal_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='places_appeal_motivated')],
            },
        ),
        migrations.AddConstraint(
            model_name='joiningterms',
            constraint=models.UniqueConstraint(fields=('programme', 'version'), name='places_terms_version'),
        ),
        migrations.AddConstraint(
            model_name='joiningterms',
            constraint=models.CheckConstraint(condition=models.Q(('answer_days__gt', 0), ('appeal_days__gt', 0), ('completion_days__gt', 0), ('label_months__gt', 0), ('version__gt', 0)), name='places_terms_positive'),
        ),
        migrations.AddIndex(
            model_name='joiningfile',
            index=models.Index(fields=['programme', 'state'], name='places_joining_of'),
        ),
        migrations.AddIndex(
            model_name='joiningfile',
            index=models.Index(fields=['organisation'], name='places_joining_organisation'),
        ),
        migrations.AddIndex(
            model_name='joiningfile',
            index=models.Index(fields=['email_mark'], name='places_joining_email'),
        ),
        migrations.AddConstraint(
            model_name='joiningfile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['DRAFT', 'SENT', 'COMPLETION', 'ADMITTED', 'SUSPENDED', 'ENDED', 'REFUSED', 'WITHDRAWN'])), name='places_joining_state'),
        ),
        migrations.AddConstraint(
            model_name='joiningfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email_mark__isnull', False), ('erased_at__isnull', True), ('sealed_answers__isnull', False), ('sealed_email__isnull', False)), models.Q(('email_mark__isnull', True), ('erased_at__isnull', False), ('sealed_answers__isnull', True), ('sealed_email__isnull', True)), _connector='OR'), name='places_joining_erased_whole'),
        ),
        migrations.AddConstraint(
            model_name='joiningfile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['DRAFT', 'WITHDRAWN']), ('sent_at__isnull', False), _connector='OR'), name='places_joining_sent'),
        ),
        migrations.AddConstraint(
            model_name='joiningfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['ADMITTED', 'SUSPENDED', 'ENDED']), _negated=True), ('organisation__isnull', False), _connector='OR'), name='places_joining_admitted'),
        ),
        migrations.AddConstraint(
            model_name='joiningfile',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['SENT', 'COMPLETION', 'ADMITTED', 'SUSPENDED'])), fields=('programme', 'number'), name='places_joining_one_per_number'),
        ),
        migrations.AddIndex(
            model_name='joiningdecision',
            index=models.Index(fields=['file', 'decided_at'], name='places_decision_of'),
        ),
        migrations.AddConstraint(
            model_name='joiningdecision',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['COMPLETE', 'ADMIT', 'REFUSE', 'SUSPEND', 'RESUME', 'END', 'RENEW', 'UPHOLD', 'DISMISS'])), name='places_decision_kind'),
        ),
        migrations.AddConstraint(
            model_name='joiningdecision',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'TAKEN', 'SET_ASIDE'])), name='places_decision_state'),
        ),
        migrations.AddConstraint(
            model_name='joiningdecision',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('prepared_by_id')), _negated=True), _connector='OR'), name='places_decision_two_people'),
        ),
        migrations.AddConstraint(
            model_name='joiningdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by_id__isnull', True), ('state', 'PREPARED')), models.Q(models.Q(('state', 'PREPARED'), _negated=True), ('decided_at__isnull', False), ('decided_by_id__isnull', False)), _connector='OR'), name='places_decision_whole'),
        ),
        migrations.AddConstraint(
            model_name='joiningdecision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='places_decision_motivated'),
        ),
        migrations.AddConstraint(
            model_name='joiningdecision',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'PREPARED')), fields=('file',), name='places_decision_one_waiting'),
        ),
        migrations.AddIndex(
            model_name='placelabel',
            index=models.Index(fields=['place'], name='places_label_of'),
        ),
        migrations.AddIndex(
            model_name='placelabel',
            index=models.Index(fields=['programme', 'until_on'], name='places_label_list'),
        ),
        migrations.AddIndex(
            model_name='placelabel',
            index=models.Index(fields=['organisation'], name='places_label_organisation'),
        ),
        migrations.AddConstraint(
            model_name='placelabel',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gt', models.F('from_on'))), name='places_label_in_order'),
        ),
        migrations.AddConstraint(
            model_name='placelabel',
            constraint=models.CheckConstraint(condition=models.Q(('service_codes__len__gte', 1)), name='places_label_has_services'),
        ),
        migrations.AddConstraint(
            model_name='placelabel',
            constraint=models.UniqueConstraint(fields=('file', 'place', 'from_on'), name='places_label_once'),
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
