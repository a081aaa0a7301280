"""Booklets asked by post. The address is sealed, seen by the one desk that sends, and erased with the sending."""

from django.db import models
from django.db.models import F, Q

from carnet.distribution.models._handing import HandOver
from carnet.distribution.rules import AgeBand, Area, Reason
from carnet.distribution.rules.postal import OPEN_STATES, PostalBy, PostalRefusedFor, PostalState
from carnet.kernel.personal import PersonalColumn

# Column: purpose, lifetime. Read by the data map.
PERSONAL_DATA = {
    "PostalRequest.sealed_address": PersonalColumn(
        "to send a booklet to somebody who cannot come; sealed, read by the one desk that sends it",
        "erased with the sending, 21 days at most",
    ),
    "PostalRequest.address_mark": PersonalColumn(
        "to see that two requests are for one letter box; a keyed hash", "erased with the address"
    ),
}


class PostalRequest(models.Model):
    """Somebody asks for a booklet by post. Once sent, or ended, nothing says who or where.

    `address_mark`: a keyed hash of the letter box, to show a desk that two requests are for the same one; erased with the address.
    `asked_by_id`: who typed it, when somebody asked by telephone.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=8, unique=True)
    state = models.CharField(max_length=9)
    sealed_address = models.BinaryField(null=True)
    address_mark = models.BinaryField(max_length=32, null=True)
    age_band = models.CharField(max_length=14)
    reason = models.CharField(max_length=12)
    area = models.CharField(max_length=18)
    asked_through = models.CharField(max_length=9)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    hand_over = models.OneToOneField(HandOver, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    refused_for = models.CharField(max_length=13, blank=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in PostalState]), name="distribution_postal_state"),
            models.CheckConstraint(condition=Q(asked_through__in=[each.value for each in PostalBy]), name="distribution_postal_through"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[each.value for each in sorted(OPEN_STATES)],
                    sealed_address__isnull=False,
                    address_mark__isnull=False,
                    ended_at__isnull=True,
                )
                | (
                    ~Q(state__in=[each.value for each in sorted(OPEN_STATES)])
                    & Q(sealed_address__isnull=True, address_mark__isnull=True, ended_at__isnull=False)
                ),
                name="distribution_postal_erased_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[PostalState.READY.value, PostalState.SENT.value], hand_over__isnull=False)
                | (~Q(state__in=[PostalState.READY.value, PostalState.SENT.value, PostalState.EXPIRED.value]) & Q(hand_over__isnull=True))
                | Q(state=PostalState.EXPIRED.value),
                name="distribution_postal_handed",
            ),
            models.CheckConstraint(
                condition=Q(state=PostalState.REFUSED.value, refused_for__in=[each.value for each in PostalRefusedFor])
                | (~Q(state=PostalState.REFUSED.value) & Q(refused_for="")),
                name="distribution_postal_refused",
            ),
            models.CheckConstraint(
                condition=Q(
                    age_band__in=[each.value for each in AgeBand],
                    reason__in=[each.value for each in Reason],
                    area__in=[each.value for each in Area if each != Area.OUTSIDE],
                ),
                name="distribution_postal_ticks",
            ),
            models.CheckConstraint(condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("asked_at")), name="distribution_postal_dates"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-asked_at"], name="distribution_postal_desk"),
            models.Index(fields=["programme", "asked_at"], name="distribution_postal_season"),
            models.Index(fields=["asked_at"], condition=Q(ended_at=None), name="distribution_postal_waiting"),
        ]

    def __str__(self) -> str:
        return f"postal request {self.pk}"
