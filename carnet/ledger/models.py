"""Tables of vouchers and money. Ids of other rooms are plain numbers; rows of hot tables name their series."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Series(models.Model):
    """The vouchers of one order, numbered in a row. The two `_at` are cached from its passages."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    issuer_prefix = models.CharField(max_length=6)
    first_serial = models.BigIntegerField()
    first_booklet_serial = models.BigIntegerField()
    voucher_count = models.IntegerField()
    booklet_size = models.SmallIntegerField()
    face_value_cents = models.IntegerField()
    first_voucher_id = models.BigIntegerField(unique=True)
    first_booklet_id = models.BigIntegerField(unique=True)
    key_version = models.SmallIntegerField(default=1)
    funder_ids = ArrayField(models.BigIntegerField())
    held_cents = ArrayField(models.BigIntegerField())
    borne_cents = ArrayField(models.BigIntegerField())
    hand_over_until = models.DateTimeField()
    printed_until = models.DateTimeField()
    accepted_until = models.DateTimeField()
    hand_overs_stop_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer_prefix", "first_serial"], name="ledger_series_serial"),
            models.UniqueConstraint(fields=["issuer_prefix", "first_booklet_serial"], name="ledger_series_booklet_serial"),
            models.CheckConstraint(
                condition=Q(voucher_count__gt=0, booklet_size__gt=0, face_value_cents__gt=0, first_serial__gt=0),
                name="ledger_series_positive",
            ),
            models.CheckConstraint(
                condition=Q(hand_over_until__lte=F("printed_until"), printed_until__lte=F("accepted_until")),
                name="ledger_series_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(lapsed_at__isnull=True) | Q(lapsed_at__gte=F("accepted_until")), name="ledger_series_lapse_after_grace"
            ),
            models.CheckConstraint(
                condition=Q(hand_overs_stop_at__isnull=True) | Q(hand_overs_stop_at__lte=F("printed_until")),
                name="ledger_series_stop_before_printed",
            ),
        ]
        indexes = [models.Index(fields=["programme_id"], name="ledger_series_programme")]


class SharePattern(models.Model):
    """How the cents of one voucher of a series are shared. Append-only: fixed when codes are drawn."""

    series_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()
    number = models.SmallIntegerField()
    funder_ids = ArrayField(models.BigIntegerField())
    held_cents = ArrayField(models.IntegerField())
    borne_cents = ArrayField(models.IntegerField())
    face_value_cents = models.IntegerField()
    voucher_count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series_id", "number"], name="ledger_sharepattern_number")]


class Booklet(models.Model):
    """A few vouchers under one cover. `holder_id` is the organisation that has it, or handed it over."""

    id = models.BigIntegerField(primary_key=True)
    series_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()
    holder_id = models.BigIntegerField()
    in_transit_to_id = models.BigIntegerField(null=True)
    opened = models.BooleanField(default=False)
    handed_over_at = models.DateTimeField(null=True)
    accepted_until = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["holder_id", "id"], name="ledger_booklet_holder"),
            models.Index(fields=["in_transit_to_id"], condition=Q(in_transit_to_id__isnull=False), name="ledger_booklet_in_transit"),
        ]


class Voucher(models.Model):
    """One voucher. Only the mark, the reservation and the end of acceptance ever change."""

    id = models.BigIntegerField(primary_key=True)
    series_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()
    booklet_id = models.BigIntegerField()
    code_hash = models.BinaryField(max_length=16)
    mark = models.SmallIntegerField(default=0)
    pattern = models.SmallIntegerField(default=0)
    generation = models.SmallIntegerField(default=0)
    reserved_by_id = models.BigIntegerField(null=True)
    reserved_until = models.DateTimeField(null=True)
    accepted_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # The directory: a typed code finds its series here; a QR names it.
            models.UniqueConstraint(fields=["code_hash", "series_id"], name="ledger_voucher_code"),
            models.CheckConstraint(condition=Q(mark__in=[0, 1, 2, 4]), name="ledger_voucher_mark"),
            models.CheckConstraint(
                condition=Q(reserved_by_id__isnull=True, reserved_until__isnull=True)
                | Q(reserved_by_id__isnull=False, reserved_until__isnull=False),
                name="ledger_voucher_reservation_paired",
            ),
        ]


class Passage(models.Model):
    """A run of vouchers passing on. Append-only; one row a range."""

    kind = models.CharField(max_length=12)
    series_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()
    first_voucher_id = models.BigIntegerField()
    last_voucher_id = models.BigIntegerField()
    from_holder_id = models.BigIntegerField(null=True)
    to_holder_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    actor_person_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series_id", "request_id", "kind", "first_voucher_id"], name="ledger_passage_once"),
            models.CheckConstraint(condition=Q(last_voucher_id__gte=F("first_voucher_id")), name="ledger_passage_range"),
            # A voucher is exchanged once, one row each, whatever the code above does.
            models.UniqueConstraint(
                fields=["series_id", "first_voucher_id"], condition=Q(kind="EXCHANGED"), name="ledger_passage_exchanged_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind="EXCHANGED") | Q(last_voucher_id=F("first_voucher_id")), name="ledger_passage_exchanged_one"
            ),
        ]
        indexes = [models.Index(fields=["series_id", "first_voucher_id"], name="ledger_passage_series")]


class Account(models.Model):
    """A place where cents can be."""

    kind = models.CharField(max_length=12)
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    series_id = models.BigIntegerField(default=0)
    organisation_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement_id", "kind", "series_id", "organisation_id"], name="ledger_account_once"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "SOURCE",
                        "UNISSUED",
                        "CIRCULATION",
                        "OWED",
                        "PAID",
                        "RETURNED",
                        "DUE",
                        "CHARGED",
                        "RESERVED",
                        "BILLED",
                        "SERVED",
                        "OWNER",
                        "HOUSEHOLD",
                        "LANDLORD",
                        "CALLED",
                        "PASSED",
                        "PARTNER",
                        "ABROAD",
                        "CLAIMED",
                        "HONOURED",
                        "OPERATOR",
                        "ADVANCED",
                    ]
                ),
                name="ledger_account_kind",
            ),
        ]


class Movement(models.Model):
    """Cents passing from the credit account to the debit account. Append-only.

    Attributed either to one funder, or to `quantity` vouchers following `pattern` of the series.
    `series_id` is 0 for money that is not of a series yet.
    """

    kind = models.CharField(max_length=8)
    series_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()
    debit_account_id = models.BigIntegerField()
    credit_account_id = models.BigIntegerField()
    cents = models.BigIntegerField()
    funder_id = models.BigIntegerField(null=True)
    pattern = models.SmallIntegerField(null=True)
    quantity = models.IntegerField(default=0)
    voucher_id = models.BigIntegerField(null=True)
    generation = models.SmallIntegerField(null=True)
    request_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0) & ~Q(debit_account_id=F("credit_account_id")), name="ledger_movement_real"),
            models.CheckConstraint(
                condition=Q(funder_id__isnull=False, pattern__isnull=True, quantity=0)
                | Q(funder_id__isnull=True, pattern__isnull=False, quantity__gt=0, series_id__gt=0),
                name="ledger_movement_attributed",
            ),
            models.CheckConstraint(
                condition=Q(voucher_id__isnull=True, generation__isnull=True)
                | Q(voucher_id__isnull=False, generation__isnull=False, quantity=1),
                name="ledger_movement_voucher_paired",
            ),
            # A voucher's money moves once per generation and kind: no second redemption, whatever the code above does.
            models.UniqueConstraint(
                fields=["series_id", "voucher_id", "generation", "kind"],
                condition=Q(voucher_id__isnull=False),
                name="ledger_movement_once_per_voucher",
            ),
            # A request moves each share once: no second payment of the same transfer.
            models.UniqueConstraint(
                fields=["series_id", "request_id", "kind", "pattern", "funder_id", "debit_account_id"],
                condition=Q(voucher_id__isnull=True),
                nulls_distinct=False,
                name="ledger_movement_once_per_request",
            ),
        ]
        indexes = [
            models.Index(fields=["debit_account_id", "id"], name="ledger_movement_debit"),
            models.Index(fields=["credit_account_id", "id"], condition=Q(voucher_id__isnull=True), name="ledger_movement_credit"),
        ]


class ConnectionMovement(models.Model):
    """Which connection a movement is for. Append-only; beside the movement, whose own columns are sealed as they are."""

    # Append-only on both sides: a foreign key would only cost. Verification finds a number that leads nowhere.
    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, primary_key=True, related_name="+", db_constraint=False)
    connection_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["connection_id"], name="ledger_connectionmovement_of")]
