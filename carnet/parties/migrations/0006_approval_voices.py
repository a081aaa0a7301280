"""Several people may be asked to say yes: each yes is a row of its own, and the database counts them."""

import django.db.models.deletion
from django.db import migrations, models

VOICES = """
SELECT carnet_guard_rows('parties_approvalvoice', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('parties_approvalvoice');

CREATE FUNCTION parties_check_voice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM parties_approval a WHERE a.id = NEW.approval_id
             AND (a.requested_by_id = NEW.person_id OR a.decision IS NOT NULL)) THEN
    RAISE EXCEPTION 'approval %: whoever asks has no voice, and what is decided stays so', NEW.approval_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER parties_approvalvoice_other BEFORE INSERT ON parties_approvalvoice
  FOR EACH ROW EXECUTE FUNCTION parties_check_voice();

CREATE FUNCTION parties_count_voices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.people_needed <> OLD.people_needed THEN
    RAISE EXCEPTION 'approval %: how many people it needs never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.decision = 'APPROVED' AND NEW.people_needed > 1
     AND (SELECT count(*) FROM parties_approvalvoice v WHERE v.approval_id = NEW.id) < NEW.people_needed THEN
    RAISE EXCEPTION 'approval %: % people must say yes', NEW.id, NEW.people_needed USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER parties_approval_voices BEFORE UPDATE ON parties_approval
  FOR EACH ROW EXECUTE FUNCTION parties_count_voices();
"""

UNDO = """
DROP TRIGGER parties_approval_voices ON parties_approval;
DROP FUNCTION parties_count_voices;
DROP TRIGGER parties_approvalvoice_other ON parties_approvalvoice;
DROP FUNCTION parties_check_voice;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0005_helpline"),
    ]

    operations = [
        migrations.AddField(model_name="approval", name="people_needed", field=models.SmallIntegerField(default=1)),
        migrations.CreateModel(
            name="ApprovalVoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField()),
                ("programme_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField()),
                ("given_at", models.DateTimeField()),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "approval",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="voices", to="parties.approval"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("approval", "person_id"), name="parties_approvalvoice_once")],
            },
        ),
        migrations.RunSQL(VOICES, UNDO),
    ]
