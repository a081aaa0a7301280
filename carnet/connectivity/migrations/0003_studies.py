"""Feasibility studies of a landlord's estate, kept as made; and their walls."""

from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('connectivity_study', 'programme_id', 'organisation_id,landlord_id');
SELECT carnet_guard_append_only('connectivity_study');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('connectivity', '0002_telling'),
    ]

    operations = [
        migrations.CreateModel(
            name='Study',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('landlord_id', models.BigIntegerField(null=True)),
                ('programme_id', models.BigIntegerField(null=True)),
                ('name', models.CharField(max_length=120)),
                ('residences', models.JSONField()),
                ('assumptions', models.JSONField()),
                ('seed', models.BigIntegerField()),
                ('result', models.JSONField()),
                ('tried_from_id', models.BigIntegerField(null=True)),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['organisation_id', '-id'], name='connectivity_studies_of'),
                    models.Index(condition=models.Q(('landlord_id__isnull', False)), fields=['landlord_id', '-id'], name='connectivity_studies_for'),
                    models.Index(condition=models.Q(('programme_id__isnull', False)), fields=['programme_id', '-id'], name='connectivity_studies_in'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), ('seed__gte', 0)), name='connectivity_study_whole'),
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
