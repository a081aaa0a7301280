"""Tables of redemptions, reservations, disputes and refused tries. All append-only: what stands follows from the rows.

Redemptions, reversals, reservations and decisions are written by the database's own functions only, under their own role.
"""

from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.redemption.rules import CENTS_MOST, COUNT_MOST, DEVICE_NAME_MAX, HOURS_MOST, SERVICE_LENGTH_MAX


class PersonalColumn(NamedTuple):
    """Why a column that may hold words about a person exists, and how long it is kept."""

    purpose: str
    lifetime: str


_ACCOUNTING = "10 years after the payment (commercial code, L123-22)"

# Words typed by a person, screened for social-security and bank numbers; the screens ask for no name.
PERSONAL_DATA: dict[str, PersonalColumn] = {
    "Dispute.reason": PersonalColumn("to decide whether a redemption was a mistake", _ACCOUNTING),
    "DisputeDecision.reason": PersonalColumn("to tell the place why", _ACCOUNTING),
    "Device.name": PersonalColumn("to tell a place's devices apart; the screen asks for no person's name", "as long as what it sent"),
    "SerialEvent.reason": PersonalColumn("why a person unlocked a serial", _ACCOUNTING),
    # Numbers of telephones are those of professionals; photographs show codes and handwriting. All are kept sealed, or as keyed hashes.
    "Telephone.number_mark": PersonalColumn(
        "to know the telephone of a place that writes; a keyed hash", "until the telephone is taken away"
    ),
    "Telephone.last_digits": PersonalColumn("to tell two telephones apart on the screen", "until the telephone is taken away"),
    "OutgoingText.sealed_to": PersonalColumn("to send one text message", "until it is sent, 6 hours at most"),
    "OutgoingText.sealed_body": PersonalColumn("to send one text message", "until it is sent, 6 hours at most"),
    "Stranger.number_mark": PersonalColumn("to answer an unknown number once a day; a keyed hash", "1 day"),
    "SheetPicture.sealed_content": PersonalColumn("to type what was written by hand", "until the sheet is finished, 30 days at most"),
    "SheetPicture.sealed_codes": PersonalColumn("to fill the lines of a sheet", "until the sheet is finished, 30 days at most"),
}

_GUESSED = Q(reason__in=["code-mistyped", "voucher-unknown"])


class Redemption(models.Model):
    """One voucher accepted. Append-only. `generation` counts the reversals before it."""

    pk = models.CompositePrimaryKey("series_id", "voucher_id", "generation")
    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    service_code = models.CharField(max_length=60)
    attended_on = models.DateField()
    channel = models.CharField(max_length=8)
    actor_person_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "at"], name="redemption_of_organisation"),
            models.Index(fields=["programme_id", "at"], name="redemption_of_programme"),
        ]


class Reversal(models.Model):
    """A redemption undone. Append-only."""

    pk = models.CompositePrimaryKey("series_id", "voucher_id", "generation")
    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    actor_person_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme_id", "at"], name="redemption_reversal_programme")]


class Attempt(models.Model):
    """A try that was refused, with its reason and without the code. Append-only. `instrument`: ``device:12``, ``phone:5``."""

    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField(null=True)
    actor_person_id = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    instrument = models.CharField(max_length=24, null=True)  # noqa: DJ001 - none is not an instrument called nothing
    channel = models.CharField(max_length=8)
    reason = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        # One index per dimension guesses are counted in; only guesses enter them.
        indexes = [
            models.Index(fields=["organisation_id", "at"], condition=_GUESSED, name="redemption_attempt_guess"),
            models.Index(fields=["place_id", "at"], condition=_GUESSED, name="redemption_attempt_at_place"),
            models.Index(fields=["actor_person_id", "at"], condition=_GUESSED, name="redemption_attempt_by_person"),
            models.Index(fields=["token_id", "at"], condition=_GUESSED, name="redemption_attempt_by_token"),
            models.Index(fields=["instrument", "at"], condition=_GUESSED, name="redemption_attempt_with"),
            models.Index(fields=["at"], condition=_GUESSED, name="redemption_attempt_anywhere"),
        ]


class Guess(models.Model):
    """An unknown or mistyped code, as seen from one of the programmes its place takes part in. Append-only."""

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    token_id = models.BigIntegerField(null=True)
    instrument = models.CharField(max_length=24, null=True)  # noqa: DJ001 - none is not an instrument called nothing
    reason = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme_id", "at"], name="redemption_guess_programme")]


class Pressure(models.Model):
    """Guessing was noticed over a programme, or over the whole installation (0). Append-only: at most one row per quarter of an hour."""

    programme_id = models.BigIntegerField(default=0)
    guess_count = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme_id", "at"], name="redemption_pressure_on")]


class SerialEvent(models.Model):
    """What happened to a serial where it is asked with its secret: a wrong secret, the lock, the unlocking. Append-only.

    `guess` is the beginning of the wrong secret's keyed hash: the same wrong secret counts once.
    """

    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    organisation_id = models.BigIntegerField(null=True)
    place_id = models.BigIntegerField(null=True)
    actor_person_id = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    instrument = models.CharField(max_length=24, null=True)  # noqa: DJ001 - none is not an instrument called nothing
    channel = models.CharField(max_length=8, blank=True)
    guess = models.BinaryField(max_length=8, null=True)
    reason = models.CharField(max_length=200, blank=True)
    request_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=["WRONG", "LOCKED", "UNLOCKED"]), name="redemption_serialevent_kind")]
        indexes = [
            models.Index(fields=["series_id", "voucher_id", "id"], name="redemption_serial_events"),
            models.Index(fields=["programme_id", "id"], condition=~Q(kind="WRONG"), name="redemption_serial_locks"),
        ]


class Reservation(models.Model):
    """A voucher held by a place for a booked lesson. Append-only: how it ended is told by its end, its redemption, or the time."""

    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    service_code = models.CharField(max_length=60)
    until = models.DateTimeField()
    channel = models.CharField(max_length=8)
    actor_person_id = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "request_id"], name="redemption_reservation_once"),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="redemption_reservation_ahead"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "until"], name="redemption_reservation_own"),
            models.Index(fields=["series_id", "voucher_id", "generation"], name="redemption_reservation_of"),
        ]


class ReservationEnd(models.Model):
    """A reservation given back, or replaced by the same place's next one. Append-only."""

    reservation = models.OneToOneField(Reservation, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(max_length=8)
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    actor_person_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=["RELEASED", "REPLACED"]), name="redemption_reservationend_kind")]


class Dispute(models.Model):
    """A redemption its place says was a mistake, once it can no longer undo it alone. Append-only."""

    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    rank = models.SmallIntegerField()
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    cents = models.IntegerField()
    reason = models.CharField(max_length=200)
    opened_for_place = models.BooleanField(default=False)
    opened_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series_id", "voucher_id", "generation", "rank"], name="redemption_dispute_rank"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="redemption_dispute_positive"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "id"], name="redemption_dispute_own"),
            models.Index(fields=["programme_id", "id"], name="redemption_dispute_programme"),
        ]


class DisputeDecision(models.Model):
    """What the operator decided. Append-only. REVERSED, REFUSED, or TO_RECOVER: the money was claimed already, `cents` are owed back."""

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=10)
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    cents = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True)
    decided_by_id = models.BigIntegerField()
    request_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["REVERSED", "TO_RECOVER", "REFUSED"]), name="redemption_disputedecision_outcome"
            ),
            models.CheckConstraint(condition=~Q(outcome="REFUSED") | ~Q(reason=""), name="redemption_disputedecision_reasoned"),
        ]
        indexes = [
            models.Index(
                fields=["agreement_id", "organisation_id"], condition=Q(outcome="TO_RECOVER"), name="redemption_dispute_to_recover"
            )
        ]


class Sheet(models.Model):
    """A sheet of paper a place fills in while it has no device, typed later. Finished once, by a person."""

    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    # The operator that opened it for the place, or that the place entrusted it to: it may see and type it.
    operator_id = models.BigIntegerField(null=True)
    number = models.IntegerField()
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place_id", "number"], name="redemption_sheet_number"),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="redemption_sheet_number_from_one"),
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=False) | models.Q(finished_by_id__isnull=True), name="redemption_sheet_finished_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "id"], name="redemption_sheet_of_place"),
            models.Index(fields=["operator_id", "id"], condition=models.Q(operator_id__isnull=False), name="redemption_sheet_of_operator"),
        ]

    def __str__(self) -> str:
        return f"sheet {self.pk}"


class SheetLine(models.Model):
    """What became of one line of a sheet, each time it was typed. Append-only. Never holds a code.

    `outcome`: 'redeemed', or the code of the refusal.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField()
    position = models.SmallIntegerField()
    outcome = models.CharField(max_length=40)
    redemption_number = models.CharField(max_length=60, blank=True)
    voucher_serial = models.CharField(max_length=40, blank=True)
    value_cents = models.IntegerField(null=True)
    service_code = models.CharField(max_length=60, blank=True)
    attended_on = models.DateField(null=True)
    typed_by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "position"], condition=models.Q(outcome="redeemed"), name="redemption_sheetline_once"),
            models.CheckConstraint(condition=models.Q(position__gt=0), name="redemption_sheetline_from_one"),
        ]

    def __str__(self) -> str:
        return f"line {self.position} of sheet {self.sheet_id}"


class SheetPicture(models.Model):
    """A photograph of a sheet or of vouchers, and the QR codes read on it: both sealed by the key ring, both erased with the sheet."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField()
    rank = models.SmallIntegerField()
    sealed_content = models.BinaryField(null=True)
    sealed_codes = models.BinaryField(null=True)
    added_at = models.DateTimeField()
    added_by_id = models.BigIntegerField(null=True)
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "rank"], name="redemption_sheetpicture_rank"),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True, sealed_content__isnull=False, sealed_codes__isnull=False)
                | models.Q(erased_at__isnull=False, sealed_content__isnull=True, sealed_codes__isnull=True),
                name="redemption_sheetpicture_erased_whole",
            ),
        ]
        indexes = [models.Index(fields=["added_at"], condition=models.Q(erased_at__isnull=True), name="redemption_sheetpicture_kept")]

    def __str__(self) -> str:
        return f"picture {self.rank} of sheet {self.sheet_id}"


class Telephone(models.Model):
    """A telephone that spends for a place by text message. Its number is known by its mark only; taken away, it is forgotten."""

    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    number_mark = models.BinaryField(max_length=32, null=True)
    last_digits = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=2, default="fr")
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    confirmation_mark = models.BinaryField(max_length=32)
    confirmation_expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number_mark"],
                condition=models.Q(confirmed_at__isnull=False, revoked_at__isnull=True),
                name="redemption_telephone_of_one_place",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, number_mark__isnull=False)
                | models.Q(revoked_at__isnull=False, number_mark__isnull=True),
                name="redemption_telephone_forgotten",
            ),
            models.CheckConstraint(condition=models.Q(language__in=["fr", "en"]), name="redemption_telephone_language"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "asked_at"], name="redemption_telephone_of_place"),
            models.Index(fields=["number_mark", "asked_at"], name="redemption_telephone_number"),
        ]

    def __str__(self) -> str:
        return f"telephone {self.pk}"


class IncomingText(models.Model):
    """A text message of a place's telephone and what became of each of its lines. Append-only. Holds nothing of what was written.

    `outcomes`, `redemption_numbers` and `voucher_serials` go together, line by line; the last two are empty where nothing was spent.
    """

    telephone = models.ForeignKey(Telephone, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField()
    message_mark = models.BinaryField(max_length=32, unique=True)
    outcomes = ArrayField(models.CharField(max_length=40))
    redemption_numbers = ArrayField(models.CharField(max_length=60))
    voucher_serials = ArrayField(models.CharField(max_length=40))
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["telephone", "at"], name="redemption_text_of_telephone")]

    def __str__(self) -> str:
        return f"text {self.pk}"


class OutgoingText(models.Model):
    """A text message to send, sealed whole; the row goes once it is sent, or given up."""

    sealed_to = models.BinaryField()
    sealed_body = models.BinaryField()
    made_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"outgoing text {self.pk}"


class Stranger(models.Model):
    """A number nobody registered that wrote lately, by its mark: answered once a day, then forgotten."""

    number_mark = models.BinaryField(max_length=32, unique=True)
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"stranger {self.pk}"


class Device(models.Model):
    """A tablet or a telephone of a place that accepts without network. Its private key never leaves it."""

    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    name = models.CharField(max_length=DEVICE_NAME_MAX)
    public_key = models.BinaryField()
    count_max = models.SmallIntegerField()
    limit_cents = models.IntegerField()
    hours_max = models.SmallIntegerField()
    enrolled_at = models.DateTimeField()
    enrolled_by_id = models.BigIntegerField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)
    latest_seen_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by_id__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by_id__isnull=False),
                name="redemption_device_revoked_paired",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    count_max__gt=0,
                    count_max__lte=COUNT_MOST,
                    limit_cents__gt=0,
                    limit_cents__lte=CENTS_MOST,
                    hours_max__gt=0,
                    hours_max__lte=HOURS_MOST,
                ),
                name="redemption_device_limits",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "place_id"], name="redemption_device_of_place")]

    def __str__(self) -> str:
        return f"device {self.pk}"


class UploadedItem(models.Model):
    """An acceptance without network as it was received, and what became of it. Append-only. Holds no code.

    `outcome`: 'confirmed', or the code of the refusal. `body_hash` is of the text that was signed (or said to be: `signed`).
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    programme_id = models.BigIntegerField(null=True)
    key = models.UUIDField(null=True)
    counter = models.BigIntegerField(null=True)
    body_hash = models.BinaryField()
    signed = models.BooleanField()
    follows = models.BooleanField()
    service_code = models.CharField(max_length=SERVICE_LENGTH_MAX, blank=True)
    device_at = models.DateTimeField(null=True)
    attended_on = models.DateField(null=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=40)
    redemption_number = models.CharField(max_length=60, blank=True)
    voucher_serial = models.CharField(max_length=40, blank=True)
    value_cents = models.IntegerField(null=True)
    # What the refusal's sentence tells: the moment (of the other redemption, of the end, of the revocation) and the place.
    told_at = models.DateTimeField(null=True)
    told_place_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "body_hash", "signed"], name="redemption_uploaded_once")]
        indexes = [
            models.Index(fields=["organisation_id", "received_at"], name="redemption_uploaded_of_place"),
            models.Index(fields=["device", "counter"], name="redemption_uploaded_counter"),
        ]

    def __str__(self) -> str:
        return f"item {self.pk}"
