"""Where a desk receives people: one or several doors of an organisation, with their hours and whom they serve. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from carnet.distribution.rules._handing import DistributionRefused
from carnet.kernel.identifiers import PhoneNumber
from carnet.places.rules import declaring
from carnet.places.rules.geography import Commune, Gazetteer, distance_km, plausible_radius_km

NAME_MAX = 200
NOTE_MAX = 200
POINTS_MAX = 200  # of one organisation in one programme: a département's houses of solidarity are a hundred
COMMUNES_MAX = 60
AGE_MAX = 120
_POSTCODE = re.compile(r"[0-9]{5}")


class PointUnknown(DistributionRefused):
    """No such point, or not one the actor keeps; or closed, or not published: the same words for all."""

    code = "point-unknown"


class PointIncomplete(DistributionRefused):
    """A point has a name, a street, a postal code and a commune. Facts: field."""

    code = "point-incomplete"


class PointCommuneUnknown(DistributionRefused):
    """No commune of that name and postal code. Facts: commune, postcode."""

    code = "point-commune-unknown"


class PointFarFromCommune(DistributionRefused):
    """The point given lies far from its commune. Facts: commune."""

    code = "point-far-from-commune"


class PointCoordinatesUnreadable(DistributionRefused):
    """A latitude and a longitude are numbers of degrees, both or neither."""

    code = "point-coordinates-unreadable"


class PointAgesReversed(DistributionRefused):
    """The ages served are no ages, or the last is below the first."""

    code = "point-ages-reversed"


class TooManyPoints(DistributionRefused):
    """An organisation keeps at most `most` points in a programme. Facts: most."""

    code = "too-many-points"


@dataclass(frozen=True, slots=True)
class PointSaid:
    """A point as typed: its door, when it opens, and whom it serves.

    `commune`: a name; `hours`: in words or as OpenStreetMap writes them, "" when not said; `age_from`, `age_until`: years, both included,
    None for no bound; `communes`: names, postal codes or INSEE codes of the only communes served, none for everybody; `is_listed`: whether
    it is published, or only known to the operator (a street team, a women's refuge).
    """

    name: str
    street: str
    postcode: str
    commune: str
    street_extra: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    hours: str = ""
    age_from: int | None = None
    age_until: int | None = None
    communes: Sequence[str] = ()
    by_appointment: bool = False
    note: str = ""
    languages: Sequence[str] = ()
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class PointFacts:
    """A point as it is kept. `is_exact`: the point of its own door, else its commune's."""

    name: str
    street: str
    street_extra: str
    postcode: str
    commune: str
    commune_code: str
    latitude: float
    longitude: float
    is_exact: bool
    phone: str
    opening_hours: str
    age_from: int | None
    age_until: int | None
    commune_codes: tuple[str, ...]
    by_appointment: bool
    note: str
    languages: tuple[str, ...]
    is_listed: bool


def checked_point(said: PointSaid, gazetteer: Gazetteer) -> PointFacts:
    """A point as it is kept: its commune found, its hours read, its words screened.

    Raises: PointIncomplete, PointCommuneUnknown, PointFarFromCommune, PointCoordinatesUnreadable, PointAgesReversed,
    PhoneNumberInvalid, OfferRefused, NirInText, IbanInText.
    """
    said = replace(
        said,
        name=_tidy(said.name),
        street=_tidy(said.street),
        street_extra=_tidy(said.street_extra),
        commune=_tidy(said.commune),
    )
    for name in ("name", "street", "postcode", "commune"):
        if not getattr(said, name).strip():
            raise PointIncomplete(field=name)
    commune = _commune(said, gazetteer)
    latitude, longitude, is_exact = _where(said, commune)
    _check_ages(said.age_from, said.age_until)
    if len(said.communes) > COMMUNES_MAX:
        raise TooManyPoints(most=COMMUNES_MAX)
    return PointFacts(
        name=declaring.checked_note(said.name, most=NAME_MAX),
        street=said.street,
        street_extra=said.street_extra,
        postcode=said.postcode.strip(),
        commune=commune.name,
        commune_code=commune.code,
        latitude=latitude,
        longitude=longitude,
        is_exact=is_exact,
        phone=PhoneNumber.parse(said.phone).printed() if said.phone.strip() else "",
        opening_hours=declaring.checked_hours(said.hours),
        age_from=said.age_from,
        age_until=said.age_until,
        commune_codes=tuple(_served(text, gazetteer) for text in said.communes if text.strip()),
        by_appointment=said.by_appointment,
        note=declaring.checked_note(said.note, most=NOTE_MAX),
        languages=tuple(declaring.checked_languages(tuple(said.languages)) or ()),
        is_listed=said.is_listed,
    )


def serves_age(age: int, *, age_from: int | None, age_until: int | None) -> bool:
    """Whether a point that serves these ages (years, both included; None: no bound) serves that one."""
    return (age_from is None or age >= age_from) and (age_until is None or age <= age_until)


def _tidy(typed: str) -> str:
    return " ".join(typed.split())[:NAME_MAX]


def _commune(said: PointSaid, gazetteer: Gazetteer) -> Commune:
    found = gazetteer.named(said.commune, postcode=said.postcode.strip()) if _POSTCODE.fullmatch(said.postcode.strip()) else None
    if found is None:
        raise PointCommuneUnknown(commune=said.commune[:100], postcode=said.postcode[:10])
    return found


def _where(said: PointSaid, commune: Commune) -> tuple[float, float, bool]:
    if (said.latitude is None) is not (said.longitude is None):
        raise PointCoordinatesUnreadable
    if said.latitude is not None and said.longitude is not None:
        given = (said.latitude, said.longitude)
        if commune.point is not None and distance_km(given, commune.point) > plausible_radius_km(commune.code):
            raise PointFarFromCommune(commune=commune.name)
        return *given, True
    if commune.point is None:
        raise PointCommuneUnknown(commune=commune.name, postcode=said.postcode)
    return *commune.point, False


def _check_ages(age_from: int | None, age_until: int | None) -> None:
    bounds = [each for each in (age_from, age_until) if each is not None]
    if any(not 0 <= each <= AGE_MAX for each in bounds) or (len(bounds) == 2 and bounds[0] > bounds[1]):
        raise PointAgesReversed


def _served(text: str, gazetteer: Gazetteer) -> str:
    found = gazetteer.typed(text, most=1)
    if not found:
        raise PointCommuneUnknown(commune=text.strip()[:100], postcode="")
    return found[0].code
