"""Announcements and who read them, a programme's own texts, weekly digests; and their walls."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('notices_announcement', NULL, 'organisation_id');
SELECT carnet_guard_rows('notices_programmetext', 'programme_id', NULL);
SELECT carnet_guard_append_only('notices_programmetext');
"""
# What a person read, received or turned off is that person's: the setting of a signed session, as at sign-in.
OWN = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON {table}
  USING ((SELECT carnet_everything()) OR person_id = NULLIF((SELECT current_setting('carnet.person', true)), '')::bigint)
  WITH CHECK ((SELECT carnet_everything()) OR person_id = NULLIF((SELECT current_setting('carnet.person', true)), '')::bigint);
"""
OWNED = ("notices_announcementread", "notices_digest", "notices_digestrefusal")


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0003_texts'),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestRefusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField(unique=True)),
                ('refused_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='DigestWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week_on', models.DateField(unique=True)),
                ('begun_at', models.DateTimeField()),
                ('people_count', models.IntegerField(default=0)),
                ('done_count', models.IntegerField(default=0)),
                ('sent_count', models.IntegerField(default=0)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('programme_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None)),
                ('title_fr', models.CharField(max_length=120)),
                ('text_fr', models.TextField()),
                ('title_en', models.CharField(default='', max_length=120)),
                ('text_en', models.TextField(default='')),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
                ('by_email', models.BooleanField(default=False)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('mailed_count', models.IntegerField(default=0)),
                ('written_at', models.DateTimeField()),
                ('written_by_id', models.BigIntegerField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', '-from_at'], name='notices_announcement_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until_at__gt', models.F('from_at'))), name='notices_announcement_in_order'), models.CheckConstraint(condition=models.Q(('programme_ids__len__gte', 1), ('roles__len__gte', 1), models.Q(('title_fr', ''), _negated=True), models.Q(('text_fr', ''), _negated=True)), name='notices_announcement_whole')],
            },
        ),
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField()),
                ('week_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('section_count', models.SmallIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person_id', 'week_on'), name='notices_digest_once_a_week')],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=60)),
                ('language', models.CharField(max_length=2)),
                ('version', models.IntegerField()),
                ('subject', models.CharField(default='', max_length=120)),
                ('body', models.TextField(default='')),
                ('written_at', models.DateTimeField()),
                ('written_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme_id', 'kind', 'language', 'version'), name='notices_programmetext_version'), models.CheckConstraint(condition=models.Q(('language__in', ['fr', 'en'])), name='notices_programmetext_language')],
            },
        ),
        migrations.CreateModel(
            name='AnnouncementRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField()),
                ('read_at', models.DateTimeField()),
                ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reads', to='notices.announcement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('announcement', 'person_id'), name='notices_announcementread_once')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        *(migrations.RunSQL(OWN.format(table=table), migrations.RunSQL.noop) for table in OWNED),
    ]
