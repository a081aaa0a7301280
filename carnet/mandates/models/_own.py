"""The person's own side: short visits, papers that were tried too often, what was told of a use or an end, consent given by text message."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carnet.kernel.personal import PersonalColumn
from carnet.mandates.models._mandates import Mandate
from carnet.mandates.models._people import AssistedPerson
from carnet.mandates.models._structures import FAMILY_CODES
from carnet.mandates.rules import Duration
from carnet.mandates.rules.consents import ConsentState, ConsentStep
from carnet.mandates.rules.telling import About, ToldBy
from carnet.mandates.rules.visits import Way


class Visit(models.Model):
    """A few minutes during which somebody reads their own mandates. No account: whoever holds its secret, in a cookie, is that visitor.

    `key_mark`: what opens the rows, the keyed hash of a FranceConnect subject or of a paper's code. `token_mark`: hash of the secret.
    """

    way = models.CharField(max_length=13)
    key_mark = models.BinaryField(max_length=32)
    token_mark = models.BinaryField(max_length=32, unique=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(way__in=[each.value for each in Way]), name="mandates_visit_way")]
        indexes = [models.Index(fields=["opened_at"], name="mandates_visit_old")]

    def __str__(self) -> str:
        return f"visit {self.pk}"


class PaperTry(models.Model):
    """What became of one person's own paper: which version of its code was printed, and the wrong codes typed since the last right one."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.OneToOneField(AssistedPerson, on_delete=models.PROTECT, related_name="+")
    wrong_count = models.SmallIntegerField(default=0)
    wrong_at = models.DateTimeField(null=True)
    unlocked_at = models.DateTimeField(null=True)
    unlocked_by_id = models.BigIntegerField(null=True)
    printed_version = models.SmallIntegerField(default=0)
    printed_at = models.DateTimeField(null=True)
    printed_by_id = models.BigIntegerField(null=True)
    printed_request_id = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"tries of {self.person_id}"


class Telling(models.Model):
    """The person is told of uses for money matters, or of the end of a mandate: once each. A letter waits for the structure to post it.

    `about_on`: the day of the latest of these uses, or the first day the mandate is no longer valid. `until_use_id`: that use; 0 for an end.
    """

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(AssistedPerson, on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=6)
    about_on = models.DateField()
    until_use_id = models.BigIntegerField(default=0)
    procedures = ArrayField(models.CharField(max_length=40), default=list)
    told_by = models.CharField(max_length=6)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by_id = models.BigIntegerField(null=True)
    is_posted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mandate", "about", "until_use_id", "about_on"], name="mandates_telling_once"),
            models.CheckConstraint(
                condition=Q(about__in=[each.value for each in About], told_by__in=[each.value for each in ToldBy]),
                name="mandates_telling_words",
            ),
            models.CheckConstraint(
                condition=Q(told_by=ToldBy.LETTER.value) | Q(done_at__isnull=False, is_posted=False), name="mandates_telling_done"
            ),
            models.CheckConstraint(condition=Q(is_posted=False) | Q(done_at__isnull=False), name="mandates_telling_posted_when"),
        ]
        indexes = [
            models.Index(fields=["organisation", "made_at"], condition=Q(done_at__isnull=True), name="mandates_telling_to_post"),
        ]

    def __str__(self) -> str:
        return f"telling {self.pk}"


class RemoteSetting(models.Model):
    """A programme turned consent by text message on, or off again, from `set_at` on. The latest row holds; without one it is off."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField()
    set_at = models.DateTimeField()
    set_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["programme", "-id"], name="mandates_remote_latest")]

    def __str__(self) -> str:
        return f"remote consent of programme {self.programme_id}"


class RemoteConsent(models.Model):
    """One question asked from afar: who, what, how long, to which number. The number is erased once it is over; its mark stays."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    draft_id = models.BigIntegerField()  # drafts are forgotten, proofs are not
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, related_name="+")
    families = ArrayField(models.CharField(max_length=9))
    duration = models.CharField(max_length=8)
    sealed_number = models.BinaryField(null=True)
    number_mark = models.BinaryField(max_length=32)
    language = models.CharField(max_length=2, default="fr")
    state = models.CharField(max_length=9, default=ConsentState.ASKED.value)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    asked_again_count = models.SmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            # One question at a time for a number, whichever structure asks: a yes is the answer to one question.
            models.UniqueConstraint(
                fields=["number_mark"], condition=Q(state=ConsentState.ASKED.value), name="mandates_remoteconsent_one_question"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[each.value for each in ConsentState],
                    duration__in=[each.value for each in Duration],
                    families__contained_by=FAMILY_CODES,
                    families__len__gt=0,
                ),
                name="mandates_remoteconsent_words",
            ),
            models.CheckConstraint(
                condition=Q(state=ConsentState.ASKED.value, sealed_number__isnull=False)
                | ~Q(state=ConsentState.ASKED.value) & Q(sealed_number__isnull=True),
                name="mandates_remoteconsent_number_erased",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConsentState.SIGNED.value) | Q(mandate__isnull=False), name="mandates_remoteconsent_signed_what"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-asked_at"], name="mandates_consent_latest"),
            models.Index(fields=["expires_at"], condition=Q(state__in=["ASKED", "AGREED"]), name="mandates_consent_open"),
        ]

    def __str__(self) -> str:
        return f"remote consent {self.pk}"


class ConsentLine(models.Model):
    """One step of a consent given from afar: the proof. Never changed, never erased.

    `words`: what was sent, exactly; "" for what came in, whose `words_mark` is a keyed hash, and `message_mark` that of its delivery.
    """

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(RemoteConsent, on_delete=models.PROTECT, related_name="lines")
    step = models.CharField(max_length=12)
    words = models.CharField(max_length=1000, blank=True)
    words_mark = models.BinaryField(max_length=32, null=True)
    message_mark = models.BinaryField(max_length=32, null=True, unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(step__in=[each.value for each in ConsentStep]), name="mandates_consentline_step"),
        ]
        indexes = [models.Index(fields=["consent", "id"], name="mandates_consentline_of")]

    def __str__(self) -> str:
        return f"line {self.pk} of consent {self.consent_id}"


OWN_DATA: dict[str, PersonalColumn] = {
    "Visit.key_mark": PersonalColumn("to show somebody their own mandates for a few minutes; a keyed hash", "a week"),
    "RemoteConsent.sealed_number": PersonalColumn("to write to the person who is asked", "erased with the answer, a day at most"),
    "RemoteConsent.number_mark": PersonalColumn("proves which telephone answered; a keyed hash", "as long as the mandate"),
}
