"""Structures that ask to act for people, and their helpers: terms, requests, decisions, trainings whose seats PostgreSQL counts by itself.

Nobody has an organisation before it is admitted: the hash of a request's number and code opens that one request, for reading
(docs/decisions/0009-one-row-keys-at-sign-in.md), and through it what was written and decided of it.
"""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_append_only('mandates_helperterms');
SELECT carnet_guard_rows('mandates_structurefile', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('mandates_structurepaper', 'programme_id', NULL);
SELECT carnet_guard_rows('mandates_structuremessage', 'programme_id', NULL);
SELECT carnet_guard_rows('mandates_structuredecision', 'programme_id', NULL);
SELECT carnet_guard_rows('mandates_structureappeal', 'programme_id', NULL);
SELECT carnet_guard_rows('mandates_helperfile', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('mandates_helpertest', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('mandates_helpertest');
SELECT carnet_guard_rows('mandates_termsacceptance', NULL, 'organisation_id');
SELECT carnet_guard_append_only('mandates_termsacceptance');
SELECT carnet_guard_rows('mandates_trainingseat', 'programme_id', 'organisation_id');
CREATE POLICY presented ON mandates_structurefile FOR SELECT USING (secret_hash = (SELECT carnet_presented()));
CREATE POLICY of_file ON mandates_structuremessage FOR SELECT USING (EXISTS (SELECT 1 FROM mandates_structurefile f WHERE f.id = file_id));
CREATE POLICY of_file ON mandates_structuredecision FOR SELECT USING (EXISTS (SELECT 1 FROM mandates_structurefile f WHERE f.id = file_id));
CREATE POLICY of_file ON mandates_structureappeal FOR SELECT USING (EXISTS (SELECT 1 FROM mandates_structurefile f WHERE f.id = file_id));

-- A seat copies how many seats its training has, and follows: its own CHECK then bounds its number. Keys see through walls; a count would not.
ALTER TABLE mandates_trainingseat ADD CONSTRAINT mandates_trainingseat_of_session
  FOREIGN KEY (session_id, session_seats) REFERENCES mandates_trainingsession (id, seats) ON UPDATE CASCADE;

CREATE FUNCTION mandates_freeze_structure_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'PREPARED' THEN
    RAISE EXCEPTION 'structure decision %: already decided', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (to_jsonb(NEW) - 'state' - 'decided_by_id' - 'decided_at') IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'decided_by_id' - 'decided_at') THEN
    RAISE EXCEPTION 'structure decision %: what was prepared never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mandates_structure_decision_frozen BEFORE UPDATE ON mandates_structuredecision
  FOR EACH ROW EXECUTE FUNCTION mandates_freeze_structure_decision();
CREATE TRIGGER mandates_structure_decision_kept BEFORE DELETE ON mandates_structuredecision
  FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0007_on_demand'),
        ('mandates', '0001_mandates'),
        ('parties', '0008_helpers'),
    ]

    operations = [
        migrations.CreateModel(
            name='HelperTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.SmallIntegerField()),
                ('text', models.TextField()),
                ('digest', models.BinaryField(max_length=32)),
                ('published_at', models.DateTimeField()),
                ('published_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='HelperFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField(null=True)),
                ('sealed_identity', models.BinaryField(null=True)),
                ('email_mark', models.BinaryField(max_length=32, null=True)),
                ('trained_at', models.DateTimeField(null=True)),
                ('passed_at', models.DateTimeField(null=True)),
                ('invited_at', models.DateTimeField(null=True)),
                ('active_at', models.DateTimeField(null=True)),
                ('deactivated_at', models.DateTimeField(null=True)),
                ('deactivated_by_id', models.BigIntegerField(null=True)),
                ('deactivated_because', models.CharField(blank=True, max_length=200)),
                ('added_at', models.DateTimeField()),
                ('added_by_id', models.BigIntegerField()),
                ('erased_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('terms', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.helperterms')),
            ],
        ),
        migrations.CreateModel(
            name='HelperTest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.SmallIntegerField()),
                ('passed', models.BooleanField()),
                ('noted_at', models.DateTimeField()),
                ('noted_by_id', models.BigIntegerField()),
                ('request_id', models.UUIDField(unique=True)),
                ('helper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.helperfile')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='StructureFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=8, unique=True)),
                ('state', models.CharField(max_length=10)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('siret', models.CharField(blank=True, max_length=14)),
                ('sealed_answers', models.BinaryField(null=True)),
                ('sealed_email', models.BinaryField(null=True)),
                ('email_mark', models.BinaryField(max_length=32, null=True)),
                ('secret_hash', models.BinaryField(max_length=32, unique=True)),
                ('revision', models.IntegerField(default=0)),
                ('opened_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='StructureDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('state', models.CharField(max_length=10)),
                ('reason', models.CharField(max_length=2000)),
                ('revision', models.IntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('prepared_by_id', models.BigIntegerField()),
                ('prepared_at', models.DateTimeField()),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.structurefile')),
            ],
        ),
        migrations.CreateModel(
            name='StructureAppeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_text', models.BinaryField(null=True)),
                ('lodged_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('answer', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.structuredecision')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.structuredecision')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.structurefile')),
            ],
        ),
        migrations.CreateModel(
            name='StructureMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_programme', models.BooleanField()),
                ('author_id', models.BigIntegerField(null=True)),
                ('sealed_text', models.BinaryField(null=True)),
                ('written_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.structurefile')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='StructurePaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('media_type', models.CharField(max_length=40)),
                ('size', models.IntegerField()),
                ('sealed_content', models.BinaryField(null=True)),
                ('added_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.structurefile')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='TermsAcceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField()),
                ('accepted_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('helper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.helperfile')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.helperterms')),
            ],
        ),
        migrations.CreateModel(
            name='TrainingSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200)),
                ('mode', models.CharField(max_length=7)),
                ('place', models.CharField(max_length=200)),
                ('note', models.CharField(blank=True, max_length=2000)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('seats', models.SmallIntegerField()),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField()),
                ('planned_by_id', models.BigIntegerField()),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='TrainingSeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_seats', models.SmallIntegerField()),
                ('rank', models.SmallIntegerField(null=True)),
                ('taken_at', models.DateTimeField()),
                ('taken_by_id', models.BigIntegerField()),
                ('given_back_at', models.DateTimeField(null=True)),
                ('came', models.BooleanField(null=True)),
                ('noted_at', models.DateTimeField(null=True)),
                ('noted_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('helper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.helperfile')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.trainingsession')),
            ],
        ),
        migrations.AddConstraint(
            model_name='helperterms',
            constraint=models.UniqueConstraint(fields=('programme', 'version'), name='mandates_helperterms_version'),
        ),
        migrations.AddConstraint(
            model_name='helperterms',
            constraint=models.CheckConstraint(condition=models.Q(('version__gt', 0), models.Q(('text', ''), _negated=True)), name='mandates_helperterms_whole'),
        ),
        migrations.AddIndex(
            model_name='helperfile',
            index=models.Index(fields=['programme', 'organisation'], name='mandates_helperfile_of'),
        ),
        migrations.AddIndex(
            model_name='helperfile',
            index=models.Index(fields=['email_mark'], name='mandates_helperfile_email'),
        ),
        migrations.AddConstraint(
            model_name='helperfile',
            constraint=models.UniqueConstraint(fields=('organisation', 'email_mark'), name='mandates_helperfile_once'),
        ),
        migrations.AddConstraint(
            model_name='helperfile',
            constraint=models.UniqueConstraint(condition=models.Q(('person_id__isnull', False)), fields=('organisation', 'person_id'), name='mandates_helperfile_one_a_person'),
        ),
        migrations.AddConstraint(
            model_name='helperfile',
            constraint=models.CheckConstraint(condition=models.Q(('passed_at__isnull', True), ('trained_at__isnull', False), _connector='OR'), name='mandates_helperfile_test_after'),
        ),
        migrations.AddConstraint(
            model_name='helperfile',
            constraint=models.CheckConstraint(condition=models.Q(('invited_at__isnull', True), models.Q(('passed_at__isnull', False), ('trained_at__isnull', False)), _connector='OR'), name='mandates_helperfile_invited_ready'),
        ),
        migrations.AddConstraint(
            model_name='helperfile',
            constraint=models.CheckConstraint(condition=models.Q(('active_at__isnull', True), models.Q(('deactivated_at__isnull', True), ('passed_at__isnull', False), ('person_id__isnull', False), ('terms__isnull', False), ('trained_at__isnull', False)), _connector='OR'), name='mandates_helperfile_active_whole'),
        ),
        migrations.AddConstraint(
            model_name='helperfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deactivated_at__isnull', True), ('deactivated_because', ''), ('deactivated_by_id__isnull', True)), models.Q(('deactivated_at__isnull', False), ('deactivated_by_id__isnull', False), models.Q(('deactivated_because', ''), _negated=True)), _connector='OR'), name='mandates_helperfile_deactivated'),
        ),
        migrations.AddConstraint(
            model_name='helperfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email_mark__isnull', False), ('erased_at__isnull', True), ('sealed_identity__isnull', False)), models.Q(('email_mark__isnull', True), ('erased_at__isnull', False), ('sealed_identity__isnull', True)), _connector='OR'), name='mandates_helperfile_erased'),
        ),
        migrations.AddIndex(
            model_name='helpertest',
            index=models.Index(fields=['helper'], name='mandates_helpertest_of'),
        ),
        migrations.AddConstraint(
            model_name='helpertest',
            constraint=models.CheckConstraint(condition=models.Q(('score__range', (0, 100))), name='mandates_helpertest_score'),
        ),
        migrations.AddIndex(
            model_name='structurefile',
            index=models.Index(fields=['programme', 'state'], name='mandates_structurefile_of'),
        ),
        migrations.AddIndex(
            model_name='structurefile',
            index=models.Index(fields=['email_mark'], name='mandates_structurefile_email'),
        ),
        migrations.AddConstraint(
            model_name='structurefile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['DRAFT', 'SENT', 'COMPLETION', 'ADMITTED', 'SUSPENDED', 'ENDED', 'REFUSED', 'WITHDRAWN'])), name='mandates_structurefile_state'),
        ),
        migrations.AddConstraint(
            model_name='structurefile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email_mark__isnull', False), ('erased_at__isnull', True), ('sealed_answers__isnull', False), ('sealed_email__isnull', False)), models.Q(('email_mark__isnull', True), ('erased_at__isnull', False), ('sealed_answers__isnull', True), ('sealed_email__isnull', True)), _connector='OR'), name='mandates_structurefile_erased'),
        ),
        migrations.AddConstraint(
            model_name='structurefile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['DRAFT', 'WITHDRAWN']), ('sent_at__isnull', False), _connector='OR'), name='mandates_structurefile_sent'),
        ),
        migrations.AddConstraint(
            model_name='structurefile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['ADMITTED', 'SUSPENDED', 'ENDED']), _negated=True), ('organisation__isnull', False), _connector='OR'), name='mandates_structurefile_admitted'),
        ),
        migrations.AddConstraint(
            model_name='structurefile',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['SENT', 'COMPLETION', 'ADMITTED', 'SUSPENDED'])), fields=('programme', 'siret'), name='mandates_structurefile_one_per_siret'),
        ),
        migrations.AddConstraint(
            model_name='structurefile',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['ADMITTED', 'SUSPENDED'])), fields=('organisation',), name='mandates_structurefile_one_standing'),
        ),
        migrations.AddConstraint(
            model_name='structuredecision',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['COMPLETE', 'ADMIT', 'REFUSE', 'SUSPEND', 'REINSTATE', 'END', 'UPHOLD', 'DISMISS'])), name='mandates_structuredecision_kind'),
        ),
        migrations.AddConstraint(
            model_name='structuredecision',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'TAKEN', 'SET_ASIDE'])), name='mandates_structuredecision_state'),
        ),
        migrations.AddConstraint(
            model_name='structuredecision',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('prepared_by_id')), _negated=True), _connector='OR'), name='mandates_structuredecision_two_people'),
        ),
        migrations.AddConstraint(
            model_name='structuredecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by_id__isnull', True), ('state', 'PREPARED')), models.Q(models.Q(('state', 'PREPARED'), _negated=True), ('decided_at__isnull', False), ('decided_by_id__isnull', False)), _connector='OR'), name='mandates_structuredecision_whole'),
        ),
        migrations.AddConstraint(
            model_name='structuredecision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='mandates_structuredecision_motivated'),
        ),
        migrations.AddConstraint(
            model_name='structuredecision',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'PREPARED')), fields=('file',), name='mandates_structuredecision_one_waiting'),
        ),
        migrations.AddIndex(
            model_name='structureappeal',
            index=models.Index(fields=['file'], name='mandates_structureappeal_of'),
        ),
        migrations.AddConstraint(
            model_name='structureappeal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', True), ('sealed_text__isnull', False)), models.Q(('erased_at__isnull', False), ('sealed_text__isnull', True)), _connector='OR'), name='mandates_structureappeal_erased'),
        ),
        migrations.AddConstraint(
            model_name='structureappeal',
            constraint=models.CheckConstraint(condition=models.Q(('answer__isnull', True), models.Q(('answer', models.F('decision')), _negated=True), _connector='OR'), name='mandates_structureappeal_answer'),
        ),
        migrations.AddIndex(
            model_name='structuremessage',
            index=models.Index(fields=['file', 'written_at'], name='mandates_structuremessage_of'),
        ),
        migrations.AddConstraint(
            model_name='structuremessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', True), ('sealed_text__isnull', False)), models.Q(('erased_at__isnull', False), ('sealed_text__isnull', True)), _connector='OR'), name='mandates_structuremessage_erased'),
        ),
        migrations.AddConstraint(
            model_name='structuremessage',
            constraint=models.CheckConstraint(condition=models.Q(('by_programme', False), ('author_id__isnull', False), _connector='OR'), name='mandates_structuremessage_author'),
        ),
        migrations.AddIndex(
            model_name='structurepaper',
            index=models.Index(fields=['file'], name='mandates_structurepaper_of'),
        ),
        migrations.AddConstraint(
            model_name='structurepaper',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), ('sealed_content__isnull', False)), models.Q(('removed_at__isnull', False), ('sealed_content__isnull', True)), _connector='OR'), name='mandates_structurepaper_removed'),
        ),
        migrations.AddConstraint(
            model_name='structurepaper',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['STATUTES', 'MISSION', 'DPO', 'OTHER'])), name='mandates_structurepaper_kind'),
        ),
        migrations.AddConstraint(
            model_name='termsacceptance',
            constraint=models.UniqueConstraint(fields=('helper', 'terms'), name='mandates_termsacceptance_once'),
        ),
        migrations.AddIndex(
            model_name='trainingsession',
            index=models.Index(fields=['programme', 'starts_at'], name='mandates_trainingsession_of'),
        ),
        migrations.AddConstraint(
            model_name='trainingsession',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='mandates_trainingsession_in_order'),
        ),
        migrations.AddConstraint(
            model_name='trainingsession',
            constraint=models.CheckConstraint(condition=models.Q(('seats__range', (1, 60))), name='mandates_trainingsession_seats'),
        ),
        migrations.AddConstraint(
            model_name='trainingsession',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['ON_SITE', 'ONLINE'])), name='mandates_trainingsession_mode'),
        ),
        migrations.AddConstraint(
            model_name='trainingsession',
            constraint=models.UniqueConstraint(fields=('id', 'seats'), name='mandates_trainingsession_its_seats'),
        ),
        migrations.AddIndex(
            model_name='trainingseat',
            index=models.Index(fields=['organisation'], name='mandates_trainingseat_of'),
        ),
        migrations.AddConstraint(
            model_name='trainingseat',
            constraint=models.UniqueConstraint(fields=('session', 'rank'), name='mandates_trainingseat_one_each'),
        ),
        migrations.AddConstraint(
            model_name='trainingseat',
            constraint=models.UniqueConstraint(condition=models.Q(('given_back_at', None)), fields=('session', 'helper'), name='mandates_trainingseat_once'),
        ),
        migrations.AddConstraint(
            model_name='trainingseat',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('given_back_at__isnull', True), ('rank__gte', 1), ('rank__lte', models.F('session_seats'))), models.Q(('came__isnull', True), ('given_back_at__isnull', False), ('rank__isnull', True)), _connector='OR'), name='mandates_trainingseat_never_too_many'),
        ),
        migrations.AddConstraint(
            model_name='trainingseat',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('came__isnull', True), ('noted_at__isnull', True), ('noted_by_id__isnull', True)), models.Q(('came__isnull', False), ('noted_at__isnull', False), ('noted_by_id__isnull', False)), _connector='OR'), name='mandates_trainingseat_noted_whole'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
