"""Tables of funding. Rows of money carry `programme_id` and their organisation, under row-level security.

A programme is a public fact and carries no wall. Versions of shares are never rewritten: an amendment is
another version.
"""

from fractions import Fraction

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.funding.rules import (
    AgreementState,
    BalanceSource,
    PaymentFrequency,
    Pays,
    PledgeState,
    ProgrammeTerms,
    ShareTerms,
    Windows,
)
from carnet.kernel.personal import PersonalColumn

ORGANISATION = "parties.Organisation"

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "StatedBalance.sealed_paper": PersonalColumn(
        "the accountant's paper that says what an account held; sealed, and may name who signed it",
        "10 years after the payment (commercial code, L123-22)",
    ),
}


class Programme(models.Model):
    """One campaign of vouchers, run by one operator."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    operator = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    is_simulated = models.BooleanField(default=False)
    perimeter = ArrayField(models.CharField(max_length=9))
    public = models.CharField(max_length=500, blank=True)
    voucher_value_cents = models.BigIntegerField()
    booklet_size = models.SmallIntegerField()
    service_codes = ArrayField(models.CharField(max_length=60))
    service_voucher_counts = models.JSONField(default=dict, blank=True)  # only those that cost more than one
    undo_window_minutes = models.IntegerField()
    hand_over_from = models.DateTimeField()
    hand_over_until = models.DateTimeField()
    printed_until = models.DateTimeField(null=True)
    months_after_hand_over = models.SmallIntegerField(null=True)
    grace_days = models.SmallIntegerField()
    payment_frequency = models.CharField(max_length=12)
    phone = models.CharField(max_length=30, blank=True)
    print_title = models.CharField(max_length=120, blank=True)
    print_notice = models.CharField(max_length=600, blank=True)
    brand_colour = models.CharField(max_length=7, blank=True, default="")
    phone_hours = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(voucher_value_cents__gt=0), name="funding_programme_value"),
            models.CheckConstraint(condition=Q(booklet_size__gt=0), name="funding_programme_booklet"),
            models.CheckConstraint(condition=Q(hand_over_until__gt=F("hand_over_from")), name="funding_programme_hand_over"),
            models.CheckConstraint(
                condition=Q(printed_until__isnull=False, months_after_hand_over__isnull=True)
                | Q(printed_until__isnull=True, months_after_hand_over__gt=0),
                name="funding_programme_acceptance",
            ),
            models.CheckConstraint(condition=Q(grace_days__gte=0), name="funding_programme_grace"),
            models.CheckConstraint(condition=Q(brand_colour="") | Q(brand_colour__regex="^#[0-9a-f]{6}$"), name="funding_programme_colour"),
            models.CheckConstraint(
                condition=Q(payment_frequency__in=[each.value for each in PaymentFrequency]), name="funding_programme_frequency"
            ),
        ]
        indexes = [models.Index(fields=["operator"], name="funding_programme_operator")]

    def __str__(self) -> str:
        return self.name

    @property
    def windows(self) -> Windows:
        """The programme's windows as the rules read them."""
        return Windows(
            hand_over_from=self.hand_over_from,
            hand_over_until=self.hand_over_until,
            printed_until=self.printed_until,
            months_after_hand_over=self.months_after_hand_over,
            grace_days=self.grace_days,
        )

    @property
    def terms(self) -> ProgrammeTerms:
        """Everything the operator decided, as one value."""
        return ProgrammeTerms(
            name=self.name,
            perimeter=tuple(self.perimeter),
            public=self.public,
            voucher_value_cents=self.voucher_value_cents,
            booklet_size=self.booklet_size,
            service_codes=tuple(self.service_codes),
            undo_window_minutes=self.undo_window_minutes,
            windows=self.windows,
            payment_frequency=PaymentFrequency(self.payment_frequency),
            phone=self.phone,
            print_title=self.print_title,
            print_notice=self.print_notice,
            brand_colour=self.brand_colour,
            phone_hours=self.phone_hours,
            service_voucher_counts=dict(self.service_voucher_counts),
        )


class Agreement(models.Model):
    """What the funders of a programme signed together, and the ring-fenced account their money stays in."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="agreements")
    name = models.CharField(max_length=120)
    season = models.CharField(max_length=40, blank=True)
    signed_on = models.DateField()
    state = models.CharField(max_length=10)
    account_holder = models.CharField(max_length=140)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    # The account is of an operator that is no more: nothing is paid from it, and another one is entered (`RingFenceChange`).
    account_ended_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in AgreementState]), name="funding_agreement_state"),
            models.CheckConstraint(
                condition=Q(state=AgreementState.CLOSED.value, closed_at__isnull=False)
                | (~Q(state=AgreementState.CLOSED.value) & Q(closed_at__isnull=True)),
                name="funding_agreement_closed",
            ),
            models.CheckConstraint(condition=~Q(account_holder="") & ~Q(iban=""), name="funding_agreement_ring_fence"),
        ]

    def __str__(self) -> str:
        return self.name


class ShareVersion(models.Model):
    """The shares in force from a moment on, for the orders drawn after it. Append-only."""

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    effective_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="funding_shareversion_number")]

    def __str__(self) -> str:
        return f"version {self.number} of agreement {self.agreement_id}"


class Share(models.Model):
    """One funder's line in one version. Append-only. A portion is an exact fraction: a third is one third."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    version = models.ForeignKey(ShareVersion, on_delete=models.PROTECT, related_name="shares")
    rank = models.SmallIntegerField()
    funder = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    portion_numerator = models.BigIntegerField(null=True)
    portion_denominator = models.BigIntegerField(null=True)
    fixed_cents = models.BigIntegerField(null=True)
    cap_cents = models.BigIntegerField(null=True)
    pays = models.CharField(max_length=12)
    advanced_by = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "rank"], name="funding_share_rank"),
            models.UniqueConstraint(fields=["version", "funder"], name="funding_share_funder"),
            models.CheckConstraint(
                condition=Q(
                    portion_numerator__gt=0,
                    portion_denominator__gte=F("portion_numerator"),
                    portion_denominator__isnull=False,
                    fixed_cents__isnull=True,
                )
                | Q(
                    portion_numerator__isnull=True,
                    portion_denominator__isnull=True,
                    fixed_cents__gt=0,
                    fixed_cents__isnull=False,
                    cap_cents__isnull=True,
                ),
                name="funding_share_kind",
            ),
            models.CheckConstraint(condition=Q(cap_cents__isnull=True) | Q(cap_cents__gt=0), name="funding_share_cap"),
            models.CheckConstraint(
                condition=Q(pays=Pays.IN_ADVANCE.value, advanced_by__isnull=True) | Q(pays=Pays.ON_USE.value, advanced_by__isnull=False),
                name="funding_share_pays",
            ),
            models.CheckConstraint(condition=Q(advanced_by__isnull=True) | ~Q(advanced_by=F("funder")), name="funding_share_advancer"),
        ]
        indexes = [
            models.Index(fields=["funder"], name="funding_share_of_funder"),
            models.Index(fields=["agreement_id"], name="funding_share_agreement"),
        ]

    def __str__(self) -> str:
        return f"share {self.rank} of version {self.version_id}"

    @property
    def terms(self) -> ShareTerms:
        """The line as the rules read it."""
        portion = None
        if self.portion_numerator is not None and self.portion_denominator is not None:
            portion = Fraction(self.portion_numerator, self.portion_denominator)
        return ShareTerms(
            funder_id=self.funder_id,
            portion=portion,
            fixed_cents=self.fixed_cents,
            cap_cents=self.cap_cents,
            pays=Pays(self.pays),
            advanced_by_id=self.advanced_by_id,
        )


class Commitment(models.Model):
    """One order's face value, divided for good when its codes are drawn."""

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="commitments")
    version = models.ForeignKey(ShareVersion, on_delete=models.PROTECT, related_name="+")
    total_cents = models.BigIntegerField()
    committed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(total_cents__gt=0), name="funding_commitment_positive")]

    def __str__(self) -> str:
        return f"commitment {self.pk}"


class CommitmentShare(models.Model):
    """Cents of one commitment borne by a funder, held until used by its advancer or itself."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="shares")
    rank = models.SmallIntegerField()
    funder = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    held_by = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    cents = models.BigIntegerField()
    by_portion_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commitment", "funder"], name="funding_commitmentshare_funder"),
            models.CheckConstraint(
                condition=Q(cents__gt=0, by_portion_cents__gte=0, by_portion_cents__lte=F("cents")),
                name="funding_commitmentshare_cents",
            ),
        ]
        indexes = [models.Index(fields=["agreement_id"], name="funding_commitshare_agreement")]

    def __str__(self) -> str:
        return f"share {self.rank} of commitment {self.commitment_id}"


class MoneyReceived(models.Model):
    """One transfer from a funder, seen on the ring-fenced account. A mistake is withdrawn, never deleted."""

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="receipts")
    funder = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    cents = models.BigIntegerField()
    received_on = models.DateField()
    bank_reference = models.CharField(max_length=140)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_id = models.BigIntegerField(null=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="funding_moneyreceived_positive"),
            models.CheckConstraint(condition=~Q(bank_reference=""), name="funding_moneyreceived_referenced"),
            models.UniqueConstraint(
                fields=["agreement", "bank_reference"],
                condition=Q(withdrawn_at__isnull=True),
                name="funding_moneyreceived_once",
            ),
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk}"


class Pledge(models.Model):
    """Money an organisation says, then signs, it will bring; it becomes a share when it joins an agreement."""

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="pledges")
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    cents = models.BigIntegerField()
    state = models.CharField(max_length=10)
    pledged_at = models.DateTimeField()
    signed_on = models.DateField(null=True)
    joined_version = models.ForeignKey(ShareVersion, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="funding_pledge_positive"),
            models.CheckConstraint(condition=Q(state__in=[each.value for each in PledgeState]), name="funding_pledge_state"),
            models.CheckConstraint(
                condition=Q(state=PledgeState.JOINED.value, joined_version__isnull=False)
                | (~Q(state=PledgeState.JOINED.value) & Q(joined_version__isnull=True)),
                name="funding_pledge_joined",
            ),
        ]

    def __str__(self) -> str:
        return f"pledge {self.pk}"


class AuditEngagement(models.Model):
    """An auditor's right to read everything of a programme, for a time, and nobody's name."""

    programme_id = models.BigIntegerField()
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="funding_auditengagement_dates"),
        ]
        indexes = [models.Index(fields=["organisation"], name="funding_audit_organisation")]

    def __str__(self) -> str:
        return f"audit engagement {self.pk}"


class StateShareStudy(models.Model):
    """What the rule of 2019 says of a project, what was chosen, and why if it is something else. It becomes one agreement at most."""

    programme_id = models.BigIntegerField()
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, null=True, related_name="state_share_study")
    territory = models.CharField(max_length=120, blank=True)
    case = models.JSONField()
    rate_percent = models.SmallIntegerField()
    text_rate_percent = models.SmallIntegerField()
    state_cents = models.BigIntegerField()
    portion_numerator = models.BigIntegerField()
    portion_denominator = models.BigIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(portion_numerator__gte=0, portion_denominator__gt=0, portion_numerator__lte=F("portion_denominator")),
                name="funding_statesharestudy_portion",
            ),
            models.CheckConstraint(
                condition=Q(portion_numerator=F("rate_percent"), portion_denominator=100) | ~Q(reason=""),
                name="funding_statesharestudy_explained",
            ),
        ]
        indexes = [models.Index(fields=["programme_id", "-id"], name="funding_study_programme")]

    def __str__(self) -> str:
        return f"study {self.pk}"


class FundThreshold(models.Model):
    """Below how much an agreement's fund is low. Append-only: the latest counts; zero is none."""

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="thresholds")
    organisation_id = models.BigIntegerField(null=True)
    cents = models.BigIntegerField()
    set_at = models.DateTimeField()
    set_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cents__gte=0), name="funding_fundthreshold_cents")]

    def __str__(self) -> str:
        return f"threshold {self.pk}"


class PublicTarget(models.Model):
    """Of an agreement's vouchers, the part pledged to job-seekers with little schooling. Append-only: the latest counts; 0 takes it back."""

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    basis_points = models.IntegerField()
    set_at = models.DateTimeField()
    set_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(basis_points__gte=0, basis_points__lte=10_000), name="funding_publictarget_part"),
        ]

    def __str__(self) -> str:
        return f"target {self.pk}"


class FundAlert(models.Model):
    """A fund went under its threshold; over once money arrived, or the agreement or the season ended."""

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="alerts")
    threshold_cents = models.BigIntegerField()
    balance_cents = models.BigIntegerField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement"], condition=Q(ended_at__isnull=True), name="funding_fundalert_one_open"),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"


class StatedBalance(models.Model):
    """What a person says an agreement's account held at the close of a day, with the paper that says so; another one agrees or refuses.

    For accounts whose bank sends no statement to read: a public accountant's. A trigger keeps what was stated.
    """

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    cents = models.BigIntegerField()
    media_type = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=32)  # of the paper, made harmless
    sealed_paper = models.BinaryField()
    stated_by_id = models.BigIntegerField()
    stated_at = models.DateTimeField()
    approval_id = models.BigIntegerField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement"], condition=Q(decided_at__isnull=True), name="funding_statedbalance_one_waiting"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("stated_by_id")), name="funding_statedbalance_two_people"
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True, decided_at__isnull=True, is_agreed__isnull=True)
                | Q(decided_by_id__isnull=False, decided_at__isnull=False, is_agreed__isnull=False),
                name="funding_statedbalance_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"stated balance {self.pk}"


class BankBalance(models.Model):
    """What an agreement's account held at the close of a day, by its bank's statement or by two people. Append-only.

    `digest`: of the statement's file, or of the paper. `opening_cents`: what the statement began with, when it says it.
    """

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    cents = models.BigIntegerField()
    opening_cents = models.BigIntegerField(null=True)
    source = models.CharField(max_length=9)
    digest = models.BinaryField(max_length=32)
    stated = models.OneToOneField(StatedBalance, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "day", "digest"], name="funding_bankbalance_once"),
            models.CheckConstraint(condition=Q(source__in=[each.value for each in BalanceSource]), name="funding_bankbalance_source"),
            models.CheckConstraint(
                condition=Q(source=BalanceSource.STATED.value, stated__isnull=False, opening_cents__isnull=True)
                | Q(source=BalanceSource.STATEMENT.value, stated__isnull=True),
                name="funding_bankbalance_of_one_source",
            ),
        ]
        indexes = [models.Index(fields=["agreement", "-day", "-id"], name="funding_bankbalance_latest")]

    def __str__(self) -> str:
        return f"balance of agreement {self.agreement_id} on {self.day}"


class RingFenceChange(models.Model):
    """Another account for an agreement's money, entered by one person; it counts once another one agreed."""

    programme_id = models.BigIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    account_holder = models.CharField(max_length=140)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    entered_by_id = models.BigIntegerField()
    entered_at = models.DateTimeField()
    approval_id = models.BigIntegerField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement"], condition=Q(decided_at__isnull=True), name="funding_ringfencechange_one_waiting"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("entered_by_id")), name="funding_ringfencechange_two_people"
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True, decided_at__isnull=True, is_agreed__isnull=True)
                | Q(decided_by_id__isnull=False, decided_at__isnull=False, is_agreed__isnull=False),
                name="funding_ringfencechange_decided_whole",
            ),
            models.CheckConstraint(condition=~Q(account_holder="") & ~Q(iban=""), name="funding_ringfencechange_whole"),
        ]

    def __str__(self) -> str:
        return f"ring fence change {self.pk}"
