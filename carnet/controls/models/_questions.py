"""Questions asked by consent after a lesson. Once answered, or left unanswered, nothing says who was asked."""

from django.db import models
from django.db.models import Q

from carnet.controls.rules.questions import Answer


class Question(models.Model):
    """*Étiez-vous à une leçon ce jour-là ?*, asked once of somebody who agreed. `contact_id` and `token_hash` go with the answer, or a week later.

    `weight`: how much likelier than another this question was to be asked (by risk). Days only: a moment would tell who answered.
    """

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    attended_on = models.DateField()
    weight = models.IntegerField()
    contact_id = models.BigIntegerField(null=True)
    token_hash = models.BinaryField(max_length=32, null=True)
    asked_on = models.DateField()
    closes_on = models.DateField()
    closed_on = models.DateField(null=True)
    answer = models.CharField(max_length=7, null=True)  # noqa: DJ001 - no answer is not an answer called nothing

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token_hash"], condition=Q(token_hash__isnull=False), name="controls_question_token"),
            models.CheckConstraint(
                condition=Q(contact_id__isnull=False, token_hash__isnull=False, closed_on__isnull=True, answer__isnull=True)
                | Q(contact_id__isnull=True, token_hash__isnull=True, closed_on__isnull=False),
                name="controls_question_forgets_whom",
            ),
            models.CheckConstraint(
                condition=Q(answer__isnull=True) | Q(answer__in=[each.value for each in Answer]), name="controls_question_answer"
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="controls_question_weight"),
        ]
        indexes = [
            models.Index(fields=["programme_id", "place_id"], name="controls_question_of_place"),
            models.Index(fields=["contact_id"], condition=Q(contact_id__isnull=False), name="controls_question_open"),
        ]

    def __str__(self) -> str:
        return f"question {self.pk}"
