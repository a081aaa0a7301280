"""Bills of providers, month by month, each with its one payment; and what landlords paid in."""

from django.db import models
from django.db.models import F, Q

from carnet.connectivity.models._connections import Connection
from carnet.connectivity.models._estate import ORGANISATION, PROGRAMME
from carnet.connectivity.rules import BillState

_OWED = ["AGREED", "SENT", "PAID", "RETURNED"]


class Bill(models.Model):
    """What a provider asks for one month of an agreement. Who, where and how much are frozen when one person has checked it.

    `line_count` 0: a balance, of what landlords paid in after their bills were agreed. `pay_…`: of whose money the transfer is made.
    """

    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey("funding.Agreement", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    reference = models.CharField(max_length=40, blank=True)  # the provider's own number
    state = models.CharField(max_length=9)
    line_count = models.IntegerField()
    household_cents = models.BigIntegerField()
    landlord_cents = models.BigIntegerField()
    funders_cents = models.BigIntegerField()
    setup_cents = models.BigIntegerField()
    collected_cents = models.BigIntegerField()  # of the households' part, what the provider takes itself
    digest = models.BinaryField(max_length=32)
    submitted_by_id = models.BigIntegerField(null=True)
    submitted_at = models.DateTimeField()
    checked_by_id = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    approval_id = models.BigIntegerField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    attempt = models.SmallIntegerField(default=0)
    pay_funders_cents = models.BigIntegerField(default=0)
    pay_landlords = models.JSONField(default=dict)  # cents by landlord
    pay_cents = models.BigIntegerField(default=0)
    creditor_name = models.CharField(max_length=140, blank=True)
    creditor_iban = models.CharField(max_length=34, blank=True)
    creditor_bic = models.CharField(max_length=11, blank=True)
    debtor_name = models.CharField(max_length=140, blank=True)
    debtor_iban = models.CharField(max_length=34, blank=True)
    debtor_bic = models.CharField(max_length=11, blank=True)
    execute_on = models.DateField(null=True)
    file_digest = models.BinaryField(max_length=32, null=True)
    file_written_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    booked_on = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    bank_reason = models.CharField(max_length=10, blank=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in BillState]), name="connectivity_bill_state"),
            models.CheckConstraint(
                condition=Q(household_cents__gte=0, landlord_cents__gte=0, funders_cents__gte=0, setup_cents__gte=0, line_count__gte=0)
                & Q(collected_cents__gte=0, collected_cents__lte=F("household_cents"), pay_cents__gte=F("pay_funders_cents")),
                name="connectivity_bill_money",
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("checked_by_id")), name="connectivity_bill_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_OWED) | Q(checked_by_id__isnull=False, decided_by_id__isnull=False), name="connectivity_bill_agreed"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["SENT", "PAID"]) | Q(pay_cents=0) | Q(file_digest__isnull=False, sent_at__isnull=False),
                name="connectivity_bill_sent_as_written",
            ),
            models.CheckConstraint(
                condition=~Q(state="PAID") | Q(pay_cents=0) | Q(booked_on__isnull=False), name="connectivity_bill_paid_when"
            ),
            models.UniqueConstraint(
                fields=["agreement", "provider"], condition=Q(state__in=["SUBMITTED", "CHECKED"]), name="connectivity_bill_one_waiting"
            ),
        ]
        indexes = [models.Index(fields=["programme", "id"], name="connectivity_bill_programme")]

    def __str__(self) -> str:
        return f"bill {self.pk}"


class BillLine(models.Model):
    """One month of one connection on a bill. Never rewritten: voided with its bill when that is refused, to be billed again."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="lines")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()
    whole_until = models.DateField()
    suspended_days = models.SmallIntegerField()
    incident_days = models.SmallIntegerField()
    household_cents = models.IntegerField()
    landlord_cents = models.IntegerField()
    funders_cents = models.IntegerField()
    setup_cents = models.IntegerField()
    collector = models.CharField(max_length=8)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A month is billed once, whatever the code above does.
            models.UniqueConstraint(
                fields=["connection", "since"], condition=Q(voided_at__isnull=True), name="connectivity_billline_month_once"
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("since"), whole_until__gte=F("until"), suspended_days__gte=0, incident_days__gte=0)
                & Q(household_cents__gte=0, landlord_cents__gte=0, funders_cents__gte=0, setup_cents__gte=0),
                name="connectivity_billline_whole",
            ),
        ]
        indexes = [models.Index(fields=["landlord", "bill"], name="connectivity_billline_landlord")]

    def __str__(self) -> str:
        return f"bill line {self.pk}"


class LandlordPayment(models.Model):
    """What a landlord paid in, as the bank said it: its own part, and what it collected from its tenants. Append-only."""

    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey("funding.Agreement", on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    own_cents = models.BigIntegerField()
    households_cents = models.BigIntegerField()
    received_on = models.DateField()
    reference = models.CharField(max_length=60, blank=True)
    recorded_by_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(own_cents__gte=0, households_cents__gte=0) & (Q(own_cents__gt=0) | Q(households_cents__gt=0)),
                name="connectivity_landlordpayment_positive",
            )
        ]
        indexes = [models.Index(fields=["landlord", "id"], name="connectivity_landlordpay_of")]

    def __str__(self) -> str:
        return f"landlord payment {self.pk}"
