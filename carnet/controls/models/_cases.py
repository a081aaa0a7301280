"""A case about payments to one place: what is asked, what was said, what waits, what was decided, by whom."""

from django.db import models
from django.db.models import F, Q

from carnet.controls.rules.cases import CaseState, Decision, HoldEnd, StepKind, Wish
from carnet.controls.rules.signals import Outcome
from carnet.kernel.personal import PersonalColumn

_ACCOUNTING = "10 years after the payment (commercial code, L123-22)"

# Words typed by professionals, screened for social-security, bank and voucher numbers; the screens ask for no name.
PERSONAL_CASES: dict[str, PersonalColumn] = {
    "Case.reason": PersonalColumn("why a case was opened, for the operator", _ACCOUNTING),
    "Case.asked": PersonalColumn("what a place is asked", _ACCOUNTING),
    "CaseStep.words": PersonalColumn("what was said and decided in a case", _ACCOUNTING),
    "CasePaper.sealed_content": PersonalColumn("what a place shows in its defence", "1 year after the case is closed"),
}


def _within(column: str, choices: type[CaseState | Decision | HoldEnd | StepKind | Wish | Outcome]) -> Q:
    return Q(**{f"{column}__in": [each.value for each in choices]})


def _apart(decider: str, *others: str) -> Q:
    apart = Q(**{f"{decider}__isnull": True})
    every = Q()
    for other in others:
        every &= ~Q(**{decider: F(other)})
    return apart | every


class Case(models.Model):
    """What one place is asked about its redemptions of some days, and what became of it.

    `reason` is the operator's alone; `asked` is what the place reads. A hold keeps up to `held_cents` out of the place's payments while
    `held_from` ≤ now < `held_until` and `hold_ended_at` is null. `found` is what the decision says of the signals; no place is shown it.
    """

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    state = models.CharField(max_length=14, default=CaseState.OPEN.value)
    since = models.DateTimeField()
    until = models.DateTimeField()
    voucher_count = models.IntegerField()
    cents = models.BigIntegerField()
    reason = models.CharField(max_length=2000)
    asked = models.CharField(max_length=2000)
    phone = models.CharField(max_length=30)
    opened_by_id = models.BigIntegerField()
    opened_at = models.DateTimeField()
    answer_until = models.DateTimeField()
    decide_until = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    wish = models.CharField(max_length=7, blank=True, default="")

    held_cents = models.BigIntegerField(default=0)
    held_by_id = models.BigIntegerField(null=True)
    held_from = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    hold_ended_at = models.DateTimeField(null=True)
    hold_end = models.CharField(max_length=9, blank=True, default="")
    hold_end_told_at = models.DateTimeField(null=True)

    decision = models.CharField(max_length=7, blank=True, default="")
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    appeal_until = models.DateTimeField(null=True)
    appealed_at = models.DateTimeField(null=True)
    appeal_decide_until = models.DateTimeField(null=True)
    appeal_decision = models.CharField(max_length=7, blank=True, default="")
    appeal_decided_by_id = models.BigIntegerField(null=True)
    appeal_decided_at = models.DateTimeField(null=True)
    found = models.CharField(max_length=9, blank=True, default="")
    recovered_cents = models.BigIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_within("state", CaseState), name="controls_case_state"),
            models.CheckConstraint(condition=Q(until__gt=F("since"), voucher_count__gt=0, cents__gt=0), name="controls_case_about"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(asked="") & ~Q(phone=""), name="controls_case_said"),
            models.CheckConstraint(
                condition=Q(answer_until__gt=F("opened_at"), decide_until__gt=F("answer_until")), name="controls_case_time_to_answer"
            ),
            models.CheckConstraint(condition=Q(wish="") | _within("wish", Wish), name="controls_case_wish"),
            models.CheckConstraint(
                condition=Q(
                    held_cents=0, held_by_id__isnull=True, held_from__isnull=True, held_until__isnull=True, hold_ended_at__isnull=True
                )
                | Q(held_cents__gt=0, held_cents__lte=F("cents"), held_by_id__isnull=False, held_until__gt=F("held_from")),
                name="controls_case_hold_bounded",
            ),
            models.CheckConstraint(
                condition=Q(hold_ended_at__isnull=True, hold_end="") | (Q(hold_ended_at__isnull=False) & _within("hold_end", HoldEnd)),
                name="controls_case_hold_end_said",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by_id__isnull=True, decided_at__isnull=True, state__in=["OPEN", "HEARD"])
                | (
                    _within("decision", Decision)
                    & Q(decided_by_id__isnull=False, decided_at__isnull=False)
                    & ~Q(state__in=["OPEN", "HEARD"])
                ),
                name="controls_case_decided_whole",
            ),
            models.CheckConstraint(condition=_apart("decided_by_id", "opened_by_id"), name="controls_case_two_people"),
            models.CheckConstraint(
                condition=_apart("appeal_decided_by_id", "opened_by_id", "decided_by_id"), name="controls_case_three_people"
            ),
            models.CheckConstraint(
                condition=Q(appeal_decision="", appeal_decided_by_id__isnull=True, appeal_decided_at__isnull=True)
                | (
                    _within("appeal_decision", Decision)
                    & Q(appealed_at__isnull=False, appeal_decided_by_id__isnull=False, appeal_decided_at__isnull=False)
                ),
                name="controls_case_appeal_whole",
            ),
            models.CheckConstraint(condition=Q(found="") | _within("found", Outcome), name="controls_case_found"),
            models.CheckConstraint(
                condition=Q(state="CLOSED", closed_at__isnull=False) | (~Q(state="CLOSED") & Q(closed_at__isnull=True)),
                name="controls_case_closed_when",
            ),
            models.CheckConstraint(condition=Q(recovered_cents__gte=0, recovered_cents__lte=F("cents")), name="controls_case_recovered"),
        ]
        indexes = [
            models.Index(fields=["programme_id", "state", "-id"], name="controls_case_list"),
            models.Index(fields=["organisation_id", "-id"], name="controls_case_own"),
            models.Index(fields=["programme_id", "held_until"], condition=Q(held_cents__gt=0), name="controls_case_holding"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class CaseRedemption(models.Model):
    """One redemption a case is about. `taken_back`: what was decided of it, null before."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="redemptions")
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    cents = models.IntegerField()
    redeemed_at = models.DateTimeField()
    taken_back = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "series_id", "voucher_id", "generation"], name="controls_caseredemption_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="controls_caseredemption_positive"),
        ]
        indexes = [models.Index(fields=["series_id", "voucher_id", "generation"], name="controls_caseredemption_of")]

    def __str__(self) -> str:
        return f"redemption {self.pk} of case {self.case_id}"


class CaseStep(models.Model):
    """One gesture of a case, by whom, with what was said. Append-only. `for_operator`: the place does not read these words."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    kind = models.CharField(max_length=18)
    words = models.CharField(max_length=2000, blank=True)
    cents = models.BigIntegerField(default=0)
    by_place = models.BooleanField(default=False)
    for_operator = models.BooleanField(default=False)
    person_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request_id", "kind"], name="controls_casestep_once"),
            models.CheckConstraint(condition=_within("kind", StepKind) & Q(cents__gte=0), name="controls_casestep_kind"),
        ]
        indexes = [models.Index(fields=["case", "id"], name="controls_casestep_of")]

    def __str__(self) -> str:
        return f"step {self.pk}"


class CasePaper(models.Model):
    """A paper that a place, or the operator, joined: made harmless, sealed by the key ring, erased when it has served."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    rank = models.SmallIntegerField()
    by_place = models.BooleanField()
    media_type = models.CharField(max_length=40)
    size_bytes = models.IntegerField()
    sealed_content = models.BinaryField(null=True)
    added_by_id = models.BigIntegerField(null=True)
    added_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "rank"], name="controls_casepaper_rank"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, sealed_content__isnull=False) | Q(erased_at__isnull=False, sealed_content__isnull=True),
                name="controls_casepaper_erased_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"paper {self.rank} of case {self.case_id}"
