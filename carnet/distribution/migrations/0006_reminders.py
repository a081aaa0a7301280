"""Reminders by consent, lessons booked again, those of an earlier season invited; and their walls."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
-- Whom a desk reminds is that desk's business alone: not even the operator of its programme reads it.
SELECT carnet_guard_rows('distribution_remindercontact', NULL, 'organisation_id');
SELECT carnet_guard_rows('distribution_reminder', NULL, 'organisation_id');
SELECT carnet_guard_rows('distribution_lessonagain', NULL, 'organisation_id,desk_id');
SELECT carnet_guard_rows('distribution_seasoninvitation', 'programme_id', 'organisation_id');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('distribution', '0004_sheets'),
        ('funding', '0002_programme_colour'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReminderContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=6)),
                ('language', models.CharField(max_length=2)),
                ('sealed', models.BinaryField(null=True)),
                ('number_mark', models.BinaryField(null=True)),
                ('consented_at', models.DateTimeField()),
                ('left_count', models.IntegerField()),
                ('moved_on', models.DateField()),
                ('looked_on', models.DateField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_for', models.CharField(default='', max_length=12)),
                ('request_id', models.UUIDField(unique=True)),
                ('hand_over', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='distribution.handover')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('channel', models.CharField(max_length=6)),
                ('due_on', models.DateField()),
                ('left_count', models.IntegerField()),
                ('said_on', models.DateField()),
                ('lesson_at', models.DateTimeField(null=True)),
                ('lesson_place', models.CharField(default='', max_length=200)),
                ('made_at', models.DateTimeField()),
                ('tried_count', models.SmallIntegerField(default=0)),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by_id', models.BigIntegerField(null=True)),
                ('outcome', models.CharField(default='', max_length=12)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='distribution.remindercontact')),
            ],
        ),
        migrations.CreateModel(
            name='SeasonInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invited_as', models.CharField(max_length=5)),
                ('invited_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('is_accepted', models.BooleanField(null=True)),
                ('request_id', models.UUIDField()),
                ('earlier_programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='LessonAgain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('desk_id', models.BigIntegerField(null=True)),
                ('missed_booking_id', models.BigIntegerField(unique=True)),
                ('booking_id', models.BigIntegerField(unique=True)),
                ('booked_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation'], name='distribution_lessonagain_desk')],
                'constraints': [models.CheckConstraint(condition=models.Q(('missed_booking_id', models.F('booking_id')), _negated=True), name='distribution_lessonagain_another')],
            },
        ),
        migrations.AddIndex(
            model_name='remindercontact',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['programme', 'id'], name='distribution_contact_waiting'),
        ),
        migrations.AddIndex(
            model_name='remindercontact',
            index=models.Index(condition=models.Q(('number_mark__isnull', False)), fields=['number_mark'], name='distribution_contact_number'),
        ),
        migrations.AddConstraint(
            model_name='remindercontact',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('hand_over',), name='distribution_remindercontact_one'),
        ),
        migrations.AddConstraint(
            model_name='remindercontact',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['TEXT', 'CALL', 'LETTER'])), name='distribution_remindercontact_channel'),
        ),
        migrations.AddConstraint(
            model_name='remindercontact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_for', ''), ('sealed__isnull', False)), models.Q(('ended_at__isnull', False), ('ended_for__in', ['USED', 'LAPSED', 'REPLACED', 'VOID', 'WITHDRAWN', 'NO_ANSWER', 'WRONG_NUMBER']), ('number_mark__isnull', True), ('sealed__isnull', True)), _connector='OR'), name='distribution_remindercontact_erased'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(fields=['organisation', 'due_on'], name='distribution_reminder_desk'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(fields=('contact', 'due_on'), name='distribution_reminder_one_a_day'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at', None)), fields=('contact',), name='distribution_reminder_one_waiting'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['FIRST_LESSON', 'IDLE', 'EXPIRY'])), name='distribution_reminder_kind'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['TEXT', 'CALL', 'LETTER'])), name='distribution_reminder_channel'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('outcome', '')), models.Q(('done_at__isnull', False), ('outcome__in', ['SENT', 'POSTED', 'TOLD', 'NO_ANSWER', 'WRONG_NUMBER', 'STALE', 'ENDED'])), _connector='OR'), name='distribution_reminder_done'),
        ),
        migrations.AddIndex(
            model_name='seasoninvitation',
            index=models.Index(fields=['organisation'], name='distribution_invitation_of'),
        ),
        migrations.AddConstraint(
            model_name='seasoninvitation',
            constraint=models.UniqueConstraint(fields=('programme', 'organisation', 'invited_as'), name='distribution_seasoninvitation_once'),
        ),
        migrations.AddConstraint(
            model_name='seasoninvitation',
            constraint=models.CheckConstraint(condition=models.Q(('invited_as__in', ['DESK', 'PLACE'])), name='distribution_seasoninvitation_as'),
        ),
        migrations.AddConstraint(
            model_name='seasoninvitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('is_accepted__isnull', True)), models.Q(('answered_at__isnull', False), ('is_accepted__isnull', False)), _connector='OR'), name='distribution_seasoninvitation_answered'),
        ),
        migrations.AddConstraint(
            model_name='seasoninvitation',
            constraint=models.CheckConstraint(condition=models.Q(('programme', models.F('earlier_programme')), _negated=True), name='distribution_seasoninvitation_other'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
