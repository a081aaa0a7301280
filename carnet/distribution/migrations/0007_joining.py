"""Joining as a desk: agreements that are published; applications, files, decisions, signatures and training behind their walls.

Nobody has an organisation before it is admitted: the hash of the link's secret opens the one application that has it, for reading
(docs/decisions/0009-one-row-keys-at-sign-in.md), and through it what was decided of it.
"""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_append_only('distribution_desktext');
SELECT carnet_guard_rows('distribution_deskimport', 'programme_id', NULL);
SELECT carnet_guard_rows('distribution_deskfile', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('distribution_deskdecision', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('distribution_deskagreement', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('distribution_desktraining', 'programme_id', 'organisation_id');
CREATE POLICY presented ON distribution_deskfile FOR SELECT USING (secret_hash = (SELECT carnet_presented()));
CREATE POLICY of_file ON distribution_deskdecision FOR SELECT USING (EXISTS (SELECT 1 FROM distribution_deskfile f WHERE f.id = file_id));

CREATE FUNCTION distribution_freeze_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'PREPARED' THEN
    RAISE EXCEPTION 'desk decision %: already decided', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.id, NEW.programme_id, NEW.file_id, NEW.desk_import_id, NEW.organisation_id, NEW.kind, NEW.reason, NEW.revision, NEW.digest,
      NEW.prepared_by_id, NEW.prepared_at, NEW.request_id)
     IS DISTINCT FROM
     (OLD.id, OLD.programme_id, OLD.file_id, OLD.desk_import_id, OLD.organisation_id, OLD.kind, OLD.reason, OLD.revision, OLD.digest,
      OLD.prepared_by_id, OLD.prepared_at, OLD.request_id) THEN
    RAISE EXCEPTION 'desk decision %: what was prepared never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER distribution_decision_frozen BEFORE UPDATE ON distribution_deskdecision
  FOR EACH ROW EXECUTE FUNCTION distribution_freeze_decision();
CREATE TRIGGER distribution_decision_kept BEFORE DELETE ON distribution_deskdecision FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();

-- What was signed never changes; what was countersigned or sent back stays so.
CREATE FUNCTION distribution_freeze_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.programme_id, NEW.organisation_id, NEW.text_id, NEW.kind, NEW.signed_by_id, NEW.signer_name, NEW.signer_title, NEW.regisseur_act,
      NEW.regisseur_act_on, NEW.signed_at, NEW.request_id)
     IS DISTINCT FROM
     (OLD.id, OLD.programme_id, OLD.organisation_id, OLD.text_id, OLD.kind, OLD.signed_by_id, OLD.signer_name, OLD.signer_title, OLD.regisseur_act,
      OLD.regisseur_act_on, OLD.signed_at, OLD.request_id) THEN
    RAISE EXCEPTION 'desk agreement %: what was signed never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (OLD.countersigned_at IS NOT NULL OR OLD.sent_back_at IS NOT NULL) AND
     (NEW.countersigned_by_id, NEW.countersigner_name, NEW.countersigned_at, NEW.from_on, NEW.until_on, NEW.sent_back_by_id, NEW.sent_back_at, NEW.sent_back_because)
     IS DISTINCT FROM
     (OLD.countersigned_by_id, OLD.countersigner_name, OLD.countersigned_at, OLD.from_on, OLD.until_on, OLD.sent_back_by_id, OLD.sent_back_at, OLD.sent_back_because) THEN
    RAISE EXCEPTION 'desk agreement %: already answered', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER distribution_agreement_frozen BEFORE UPDATE ON distribution_deskagreement
  FOR EACH ROW EXECUTE FUNCTION distribution_freeze_agreement();
CREATE TRIGGER distribution_agreement_kept BEFORE DELETE ON distribution_deskagreement FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('distribution', '0006_reminders'),
        ('funding', '0002_programme_colour'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeskFile',
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
                ('erased_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='DeskImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=8)),
                ('file_name', models.CharField(max_length=200)),
                ('digest', models.BinaryField(max_length=32)),
                ('sealed_rows', models.BinaryField(null=True)),
                ('lines', models.JSONField(default=list)),
                ('ignored', models.JSONField(default=list)),
                ('desk_count', models.IntegerField()),
                ('sent_at', models.DateTimeField()),
                ('sent_by_id', models.BigIntegerField()),
                ('erased_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='DeskDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('state', models.CharField(max_length=10)),
                ('reason', models.CharField(max_length=2000)),
                ('revision', models.IntegerField(default=0)),
                ('digest', models.BinaryField(max_length=32)),
                ('prepared_by_id', models.BigIntegerField()),
                ('prepared_at', models.DateTimeField()),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='distribution.deskfile')),
                ('desk_import', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='distribution.deskimport')),
            ],
        ),
        migrations.CreateModel(
            name='DeskText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('version', models.SmallIntegerField()),
                ('text', models.TextField()),
                ('months', models.SmallIntegerField()),
                ('published_at', models.DateTimeField()),
                ('published_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='DeskAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('signed_by_id', models.BigIntegerField()),
                ('signer_name', models.CharField(max_length=120)),
                ('signer_title', models.CharField(max_length=200)),
                ('regisseur_act', models.CharField(blank=True, max_length=200)),
                ('regisseur_act_on', models.DateField(null=True)),
                ('signed_at', models.DateTimeField()),
                ('countersigned_by_id', models.BigIntegerField(null=True)),
                ('countersigner_name', models.CharField(blank=True, max_length=120)),
                ('countersigned_at', models.DateTimeField(null=True)),
                ('from_on', models.DateField(null=True)),
                ('until_on', models.DateField(null=True)),
                ('sent_back_by_id', models.BigIntegerField(null=True)),
                ('sent_back_at', models.DateTimeField(null=True)),
                ('sent_back_because', models.CharField(blank=True, max_length=2000)),
                ('reminded_on', models.DateField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='distribution.desktext')),
            ],
        ),
        migrations.CreateModel(
            name='DeskTraining',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(max_length=20)),
                ('ticked_by_id', models.BigIntegerField()),
                ('ticked_at', models.DateTimeField()),
                ('unticked_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.AddIndex(
            model_name='deskfile',
            index=models.Index(fields=['programme', 'state'], name='distribution_deskfile_of'),
        ),
        migrations.AddIndex(
            model_name='deskfile',
            index=models.Index(fields=['email_mark'], name='distribution_deskfile_email'),
        ),
        migrations.AddConstraint(
            model_name='deskfile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['DRAFT', 'SENT', 'COMPLETION', 'ADMITTED', 'REFUSED', 'WITHDRAWN'])), name='distribution_deskfile_state'),
        ),
        migrations.AddConstraint(
            model_name='deskfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email_mark__isnull', False), ('erased_at__isnull', True), ('sealed_answers__isnull', False), ('sealed_email__isnull', False)), models.Q(('email_mark__isnull', True), ('erased_at__isnull', False), ('sealed_answers__isnull', True), ('sealed_email__isnull', True)), _connector='OR'), name='distribution_deskfile_erased'),
        ),
        migrations.AddConstraint(
            model_name='deskfile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['DRAFT', 'WITHDRAWN']), ('sent_at__isnull', False), _connector='OR'), name='distribution_deskfile_sent'),
        ),
        migrations.AddConstraint(
            model_name='deskfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ADMITTED'), _negated=True), ('organisation__isnull', False), _connector='OR'), name='distribution_deskfile_admitted'),
        ),
        migrations.AddConstraint(
            model_name='deskfile',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['SENT', 'COMPLETION'])), fields=('programme', 'number'), name='distribution_deskfile_one_per_number'),
        ),
        migrations.AddConstraint(
            model_name='deskimport',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['READ', 'PREPARED', 'TAKEN', 'DROPPED'])), name='distribution_deskimport_state'),
        ),
        migrations.AddConstraint(
            model_name='deskimport',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'DROPPED'), _negated=True), fields=('programme', 'digest'), name='distribution_deskimport_once'),
        ),
        migrations.AddConstraint(
            model_name='deskimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', True), ('sealed_rows__isnull', False)), models.Q(('erased_at__isnull', False), ('sealed_rows__isnull', True)), _connector='OR'), name='distribution_deskimport_erased'),
        ),
        migrations.AddConstraint(
            model_name='deskdecision',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['COMPLETE', 'ADMIT', 'REFUSE', 'SUSPEND', 'REINSTATE', 'END'])), name='distribution_deskdecision_kind'),
        ),
        migrations.AddConstraint(
            model_name='deskdecision',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'TAKEN', 'SET_ASIDE'])), name='distribution_deskdecision_state'),
        ),
        migrations.AddConstraint(
            model_name='deskdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('desk_import__isnull', True), ('file__isnull', False), ('organisation__isnull', True)), models.Q(('desk_import__isnull', False), ('file__isnull', True), ('kind', 'ADMIT'), ('organisation__isnull', True)), models.Q(('desk_import__isnull', True), ('file__isnull', True), ('kind__in', ['END', 'REINSTATE', 'SUSPEND']), ('organisation__isnull', False)), _connector='OR'), name='distribution_deskdecision_about'),
        ),
        migrations.AddConstraint(
            model_name='deskdecision',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('prepared_by_id')), _negated=True), _connector='OR'), name='distribution_deskdecision_two_people'),
        ),
        migrations.AddConstraint(
            model_name='deskdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by_id__isnull', True), ('state', 'PREPARED')), models.Q(models.Q(('state', 'PREPARED'), _negated=True), ('decided_at__isnull', False), ('decided_by_id__isnull', False)), _connector='OR'), name='distribution_deskdecision_whole'),
        ),
        migrations.AddConstraint(
            model_name='deskdecision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='distribution_deskdecision_motivated'),
        ),
        migrations.AddConstraint(
            model_name='deskdecision',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'PREPARED')), fields=('file',), name='distribution_deskdecision_one_of_file'),
        ),
        migrations.AddConstraint(
            model_name='deskdecision',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'PREPARED')), fields=('desk_import',), name='distribution_deskdecision_one_of_import'),
        ),
        migrations.AddConstraint(
            model_name='deskdecision',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'PREPARED')), fields=('programme', 'organisation'), name='distribution_deskdecision_one_of_desk'),
        ),
        migrations.AddConstraint(
            model_name='desktext',
            constraint=models.UniqueConstraint(fields=('programme', 'kind', 'version'), name='distribution_desktext_version'),
        ),
        migrations.AddConstraint(
            model_name='desktext',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['MANDATE', 'REGIE'])), name='distribution_desktext_kind'),
        ),
        migrations.AddConstraint(
            model_name='desktext',
            constraint=models.CheckConstraint(condition=models.Q(('months__range', (1, 36)), ('version__gt', 0), models.Q(('text', ''), _negated=True)), name='distribution_desktext_whole'),
        ),
        migrations.AddIndex(
            model_name='deskagreement',
            index=models.Index(fields=['programme', 'organisation', 'until_on'], name='distribution_deskagreement_of'),
        ),
        migrations.AddIndex(
            model_name='deskagreement',
            index=models.Index(fields=['until_on'], name='distribution_deskagreement_end'),
        ),
        migrations.AddConstraint(
            model_name='deskagreement',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['MANDATE', 'REGIE'])), name='distribution_deskagreement_kind'),
        ),
        migrations.AddConstraint(
            model_name='deskagreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'MANDATE'), ('regisseur_act', ''), ('regisseur_act_on__isnull', True)), models.Q(('kind', 'REGIE'), ('regisseur_act_on__isnull', False), models.Q(('regisseur_act', ''), _negated=True)), _connector='OR'), name='distribution_deskagreement_regie'),
        ),
        migrations.AddConstraint(
            model_name='deskagreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signer_title', ''), _negated=True), models.Q(('signer_name', ''), _negated=True)), name='distribution_deskagreement_signer'),
        ),
        migrations.AddConstraint(
            model_name='deskagreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('countersigned_at__isnull', True), ('countersigned_by_id__isnull', True), ('from_on__isnull', True), ('until_on__isnull', True)), models.Q(('countersigned_at__isnull', False), ('countersigned_by_id__isnull', False), ('from_on__isnull', False), ('sent_back_at__isnull', True), ('until_on__gt', models.F('from_on'))), _connector='OR'), name='distribution_deskagreement_countersigned'),
        ),
        migrations.AddConstraint(
            model_name='deskagreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_back_at__isnull', True), ('sent_back_because', ''), ('sent_back_by_id__isnull', True)), models.Q(('sent_back_at__isnull', False), ('sent_back_by_id__isnull', False), models.Q(('sent_back_because', ''), _negated=True)), _connector='OR'), name='distribution_deskagreement_sent_back'),
        ),
        migrations.AddConstraint(
            model_name='deskagreement',
            constraint=models.CheckConstraint(condition=models.Q(('countersigned_by_id__isnull', True), models.Q(('countersigned_by_id', models.F('signed_by_id')), _negated=True), _connector='OR'), name='distribution_deskagreement_two_people'),
        ),
        migrations.AddConstraint(
            model_name='deskagreement',
            constraint=models.UniqueConstraint(condition=models.Q(('countersigned_at__isnull', True), ('sent_back_at__isnull', True)), fields=('programme', 'organisation'), name='distribution_deskagreement_one_waiting'),
        ),
        migrations.AddConstraint(
            model_name='desktraining',
            constraint=models.UniqueConstraint(condition=models.Q(('unticked_at', None)), fields=('programme', 'organisation', 'item'), name='distribution_desktraining_once'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
