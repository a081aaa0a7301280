"""What was noticed about a place, the thresholds a programme looks with, and up to which day each rule has looked."""

from django.db import models
from django.db.models import F, Q

from carnet.controls.rules.signals import Outcome, SignalState
from carnet.kernel.personal import PersonalColumn

_ACCOUNTING = "10 years after the payment (commercial code, L123-22)"

# Words typed by a person; the screens ask for no name.
PERSONAL_SIGNALS: dict[str, PersonalColumn] = {
    "Signal.set_aside_because": PersonalColumn("why a signal was nothing, so that nobody asks again", _ACCOUNTING),
    "SignalSetting.reason": PersonalColumn("why a threshold was changed", _ACCOUNTING),
}


class Signal(models.Model):
    """One rule noticed something about one place, over some legal days. It accuses nobody: a person sorts it.

    Days are half-open: `until_on` is the first day after. `facts` holds numbers, days and ids, never a name nor a code; `threshold` is the
    one looked with, in the rule's unit; `cents` what the vouchers concerned are worth, 0 where the rule is about none.
    """

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    rule = models.CharField(max_length=40)
    from_on = models.DateField()
    until_on = models.DateField()
    facts = models.JSONField(default=dict)
    threshold = models.BigIntegerField()
    cents = models.BigIntegerField(default=0)
    noticed_at = models.DateTimeField()

    state = models.CharField(max_length=9, default=SignalState.NEW.value)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by_id = models.BigIntegerField(null=True)
    set_aside_because = models.CharField(max_length=300, blank=True, default="")
    request_id = models.UUIDField(null=True)  # of whoever set it aside
    case_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=9, null=True)  # noqa: DJ001 - none yet is not an outcome called nothing
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "place_id", "rule", "from_on", "until_on"], name="controls_signal_once"),
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="controls_signal_days_in_order"),
            models.CheckConstraint(condition=Q(cents__gte=0) & ~Q(rule=""), name="controls_signal_said"),
            models.CheckConstraint(condition=Q(state__in=[each.value for each in SignalState]), name="controls_signal_state"),
            models.CheckConstraint(
                condition=Q(state="IN_CASE", case_id__isnull=False) | (~Q(state="IN_CASE") & Q(case_id__isnull=True)),
                name="controls_signal_in_its_case",
            ),
            # One set aside that joins a case later keeps who had set it aside, and why.
            models.CheckConstraint(
                condition=(
                    Q(set_aside_at__isnull=True, set_aside_by_id__isnull=True, set_aside_because="")
                    | (Q(set_aside_at__isnull=False, set_aside_by_id__isnull=False) & ~Q(set_aside_because=""))
                )
                & (~Q(state="SET_ASIDE") | Q(set_aside_at__isnull=False)),
                name="controls_signal_set_aside_whole",
            ),
            models.CheckConstraint(
                condition=Q(outcome__isnull=True, settled_at__isnull=True)
                | Q(outcome__in=[each.value for each in Outcome], settled_at__isnull=False, state="IN_CASE"),
                name="controls_signal_settled_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["programme_id", "state", "-id"], name="controls_signal_list"),
            models.Index(fields=["programme_id", "rule"], name="controls_signal_rule"),
            models.Index(fields=["place_id", "-until_on"], name="controls_signal_of_place"),
            models.Index(fields=["case_id"], condition=Q(case_id__isnull=False), name="controls_signal_of_case"),
        ]

    def __str__(self) -> str:
        return f"signal {self.pk}"


class SignalSetting(models.Model):
    """The threshold of one rule in one programme, from a decision on; none: the rule is off. Append-only: the latest row is in force."""

    programme_id = models.BigIntegerField()
    rule = models.CharField(max_length=40)
    threshold = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300)
    set_by_id = models.BigIntegerField()
    set_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason="") & ~Q(rule=""), name="controls_signalsetting_said")]
        indexes = [models.Index(fields=["programme_id", "rule", "-id"], name="controls_signalsetting_latest")]

    def __str__(self) -> str:
        return f"setting {self.pk}"


class SignalLook(models.Model):
    """One rule has looked at every day of a programme before `until_on`. Append-only: the latest says where the next look begins."""

    programme_id = models.BigIntegerField()
    rule = models.CharField(max_length=40)
    until_on = models.DateField()
    noticed_count = models.IntegerField()
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "rule", "until_on"], name="controls_signallook_once"),
            models.CheckConstraint(condition=Q(noticed_count__gte=0), name="controls_signallook_count"),
        ]

    def __str__(self) -> str:
        return f"look {self.pk}"
