"""What a place says it offers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carnet.places.models._places import Place
from carnet.places.rules.offers import PRICE_CENTS_MAX, SEATS_MAX, VOUCHERS_MAX


class PlaceOffer(models.Model):
    """What whoever keeps a place declared of it, beyond the national fields. None, or an absent key: not said."""

    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="offer")
    access = models.JSONField(default=dict)  # a need of `rules.offers.ACCESS_NEEDS` -> answered or not
    access_note = models.CharField(max_length=300, blank=True)  # how to come in, in plain words
    languages = ArrayField(models.CharField(max_length=3), null=True)  # besides French
    cost_note = models.CharField(max_length=300, blank=True)  # what is paid beyond the vouchers, in plain words
    is_mobile = models.BooleanField(null=True)
    has_home_visits = models.BooleanField(null=True)
    home_communes = ArrayField(models.CharField(max_length=5), default=list)  # INSEE; empty: as the note says
    home_note = models.CharField(max_length=300, blank=True)
    has_free_space = models.BooleanField(null=True)
    origins = models.JSONField(default=dict)  # field -> who declared it, which day: {"organisation", "on", "at"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(has_home_visits__isnull=False, has_home_visits=True) | Q(home_communes__len=0),
                name="places_offer_home_area_of_visits",
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class PlaceService(models.Model):
    """One service of the catalogue that is taught at a place: how, and at what price. Cents; None: not said; 0: free."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="taught")
    service = models.CharField(max_length=60)  # of the catalogue in `rules.services`
    modes = ArrayField(models.CharField(max_length=12))  # of `rules.offers.Mode`
    price_cents = models.IntegerField(null=True)  # without a voucher
    voucher_count = models.SmallIntegerField(null=True)  # of the booklet, where a programme's vouchers are accepted
    beyond_cents = models.IntegerField(null=True)  # paid on top of the vouchers
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "service"], name="places_service_once_a_place"),
            models.CheckConstraint(condition=Q(modes__len__gte=1), name="places_service_has_a_mode"),
            models.CheckConstraint(
                condition=(Q(price_cents__isnull=True) | Q(price_cents__range=(0, PRICE_CENTS_MAX)))
                & (Q(beyond_cents__isnull=True) | Q(beyond_cents__range=(0, PRICE_CENTS_MAX)))
                & (Q(voucher_count__isnull=True) | Q(voucher_count__range=(1, VOUCHERS_MAX))),
                name="places_service_prices_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"service {self.pk}"


class PlaceStop(models.Model):
    """Where and when a mobile place stops: its days and hours as an OpenStreetMap expression."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="stops")
    commune_code = models.CharField(max_length=5)
    commune = models.TextField()
    spot = models.CharField(max_length=120)  # "Place de la mairie"
    hours = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(spot="") & ~Q(hours=""), name="places_stop_said")]
        indexes = [models.Index(fields=["commune_code"], name="places_stop_commune")]

    def __str__(self) -> str:
        return f"stop {self.pk}"


class FreeSpace(models.Model):
    """A free digital space: machines anybody may use without paying, at hours of their own. Closed, its row stays."""

    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="free_space")
    opening_hours = models.TextField(blank=True)  # an OpenStreetMap expression; empty: the place's
    seats = models.SmallIntegerField()
    machines = models.JSONField(default=dict)  # a kind of `rules.offers.MACHINES` -> how many
    has_printer = models.BooleanField()
    has_scanner = models.BooleanField()
    has_wifi = models.BooleanField()
    has_help = models.BooleanField()  # somebody is there to help
    is_bookable = models.BooleanField()  # a seat may be booked; one may always come without
    minutes_max = models.SmallIntegerField(null=True)  # a person's turn when others wait
    rules = models.CharField(max_length=600, blank=True)
    closed_on = models.DateField(null=True)  # the first day it is no longer offered

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seats__range=(1, SEATS_MAX)) & (Q(minutes_max__isnull=True) | Q(minutes_max__range=(10, 480))),
                name="places_freespace_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"free space {self.pk}"
