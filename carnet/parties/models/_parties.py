"""People, organisations and what binds them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from carnet.kernel.personal import PersonalColumn
from carnet.parties.rules import (
    WITHDRAWN,
    AccountState,
    Decision,
    HeadChangeState,
    LabelAct,
    LabelLevel,
    LabelState,
    OrganisationKind,
    Role,
)

_ACCOUNT = "3 years after the last sign-in, then erased"

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "Person.email": PersonalColumn("to sign in and receive notices", _ACCOUNT),
    "Person.display_name": PersonalColumn("to be recognised by colleagues and auditors", _ACCOUNT),
    "Person.phone": PersonalColumn("to be called back about a bank account change (optional)", _ACCOUNT),
    "Person.language": PersonalColumn("to be written to in one's language", _ACCOUNT),
    "Person.last_login": PersonalColumn("to know when the account may be erased", _ACCOUNT),
    "Person.password": PersonalColumn("to prove identity; only its argon2 hash", _ACCOUNT),
    "Pin.hash": PersonalColumn("to take a turn on a shared computer; only a slow hash under a key kept elsewhere", "until it is removed"),
    "Invitation.email": PersonalColumn("to send the invitation", "30 days after it was answered or expired"),
    "Invitation.display_name": PersonalColumn("to greet the invited person", "30 days after it was answered or expired"),
    "Organisation.contact_email": PersonalColumn("to write to the organisation", "as long as the organisation"),
    "Organisation.contact_phone": PersonalColumn("to call the organisation back", "as long as the organisation"),
    "HeadChange.email": PersonalColumn("to invite the new head", "3 years after the change"),
    "HeadChange.display_name": PersonalColumn("to greet the new head, and to compare with the document", "3 years after the change"),
    "HeadChange.sealed_document": PersonalColumn(
        "to prove a change of head when the earlier one is gone; sealed", "1 year after the change"
    ),
    "CodeCard.holder": PersonalColumn("to know whose card it is, and to stop it", "as long as the card is known"),
    "CardCode.accepted_at": PersonalColumn("to refuse the same code a second time", "31 days"),
    "FactorRecovery.reason": PersonalColumn("to say how one knew who asked for another second factor", "3 years after it ended"),
    "BankAccount.holder_name": PersonalColumn("to pay the right holder", "10 years after the last payment (commercial code, L123-22)"),
    "BankAccount.iban": PersonalColumn("to pay", "10 years after the last payment (commercial code, L123-22)"),
    "BankAccount.bic": PersonalColumn("to pay", "10 years after the last payment (commercial code, L123-22)"),
}


def _within(column: str, choices: Any) -> Q:
    return Q(**{f"{column}__in": [choice.value for choice in choices]})


def paired(*columns: str) -> Q:
    """All the columns are filled, or none is."""
    none, every = Q(), Q()
    for column in columns:
        none &= Q(**{f"{column}__isnull": True})
        every &= Q(**{f"{column}__isnull": False})
    return none | every


class PersonManager(BaseUserManager["Person"]):
    """Finds people by e-mail, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Someone who signs in. Rows are visible to the person, to its organisations, and while its own e-mail is being tried.

    Without an e-mail: a volunteer who only takes turns on shared computers with a PIN. No password, no letter, no way in but that.
    """

    email = models.EmailField(max_length=254, unique=True, null=True)  # noqa: DJ001 - always in lower case; absent, and unique when present
    display_name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, default="fr")
    phone = models.CharField(max_length=20, blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    objects = PersonManager()

    class Meta:
        db_table = "parties_person"
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="parties_person_email_in_lower_case"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(password__startswith="!"),  # noqa: S106 - no password at all
                name="parties_person_password_needs_email",
            ),
            models.CheckConstraint(condition=Q(language__in=["fr", "en"]), name="parties_person_language_known"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"  # never the name: this string reaches logs

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class Organisation(models.Model):
    """A legal body. Its name and number are public facts, so the table has no wall; what it owns has."""

    name = models.CharField(max_length=200)
    siret = models.CharField(max_length=14, null=True)  # noqa: DJ001 - absent, and unique when present
    rna = models.CharField(max_length=10, null=True)  # noqa: DJ001 - absent, and unique when present
    is_simulated = models.BooleanField(default=False)  # a demonstration's organisation: the only ones without a number
    kinds = ArrayField(models.CharField(max_length=20))
    contact_email = models.EmailField(max_length=254, blank=True, default="")
    contact_phone = models.CharField(max_length=20, blank=True, default="")
    street = models.CharField(max_length=200, blank=True, default="")
    postcode = models.CharField(max_length=5, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    # The operator that brought it in: it invites its first members and approves its bank accounts.
    registered_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True)
    request_id = models.UUIDField(unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["siret"], name="parties_organisation_one_per_siret"),
            models.UniqueConstraint(fields=["rna"], name="parties_organisation_one_per_rna"),
            models.CheckConstraint(
                condition=Q(siret__isnull=False) | Q(rna__isnull=False) | Q(is_simulated=True), name="parties_organisation_has_a_number"
            ),
            models.CheckConstraint(
                condition=Q(siret__isnull=True) | Q(siret__regex=r"^[0-9]{14}$"), name="parties_organisation_siret_shape"
            ),
            models.CheckConstraint(condition=Q(rna__isnull=True) | Q(rna__regex=r"^W[0-9A-Z]{9}$"), name="parties_organisation_rna_shape"),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=[kind.value for kind in OrganisationKind], kinds__len__gte=1),
                name="parties_organisation_kinds_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one person in one organisation, from `starts_at` to `ends_at` (exclusive; none = for ever)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_by_id = models.BigIntegerField(null=True)
    suspended_reason = models.CharField(max_length=200, blank=True, default="")
    # A helper's account that has not served: told a month before, closed (a suspension by nobody), opened again by the lead.
    warned_unused_at = models.DateTimeField(null=True)
    is_unused = models.BooleanField(default=False, db_default=False)
    reopened_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        # The exclusion against the same role twice at the same time is in the migration: it needs ranges over plain ids.
        constraints = [
            models.CheckConstraint(condition=_within("role", Role), name="parties_membership_role_known"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="parties_membership_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True, suspended_by_id__isnull=True, is_unused=False)
                | Q(suspended_at__isnull=False, suspended_by_id__isnull=False, is_unused=False)
                | Q(suspended_at__isnull=False, suspended_by_id__isnull=True, is_unused=True),
                name="parties_membership_suspension_whole",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "person"], name="parties_membership_of")]

    def __str__(self) -> str:
        return f"membership {self.pk}"


class Invitation(models.Model):
    """A letter that lets one e-mail address join one organisation in one role, once, before it expires."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=120, blank=True, default="")
    role = models.CharField(max_length=20)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    invited_by_id = models.BigIntegerField(null=True)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_within("role", Role), name="parties_invitation_role_known"),
            models.CheckConstraint(condition=paired("accepted_at", "accepted_by"), name="parties_invitation_answer_whole"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="parties_invitation_dates_in_order"),
        ]
        indexes = [models.Index(fields=["organisation"], name="parties_invitation_of")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class ApiToken(models.Model):
    """A machine's key to one organisation (or one of its places). Only the hash of its 256 bits is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=40))
    secret_hash = models.BinaryField(max_length=32, unique=True)
    prefix = models.CharField(max_length=12)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)
    latest_used_on = models.DateField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="parties_token_dates_in_order"),
            models.CheckConstraint(condition=Q(scopes__len__gte=1), name="parties_token_scoped"),
        ]
        indexes = [models.Index(fields=["organisation"], name="parties_token_of")]

    def __str__(self) -> str:
        return f"token {self.prefix}"


class BankAccount(models.Model):
    """Where an organisation is paid. Its details never change: a change is another row, and waits (`valid_from`)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True, default="")
    holder_name = models.CharField(max_length=70)
    state = models.CharField(max_length=10, default=AccountState.PROPOSED.value)
    proposed_by_id = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    approved_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    valid_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=200, blank=True, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_within("state", AccountState), name="parties_account_state_known"),
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True) | ~Q(approved_by_id=F("proposed_by_id")), name="parties_account_two_people"
            ),
            models.CheckConstraint(condition=paired("approved_by_id", "approved_at", "valid_from"), name="parties_account_approval_whole"),
            models.CheckConstraint(
                condition=~Q(state="APPROVED") | Q(approved_at__isnull=False), name="parties_account_approved_by_someone"
            ),
            models.CheckConstraint(
                condition=(Q(state="ENDED") & Q(ended_at__isnull=False)) | (~Q(state="ENDED") & Q(ended_at__isnull=True)),
                name="parties_account_ending_whole",
            ),
            models.UniqueConstraint(fields=["organisation"], condition=Q(state="PROPOSED"), name="parties_account_one_waiting"),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="parties_account_of")]

    def __str__(self) -> str:
        return f"bank account {self.pk}"


class Approval(models.Model):
    """One exact thing (its digest) that one person asked for and another decides.

    `action` is the line of the table of permissions the decider must hold; `organisation` is the one that decides.
    """

    action = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    programme_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    requested_by_id = models.BigIntegerField()
    requested_at = models.DateTimeField()
    people_needed = models.SmallIntegerField(default=1)
    decision = models.CharField(max_length=10, null=True)  # noqa: DJ001 - not decided yet
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_within("decision", Decision) | Q(decision=WITHDRAWN) | Q(decision__isnull=True),
                name="parties_approval_decision_known",
            ),
            models.CheckConstraint(condition=paired("decision", "decided_by_id", "decided_at"), name="parties_approval_decision_whole"),
            models.CheckConstraint(
                # What is taken back by who asked approves nothing.
                condition=Q(decided_by_id__isnull=True) | Q(decision=WITHDRAWN) | ~Q(decided_by_id=F("requested_by_id")),
                name="parties_approval_two_people",
            ),
            models.UniqueConstraint(
                fields=["action", "subject_kind", "subject_id"], condition=Q(decision__isnull=True), name="parties_approval_one_waiting"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation"], condition=Q(decision__isnull=True), name="parties_approval_waiting"),
            models.Index(fields=["subject_kind", "subject_id"], name="parties_approval_of"),
        ]

    def __str__(self) -> str:
        return f"approval {self.pk}"


class ApprovalVoice(models.Model):
    """One person's yes to an approval that several people must give. Append-only; one for each person, never the one who asked."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="voices")
    organisation_id = models.BigIntegerField()
    programme_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField()
    given_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["approval", "person_id"], name="parties_approvalvoice_once")]

    def __str__(self) -> str:
        return f"voice {self.pk}"


class OperatorLabel(models.Model):
    """A label an operator asked the State for, and what became of it. Published: a refused or withdrawn one stays in the list."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=12)
    state = models.CharField(max_length=10, default=LabelState.REQUESTED.value)
    statement = models.CharField(max_length=2000)  # what the operator declares it does; published
    requested_at = models.DateTimeField()
    requested_by_id = models.BigIntegerField()
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")  # the State body that answered
    order_reference = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)  # exclusive
    withdrawn_on = models.DateField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_within("level", LabelLevel), name="parties_label_level_known"),
            models.CheckConstraint(condition=_within("state", LabelState), name="parties_label_state_known"),
            models.CheckConstraint(
                condition=Q(state="REQUESTED", authority__isnull=True, answered_at__isnull=True)
                | (~Q(state="REQUESTED") & Q(authority__isnull=False, answered_at__isnull=False)),
                name="parties_label_answer_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["GRANTED", "WITHDRAWN"])
                | (Q(from_on__isnull=False, until_on__isnull=False, until_on__gt=F("from_on")) & ~Q(order_reference="")),
                name="parties_label_granted_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="WITHDRAWN", withdrawn_on__isnull=False) | (~Q(state="WITHDRAWN") & Q(withdrawn_on__isnull=True)),
                name="parties_label_withdrawn_whole",
            ),
            models.UniqueConstraint(fields=["organisation", "level"], condition=Q(state="REQUESTED"), name="parties_label_one_request"),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="parties_label_of")]

    def __str__(self) -> str:
        return f"label {self.pk}"


class OperatorLabelDecision(models.Model):
    """The State's answer: prepared by one officer, taken or set aside by another. What was prepared never changes."""

    label = models.ForeignKey(OperatorLabel, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # the operator, which reads it once taken
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=10)
    reason = models.CharField(max_length=2000)
    order_reference = models.CharField(max_length=120, blank=True)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    prepared_by_id = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    decision = models.CharField(max_length=10, null=True)  # noqa: DJ001 - not decided yet
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_within("act", LabelAct), name="parties_labeldecision_act_known"),
            models.CheckConstraint(condition=_within("decision", Decision) | Q(decision__isnull=True), name="parties_labeldecision_known"),
            models.CheckConstraint(condition=paired("decision", "decided_by_id", "decided_at"), name="parties_labeldecision_whole"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("prepared_by_id")), name="parties_labeldecision_two_people"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="parties_labeldecision_motivated"),
            models.UniqueConstraint(fields=["label"], condition=Q(decision__isnull=True), name="parties_labeldecision_one"),
        ]

    def __str__(self) -> str:
        return f"label decision {self.pk}"


class HeadChange(models.Model):
    """Somebody else heads a place's organisation: the earlier head hands on, or two people of the operator rely on a document.

    The earlier head keeps its access until the new one has joined.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    leaving = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=120)
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10)
    sealed_document = models.BinaryField(null=True)
    media_type = models.CharField(max_length=40, blank=True)
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by_id = models.BigIntegerField()
    asked_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_within("state", HeadChangeState), name="parties_headchange_state_known"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("asked_by_id")), name="parties_headchange_two_people"
            ),
            models.CheckConstraint(condition=~Q(state="INVITED") | Q(invitation__isnull=False), name="parties_headchange_invited"),
            models.UniqueConstraint(fields=["organisation"], condition=Q(state__in=["ASKED", "INVITED"]), name="parties_headchange_one"),
        ]
        indexes = [models.Index(fields=["organisation"], name="parties_headchange_of")]

    def __str__(self) -> str:
        return f"head change {self.pk}"
