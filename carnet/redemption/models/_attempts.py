"""Refused tries, the guesses they make, the pressure they put on everybody, and the serials they lock."""

from django.db import models
from django.db.models import Q

_GUESSED = Q(reason__in=["code-mistyped", "voucher-unknown"])


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
