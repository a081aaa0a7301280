"""Offers: what one landlord, one provider and the funders of one agreement bring to a home together."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.connectivity.models._estate import ORGANISATION, PROGRAMME
from carnet.connectivity.rules import Collector, Eligibility, OfferState, OfferTerms


class Offer(models.Model):
    """Prepared by one person of the operator, opened by another; never rewritten afterwards, only closed. A trigger says so.

    Money is in whole cents: a month has three parts, and the set-up is paid once, by the funders.
    """

    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey("funding.Agreement", on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    residence_ids = ArrayField(models.BigIntegerField(), default=list)  # empty: all of the landlord's
    name = models.CharField(max_length=120)
    household_cents = models.IntegerField()
    landlord_cents = models.IntegerField()
    funders_cents = models.IntegerField()
    setup_cents = models.IntegerField()
    collector = models.CharField(max_length=8)
    down_mbps = models.IntegerField()
    up_mbps = models.IntegerField()
    has_box = models.BooleanField()
    lends_computer = models.BooleanField()
    months = models.SmallIntegerField()
    home_limit = models.IntegerField()
    tolerated_days = models.SmallIntegerField()
    eligibility = models.JSONField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    state = models.CharField(max_length=8)
    prepared_by_id = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    approval_id = models.BigIntegerField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(household_cents__gte=0, landlord_cents__gte=0, funders_cents__gte=0, setup_cents__gte=0)
                & (Q(household_cents__gt=0) | Q(landlord_cents__gt=0) | Q(funders_cents__gt=0)),
                name="connectivity_offer_money",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in OfferState], collector__in=[each.value for each in Collector]),
                name="connectivity_offer_words",
            ),
            models.CheckConstraint(condition=Q(months__gt=0, home_limit__gt=0, down_mbps__gt=0), name="connectivity_offer_bounds"),
            models.CheckConstraint(condition=Q(closes_on__gt=F("opens_on")), name="connectivity_offer_days"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("prepared_by_id")), name="connectivity_offer_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="PREPARED", decided_by_id__isnull=True) | (~Q(state="PREPARED") & Q(decided_by_id__isnull=False)),
                name="connectivity_offer_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["landlord"], name="connectivity_offer_landlord"),
            models.Index(fields=["provider"], name="connectivity_offer_provider"),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"

    @property
    def terms(self) -> OfferTerms:
        """The offer as the rules read it."""
        return OfferTerms(
            name=self.name,
            agreement_id=self.agreement_id,
            landlord_id=self.landlord_id,
            provider_id=self.provider_id,
            household_cents=self.household_cents,
            landlord_cents=self.landlord_cents,
            funders_cents=self.funders_cents,
            setup_cents=self.setup_cents,
            collector=Collector(self.collector),
            down_mbps=self.down_mbps,
            up_mbps=self.up_mbps,
            has_box=self.has_box,
            lends_computer=self.lends_computer,
            months=self.months,
            home_limit=self.home_limit,
            opens_on=self.opens_on,
            closes_on=self.closes_on,
            tolerated_days=self.tolerated_days,
            residence_ids=tuple(self.residence_ids),
            eligibility=Eligibility.from_data(self.eligibility),
        )
