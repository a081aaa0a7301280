"""The person's own side: visits, papers tried too often, what was told of uses and ends, consent given by text message and its proof."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('mandates_papertry', NULL, 'organisation_id');
SELECT carnet_guard_rows('mandates_telling', NULL, 'organisation_id');
SELECT carnet_guard_rows('mandates_remoteconsent', NULL, 'organisation_id');
SELECT carnet_guard_rows('mandates_consentline', NULL, 'organisation_id');
SELECT carnet_guard_rows('mandates_remotesetting', 'programme_id', NULL);
SELECT carnet_guard_append_only('mandates_consentline');
SELECT carnet_guard_append_only('mandates_remotesetting');
-- A visit belongs to no tenant: whoever holds its secret sees that one row, and nobody else any (docs/decisions/0049-the-persons-own-side.md).
ALTER TABLE mandates_visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE mandates_visit FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON mandates_visit
  USING ((SELECT carnet_everything()) OR token_mark = decode(COALESCE(current_setting('carnet.visit', true), ''), 'hex'))
  WITH CHECK ((SELECT carnet_everything()) OR token_mark = decode(COALESCE(current_setting('carnet.visit', true), ''), 'hex'));
-- Whoever writes from a telephone is shown the one question that waits for an answer from it.
CREATE POLICY ringing ON mandates_remoteconsent FOR SELECT USING (
  state = 'ASKED' AND number_mark = decode(COALESCE(current_setting('carnet.ringing', true), ''), 'hex'));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0007_on_demand'),
        ('mandates', '0002_habilitation'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaperTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wrong_count', models.SmallIntegerField(default=0)),
                ('wrong_at', models.DateTimeField(null=True)),
                ('unlocked_at', models.DateTimeField(null=True)),
                ('unlocked_by_id', models.BigIntegerField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.assistedperson')),
            ],
        ),
        migrations.CreateModel(
            name='RemoteConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('draft_id', models.BigIntegerField()),
                ('families', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=9), size=None)),
                ('duration', models.CharField(max_length=8)),
                ('sealed_number', models.BinaryField(null=True)),
                ('number_mark', models.BinaryField(max_length=32)),
                ('language', models.CharField(default='fr', max_length=2)),
                ('state', models.CharField(default='ASKED', max_length=9)),
                ('asked_at', models.DateTimeField()),
                ('asked_by_id', models.BigIntegerField(null=True)),
                ('asked_again_count', models.SmallIntegerField(default=0)),
                ('expires_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('mandate', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.mandate')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='ConsentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(max_length=12)),
                ('words', models.CharField(blank=True, max_length=1000)),
                ('words_mark', models.BinaryField(max_length=32, null=True)),
                ('message_mark', models.BinaryField(max_length=32, null=True, unique=True)),
                ('at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('consent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='mandates.remoteconsent')),
            ],
        ),
        migrations.CreateModel(
            name='RemoteSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_on', models.BooleanField()),
                ('set_at', models.DateTimeField()),
                ('set_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='Telling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(max_length=6)),
                ('about_on', models.DateField()),
                ('until_use_id', models.BigIntegerField(default=0)),
                ('procedures', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('told_by', models.CharField(max_length=6)),
                ('made_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by_id', models.BigIntegerField(null=True)),
                ('is_posted', models.BooleanField(default=False)),
                ('mandate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.mandate')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.assistedperson')),
            ],
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(max_length=13)),
                ('key_mark', models.BinaryField(max_length=32)),
                ('token_mark', models.BinaryField(max_length=32, unique=True)),
                ('opened_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['opened_at'], name='mandates_visit_old')],
                'constraints': [models.CheckConstraint(condition=models.Q(('way__in', ['FRANCECONNECT', 'PAPER'])), name='mandates_visit_way')],
            },
        ),
        migrations.AddIndex(
            model_name='remoteconsent',
            index=models.Index(fields=['organisation', '-asked_at'], name='mandates_consent_latest'),
        ),
        migrations.AddIndex(
            model_name='remoteconsent',
            index=models.Index(condition=models.Q(('state__in', ['ASKED', 'AGREED'])), fields=['expires_at'], name='mandates_consent_open'),
        ),
        migrations.AddConstraint(
            model_name='remoteconsent',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ASKED')), fields=('number_mark',), name='mandates_remoteconsent_one_question'),
        ),
        migrations.AddConstraint(
            model_name='remoteconsent',
            constraint=models.CheckConstraint(condition=models.Q(('duration__in', ['DAY', 'MONTH', 'SEMESTER', 'YEAR']), ('families__contained_by', ['papers', 'family', 'social', 'work', 'housing', 'transport', 'money', 'justice', 'abroad', 'leisure']), ('families__len__gt', 0), ('state__in', ['ASKED', 'AGREED', 'REFUSED', 'EXPIRED', 'CANCELLED', 'SIGNED'])), name='mandates_remoteconsent_words'),
        ),
        migrations.AddConstraint(
            model_name='remoteconsent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sealed_number__isnull', False), ('state', 'ASKED')), models.Q(models.Q(('state', 'ASKED'), _negated=True), ('sealed_number__isnull', True)), _connector='OR'), name='mandates_remoteconsent_number_erased'),
        ),
        migrations.AddConstraint(
            model_name='remoteconsent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'SIGNED'), _negated=True), ('mandate__isnull', False), _connector='OR'), name='mandates_remoteconsent_signed_what'),
        ),
        migrations.AddIndex(
            model_name='consentline',
            index=models.Index(fields=['consent', 'id'], name='mandates_consentline_of'),
        ),
        migrations.AddConstraint(
            model_name='consentline',
            constraint=models.CheckConstraint(condition=models.Q(('step__in', ['RECAP_SENT', 'REQUEST_SENT', 'ASKED_AGAIN', 'SAID_YES', 'SAID_NO', 'UNCLEAR', 'EXPIRED', 'CANCELLED', 'SIGNED'])), name='mandates_consentline_step'),
        ),
        migrations.AddIndex(
            model_name='remotesetting',
            index=models.Index(fields=['programme', '-id'], name='mandates_remote_latest'),
        ),
        migrations.AddIndex(
            model_name='telling',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['organisation', 'made_at'], name='mandates_telling_to_post'),
        ),
        migrations.AddConstraint(
            model_name='telling',
            constraint=models.UniqueConstraint(fields=('mandate', 'about', 'until_use_id', 'about_on'), name='mandates_telling_once'),
        ),
        migrations.AddConstraint(
            model_name='telling',
            constraint=models.CheckConstraint(condition=models.Q(('about__in', ['MONEY', 'ENDING']), ('told_by__in', ['TEXT', 'LETTER'])), name='mandates_telling_words'),
        ),
        migrations.AddConstraint(
            model_name='telling',
            constraint=models.CheckConstraint(condition=models.Q(('told_by', 'LETTER'), models.Q(('done_at__isnull', False), ('is_posted', False)), _connector='OR'), name='mandates_telling_done'),
        ),
        migrations.AddConstraint(
            model_name='telling',
            constraint=models.CheckConstraint(condition=models.Q(('is_posted', False), ('done_at__isnull', False), _connector='OR'), name='mandates_telling_posted_when'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
