"""Errors reported on the page of a place, behind walls; its keeper's confirmations, which are published, and the letters that recall them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

WALLS = """
ALTER TABLE places_placereport ENABLE ROW LEVEL SECURITY;
ALTER TABLE places_placereport FORCE ROW LEVEL SECURITY;
-- Whoever runs the place, and the operators of the programmes it accepts.
CREATE POLICY tenant ON places_placereport
  USING ((SELECT carnet_everything()) OR organisation_id = ANY ((SELECT carnet_organisations())::bigint[])
         OR operator_ids && (SELECT carnet_organisations())::bigint[])
  WITH CHECK ((SELECT carnet_everything()) OR organisation_id = ANY ((SELECT carnet_organisations())::bigint[])
         OR operator_ids && (SELECT carnet_organisations())::bigint[]);
-- Whoever has a report's number reads that one row (docs/decisions/0024-what-a-place-offers.md); answering it is the place's.
CREATE POLICY presented ON places_placereport FOR SELECT USING (number = NULLIF(current_setting('carnet.report', true), ''));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0007_joining'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlaceReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('operator_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('number', models.CharField(max_length=8, unique=True)),
                ('about', models.CharField(max_length=20)),
                ('said', models.CharField(max_length=600)),
                ('contact', models.CharField(blank=True, max_length=120)),
                ('reported_at', models.DateTimeField()),
                ('state', models.CharField(default='WAITING', max_length=8)),
                ('answer', models.CharField(blank=True, max_length=600)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['place', 'reported_at'], name='places_report_of_place'),
                    models.Index(fields=['reported_at'], name='places_report_recent'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=Q(state__in=['WAITING', 'ACCEPTED', 'REFUSED']), name='places_report_state'),
                    models.CheckConstraint(
                        condition=Q(state='WAITING', answered_at__isnull=True, answer='')
                        | (~Q(state='WAITING') & Q(answered_at__isnull=False) & ~Q(answer='') & Q(contact='')),
                        name='places_report_answered_whole_and_contact_erased',
                    ),
                    models.CheckConstraint(condition=~Q(said=''), name='places_report_said'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlaceConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('confirmed_on', models.DateField()),
                ('confirmed_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='places.place')),
            ],
            options={'indexes': [models.Index(fields=['place', '-confirmed_at'], name='places_confirmation_latest')]},
        ),
        migrations.CreateModel(
            name='PlaceRecall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField()),
                ('rank', models.SmallIntegerField()),
                ('sent_at', models.DateTimeField()),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
            options={'constraints': [models.UniqueConstraint(fields=['place', 'due_on', 'rank'], name='places_recall_once')]},
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
