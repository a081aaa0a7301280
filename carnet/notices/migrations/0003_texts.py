"""Text messages that wait. Sealed by the key ring, so that the table tells nothing: no wall."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('notices', '0002_webhooks')]

    operations = [
        migrations.CreateModel(
            name='TextNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed', models.BinaryField()),
                ('posted_at', models.DateTimeField()),
                ('attempts', models.SmallIntegerField(default=0)),
            ],
        ),
    ]
