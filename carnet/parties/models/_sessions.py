"""The sessions of people, one row each while it lasts: what a person is shown of them, and by what the site knows one was ended."""

from django.db import models
from django.db.models import F, Q

from carnet.parties.models._parties import Person
from carnet.parties.rules import BROWSERS, SYSTEMS


class BrowserSession(models.Model):
    """Somebody signed in, in one browser. The session itself holds this number; without this row it opens nothing any more.

    No key of a session and no address of a network is here. `station_id`: the shared computer, when it is one.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    browser = models.CharField(max_length=20, blank=True)
    system = models.CharField(max_length=20, blank=True)
    station_id = models.BigIntegerField(null=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(browser__in=sorted(BROWSERS), system__in=sorted(SYSTEMS)), name="parties_browsersession_words_known"
            ),
            models.CheckConstraint(condition=Q(seen_at__gte=F("began_at")), name="parties_browsersession_in_order"),
        ]

    def __str__(self) -> str:
        return f"browser session {self.pk}"
