"""What was decided of places that look like one. Public facts of the directory, as the places themselves: no wall."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [('places', '0005_reports')]

    operations = [
        migrations.CreateModel(
            name='PlaceRepeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(max_length=8)),
                ('before', models.JSONField(default=dict)),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
            options={
                'indexes': [models.Index(fields=['kept'], name='places_repeat_kept')],
                'constraints': [
                    models.CheckConstraint(condition=Q(verdict__in=['MERGED', 'DISTINCT']), name='places_repeat_verdict'),
                    models.CheckConstraint(condition=~Q(kept=F('other')), name='places_repeat_of_another'),
                    models.UniqueConstraint(
                        fields=['other'], condition=Q(verdict='MERGED', undone_at__isnull=True), name='places_repeat_merged_once'
                    ),
                    models.UniqueConstraint(fields=['kept', 'other'], condition=Q(undone_at__isnull=True), name='places_repeat_decided_once'),
                ],
            },
        ),
    ]
