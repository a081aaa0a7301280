"""The line is asked of connections too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('helpline', '0001_helpline'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='question',
            name='helpline_question_kind',
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('kind', ''), ('kind__in', ['VOUCHER', 'BOOKLET', 'PLACE', 'BOOKING', 'COMPLAINT', 'HAND_OVER', 'REPLACEMENT', 'PAYMENT', 'CONNECTION']), _connector='OR'), name='helpline_question_kind'),
        ),
    ]
