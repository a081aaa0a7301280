"""What places offer: as declared where somebody declared it, as the national file lets one think elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from carnet.kernel.periods import legal_day
from carnet.places import access
from carnet.places.models import FreeSpace, Place, PlaceOffer, PlaceService, PlaceStop
from carnet.places.rules.offers import ACCESS_NEEDS, FREE_SPACE, HOME_VISITS, LIKELY, MOBILE, OTHER_LANGUAGE, Declared
from carnet.places.rules.services import SERVICE_KINDS

_RANKS = {kind.code: rank for rank, kind in enumerate(SERVICE_KINDS)}


@dataclass(frozen=True, slots=True)
class TaughtService:
    """A service taught at a place. Prices in whole cents: None when not said, 0 when free; `beyond_cents` on top of the vouchers."""

    service: str
    modes: tuple[str, ...]
    price_cents: int | None
    voucher_count: int | None
    beyond_cents: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a mobile place stops; `hours` is an OpenStreetMap expression."""

    commune_code: str
    commune: str
    spot: str
    hours: str


@dataclass(frozen=True, slots=True)
class FreeSpaceView:
    """A free digital space. `opening_hours`: its own, else its place's; `machines`: kind -> how many; `minutes_max`: a turn, when others wait."""

    free_space_id: int
    place_id: int
    opening_hours: str
    has_own_hours: bool
    postcode: str  # its time zone follows from it
    seats: int
    machines: Mapping[str, int]
    has_printer: bool
    has_scanner: bool
    has_wifi: bool
    has_help: bool
    is_bookable: bool
    minutes_max: int | None
    rules: str


@dataclass(frozen=True, slots=True)
class Said:
    """Who declared a field, and which day. `organisation_id` None: a program of the installation."""

    organisation_id: int | None
    on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What a place offers. `access`: need -> answered (True), not (False), "likely" from the file (None); absent: nobody said.

    `languages` None: nobody said; `speaks_others`: a language besides French and English, said or not which.
    `declared`: field -> who said so and when; what is absent of it follows from the national file.
    """

    place_id: int
    traits: tuple[str, ...]
    taught: tuple[TaughtService, ...]
    access: Mapping[str, bool | None]
    access_note: str
    languages: tuple[str, ...] | None
    speaks_others: bool
    cost_note: str
    is_mobile: bool
    stops: tuple[Stop, ...]
    has_home_visits: bool
    home_communes: tuple[str, ...]
    home_note: str
    free_space: FreeSpaceView | None
    has_likely_free_space: bool
    declared: Mapping[str, Said]


def offer(place_id: int, *, at: datetime) -> Offer:
    """What a place offers at `at` (four queries). Raises: PlaceUnknown."""
    place = access.place(place_id)
    kept = PlaceOffer.objects.filter(place_id=place_id).first() or PlaceOffer(place_id=place_id)
    traits = tuple(place.traits)
    return Offer(
        place_id=place_id,
        traits=traits,
        taught=taught_of(place_id),
        access=_access(kept, traits),
        access_note=kept.access_note,
        languages=_languages(kept, traits),
        speaks_others=OTHER_LANGUAGE in traits,
        cost_note=kept.cost_note,
        is_mobile=MOBILE in traits,
        stops=stops_of(place_id) if MOBILE in traits else (),
        has_home_visits=HOME_VISITS in traits,
        home_communes=tuple(kept.home_communes),
        home_note=kept.home_note,
        free_space=free_space_of(place_id, at=at),
        has_likely_free_space=f"{LIKELY}{FREE_SPACE}" in traits,
        declared={name: _said(entry) for name, entry in kept.origins.items()},
    )


def _access(kept: PlaceOffer, traits: tuple[str, ...]) -> dict[str, bool | None]:
    found: dict[str, bool | None] = {}
    for need in ACCESS_NEEDS:
        if need.code in kept.access:
            found[need.code] = kept.access[need.code]
        elif f"{LIKELY}access:{need.code}" in traits:
            found[need.code] = None
    return found


def _languages(kept: PlaceOffer, traits: tuple[str, ...]) -> tuple[str, ...] | None:
    if kept.languages is not None:
        return tuple(kept.languages)
    return ("en",) if "language:en" in traits else () if OTHER_LANGUAGE in traits else None


def _said(entry: Mapping[str, str | int | None]) -> Said:
    organisation_id = entry["organisation"]
    return Said(
        organisation_id=int(organisation_id) if organisation_id is not None else None,
        on=date.fromisoformat(str(entry["on"])),
        at=datetime.fromisoformat(str(entry["at"])),
    )


def taught_of(place_id: int) -> tuple[TaughtService, ...]:
    """The services declared taught at a place, in the catalogue's order."""
    rows = PlaceService.objects.filter(place_id=place_id).order_by("id")
    told = (
        TaughtService(row.service, tuple(row.modes), row.price_cents, row.voucher_count, row.beyond_cents, row.note)
        for row in rows
        if row.service in _RANKS
    )
    return tuple(sorted(told, key=lambda each: _RANKS[each.service]))


def stops_of(place_id: int) -> tuple[Stop, ...]:
    """Where a mobile place stops, in the order they were said."""
    rows = PlaceStop.objects.filter(place_id=place_id).order_by("id")
    return tuple(Stop(row.commune_code, row.commune, row.spot, row.hours) for row in rows)


def free_space_of(place_id: int, *, at: datetime) -> FreeSpaceView | None:
    """The free digital space of a place, while it is offered."""
    return free_spaces([place_id], at=at).get(place_id)


def free_spaces(place_ids: Iterable[int], *, at: datetime) -> dict[int, FreeSpaceView]:
    """The free digital spaces offered at `at` by those of these places that are open to the public, by place (one query)."""
    day = legal_day(at)
    rows = FreeSpace.objects.filter(place_id__in=list(place_ids)).exclude(closed_on__lte=day).exclude(place__ended_on__lte=day)
    return {row.place_id: _free_space(row) for row in rows.select_related("place").order_by("place_id")}


def free_spaces_run_by(organisation_ids: Iterable[int], *, at: datetime) -> tuple[FreeSpaceView, ...]:
    """The free digital spaces of the places these organisations run."""
    ids = Place.objects.filter(operator_id__in=list(organisation_ids)).order_by("id").values_list("id", flat=True)
    return tuple(free_spaces(ids, at=at).values())


def _free_space(row: FreeSpace) -> FreeSpaceView:
    return FreeSpaceView(
        free_space_id=row.id,
        place_id=row.place_id,
        opening_hours=row.opening_hours or row.place.opening_hours,
        has_own_hours=bool(row.opening_hours),
        postcode=row.place.postcode,
        seats=row.seats,
        machines=dict(row.machines),
        has_printer=row.has_printer,
        has_scanner=row.has_scanner,
        has_wifi=row.has_wifi,
        has_help=row.has_help,
        is_bookable=row.is_bookable,
        minutes_max=row.minutes_max,
        rules=row.rules,
    )


def declared_of(places: Q) -> dict[int, Declared]:
    """What was declared of some places, by place, for those of which anything was (two queries)."""
    taught: dict[int, dict[str, tuple[str, ...]]] = {}
    offers = {row.place_id: row for row in PlaceOffer.objects.filter(places).order_by("place_id")}
    for row in PlaceService.objects.filter(place_id__in=list(offers)).order_by("id"):
        taught.setdefault(row.place_id, {})[row.service] = tuple(row.modes)
    return {place_id: _declared(row, taught.get(place_id, {})) for place_id, row in offers.items()}


def _declared(row: PlaceOffer, taught: Mapping[str, tuple[str, ...]]) -> Declared:
    return Declared(
        access=row.access,
        languages=None if row.languages is None else tuple(row.languages),
        is_mobile=row.is_mobile,
        has_home_visits=row.has_home_visits,
        has_free_space=row.has_free_space,
        taught=taught,
    )
