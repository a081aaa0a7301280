"""What an order's booklets look like, and the numbered proofs that a second person approves or sends back."""

from django.db import models
from django.db.models import F, Q

from carnet.issuing.models._orders import Order
from carnet.issuing.rules.proofs import Draft, DraftLogo, PaperChoice, ProofDecision

_TWO_PEOPLE = [ProofDecision.APPROVED.value, ProofDecision.RETURNED.value]


class DesignLogo(models.Model):
    """A picture judged fit to print, as its pixels: never the file that was sent. Append-only; kept once a programme."""

    programme_id = models.BigIntegerField()
    width_px = models.IntegerField()
    height_px = models.IntegerField()
    # Rows from the top, three bytes a pixel, deflated; the digest is that of the pixels and of their measures.
    pixels = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    kept_at = models.DateTimeField()
    kept_by_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "digest"], name="issuing_designlogo_once"),
            models.CheckConstraint(condition=Q(width_px__gt=0, height_px__gt=0), name="issuing_designlogo_size"),
        ]

    def __str__(self) -> str:
        return f"logo {self.pk}"


class Design(models.Model):
    """The texts, colour and logos of one order's booklets, until a proof of it waits or is approved: then frozen."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="design")
    programme_id = models.BigIntegerField()
    title = models.CharField(max_length=120)
    notice = models.CharField(max_length=600, blank=True)
    perimeter = models.CharField(max_length=300, blank=True)
    services = models.JSONField(default=list)  # [["mailbox", "Créer sa messagerie"], …], in the order of the cover
    phone = models.CharField(max_length=30, blank=True)
    phone_hours = models.CharField(max_length=200, blank=True)
    accent = models.CharField(max_length=7)
    funders = models.JSONField(default=list)  # names as printed
    logos = models.JSONField(default=list)  # [[id of a DesignLogo, whose it is], …]
    paper = models.CharField(max_length=2)
    with_marks = models.BooleanField()
    begun_at = models.DateTimeField()
    begun_by_id = models.BigIntegerField()
    changed_at = models.DateTimeField()
    changed_by_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="issuing_design_titled"),
            models.CheckConstraint(condition=Q(accent__regex="^#[0-9a-f]{6}$"), name="issuing_design_accent"),
            models.CheckConstraint(condition=Q(paper__in=[each.value for each in PaperChoice]), name="issuing_design_paper"),
        ]

    def __str__(self) -> str:
        return f"design of order {self.order_id}"

    @property
    def draft(self) -> Draft:
        """What somebody chose, as one value."""
        return Draft(
            title=self.title,
            notice=self.notice,
            perimeter=self.perimeter,
            services=tuple((code, words) for code, words in self.services),
            phone=self.phone,
            phone_hours=self.phone_hours,
            accent=self.accent,
            funders=tuple(self.funders),
            logos=tuple(DraftLogo(logo_id, name) for logo_id, name in self.logos),
            paper=PaperChoice(self.paper),
            with_marks=self.with_marks,
        )


class Proof(models.Model):
    """One version sent to be answered: everything it shows, its digest, and the answer. Never rewritten, never deleted."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="proofs")
    programme_id = models.BigIntegerField()
    version = models.SmallIntegerField()
    content = models.JSONField()
    digest = models.BinaryField(max_length=32)
    sent_at = models.DateTimeField()
    sent_by_id = models.BigIntegerField()
    asked_of = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    approval_id = models.BigIntegerField(null=True)
    decision = models.CharField(max_length=10, null=True)  # noqa: DJ001 - not answered yet
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    remarks = models.CharField(max_length=500, blank=True, default="")
    # An approved proof opened again before anything was printed: it no longer stands.
    reopened_at = models.DateTimeField(null=True)
    reopened_by_id = models.BigIntegerField(null=True)
    reopened_because = models.CharField(max_length=500, blank=True, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "version"], name="issuing_proof_version_once"),
            models.UniqueConstraint(fields=["order"], condition=Q(decision__isnull=True), name="issuing_proof_one_waiting"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(decision=ProofDecision.APPROVED.value, reopened_at__isnull=True),
                name="issuing_proof_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(decision__isnull=True, decided_at__isnull=True, decided_by_id__isnull=True)
                | Q(decision__in=[each.value for each in ProofDecision], decided_at__isnull=False, decided_by_id__isnull=False),
                name="issuing_proof_decision_whole",
            ),
            # Invariant 7: the person who sends a proof never approves it.
            models.CheckConstraint(
                condition=Q(decision__isnull=True) | ~Q(decision__in=_TWO_PEOPLE) | ~Q(decided_by_id=F("sent_by_id")),
                name="issuing_proof_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(decision=ProofDecision.RETURNED.value) | ~Q(remarks=""), name="issuing_proof_returned_with_remarks"
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True, reopened_by_id__isnull=True)
                | Q(reopened_at__isnull=False, reopened_by_id__isnull=False, decision=ProofDecision.APPROVED.value),
                name="issuing_proof_reopened",
            ),
        ]

    def __str__(self) -> str:
        return f"proof {self.pk}"
