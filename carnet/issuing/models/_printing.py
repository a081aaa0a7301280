"""Print shops, the keys their files are sealed for, who fetched what, what the press spoiled, and the packing list."""

from django.db import models
from django.db.models import F, Q

from carnet.issuing.models._orders import Order


class PrintShop(models.Model):
    """A print shop that one operator works with."""

    operator = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    admitted_at = models.DateTimeField()
    admitted_by_id = models.BigIntegerField()
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "organisation"], condition=Q(ended_at__isnull=True), name="issuing_printshop_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by_id__isnull=True) | Q(ended_at__isnull=False, ended_by_id__isnull=False),
                name="issuing_printshop_ended_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"print shop {self.pk}"


class PrintKey(models.Model):
    """A certificate a print shop's files are sealed for, once a second person agreed to it. Only its public half is ever here."""

    print_shop = models.ForeignKey(PrintShop, on_delete=models.PROTECT, related_name="keys")
    operator = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    version = models.SmallIntegerField()
    certificate = models.TextField(max_length=16_000)
    fingerprint = models.BinaryField(max_length=32)
    bits = models.IntegerField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    proposed_at = models.DateTimeField()
    proposed_by_id = models.BigIntegerField()
    approval_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    refused_at = models.DateTimeField(null=True)
    refused_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["print_shop", "version"], name="issuing_printkey_version"),
            models.UniqueConstraint(
                fields=["print_shop"], condition=Q(approved_at__isnull=False, ended_at__isnull=True), name="issuing_printkey_one_in_force"
            ),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="issuing_printkey_dates"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(refused_at__isnull=True), name="issuing_printkey_one_decision"
            ),
            # Invariant 7: whoever proposes a key never approves it.
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True) | ~Q(approved_by_id=F("proposed_by_id")), name="issuing_printkey_two_people"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{moment}_at__isnull": True, f"{moment}_by_id__isnull": True})
                    | Q(**{f"{moment}_at__isnull": False, f"{moment}_by_id__isnull": False}),
                    name=f"issuing_printkey_{moment}_paired",
                )
                for moment in ("approved", "refused", "ended")
            ),
        ]

    def __str__(self) -> str:
        return f"print key {self.pk}"


class PrintFetch(models.Model):
    """That somebody took a file away: who, when, and exactly which bytes. Never changed, never removed."""

    file = models.ForeignKey("issuing.PrintFile", on_delete=models.PROTECT, related_name="fetches")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fetches")
    programme_id = models.BigIntegerField()
    shop_organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    fetched_at = models.DateTimeField()
    fetched_by_id = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["order", "id"], name="issuing_printfetch_order")]

    def __str__(self) -> str:
        return f"fetch {self.pk}"


class SpoiledRun(models.Model):
    """Booklets damaged at the press, as the print shop reported them: to be printed again from the same secret."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="spoiled")
    programme_id = models.BigIntegerField()
    shop_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    first_rank = models.IntegerField()
    last_rank = models.IntegerField()
    reported_at = models.DateTimeField()
    reported_by_id = models.BigIntegerField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first_rank__gt=0, last_rank__gte=F("first_rank")), name="issuing_spoiledrun_range")
        ]

    def __str__(self) -> str:
        return f"spoiled run {self.pk}"


class Packing(models.Model):
    """One box of an order: its run of booklets, where it goes, and the places named on the covers of that run."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="packing")
    programme_id = models.BigIntegerField()
    box = models.IntegerField()
    first_rank = models.IntegerField()
    last_rank = models.IntegerField()
    to_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    # A point of the organisation, by its number in a room above; its name and address are kept as they were packed for.
    point_id = models.BigIntegerField(null=True)
    place_name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    nearest = models.JSONField(default=list)
    packed_at = models.DateTimeField()
    packed_by_id = models.BigIntegerField()
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "box"], name="issuing_packing_box"),
            models.UniqueConstraint(fields=["order", "first_rank"], name="issuing_packing_first"),
            models.CheckConstraint(condition=Q(box__gt=0, first_rank__gt=0, last_rank__gte=F("first_rank")), name="issuing_packing_range"),
        ]

    def __str__(self) -> str:
        return f"box {self.box} of order {self.order_id}"
