"""Files of places, on their way and done."""

from django.db import models
from django.db.models import F, Q

from carnet.places.rules.files import FileState


class PlaceImport(models.Model):
    """One file imported: what it held, what it changed, and every fault, so that the report can be read again."""

    provenance = models.CharField(max_length=100)
    file_name = models.CharField(max_length=200)
    imported_at = models.DateTimeField()
    organisation_id = models.BigIntegerField(null=True)  # the one acted for
    version = models.CharField(max_length=10)
    read_count = models.IntegerField()
    created_count = models.IntegerField()
    updated_count = models.IntegerField()
    unchanged_count = models.IntegerField()
    refused_count = models.IntegerField()
    absent_count = models.IntegerField()  # places of this provenance, still open, that the file no longer names
    communes_found_count = models.IntegerField()
    faults = models.JSONField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(read_count=F("created_count") + F("updated_count") + F("unchanged_count") + F("refused_count")),
                name="places_import_adds_up",
            ),
        ]


class PlaceMapping(models.Model):
    """What the columns of files of one shape say, as an organisation last answered: the next such file is mapped at once.

    `organisation_id` 0 is the installation itself (the command line).
    """

    organisation_id = models.BigIntegerField()
    shape = models.CharField(max_length=32)
    provenance = models.CharField(max_length=100)
    targets = models.JSONField()  # column -> field of the standard, "" to keep it aside
    constants = models.JSONField()  # field -> value of every line that has none
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "shape"], name="places_mapping_one_per_shape")]


class PlaceFile(models.Model):
    """A file of places on its way: read, mapped, checked, written. Its lines are in `parts`; it is forgotten after a month."""

    organisation_id = models.BigIntegerField()  # 0: the installation itself
    file_name = models.CharField(max_length=200)
    provenance = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=16)  # of its bytes: the same file, sent again unfinished, goes on
    form = models.CharField(max_length=8)
    shape = models.CharField(max_length=32)
    columns = models.JSONField()
    read_count = models.IntegerField()
    form_faults = models.JSONField()
    state = models.CharField(max_length=10)
    targets = models.JSONField(default=dict)
    constants = models.JSONField(default=dict)
    version = models.CharField(max_length=10, blank=True)  # of the standard, once mapped
    # Lines judged or written, out of `total`.
    done = models.IntegerField(default=0)
    total = models.IntegerField()
    report = models.JSONField(null=True)
    place_import = models.ForeignKey(PlaceImport, on_delete=models.PROTECT, null=True, related_name="+")
    error = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in FileState]), name="places_file_state"),
            models.CheckConstraint(condition=Q(done__gte=0, done__lte=F("total")), name="places_file_progress"),
            models.CheckConstraint(condition=~Q(state="DONE") | Q(place_import__isnull=False), name="places_file_done_has_its_import"),
        ]
        indexes = [models.Index(fields=["organisation_id", "sent_at"], name="places_file_sent")]


class PlaceFilePart(models.Model):
    """Some lines of a file, and once judged what they make: one transaction's work."""

    file = models.ForeignKey(PlaceFile, on_delete=models.CASCADE, related_name="parts")
    organisation_id = models.BigIntegerField()
    number = models.IntegerField()
    line_count = models.IntegerField()
    lines = models.BinaryField()
    judged = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="places_filepart_number")]
