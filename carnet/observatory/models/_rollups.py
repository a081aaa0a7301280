"""Figures counted ahead. Everything here is counted from rows kept elsewhere and can be counted again: nothing is written first here."""

from django.db import models
from django.db.models import Q


class FigureBuild(models.Model):
    """One counting of everything. Rows numbered below `xid` (the watermark) are counted in it, none above; readers read the current one.

    A new one is counted beside the current one, series by series (`done_series_id`: the last one counted), and replaces it once whole.
    """

    xid = models.BigIntegerField()
    is_current = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    counted_at = models.DateTimeField()
    whole_at = models.DateTimeField(null=True)
    done_series_id = models.BigIntegerField(default=0)
    series_done = models.IntegerField(default=0)
    series_total = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="observatory_figurebuild_one_current"),
            models.CheckConstraint(condition=Q(is_current=False) | Q(whole_at__isnull=False), name="observatory_figurebuild_whole"),
        ]

    def __str__(self) -> str:
        return f"figures {self.pk}"


class DailyFigure(models.Model):
    """The finest roll-up: vouchers, people or delays of one day. `detail`: a tick (``age_band=UNDER_26``), or a delay in days.

    `organisation_id` is the desk or whoever runs the place, 0 when neither; `place_id` 0 when it is no place's. What there is now
    (`in_stock`) is of NO_DAY.
    """

    build_id = models.BigIntegerField()
    day = models.DateField()
    programme_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    pattern = models.SmallIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    service_code = models.CharField(max_length=60)
    measure = models.CharField(max_length=24)
    detail = models.CharField(max_length=60)
    count = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "series_id", "day", "measure", "organisation_id", "place_id", "service_code", "pattern", "detail", "build_id",
                ],
                name="observatory_dailyfigure_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["programme_id", "day"], name="observatory_daily_programme"),
            models.Index(fields=["place_id", "day"], condition=~Q(place_id=0), name="observatory_daily_place"),
            models.Index(fields=["organisation_id", "day"], condition=~Q(organisation_id=0), name="observatory_daily_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.day}"


class MonthlyFigure(models.Model):
    """The coarse roll-up that pages read: one month of one programme in one territory, from the commune to the nation.

    `cut` empty: the whole; else SERVICE, PUBLIC, FUNDER (`key`: the funder's number) or DELAY (`key`: days). Units: `count` vouchers or people,
    `cents` whole cents. What there is now is of NO_DAY.
    """

    build_id = models.BigIntegerField()
    month_on = models.DateField()
    programme_id = models.BigIntegerField()
    level = models.CharField(max_length=12)
    area_code = models.CharField(max_length=9)
    measure = models.CharField(max_length=24)
    cut = models.CharField(max_length=8)
    key = models.CharField(max_length=60)
    count = models.BigIntegerField()
    cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["level", "cut", "area_code", "programme_id", "month_on", "measure", "key", "build_id"],
                name="observatory_monthlyfigure_once",
            )
        ]
        indexes = [models.Index(fields=["programme_id", "month_on"], name="observatory_monthly_programme")]

    def __str__(self) -> str:
        return f"{self.measure} {self.month_on}"


class CountedClaim(models.Model):
    """A payment already counted as paid, and on which day: what the next counting compares with what the payments say by then."""

    build_id = models.BigIntegerField()
    claim_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    paid_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["build_id", "claim_id"], name="observatory_countedclaim_once")]

    def __str__(self) -> str:
        return f"claim {self.claim_id}"


class FigureComparison(models.Model):
    """One comparison of the roll-ups with the ledger, and the first rows that differ. Append-only."""

    compared_at = models.DateTimeField()
    build_id = models.BigIntegerField()
    xid_counted = models.BigIntegerField()
    row_count = models.BigIntegerField()
    fault_count = models.IntegerField()
    faults = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-compared_at"], name="observatory_comparison_latest")]

    def __str__(self) -> str:
        return f"comparison {self.pk}"
