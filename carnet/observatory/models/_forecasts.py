"""What was said of the future, what was written to each funder each month, and who receives it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Forecast(models.Model):
    """One agreement's forecast of one day. Append-only: what was said is kept beside what came."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    made_on = models.DateField()
    made_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement_id", "made_on"], name="observatory_forecast_once_a_day")]

    def __str__(self) -> str:
        return f"forecast {self.pk}"


class MonthlyLetter(models.Model):
    """One funder's statement of one month of one agreement: made once, kept as it was. Append-only."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    funder_id = models.BigIntegerField()
    month_on = models.DateField()
    made_at = models.DateTimeField()
    content = models.JSONField()
    posted_count = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement_id", "funder_id", "month_on"], name="observatory_monthlyletter_once_a_month"),
        ]
        indexes = [models.Index(fields=["funder_id", "-month_on"], name="observatory_letters_of_funder")]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class LetterChoice(models.Model):
    """A funder stops its monthly statements, or says who receives them and in which language. Without one: its contact, in French."""

    organisation_id = models.BigIntegerField(unique=True)
    is_stopped = models.BooleanField(default=False)
    emails = ArrayField(models.EmailField(max_length=254), default=list)
    language = models.CharField(max_length=2, default="fr")
    chosen_at = models.DateTimeField()
    chosen_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(language__in=["fr", "en"]), name="observatory_letterchoice_language")]

    def __str__(self) -> str:
        return f"choice {self.pk}"
