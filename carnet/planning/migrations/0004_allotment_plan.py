"""A plan of allotment has a name of its own: a person's plan of lessons had it first. Its walls and its triggers follow."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('planning', '0003_gaps'),
    ]

    operations = [
        migrations.RenameModel('Plan', 'AllotmentPlan'),
    ]
