"""Questions asked by consent after a lesson, which forget whom they were asked."""

from typing import ClassVar

from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('controls_question', 'programme_id', NULL);
REVOKE DELETE, TRUNCATE ON controls_question FROM carnet_app;
"""
# An answer is given once, and whom it came from is never written again.
KEPT = """
CREATE FUNCTION controls_question_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.closed_on IS NOT NULL
     OR (NEW.programme_id, NEW.organisation_id, NEW.place_id, NEW.attended_on, NEW.weight, NEW.asked_on, NEW.closes_on)
     IS DISTINCT FROM (OLD.programme_id, OLD.organisation_id, OLD.place_id, OLD.attended_on, OLD.weight, OLD.asked_on, OLD.closes_on) THEN
    RAISE EXCEPTION 'a question is asked once, and answered once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER controls_question_stays BEFORE UPDATE ON controls_question FOR EACH ROW EXECUTE FUNCTION controls_question_stays();
"""
UNKEPT = "DROP TRIGGER controls_question_stays ON controls_question; DROP FUNCTION controls_question_stays;"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("controls", "0003_samples"), ("distribution", "0011_question_consent")]

    operations: ClassVar = [
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('attended_on', models.DateField()),
                ('weight', models.IntegerField()),
                ('contact_id', models.BigIntegerField(null=True)),
                ('token_hash', models.BinaryField(max_length=32, null=True)),
                ('asked_on', models.DateField()),
                ('closes_on', models.DateField()),
                ('closed_on', models.DateField(null=True)),
                ('answer', models.CharField(max_length=7, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', 'place_id'], name='controls_question_of_place'), models.Index(condition=models.Q(('contact_id__isnull', False)), fields=['contact_id'], name='controls_question_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('token_hash__isnull', False)), fields=('token_hash',), name='controls_question_token'), models.CheckConstraint(condition=models.Q(models.Q(('answer__isnull', True), ('closed_on__isnull', True), ('contact_id__isnull', False), ('token_hash__isnull', False)), models.Q(('closed_on__isnull', False), ('contact_id__isnull', True), ('token_hash__isnull', True)), _connector='OR'), name='controls_question_forgets_whom'), models.CheckConstraint(condition=models.Q(('answer__isnull', True), ('answer__in', ['YES', 'NO', 'UNKNOWN']), _connector='OR'), name='controls_question_answer'), models.CheckConstraint(condition=models.Q(('weight__gt', 0)), name='controls_question_weight')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, UNKEPT),
    ]
