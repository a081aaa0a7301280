"""Cards of one-time codes, where each is, the codes that were accepted; and the recoveries of whoever lost a second factor."""

from django.db import models
from django.db.models import F, Q

from carnet.parties.models._parties import Organisation, Person, _within, paired
from carnet.parties.rules import CARD_ALGORITHMS, CARD_DIGITS, CARD_STEPS, DRIFT_MOST, RECOVERY_WAITS, CardEnd, RecoveryState, RecoveryWay


class CardShipment(models.Model):
    """Cards sent together by an operator to a structure; the structure says when they arrived."""

    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    card_count = models.PositiveSmallIntegerField()
    sent_by_id = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField()
    received_by_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(card_count__gte=1), name="parties_cardshipment_something"),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(received_at__gte=F("sent_at")), name="parties_cardshipment_in_order"
            ),
        ]
        indexes = [models.Index(fields=["organisation"], name="parties_cardshipment_of")]

    def __str__(self) -> str:
        return f"card shipment {self.pk}"


class CodeCard(models.Model):
    """One card. Its seed is sealed under a key that is not in this database, and erased when the card ends.

    In stock at the operator (no `organisation`), at a structure (no `holder`), given (a `holder`), proved (`validated_at`), or over.
    """

    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=32)
    sealed_seed = models.BinaryField(null=True)
    step_seconds = models.PositiveSmallIntegerField()
    digits = models.PositiveSmallIntegerField()
    algorithm = models.CharField(max_length=6)
    imported_at = models.DateTimeField()
    import_id = models.UUIDField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    shipment = models.ForeignKey(CardShipment, on_delete=models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    assigned_by_id = models.BigIntegerField(null=True)
    assigned_at = models.DateTimeField(null=True)
    validated_at = models.DateTimeField(null=True)
    drift = models.SmallIntegerField(default=0)
    reach = models.PositiveSmallIntegerField(default=1)
    latest_step = models.BigIntegerField(default=0)
    latest_at = models.DateTimeField(null=True)
    wrong_count = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=6, null=True)  # noqa: DJ001 - the card lives
    ended_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "serial"], name="parties_codecard_one_serial"),
            models.UniqueConstraint(fields=["holder"], condition=Q(ended_at__isnull=True), name="parties_codecard_one_each"),
            models.CheckConstraint(condition=paired("organisation", "shipment"), name="parties_codecard_sent_whole"),
            models.CheckConstraint(condition=paired("holder", "assigned_at"), name="parties_codecard_given_whole"),
            models.CheckConstraint(
                condition=Q(holder__isnull=True) | Q(organisation__isnull=False), name="parties_codecard_given_by_a_structure"
            ),
            models.CheckConstraint(
                condition=Q(validated_at__isnull=True) | Q(holder__isnull=False), name="parties_codecard_proved_by_its_holder"
            ),
            models.CheckConstraint(condition=paired("ended_at", "ended_reason"), name="parties_codecard_end_whole"),
            models.CheckConstraint(
                condition=Q(ended_reason__isnull=True) | _within("ended_reason", CardEnd), name="parties_codecard_end_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, sealed_seed__isnull=False) | Q(ended_at__isnull=False, sealed_seed__isnull=True),
                name="parties_codecard_dead_without_seed",
            ),
            models.CheckConstraint(
                condition=Q(drift__gte=-DRIFT_MOST, drift__lte=DRIFT_MOST, reach__gte=1, reach__lte=2),
                name="parties_codecard_drift_bounded",
            ),
            models.CheckConstraint(
                condition=Q(step_seconds__in=CARD_STEPS, digits__in=CARD_DIGITS, algorithm__in=CARD_ALGORITHMS),
                name="parties_codecard_kind_known",
            ),
        ]
        indexes = [
            models.Index(fields=["operator", "organisation"], name="parties_codecard_stock"),
            models.Index(fields=["organisation"], name="parties_codecard_of"),
        ]

    def __str__(self) -> str:
        return f"card {self.serial}"


class CardCode(models.Model):
    """One code of one card that was accepted: the database refuses it a second time. Forgotten after a month."""

    card = models.ForeignKey(CodeCard, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    step = models.BigIntegerField()
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "step"], name="parties_cardcode_once")]
        indexes = [models.Index(fields=["accepted_at"], name="parties_cardcode_old")]

    def __str__(self) -> str:
        return f"code {self.step} of card {self.card_id}"


class FactorRecovery(models.Model):
    """Somebody lost what proves who they are: who answers for them, from when another factor may be chosen, and what became of it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=200, blank=True, default="")
    asked_by_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    agreed_by_id = models.BigIntegerField(null=True)
    opens_at = models.DateTimeField(null=True)
    code_hash = models.BinaryField(max_length=32, null=True)
    expires_at = models.DateTimeField(null=True)
    wrong_count = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_within("state", RecoveryState), name="parties_recovery_state_known"),
            models.CheckConstraint(condition=_within("way", RecoveryWay), name="parties_recovery_way_known"),
            models.CheckConstraint(condition=paired("code_hash", "expires_at"), name="parties_recovery_code_whole"),
            models.CheckConstraint(
                condition=Q(agreed_by_id__isnull=True) | ~Q(agreed_by_id=F("asked_by_id")), name="parties_recovery_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(way="OPERATOR", state__in=["AGREED", "OPEN", "DONE"]) | Q(agreed_by_id__isnull=False),
                name="parties_recovery_agreed_by_a_second",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RECOVERY_WAITS], ended_at__isnull=True)
                | (~Q(state__in=[state.value for state in RECOVERY_WAITS]) & Q(ended_at__isnull=False)),
                name="parties_recovery_end_whole",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=[state.value for state in RECOVERY_WAITS]), name="parties_recovery_one_waiting"
            ),
        ]
        indexes = [models.Index(fields=["organisation"], name="parties_recovery_of")]

    def __str__(self) -> str:
        return f"recovery {self.pk}"
