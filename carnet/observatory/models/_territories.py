"""What local actors of a territory share, what was aimed at, and what INSEE says of each commune."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from carnet.kernel.personal import PersonalColumn
from carnet.observatory.rules.indicators import Known
from carnet.observatory.rules.objectives import Target
from carnet.observatory.rules.territories import Need

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "TerritoryLine.contact_service": PersonalColumn("reach an organisation of a territory; a service, not a person", "until the organisation changes it"),
    "TerritoryLine.contact_email": PersonalColumn("reach an organisation of a territory", "until the organisation changes it; earlier ones are not kept"),
    "TerritoryLine.contact_phone": PersonalColumn("reach an organisation of a territory", "until the organisation changes it; earlier ones are not kept"),
}  # fmt: skip


class Territory(models.Model):
    """A set of communes whose local actors say who does what. Led by `organisation_id`; `member_ids` are the organisations invited."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    commune_codes = ArrayField(models.CharField(max_length=5))
    organisation_id = models.BigIntegerField()
    member_ids = ArrayField(models.BigIntegerField(), default=list)
    is_public = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        verbose_name_plural = "territories"
        constraints = [
            models.CheckConstraint(condition=Q(commune_codes__len__gte=1), name="observatory_territory_has_communes"),
        ]
        indexes = [GinIndex(fields=["member_ids"], name="observatory_territory_members")]

    def __str__(self) -> str:
        return self.name


class TerritoryLine(models.Model):
    """One local actor's line: how to reach it, in a few words what it does, and whether the public reads it. Its own alone to write."""

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="lines")
    organisation_id = models.BigIntegerField()
    words = models.CharField(max_length=400, blank=True)
    contact_service = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(max_length=254, blank=True)
    contact_phone = models.CharField(max_length=30, blank=True)
    is_public = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["territory", "organisation_id"], name="observatory_territoryline_once")]

    def __str__(self) -> str:
        return f"line {self.pk}"


class TerritoryCommitment(models.Model):
    """What one local actor does for one need: where (no commune: everywhere), when, for whom. Never rewritten: ended, and another is made."""

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="commitments")
    organisation_id = models.BigIntegerField()
    need = models.CharField(max_length=12)
    words = models.CharField(max_length=400)
    hours = models.CharField(max_length=160, blank=True)
    publics = ArrayField(models.CharField(max_length=12), default=list)
    commune_codes = ArrayField(models.CharField(max_length=5), default=list)
    until_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(need__in=[each.value for each in Need]), name="observatory_commitment_need"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("made_at")), name="observatory_commitment_ends_after"
            ),
        ]
        indexes = [models.Index(fields=["territory", "organisation_id"], name="observatory_commitments")]

    def __str__(self) -> str:
        return f"commitment {self.pk}"


class NoticedNeed(models.Model):
    """A need a local actor saw and nobody answers, in some communes of a territory. Settled one day, never rewritten."""

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="noticed")
    organisation_id = models.BigIntegerField()
    need = models.CharField(max_length=12)
    words = models.CharField(max_length=400)
    commune_codes = ArrayField(models.CharField(max_length=5), default=list)
    noticed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(need__in=[each.value for each in Need]), name="observatory_noticed_need")]
        indexes = [models.Index(fields=["territory", "settled_at"], name="observatory_noticed_open")]

    def __str__(self) -> str:
        return f"noticed need {self.pk}"


class TerritoryDecision(models.Model):
    """What local actors decided together, on a day. Never rewritten: withdrawn when it was noted wrongly."""

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="decisions")
    organisation_id = models.BigIntegerField()
    decided_on = models.DateField()
    words = models.CharField(max_length=400)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["territory", "-decided_on"], name="observatory_decisions")]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class NextStep(models.Model):
    """Who does what before the end of which day, after a decision. Done, or given up, by who answers for it, who noted it, or the leader."""

    decision = models.ForeignKey(TerritoryDecision, on_delete=models.PROTECT, related_name="steps")
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="steps")
    organisation_id = models.BigIntegerField()
    responsible_id = models.BigIntegerField()
    words = models.CharField(max_length=400)
    due_on = models.DateField()
    made_at = models.DateTimeField()
    done_on = models.DateField(null=True)
    dropped_on = models.DateField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(done_on__isnull=True) | Q(dropped_on__isnull=True), name="observatory_nextstep_one_end"),
        ]
        indexes = [models.Index(fields=["territory", "due_on"], name="observatory_nextsteps")]

    def __str__(self) -> str:
        return f"next step {self.pk}"


class Objective(models.Model):
    """What is aimed at: a number, before a day, for one programme or (None) for the whole installation. Told to everybody; ended, not rewritten."""

    programme_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField()
    measure = models.CharField(max_length=12)
    starting_count = models.BigIntegerField()
    starting_on = models.DateField()
    target_count = models.BigIntegerField()
    due_on = models.DateField()
    words = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=200, blank=True)
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(measure__in=[each.value for each in Target]), name="observatory_objective_measure"),
            models.CheckConstraint(
                condition=Q(starting_count__gte=0, target_count__gt=F("starting_count")), name="observatory_objective_grows"
            ),
            models.CheckConstraint(condition=Q(due_on__gt=F("starting_on")), name="observatory_objective_days"),
        ]

    def __str__(self) -> str:
        return f"objective {self.pk}"


class TerritoryIndicator(models.Model):
    """One figure of one commune, of one vintage, as a source published it: a value, a secret, or nothing. Open data."""

    commune_code = models.CharField(max_length=5)
    indicator = models.CharField(max_length=20)
    vintage = models.SmallIntegerField()
    value = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    known = models.CharField(max_length=7)
    source = models.CharField(max_length=200)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commune_code", "indicator", "vintage"], name="observatory_indicator_once"),
            models.CheckConstraint(condition=Q(indicator__regex=r"^[A-Z][A-Z0-9_]*$"), name="observatory_indicator_named"),
            models.CheckConstraint(
                condition=Q(known=Known.VALUE.value, value__isnull=False) | Q(known__in=["SECRET", "MISSING"], value__isnull=True),
                name="observatory_indicator_value",
            ),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=0), name="observatory_indicator_not_negative"),
        ]
        indexes = [models.Index(fields=["indicator", "vintage"], name="observatory_indicator_vintage")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.vintage} {self.commune_code}"
