"""Places that look like one: which, what each says, what was decided."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from carnet.kernel.periods import legal_day
from carnet.places import access
from carnet.places.models import Place, PlaceRepeat
from carnet.places.queries._cards import said_words
from carnet.places.queries._summaries import PlaceSummary, summaries
from carnet.places.rules.faults import FaultCode
from carnet.places.rules.partners import PARTNERS
from carnet.places.rules.repeats import Register, known_of
from carnet.places.rules.standard import COLUMNS
from carnet.places.rules.uniting import CHOICES, Verdict, differing, proposed

REPEATS_PER_PAGE = 25
_SUREST = (FaultCode.PLACE_TWICE, FaultCode.PLACE_NEAR, FaultCode.PIVOT_TWICE)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two open places that look like one, and why: the same address, nearly the same name near by, the same number."""

    likeness: FaultCode
    kept: PlaceSummary  # the one that had better stay
    other: PlaceSummary


@dataclass(frozen=True, slots=True)
class Repeats:
    """One page of them, the surest first; `counts` tells how many of each likeness."""

    shown: tuple[Repeat, ...]
    counts: dict[FaultCode, int]
    total: int
    page: int
    page_count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What two places do not say alike. `is_proposed`: the other says something where the one that stays says nothing."""

    name: str
    kept: str
    other: str
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class MergedPlace:
    """A place that is one with another, from which file it came, and since when."""

    place_id: int
    name: str
    provenance: str
    merged_at: datetime


def repeats(
    *, at: datetime, department: str | None = None, likeness: FaultCode | None = None, page: int = 1, per_page: int = REPEATS_PER_PAGE
) -> Repeats:
    """Pairs of open places nobody decided about yet. Every place is looked at: a second for forty thousand of them.

    `department` is the beginning of an INSEE code.
    """
    pairs = _pairs(at, department)
    counts = {code: sum(each == code for each, _one, _two in pairs) for code in _SUREST}
    if likeness is not None:
        pairs = [pair for pair in pairs if pair[0] == likeness]
    page = max(1, page)
    shown = pairs[(page - 1) * per_page : page * per_page]
    found = {each.place_id: each for each in summaries({place_id for _code, *both in shown for place_id in both}, at=at)}
    told = tuple(Repeat(code, *_in_order(found[one], found[two])) for code, one, two in shown)
    return Repeats(told, counts, len(pairs), page, max(1, -(-len(pairs) // per_page)))


def _pairs(at: datetime, department: str | None) -> list[tuple[FaultCode, int, int]]:
    rows = Place.objects.exclude(ended_on__lte=legal_day(at)).exclude(provenance=PARTNERS)
    if department:
        rows = rows.filter(commune_code__startswith=department)
    decided = set(
        PlaceRepeat.objects.filter(verdict=Verdict.DISTINCT.value, undone_at=None).order_by("id").values_list("kept_id", "other_id")
    )
    register, pairs = Register(), []
    for columns in rows.order_by("id").values("id", "name", "address", "postcode", "commune_code", "pivot", "latitude", "longitude"):
        known = known_of(columns, str(columns["id"]))
        for where, code in register.all_found(known).items():
            if (int(where), columns["id"]) not in decided:
                pairs.append((code, int(where), columns["id"]))
        register.add(known)
    pairs.sort(key=lambda pair: (_SUREST.index(pair[0]), pair[1], pair[2]))
    return pairs


def _in_order(one: PlaceSummary, two: PlaceSummary) -> tuple[PlaceSummary, PlaceSummary]:
    """The one that had better stay first: run by somebody, accepting vouchers, else the first that came."""

    def worth(place: PlaceSummary) -> tuple[bool, int, int]:
        return place.operator_id is not None, len(place.acceptances), -place.place_id

    return (one, two) if worth(one) >= worth(two) else (two, one)


def differences(*, kept_id: int, other_id: int) -> tuple[Difference, ...]:
    """What two places do not say alike, in the order of a form. Raises: PlaceUnknown."""
    kept, other = (_columns(access.place(each)) for each in (kept_id, other_id))
    better = proposed(kept, other)
    return tuple(
        Difference(choice.name, _words(kept, choice.columns), _words(other, choice.columns), choice.name in better)
        for choice in differing(kept, other)
    )


def agreeing_count(*, kept_id: int, other_id: int) -> int:
    """How many fields two places say alike. Raises: PlaceUnknown."""
    return len(CHOICES) - len(differing(*(_columns(access.place(each)) for each in (kept_id, other_id))))


def _columns(place: Place) -> dict[str, object]:
    return {column: getattr(place, column) for column in COLUMNS}


def _words(columns: dict[str, object], names: tuple[str, ...]) -> str:
    if "postcode" in names:
        said = f"{columns['address']}, {columns['postcode']} {columns['commune']}"
        if columns["latitude"] is not None:
            return f"{said} ({columns['latitude']:.5f}, {columns['longitude']:.5f})"
        return said
    return ", ".join(text for name in names if (text := said_words(columns[name])))


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of the places of one file: `merged` its identifiers and the name of the place each is one with; `apart` its
    identifiers, each with a place (its id) that is another.
    """

    merged: dict[str, str]
    apart: frozenset[tuple[str, int]]


def decided_of(provenance: str) -> Decided:
    """What was decided of the places of one provenance that look like others."""
    rows = PlaceRepeat.objects.filter(Q(kept__provenance=provenance) | Q(other__provenance=provenance), undone_at=None)
    merged, apart = {}, set()
    for row in rows.select_related("kept", "other").order_by("id"):
        if row.verdict == Verdict.DISTINCT:
            apart |= {(row.kept.national_id, row.other_id), (row.other.national_id, row.kept_id)}
        elif row.other.provenance == provenance:
            merged[row.other.national_id] = row.kept.name
    return Decided(merged, frozenset(apart))


def merged_into(place_id: int) -> int | None:
    """The place that a merged one leads to, however many merges on; None when it is one with no other."""
    found: int | None = None
    following = place_id
    while True:
        row = PlaceRepeat.objects.filter(other_id=following, verdict=Verdict.MERGED.value, undone_at=None).first()
        if row is None:
            return found
        found = following = row.kept_id


def merged_with(place_id: int) -> tuple[MergedPlace, ...]:
    """The places that are one with this one, the latest last."""
    rows = PlaceRepeat.objects.filter(kept_id=place_id, verdict=Verdict.MERGED.value, undone_at=None).select_related("other")
    return tuple(
        MergedPlace(row.other_id, row.other.name, row.other.provenance, row.decided_at) for row in rows.order_by("decided_at", "id")
    )
