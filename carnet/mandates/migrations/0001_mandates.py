"""Structures, people sealed under keys of their own, mandates that stay as signed, authorisations never twice live, uses that only grow."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('mandates_structure', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('mandates_assistedperson', NULL, 'organisation_id');
SELECT carnet_guard_rows('mandates_draft', NULL, 'organisation_id');
SELECT carnet_guard_rows('mandates_mandate', NULL, 'organisation_id');
SELECT carnet_guard_rows('mandates_authorisation', NULL, 'organisation_id');
SELECT carnet_guard_rows('mandates_use', NULL, 'organisation_id');
SELECT carnet_guard_append_only('mandates_use');
-- Whoever has a mandate's paper checks that one mandate (docs/decisions/0047-a-mandate-is-a-structures.md): its code's keyed hash, in hex.
CREATE POLICY presented ON mandates_mandate FOR SELECT USING (
  check_mark = decode(COALESCE(current_setting('carnet.mandate', true), ''), 'hex'));
CREATE POLICY presented ON mandates_authorisation FOR SELECT USING (mandate_id IN (
  SELECT id FROM mandates_mandate WHERE check_mark = decode(COALESCE(current_setting('carnet.mandate', true), ''), 'hex')));
-- Whoever proves to be the person, by FranceConnect or by the code on their own paper, reads their rows in every structure.
CREATE POLICY own ON mandates_assistedperson FOR SELECT USING (
  subject_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex')
  OR code_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex'));
CREATE POLICY own ON mandates_mandate FOR SELECT USING (person_id IN (
  SELECT id FROM mandates_assistedperson
  WHERE subject_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex')
  OR code_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex')));
CREATE POLICY own ON mandates_authorisation FOR SELECT USING (person_id IN (
  SELECT id FROM mandates_assistedperson
  WHERE subject_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex')
  OR code_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex')));
CREATE POLICY own ON mandates_use FOR SELECT USING (person_number IN (
  SELECT number FROM mandates_assistedperson
  WHERE subject_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex')
  OR code_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex')));
"""

# What was signed is not written again: a mandate and its authorisations end once, and nothing else of them ever changes.
SIGNED = """
CREATE FUNCTION mandates_signed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
    OR (to_jsonb(NEW) - 'ended_at' - 'ended_by_id' - 'end_reason') IS DISTINCT FROM (to_jsonb(OLD) - 'ended_at' - 'ended_by_id' - 'end_reason')
  THEN
    RAISE EXCEPTION '% % was signed: it can only end, once', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mandates_signed BEFORE UPDATE ON mandates_mandate FOR EACH ROW EXECUTE FUNCTION mandates_signed_stays();
CREATE TRIGGER mandates_signed BEFORE UPDATE ON mandates_authorisation FOR EACH ROW EXECUTE FUNCTION mandates_signed_stays();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('funding', '0007_on_demand'),
        ('journal', '0001_journal'),
        ('parties', '0008_helpers'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssistedPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=8, unique=True)),
                ('subject_mark', models.BinaryField(max_length=32, null=True)),
                ('identity_mark', models.BinaryField(max_length=32, null=True)),
                ('is_from_paper', models.BooleanField()),
                ('sealed_identity', models.BinaryField(null=True)),
                ('sealed_key', models.BinaryField(null=True)),
                ('sealed_contact', models.BinaryField(null=True)),
                ('search_marks', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('code_mark', models.BinaryField(max_length=32, unique=True)),
                ('code_version', models.SmallIntegerField(default=1)),
                ('language', models.CharField(default='fr', max_length=8)),
                ('known_since', models.DateTimeField()),
                ('signed_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=11)),
                ('erased_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Mandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=8, unique=True)),
                ('duration', models.CharField(max_length=8)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('signed_at', models.DateTimeField()),
                ('signed_by_id', models.BigIntegerField(null=True)),
                ('second_helper_id', models.BigIntegerField(null=True)),
                ('identity_check', models.CharField(max_length=13)),
                ('consent', models.CharField(max_length=4)),
                ('protection', models.CharField(max_length=7)),
                ('text_version', models.CharField(max_length=20)),
                ('text_digest', models.BinaryField(max_length=32)),
                ('language', models.CharField(max_length=8)),
                ('check_mark', models.BinaryField(max_length=32, unique=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_id', models.BigIntegerField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=11)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='mandates.assistedperson')),
                ('renewed_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.mandate')),
                ('transferred_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.mandate')),
            ],
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=9)),
                ('families', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=9), size=None)),
                ('duration', models.CharField(max_length=8)),
                ('language', models.CharField(default='fr', max_length=8)),
                ('identity_check', models.CharField(blank=True, max_length=13)),
                ('sealed_identity', models.BinaryField(null=True)),
                ('sealed_contact', models.BinaryField(null=True)),
                ('proof', models.CharField(blank=True, max_length=40)),
                ('helper_id', models.BigIntegerField(null=True)),
                ('second_helper_id', models.BigIntegerField(null=True)),
                ('opened_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.assistedperson')),
                ('mandate', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.mandate')),
                ('renewed', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.mandate')),
            ],
        ),
        migrations.CreateModel(
            name='Authorisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('family', models.CharField(max_length=9)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_id', models.BigIntegerField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=11)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorisations', to='mandates.assistedperson')),
                ('mandate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorisations', to='mandates.mandate')),
            ],
        ),
        migrations.CreateModel(
            name='Structure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('families', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=9), size=None)),
                ('is_remote_allowed', models.BooleanField(default=False)),
                ('admitted_at', models.DateTimeField()),
                ('admitted_by_id', models.BigIntegerField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='Use',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_number', models.CharField(max_length=8)),
                ('helper_id', models.BigIntegerField(null=True)),
                ('family', models.CharField(max_length=9)),
                ('procedure', models.CharField(max_length=40)),
                ('service', models.CharField(max_length=80)),
                ('acr', models.CharField(blank=True, max_length=40)),
                ('at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('authorisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='mandates.authorisation')),
                ('mandate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='mandates.mandate')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.AddIndex(
            model_name='assistedperson',
            index=models.Index(fields=['organisation', '-signed_at', '-id'], name='mandates_person_latest'),
        ),
        migrations.AddIndex(
            model_name='assistedperson',
            index=models.Index(fields=['subject_mark'], name='mandates_person_subject'),
        ),
        migrations.AddIndex(
            model_name='assistedperson',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_marks'], name='mandates_person_search'),
        ),
        migrations.AddConstraint(
            model_name='assistedperson',
            constraint=models.UniqueConstraint(fields=('organisation', 'subject_mark'), name='mandates_person_once'),
        ),
        migrations.AddConstraint(
            model_name='assistedperson',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', True), ('sealed_identity__isnull', False), ('sealed_key__isnull', False), ('subject_mark__isnull', False)), models.Q(('erased_at__isnull', False), ('identity_mark__isnull', True), ('sealed_contact__isnull', True), ('sealed_identity__isnull', True), ('sealed_key__isnull', True), ('search_marks', []), ('subject_mark__isnull', True)), _connector='OR'), name='mandates_person_erased_whole'),
        ),
        migrations.AddConstraint(
            model_name='assistedperson',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at__isnull', True)), models.Q(('end_reason__in', ['DEATH', 'PROTECTION']), ('ended_at__isnull', False)), _connector='OR'), name='mandates_person_ended_why'),
        ),
        migrations.AddIndex(
            model_name='mandate',
            index=models.Index(fields=['organisation', '-signed_at', '-id'], name='mandates_mandate_latest'),
        ),
        migrations.AddIndex(
            model_name='mandate',
            index=models.Index(fields=['person', '-signed_at'], name='mandates_mandate_of_person'),
        ),
        migrations.AddIndex(
            model_name='mandate',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['ends_on'], name='mandates_mandate_ending'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='mandates_mandate_days'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at__isnull', True)), models.Q(('end_reason__in', ['REVOKED', 'DONE', 'REPLACED', 'EXPIRED', 'DEATH', 'PROTECTION', 'TRANSFERRED', 'STRUCTURE']), ('ended_at__isnull', False)), _connector='OR'), name='mandates_mandate_ended_why'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('consent__in', ['FACE', 'SMS']), ('duration__in', ['DAY', 'MONTH', 'SEMESTER', 'YEAR']), ('protection', 'NONE')), name='mandates_mandate_words'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('identity_check', 'FRANCECONNECT'), ('second_helper_id__isnull', True)), models.Q(('identity_check', 'PAPER'), ('second_helper_id__isnull', False), models.Q(('second_helper_id', models.F('signed_by_id')), _negated=True)), models.Q(('identity_check', 'PAPER'), ('second_helper_id__isnull', True), models.Q(('renewed_from__isnull', False), ('transferred_from__isnull', False), _connector='OR')), _connector='OR'), name='mandates_mandate_recognised'),
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['organisation', '-opened_at'], name='mandates_draft_open'),
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['expires_at'], name='mandates_draft_over'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['SIGNATURE', 'RENEWAL'])), name='mandates_draft_kind'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('duration__in', ['DAY', 'MONTH', 'SEMESTER', 'YEAR'])), name='mandates_draft_duration'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('families__contained_by', ['papers', 'family', 'social', 'work', 'housing', 'transport', 'money', 'justice', 'abroad', 'leisure']), ('families__len__gt', 0)), name='mandates_draft_families'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('identity_check', ''), ('identity_check__in', ['FRANCECONNECT', 'PAPER']), _connector='OR'), name='mandates_draft_identity'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), models.Q(('sealed_contact__isnull', True), ('sealed_identity__isnull', True)), _connector='OR'), name='mandates_draft_closed_empty'),
        ),
        migrations.AddIndex(
            model_name='authorisation',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['organisation', 'ends_at'], name='mandates_authorisation_live'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('person', 'family'), name='mandates_authorisation_one_live'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.UniqueConstraint(fields=('mandate', 'family'), name='mandates_authorisation_once'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(('family__in', ['papers', 'family', 'social', 'work', 'housing', 'transport', 'money', 'justice', 'abroad', 'leisure'])), name='mandates_authorisation_family'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='mandates_authorisation_days'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at__isnull', True)), models.Q(('end_reason__in', ['REVOKED', 'DONE', 'REPLACED', 'EXPIRED', 'DEATH', 'PROTECTION', 'TRANSFERRED', 'STRUCTURE']), ('ended_at__isnull', False)), _connector='OR'), name='mandates_authorisation_ended_why'),
        ),
        migrations.AddConstraint(
            model_name='structure',
            constraint=models.CheckConstraint(condition=models.Q(('families__contained_by', ['papers', 'family', 'social', 'work', 'housing', 'transport', 'money', 'justice', 'abroad', 'leisure'])), name='mandates_structure_families'),
        ),
        migrations.AddConstraint(
            model_name='structure',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('admitted_at')), _connector='OR'), name='mandates_structure_ends_after'),
        ),
        migrations.AddIndex(
            model_name='use',
            index=models.Index(fields=['mandate', '-at'], name='mandates_use_of_mandate'),
        ),
        migrations.AddIndex(
            model_name='use',
            index=models.Index(fields=['organisation', '-at'], name='mandates_use_of_structure'),
        ),
        migrations.AddConstraint(
            model_name='use',
            constraint=models.CheckConstraint(condition=models.Q(('family__in', ['papers', 'family', 'social', 'work', 'housing', 'transport', 'money', 'justice', 'abroad', 'leisure'])), name='mandates_use_family'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(SIGNED, "DROP FUNCTION mandates_signed_stays() CASCADE"),
    ]
