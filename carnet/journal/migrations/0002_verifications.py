"""Verifications of the ledger and of the journal: how far each is, and what it named. Of the installation: no wall, nothing of anybody in it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_journal'),
    ]

    operations = [
        migrations.CreateModel(
            name='VerificationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=8)),
                ('begun_at', models.DateTimeField()),
                ('step_count', models.SmallIntegerField()),
                ('done_count', models.SmallIntegerField(default=0)),
                ('fault_count', models.IntegerField(default=0)),
                ('faults', models.JSONField(default=list)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['what', '-ended_at'], name='journal_verificationrun_latest')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('what__in', ['ledger', 'journal'])), name='journal_verificationrun_what'),
                    models.CheckConstraint(condition=models.Q(('done_count__lte', models.F('step_count'))), name='journal_verificationrun_steps'),
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('what',), name='journal_verificationrun_one_at_once'),
                ],
            },
        ),
    ]
