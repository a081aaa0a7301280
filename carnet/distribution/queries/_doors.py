"""Where one receives a booklet: the published points of desks that hand over now; and a desk's own points, published or not."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from carnet.distribution import access
from carnet.distribution.models import DeskPoint, ProgrammePrescriber
from carnet.distribution.rules.joining import is_covered
from carnet.distribution.rules.points import PointFacts, PointUnknown, serves_age
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.gateways.database import acting_as
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules import opening
from carnet.places.rules.geography import Commune, box_around, distance_km

RADIUS_KM = 20.0
RADIUS_KM_MAX = 100.0
PER_PAGE_MAX = 100


@dataclass(frozen=True, slots=True)
class DeskPointView(PointFacts):
    """One point as a screen shows it.

    `latitude`, `longitude` are the door's own when `is_exact`, else its commune's. `age_from`, `age_until`: years, both included;
    None: no bound. `commune_codes`: the only communes whose people are served; none: everybody.
    """

    id: int
    programme_id: int
    organisation_id: int
    closed_at: datetime | None

    @property
    def serves(self) -> tuple[Commune, ...]:
        """The communes named, by name."""
        found = (places.commune(code) for code in self.commune_codes)
        return tuple(sorted((each for each in found if each is not None), key=lambda each: each.name))

    def serves_age(self, age: int) -> bool:
        """Whether a person of that age (years) is served."""
        return serves_age(age, age_from=self.age_from, age_until=self.age_until)

    def is_open_at(self, at: datetime) -> bool | None:
        """Whether the door is open at that moment; None when its hours do not say."""
        return opening.is_open(self.opening_hours, postcode=self.postcode, at=at)


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A published point where booklets are handed over now. `has_booklets`: yes or no, never how many. `km`: None when not asked."""

    point: DeskPointView
    organisation: str
    programme: str
    has_booklets: bool
    km: float | None


@dataclass(frozen=True, slots=True)
class OpenPoints:
    """One page of published points. `centre`: what distances are counted from."""

    points: tuple[OpenPoint, ...]
    total: int
    centre: tuple[float, float] | None = None


def open_points(
    *,
    at: datetime,
    programme_ids: Collection[int] | None = None,
    around: str | None = None,
    near: tuple[float, float] | None = None,
    radius_km: float = RADIUS_KM,
    age: int | None = None,
    has_booklets: bool | None = None,
    offset: int = 0,
    limit: int = 24,
) -> OpenPoints:
    """Published points whose desk may hand booklets over at `at`, the nearest first, else by commune and name. Needs no account.

    `around` an INSEE code: the points of that commune first, then those within `radius_km` (100 at most) of it; `near` a (latitude,
    longitude); `programme_ids` None: every programme that hands over now; `age` and `has_booklets` keep those only.
    Cost: five statements, whatever is asked.
    """
    commune = places.commune(around) if around else None
    centre = near or (commune.point if commune else None)
    radius = min(max(radius_km, 1.0), RADIUS_KM_MAX)
    programmes = _handing(programme_ids, at)
    found: list[tuple[float | None, DeskPointView]] = []
    with acting_as(programme_ids=programmes):
        desks = _desks(programmes, at)
        for row in _near(DeskPoint.objects.filter(programme_id__in=programmes, is_listed=True, closed_at=None), centre, radius, commune):
            km = distance_km(centre, (row.latitude, row.longitude)) if centre else None
            is_theirs = commune is not None and row.commune_code == commune.code
            if (row.programme_id, row.organisation_id) in desks and (km is None or km <= radius or is_theirs):
                found.append((km, _view(row)))
        found = [each for each in found if age is None or each[1].serves_age(age)]
        giving = ledger.with_booklets_to_give(((each.programme_id, each.organisation_id) for _km, each in found), at=at)
    if has_booklets is not None:
        found = [each for each in found if ((each[1].programme_id, each[1].organisation_id) in giving) is has_booklets]
    own = commune.code if commune else None
    found.sort(key=lambda each: (each[1].commune_code != own if own else False, each[0] or 0.0, each[1].commune, each[1].name, each[1].id))
    shown = found[offset : offset + min(limit, PER_PAGE_MAX)]
    return OpenPoints(_named(shown, programmes, giving), len(found), centre)


def open_point(point_id: int, *, at: datetime) -> OpenPoint:
    """One published point of a desk that hands over now. Needs no account. Raises: PointUnknown."""
    row = DeskPoint.objects.filter(id=point_id, is_listed=True, closed_at=None).first()
    programmes = _handing([row.programme_id], at) if row is not None else {}
    if row is None or row.programme_id not in programmes:
        raise PointUnknown
    with acting_as(programme_ids=programmes):
        if (row.programme_id, row.organisation_id) not in _desks(programmes, at):
            raise PointUnknown
        giving = ledger.with_booklets_to_give([(row.programme_id, row.organisation_id)], at=at)
    return _named([(None, _view(row))], programmes, giving)[0]


def points_of_desk(*, programme_id: int, organisation_id: int) -> tuple[DeskPointView, ...]:
    """The points an organisation keeps in a programme, published or not, closed ones last. Its wall hides the others'."""
    rows = DeskPoint.objects.filter(programme_id=programme_id, organisation_id=organisation_id)
    return tuple(_view(row) for row in sorted(rows, key=lambda row: (row.closed_at is not None, row.name.casefold(), row.id)))


def points_of_programme(programme_id: int) -> tuple[DeskPointView, ...]:
    """The points every desk keeps in a programme, closed ones too, by desk and number, as far as the announced tenant sees (one statement)."""
    return tuple(_view(row) for row in DeskPoint.objects.filter(programme_id=programme_id).order_by("organisation_id", "id"))


def _handing(programme_ids: Collection[int] | None, at: datetime) -> dict[int, ProgrammeFacts]:
    """The programmes asked for that hand over at that moment."""
    return {
        each.id: each
        for each in funding.programmes(programme_ids)
        if each.windows.hand_over_from <= at < each.windows.hand_over_until
    }  # fmt: skip


def _desks(programme_ids: Iterable[int], at: datetime) -> frozenset[tuple[int, int]]:
    """Who may hand over now, as (programme, organisation): neither suspended nor leaving, and with an agreement where one is asked for."""
    rows = ProgrammePrescriber.objects.filter(
        Q(left_at=None) | Q(left_at__gt=at), programme_id__in=programme_ids, joined_at__lte=at, suspended_at=None, leaving_at=None
    )
    covered = (row for row in access.with_agreement(rows, at) if is_covered(access.standing_of(row), legal_day(at)))
    return frozenset((row.programme_id, row.organisation_id) for row in covered)


def _near(
    rows: QuerySet[DeskPoint], centre: tuple[float, float] | None, radius_km: float, commune: Commune | None
) -> QuerySet[DeskPoint]:  # fmt: skip
    rows = rows.order_by("id")
    if centre is None:
        return rows.filter(commune_code=commune.code) if commune else rows
    box = box_around(centre, radius_km)
    inside = Q(latitude__range=(box.south, box.north), longitude__range=(box.west, box.east))
    return rows.filter(inside | Q(commune_code=commune.code)) if commune else rows.filter(inside)


def _named(
    found: Sequence[tuple[float | None, DeskPointView]], programmes: dict[int, ProgrammeFacts], giving: frozenset[tuple[int, int]]
) -> tuple[OpenPoint, ...]:
    names = parties.organisations({each.organisation_id for _km, each in found})
    return tuple(
        OpenPoint(
            point=each,
            organisation=names[each.organisation_id].name,
            programme=programmes[each.programme_id].name,
            has_booklets=(each.programme_id, each.organisation_id) in giving,
            km=km,
        )
        for km, each in found
    )


def _view(row: DeskPoint) -> DeskPointView:
    values = {name: getattr(row, name) for name in DeskPointView.__dataclass_fields__}
    return DeskPointView(**values | {"commune_codes": tuple(row.commune_codes), "languages": tuple(row.languages)})
