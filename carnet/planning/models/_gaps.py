"""What each weekly look found of people far from any place: counts by commune of the desks. Append-only."""

from django.db import models
from django.db.models import F, Q


class GapWeek(models.Model):
    """The people of the desks of one commune who held vouchers of a programme, and those more than `limit_minutes` from any place by car.

    One row a commune and a week; no commune: desks whose address names none, which are in no distance. `week_on`: its Monday.
    """

    programme_id = models.BigIntegerField()
    week_on = models.DateField()
    commune_code = models.CharField(max_length=5, blank=True)
    limit_minutes = models.SmallIntegerField()
    people = models.IntegerField()
    far = models.IntegerField()
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "week_on", "commune_code"], name="planning_gapweek_once"),
            models.CheckConstraint(condition=Q(people__gte=0, far__gte=0, far__lte=F("people")), name="planning_gapweek_counts"),
            models.CheckConstraint(condition=Q(limit_minutes__gt=0), name="planning_gapweek_limit"),
        ]

    def __str__(self) -> str:
        return f"gaps of programme {self.programme_id}, week of {self.week_on}"
