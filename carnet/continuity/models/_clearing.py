"""Partners, what was said to them and by them, claims on both sides, statements and transfers. Rows are an operator's; claims also their place's."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carnet.continuity.rules.clearing.claims import OPEN_STATES, ClaimState, IssuerState, PartnerState, PaymentState
from carnet.continuity.rules.clearing.messages import MessageKind


class Partner(models.Model):
    """Another operator's installation, as one of our operators knows it. `organisation_id`, `place_id`: ours for it, once agreed."""

    operator_id = models.BigIntegerField()
    siret = models.CharField(max_length=14)
    name = models.CharField(max_length=140)
    address = models.CharField(max_length=300, blank=True)  # of its installation; empty: no link, files only
    state = models.CharField(max_length=8)
    programme_ids = ArrayField(models.BigIntegerField())  # ours, whose vouchers its places may take
    organisation_id = models.BigIntegerField(null=True)
    place_id = models.BigIntegerField(null=True)
    sent_count = models.BigIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=40, blank=True, default="")
    ending_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in PartnerState]), name="continuity_partner_state"),
            models.UniqueConstraint(
                fields=["operator_id", "siret"], condition=Q(state__in=["PROPOSED", "OPEN"]), name="continuity_partner_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="OPEN") | Q(organisation_id__isnull=False, place_id__isnull=False), name="continuity_partner_open_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"partner {self.pk}"


class PartnerIdentity(models.Model):
    """Keys and programmes of a partner: proposed by one person, agreed by another; what its agreed keys sign later needs nobody."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="identities")
    operator_id = models.BigIntegerField()
    signing = models.BinaryField(max_length=32)
    sealing = models.BinaryField(max_length=32)
    key_name = models.CharField(max_length=16)
    fingerprint = models.CharField(max_length=40)
    programmes = models.JSONField(default=list)
    programme_ids = ArrayField(models.BigIntegerField())  # ours, proposed with it
    document = models.TextField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8)
    proposed_by_id = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["PROPOSED", "OPEN", "REFUSED"]), name="continuity_identity_state"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=models.F("proposed_by_id")),
                name="continuity_identity_two_people",
            ),
            models.CheckConstraint(condition=~Q(state="OPEN") | Q(decided_by_id__isnull=False), name="continuity_identity_agreed"),
            models.UniqueConstraint(fields=["partner"], condition=Q(state="PROPOSED"), name="continuity_identity_one_waiting"),
        ]

    def __str__(self) -> str:
        return f"identity {self.pk}"


class ClearingMessage(models.Model):
    """A message, as it was signed. Append-only: the proof. `is_ours`: sent by us."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    operator_id = models.BigIntegerField()
    is_ours = models.BooleanField()
    message_id = models.UUIDField()
    number = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    claim = models.UUIDField(null=True)
    answers = models.UUIDField(null=True)
    text = models.TextField()
    digest = models.BinaryField(max_length=32)
    key_name = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "is_ours", "message_id"], name="continuity_message_id"),
            models.UniqueConstraint(fields=["partner", "is_ours", "number"], name="continuity_message_number"),
            # One answer to each question, whatever the code above does.
            models.UniqueConstraint(
                fields=["partner", "is_ours", "answers"], condition=Q(answers__isnull=False), name="continuity_message_answered_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in MessageKind]), name="continuity_message_kind"),
        ]
        indexes = [models.Index(fields=["partner", "claim"], condition=Q(claim__isnull=False), name="continuity_message_claim")]

    def __str__(self) -> str:
        return f"message {self.message_id}"


class ClearingSuspect(models.Model):
    """A message that is not believed, or contradicts another one: kept as it came, beside what it contradicts. Append-only."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    operator_id = models.BigIntegerField()
    what = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, blank=True)
    earlier_id = models.UUIDField(null=True)
    text = models.TextField()
    digest = models.BinaryField(max_length=32)
    key_name = models.CharField(max_length=16, blank=True)
    signature = models.BinaryField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "what", "digest"], name="continuity_suspect_once")]

    def __str__(self) -> str:
        return f"suspect {self.pk}"


class ClearingSending(models.Model):
    """A question of ours until it is answered, or an answer until it was given. `box`: a sealed code, erased with the answer."""

    message = models.OneToOneField(ClearingMessage, on_delete=models.PROTECT, primary_key=True, related_name="sending")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    operator_id = models.BigIntegerField()
    box = models.BinaryField(max_length=1024, null=True)
    is_question = models.BooleanField()
    done_at = models.DateTimeField(null=True)  # answered, or given
    written_at = models.DateTimeField(null=True)  # in a file
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(done_at__isnull=True) | Q(box__isnull=True), name="continuity_sending_erased")]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(done_at__isnull=True), name="continuity_sending_due")]

    def __str__(self) -> str:
        return f"sending {self.pk}"


class ClearingClaim(models.Model):
    """A voucher of a partner taken at one of our places: what the place and our operator follow."""

    id = models.UUIDField(primary_key=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    operator_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    service_code = models.CharField(max_length=60)
    attended_on = models.DateField()
    read = models.CharField(max_length=4)
    programme = models.CharField(max_length=60, blank=True)
    voucher_mark = models.BinaryField(max_length=32)
    state = models.CharField(max_length=11)
    claim_answer = models.CharField(max_length=10, blank=True)
    withdraw_answer = models.CharField(max_length=10, blank=True)
    cents = models.IntegerField(null=True)
    serial = models.CharField(max_length=40, blank=True)
    redeemed_at = models.DateTimeField(null=True)
    payable_on = models.DateField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    withdraw_reason = models.CharField(max_length=200, blank=True)
    asked_by_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)  # asked for
    payment_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in ClaimState]), name="continuity_claim_state"),
            models.UniqueConstraint(
                fields=["operator_id", "voucher_mark"],
                condition=Q(state__in=sorted(each.value for each in OPEN_STATES)),
                name="continuity_claim_one_open",
            ),
            models.UniqueConstraint(fields=["organisation_id", "request_id"], name="continuity_claim_once"),
            models.CheckConstraint(
                condition=~Q(state="ACCEPTED") | Q(cents__gt=0, redeemed_at__isnull=False), name="continuity_claim_accepted_whole"
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "asked_at"], name="continuity_claim_own")]

    def __str__(self) -> str:
        return f"claim {self.pk}"


class ClearingDecision(models.Model):
    """What we decided of a partner's claim, once; its answers are messages of ours. `redemption`: its number in our own ledger."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    operator_id = models.BigIntegerField()
    claim = models.UUIDField()
    state = models.CharField(max_length=9)
    claim_digest = models.BinaryField(max_length=32, null=True)
    withdraw_digest = models.BinaryField(max_length=32, null=True)
    programme_id = models.BigIntegerField(null=True)
    redemption = models.CharField(max_length=60, blank=True)
    cents = models.IntegerField(null=True)
    redeemed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    is_guess = models.BooleanField(default=False)  # its code was unknown, or mistyped
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "claim"], name="continuity_decision_once"),
            models.CheckConstraint(condition=Q(state__in=[each.value for each in IssuerState]), name="continuity_decision_state"),
            models.CheckConstraint(
                condition=~Q(state="ACCEPTED") | Q(cents__gt=0, redeemed_at__isnull=False) & ~Q(redemption=""),
                name="continuity_decision_accepted_whole",
            ),
            models.UniqueConstraint(fields=["redemption"], condition=~Q(redemption=""), name="continuity_decision_redemption_once"),
        ]
        indexes = [models.Index(fields=["partner", "at"], condition=Q(is_guess=True), name="continuity_decision_guesses")]

    def __str__(self) -> str:
        return f"decision {self.claim}"


class ClearingStatement(models.Model):
    """A statement sent or received, and its answer. `is_issuer`: we issued the vouchers, and owe."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    operator_id = models.BigIntegerField()
    message_id = models.UUIDField()
    is_ours = models.BooleanField()
    is_issuer = models.BooleanField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    claim_count = models.IntegerField()
    cents = models.BigIntegerField()
    verdict = models.CharField(max_length=8, blank=True)
    differences = models.JSONField(default=list)
    answered_at = models.DateTimeField(null=True)
    made_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(null=True, unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "message_id"], name="continuity_statement_once"),
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="continuity_statement_period"),
        ]

    def __str__(self) -> str:
        return f"statement {self.message_id}"


class ClearingTransfer(models.Model):
    """Money between operators: announced to us or by us, come on our account, advanced of our own, or taken back. Append-only."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    operator_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    reference = models.CharField(max_length=60)
    cents = models.BigIntegerField()
    moved_on = models.DateField()
    message_id = models.UUIDField(null=True)
    recorded_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["ANNOUNCED", "TOLD", "CAME", "ADVANCED", "TAKEN_BACK"]), name="continuity_transfer_kind"
            ),
            models.CheckConstraint(condition=Q(cents__gt=0), name="continuity_transfer_positive"),
            models.UniqueConstraint(
                fields=["partner", "kind", "reference"],
                condition=Q(kind__in=["ANNOUNCED", "TOLD", "CAME"]),
                name="continuity_transfer_once",
            ),
        ]

    def __str__(self) -> str:
        return f"transfer {self.pk}"


class ClearingPayment(models.Model):
    """What one of our places is paid out of one partner's debt: prepared by one person, agreed by another, believed paid when the bank has."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    operator_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    state = models.CharField(max_length=8)
    claim_count = models.IntegerField()
    cents = models.BigIntegerField()
    creditor_name = models.CharField(max_length=140)
    creditor_iban = models.CharField(max_length=34)
    creditor_bic = models.CharField(max_length=11, blank=True)
    debtor_name = models.CharField(max_length=140)
    debtor_iban = models.CharField(max_length=34)
    debtor_bic = models.CharField(max_length=11, blank=True)
    prepared_by_id = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    execute_on = models.DateField()
    booked_on = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in PaymentState]), name="continuity_payment_state"),
            models.CheckConstraint(condition=Q(cents__gt=0, claim_count__gt=0), name="continuity_payment_positive"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=models.F("prepared_by_id")), name="continuity_payment_two_people"
            ),
            models.CheckConstraint(condition=~Q(state="PAID") | Q(booked_on__isnull=False), name="continuity_payment_paid_when"),
            models.CheckConstraint(condition=~Q(state="RETURNED") | Q(returned_on__isnull=False), name="continuity_payment_returned_when"),
            models.UniqueConstraint(fields=["request_id", "organisation_id"], name="continuity_payment_once"),
        ]

    def __str__(self) -> str:
        return f"clearing payment {self.pk}"
