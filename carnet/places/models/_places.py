"""A place, what a search reads of it, and whose vouchers it accepts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.places.rules.opening import Hours


def _texts() -> ArrayField:
    return ArrayField(models.TextField(), default=list)


class Place(models.Model):
    """A door one can walk through: the national standard's fields, where they came from, and who runs it."""

    provenance = models.CharField(max_length=100)  # the file or directory it came from
    national_id = models.TextField()  # `id` of the standard, unique within its provenance
    imported_at = models.DateTimeField()
    content_hash = models.BinaryField(max_length=16)  # of all columns below and the extras: tells what a new file changes

    pivot = models.CharField(max_length=14)  # SIRET or RNA; empty when the file has none
    name = models.TextField()
    commune = models.TextField()  # as written in the file
    postcode = models.CharField(max_length=5)
    commune_code = models.CharField(max_length=5)  # INSEE, the commune's of today; empty when nothing settles it
    address = models.TextField()
    address_extra = models.TextField()
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    typologies = _texts()
    phone = models.CharField(max_length=16)
    emails = _texts()
    websites = _texts()
    opening_hours = models.TextField()  # always a readable OpenStreetMap expression, or empty
    open_week = models.BinaryField(max_length=252, null=True)  # of an ordinary week: see `rules.opening.bits_of_week`
    summary = models.CharField(max_length=280)
    detail = models.TextField()
    source = models.TextField()  # `source` of the standard: who collected it, in the file's words
    roaming = _texts()
    parent_structure = models.TextField()
    updated_on = models.DateField()  # `date_maj` of the standard
    services = _texts()
    audiences = _texts()
    specific_care = _texts()
    fees = _texts()
    national_programmes = _texts()
    trainings = _texts()
    other_labels = _texts()
    access_modes = _texts()
    support_modes = _texts()
    accessibility_urls = _texts()
    booking_urls = _texts()
    extras = models.JSONField(default=dict)  # what the file said that fits no column
    origins = models.JSONField(default=dict, db_default={})  # who gave each column's value, and when: see `rules.merging`
    # What a search reads of the offer, made of the columns above and of what was declared: see `rules.offers`.
    traits = ArrayField(models.TextField(), default=list, db_default=models.Value("{}"))

    operator = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True)  # the first day it is closed for good

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provenance", "national_id"], name="places_place_once_per_provenance"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                # Not null is said again: a comparison with NULL is neither true nor false, and a CHECK lets it pass.
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__gte=-90,
                    latitude__lte=90,
                    longitude__gte=-180,
                    longitude__lte=180,
                ),
                name="places_place_point_whole_and_on_earth",
            ),
            models.CheckConstraint(condition=Q(postcode__regex=r"^[0-9]{5}$"), name="places_place_postcode_shape"),
            models.CheckConstraint(
                condition=Q(commune_code="") | Q(commune_code__regex=r"^([013-9][0-9]|2[AB1-9])[0-9]{3}$"),
                name="places_place_commune_code_shape",
            ),
            models.CheckConstraint(condition=~Q(provenance="") & ~Q(national_id=""), name="places_place_identified"),
        ]
        indexes = [
            # The bounding box of a search by distance; the exact distance is computed after.
            models.Index(fields=["latitude", "longitude"], name="places_place_box"),
            models.Index(fields=["commune_code"], name="places_place_commune"),
            models.Index(fields=["postcode"], name="places_place_postcode"),
        ]


class Finder(models.Model):
    """What a search reads of a place, and nothing else: a narrow row, written by a trigger on places (migration 0006), never by hand.

    Going through eighteen thousand whole places takes ten times longer (docs/decisions/0025-places-are-found-in-milliseconds.md).
    """

    place = models.OneToOneField(Place, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="+")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    ended_on = models.DateField(null=True)
    operator_number = models.BigIntegerField(null=True)
    hours = models.SmallIntegerField()  # of `rules.opening.Hours`: whether `open_week` says all
    commune_code = models.CharField(max_length=5)
    postcode = models.CharField(max_length=5)
    name = models.TextField()  # of `rules.indexing.plain`
    tags = ArrayField(models.IntegerField())  # of `rules.indexing.tag`, one for each word of its lists and traits
    calendar_hours = models.TextField()  # the hours themselves, where bits do not say all; else empty
    open_week = models.BinaryField(max_length=252, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["latitude", "longitude"], name="places_finder_box"),
            models.Index(fields=["commune_code"], name="places_finder_commune"),
            # Hours a search reads one by one: few.
            models.Index(fields=["place"], condition=Q(hours=Hours.BY_CALENDAR.value), name="places_finder_by_calendar"),
            models.Index(fields=["place"], condition=Q(hours=Hours.HOLIDAYS.value), name="places_finder_holidays"),
        ]

    def __str__(self) -> str:
        return f"finder {self.pk}"


class PlaceAcceptance(models.Model):
    """A place accepts the vouchers of a programme, for some services, from one day to another (exclusive; none: until further notice).

    The migration adds an exclusion constraint: two acceptances of one programme by one place never overlap.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="acceptances")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    service_codes = ArrayField(models.CharField(max_length=60))  # of the catalogue in `rules.services`
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    request_id = models.UUIDField(db_index=True)  # one request may accept a programme for many places
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="places_acceptance_in_order"),
            models.CheckConstraint(condition=Q(service_codes__len__gte=1), name="places_acceptance_has_services"),
        ]
