"""Self-checks: who asks for them, slips, answers, invitations and what each night forgot; and their walls."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('observatory_selfcheckterms', 'programme_id', NULL);
-- Whether a programme asks is told to anybody: it is written on its papers.
CREATE POLICY told ON observatory_selfcheckterms FOR SELECT USING (true);
SELECT carnet_guard_append_only('observatory_selfcheckterms');
SELECT carnet_guard_rows('observatory_selfcheckslip', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('observatory_selfcheckround', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('observatory_selfcheckinvitation', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('observatory_selfcheckkeeping', 'programme_id', NULL);
SELECT carnet_guard_append_only('observatory_selfcheckkeeping');
-- What was finished is counted: nobody changes it afterwards, nor takes it away.
CREATE FUNCTION observatory_finished_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a finished self-check is never changed: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER finished_stays BEFORE UPDATE OR DELETE ON observatory_selfcheckround
  FOR EACH ROW WHEN (OLD.finished_on IS NOT NULL) EXECUTE FUNCTION observatory_finished_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0007_on_demand'),
        ('observatory', '0004_roll_ups'),
        ('parties', '0010_local_actors'),
    ]

    operations = [
        migrations.CreateModel(
            name='SelfCheckSlip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=8, unique=True)),
                ('edition', models.CharField(max_length=4)),
                ('age', models.CharField(default='NOT_SAID', max_length=13)),
                ('opened_on', models.DateField()),
                ('closed_on', models.DateField(null=True)),
                ('wrong_count', models.SmallIntegerField(default=0)),
                ('visit_mark', models.BinaryField(max_length=32, null=True)),
                ('visit_opened_at', models.DateTimeField(null=True)),
                ('visit_seen_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField()),
                ('rank', models.SmallIntegerField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='SelfCheckRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moment', models.CharField(max_length=6)),
                ('mode', models.CharField(max_length=8)),
                ('used_internet', models.CharField(default='UNKNOWN', max_length=7)),
                ('answers', models.JSONField(default=dict)),
                ('begun_on', models.DateField()),
                ('finished_on', models.DateField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('slip', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='observatory.selfcheckslip')),
            ],
        ),
        migrations.CreateModel(
            name='SelfCheckInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=6)),
                ('language', models.CharField(max_length=2)),
                ('sealed', models.BinaryField(null=True)),
                ('agreed_on', models.DateField()),
                ('due_on', models.DateField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_for', models.CharField(default='', max_length=9)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('slip', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='observatory.selfcheckslip')),
            ],
        ),
        migrations.CreateModel(
            name='SelfCheckTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_on', models.BooleanField()),
                ('edition', models.CharField(max_length=4)),
                ('decided_at', models.DateTimeField()),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='SelfCheckKeeping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('closed_count', models.IntegerField()),
                ('unfinished_count', models.IntegerField()),
                ('erased_count', models.IntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('open_count', models.IntegerField()),
                ('waiting_count', models.IntegerField()),
                ('at', models.DateTimeField()),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme', 'day'), name='observatory_selfcheckkeeping_once_a_day'), models.CheckConstraint(condition=models.Q(('closed_count__gte', 0), ('erased_count__gte', 0), ('open_count__gte', 0), ('unfinished_count__gte', 0), ('waiting_count__gte', 0)), name='observatory_selfcheckkeeping_counts')],
            },
        ),
        migrations.AddIndex(
            model_name='selfcheckslip',
            index=models.Index(fields=['programme', 'opened_on'], name='observatory_selfcheckslip_of'),
        ),
        migrations.AddIndex(
            model_name='selfcheckslip',
            index=models.Index(fields=['organisation'], name='observatory_selfcheckslip_org'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckslip',
            constraint=models.UniqueConstraint(fields=('request_id', 'rank'), name='observatory_selfcheckslip_once'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckslip',
            constraint=models.UniqueConstraint(condition=models.Q(('visit_mark__isnull', False)), fields=('visit_mark',), name='observatory_selfcheckslip_visit'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckslip',
            constraint=models.CheckConstraint(condition=models.Q(('age__in', ['FROM_16_TO_24', 'FROM_25_TO_54', 'FROM_55_TO_74', 'OLDER', 'NOT_SAID']), ('edition__in', ['2015', '2021'])), name='observatory_selfcheckslip_words'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckslip',
            constraint=models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('visit_mark__isnull', True), _connector='OR'), name='observatory_selfcheckslip_shut'),
        ),
        migrations.AddIndex(
            model_name='selfcheckround',
            index=models.Index(fields=['programme', 'moment'], name='observatory_selfcheckround_of'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckround',
            constraint=models.UniqueConstraint(fields=('slip', 'moment'), name='observatory_selfcheckround_once'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckround',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['ALONE', 'TOGETHER', 'PAPER']), ('moment__in', ['BEFORE', 'AFTER', 'LATER']), ('used_internet__in', ['YES', 'NO', 'UNKNOWN'])), name='observatory_selfcheckround_words'),
        ),
        migrations.AddIndex(
            model_name='selfcheckinvitation',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['due_on'], name='observatory_invitation_due'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckinvitation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('slip',), name='observatory_selfcheckinvitation_one'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckinvitation',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['TEXT', 'LETTER'])), name='observatory_selfcheckinvitation_channel'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckinvitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_for', ''), ('sealed__isnull', False)), models.Q(('ended_at__isnull', False), ('ended_for__in', ['SENT', 'ANSWERED', 'WITHDRAWN', 'STALE']), ('sealed__isnull', True)), _connector='OR'), name='observatory_selfcheckinvitation_erased'),
        ),
        migrations.AddIndex(
            model_name='selfcheckterms',
            index=models.Index(fields=['programme', '-id'], name='observatory_selfcheckterms_of'),
        ),
        migrations.AddConstraint(
            model_name='selfcheckterms',
            constraint=models.CheckConstraint(condition=models.Q(('edition__in', ['2015', '2021'])), name='observatory_selfcheckterms_edition'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
