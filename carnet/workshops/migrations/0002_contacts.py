"""The telephone a person chose to leave, sealed, seen by the place alone; the seat of an absent person given to another."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

WALL = "SELECT carnet_guard_rows('workshops_contact', NULL, 'organisation_id');"


class Migration(migrations.Migration):

    dependencies = [('workshops', '0001_workshops')]

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_phone', models.BinaryField()),
                ('language', models.CharField(max_length=2)),
                ('news', models.CharField(default='', max_length=9)),
                ('told_at', models.DateTimeField(null=True)),
                ('told_by', models.CharField(default='', max_length=4)),
                ('left_at', models.DateTimeField()),
                ('booking', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='contact', to='workshops.booking')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=Q(news='') | Q(news__in=['SEAT', 'CHANGED', 'CANCELLED']), name='workshops_contact_news'),
                    models.CheckConstraint(
                        condition=Q(told_at__isnull=True, told_by='') | Q(told_at__isnull=False, told_by__in=['TEXT', 'CALL']),
                        name='workshops_contact_told_whole',
                    ),
                ],
            },
        ),
        migrations.AddField(model_name='booking', name='passed_on_at', field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=Q(passed_on_at__isnull=True) | Q(came=False), name='workshops_booking_passed_on_absent'),
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
