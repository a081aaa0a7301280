"""What a person was told of their connection: once each. A letter waits for the desk to post it."""

from django.db import models
from django.db.models import Q

from carnet.connectivity.models._connections import Connection
from carnet.connectivity.models._estate import ORGANISATION, PROGRAMME
from carnet.connectivity.rules.telling import About, ToldBy


class Telling(models.Model):
    """One change told. `step_id` or `incident_id`: which, the other being 0. Neither the number nor the words are kept."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=11)
    step_id = models.BigIntegerField(default=0)
    incident_id = models.BigIntegerField(default=0)
    told_by = models.CharField(max_length=6)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by_id = models.BigIntegerField(null=True)
    is_posted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "step_id", "incident_id"], name="connectivity_telling_once"),
            models.CheckConstraint(
                condition=Q(about__in=[each.value for each in About], told_by__in=[each.value for each in ToldBy]),
                name="connectivity_telling_words",
            ),
            models.CheckConstraint(
                condition=Q(told_by=ToldBy.LETTER.value) | Q(done_at__isnull=False, is_posted=False), name="connectivity_telling_done"
            ),
            models.CheckConstraint(
                condition=Q(step_id__gt=0, incident_id=0) | Q(step_id=0, incident_id__gt=0), name="connectivity_telling_of_what"
            ),
        ]
        indexes = [models.Index(fields=["desk", "made_at"], condition=Q(done_at__isnull=True), name="connectivity_telling_to_post")]

    def __str__(self) -> str:
        return f"telling {self.pk}"
