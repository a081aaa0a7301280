"""Complaints and their lines behind walls of their own, the delays a programme promises, the questions asked of the line."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('helpline_question', NULL, 'organisation_id');
SELECT carnet_guard_rows('helpline_complaintdelays', 'programme_id', NULL);
ALTER TABLE helpline_complaint ENABLE ROW LEVEL SECURITY;
ALTER TABLE helpline_complaint FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline_complaintline ENABLE ROW LEVEL SECURITY;
ALTER TABLE helpline_complaintline FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON helpline_complaint
  USING ((SELECT carnet_everything()) OR reader_ids && (SELECT carnet_organisations())::bigint[])
  WITH CHECK ((SELECT carnet_everything()) OR reader_ids && (SELECT carnet_organisations())::bigint[]);
-- Each line has its own readers: a place never reads the words of whoever complains of it.
CREATE POLICY tenant ON helpline_complaintline
  USING ((SELECT carnet_everything()) OR reader_ids && (SELECT carnet_organisations())::bigint[])
  WITH CHECK ((SELECT carnet_everything()) OR reader_ids && (SELECT carnet_organisations())::bigint[]);
-- Whoever has a complaint's number, and its secret, reads it (docs/decisions/0034-the-line-and-complaints.md); the program checks the secret.
CREATE POLICY presented ON helpline_complaint FOR SELECT USING (number = NULLIF(current_setting('carnet.complaint', true), ''));
CREATE POLICY presented ON helpline_complaintline FOR SELECT USING (
  is_for_person AND complaint_id IN (
    SELECT id FROM helpline_complaint WHERE number = NULLIF(current_setting('carnet.complaint', true), '')));
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('funding', '0002_programme_colour'),
        ('journal', '0001_journal'),
        ('places', '0006_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=8, unique=True)),
                ('kind', models.CharField(max_length=13)),
                ('filed_by', models.CharField(max_length=6)),
                ('operator_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('filer_organisation_id', models.BigIntegerField(null=True)),
                ('place_organisation_id', models.BigIntegerField(null=True)),
                ('reader_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('series_id', models.BigIntegerField(null=True)),
                ('booklet_id', models.BigIntegerField(null=True)),
                ('sealed_contact', models.BinaryField(null=True)),
                ('language', models.CharField(default='fr', max_length=2)),
                ('filed_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('state', models.CharField(default='OPEN', max_length=6)),
                ('asked_until_on', models.DateField(null=True)),
                ('heard_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(default='', max_length=10)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by_id', models.BigIntegerField(null=True)),
                ('wrong_secret_count', models.SmallIntegerField(default=0)),
                ('request_id', models.UUIDField(unique=True)),
                ('place', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
                ('programme', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='ComplaintDelays',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.JSONField()),
                ('set_at', models.DateTimeField()),
                ('set_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='ComplaintLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=6)),
                ('said', models.CharField(max_length=1000)),
                ('reader_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('is_for_person', models.BooleanField()),
                ('by_organisation_id', models.BigIntegerField(null=True)),
                ('by_person_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='helpline.complaint')),
            ],
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('person_id', models.BigIntegerField(null=True)),
                ('kind', models.CharField(default='', max_length=11)),
                ('is_found', models.BooleanField()),
                ('asked_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['person_id', 'asked_at'], name='helpline_question_pace')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind', ''), ('kind__in', ['VOUCHER', 'BOOKLET', 'PLACE', 'BOOKING', 'COMPLAINT', 'HAND_OVER', 'REPLACEMENT', 'PAYMENT']), _connector='OR'), name='helpline_question_kind')],
            },
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('state', 'OPEN')), fields=['due_on'], name='helpline_complaint_open'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['place', '-filed_at'], name='helpline_complaint_of_place'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('booklet_id__isnull', False)), fields=['booklet_id'], name='helpline_complaint_of_booklet'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['REFUSED', 'MONEY', 'NO_LESSON', 'LATE_PAYMENT', 'ACCESSIBILITY', 'OTHER'])), name='helpline_complaint_kind'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('filed_by__in', ['PERSON', 'LINE', 'DESK', 'PLACE'])), name='helpline_complaint_filer'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('operator_ids__len__gt', 0), ('reader_ids__len__gt', 0)), name='helpline_complaint_answered_by'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('decision', ''), ('state', 'OPEN')), models.Q(('closed_at__isnull', False), ('decision__in', ['UPHELD', 'PARTLY', 'NOT_UPHELD', 'UNPROVEN', 'WITHDRAWN']), ('sealed_contact__isnull', True), ('state', 'CLOSED')), _connector='OR'), name='helpline_complaint_closed_and_contact_erased'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('heard_at__isnull', True), ('asked_until_on__isnull', False), _connector='OR'), name='helpline_complaint_heard_when_asked'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('booklet_id__isnull', True), ('series_id__isnull', True)), models.Q(('booklet_id__isnull', False), ('series_id__isnull', False)), _connector='OR'), name='helpline_complaint_booklet_paired'),
        ),
        migrations.AddIndex(
            model_name='complaintdelays',
            index=models.Index(fields=['programme', '-id'], name='helpline_delays_latest'),
        ),
        migrations.AddIndex(
            model_name='complaintline',
            index=models.Index(fields=['complaint', 'at'], name='helpline_line_of_complaint'),
        ),
        migrations.AddConstraint(
            model_name='complaintline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['FILED', 'ADDED', 'ASKED', 'HEARD', 'NEWS', 'CLOSED'])), name='helpline_complaintline_kind'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
