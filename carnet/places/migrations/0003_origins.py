"""Who gave each column of a place its value, and when. Empty: its own file, as the row itself says."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('places', '0002_files')]

    operations = [
        migrations.AddField(
            model_name='place',
            name='origins',
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
