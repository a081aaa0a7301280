"""The code of a person's own paper is printed once: which version was, when, by whom."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mandates', '0005_endings'),
    ]

    operations = [
        migrations.AddField(
            model_name='papertry',
            name='printed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='papertry',
            name='printed_by_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='papertry',
            name='printed_request_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='papertry',
            name='printed_version',
            field=models.SmallIntegerField(default=0),
        ),
    ]
