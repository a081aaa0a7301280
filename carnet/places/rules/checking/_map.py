"""Where a place is: its point, its commune, and whether the two agree."""

from carnet.places.rules.checking._lines import Line
from carnet.places.rules.faults import FaultCode, Outcome
from carnet.places.rules.geography import Commune, Gazetteer, distance_km, plausible_radius_km


def place_on_map(line: Line, gazetteer: Gazetteer) -> None:
    """Settle the commune; swap or set aside a point that cannot be there."""
    _pair_coordinates(line)
    commune = _settled_commune(line, gazetteer)
    if commune is None:
        return
    line.columns["commune_code"] = commune.code
    point = _point(line)
    if point is None or commune.point is None:
        return
    radius_km = plausible_radius_km(commune.code)
    away_km = distance_km(point, commune.point)
    if away_km <= radius_km:
        return
    if distance_km((point[1], point[0]), commune.point) <= radius_km:
        line.tell(FaultCode.COORDINATES_SWAPPED, Outcome.MENDED, "latitude", f"{point[0]}, {point[1]}")
        line.columns["latitude"], line.columns["longitude"] = point[1], point[0]
        return
    # Kept out of the columns: a search by distance would send people to the wrong town.
    _drop_point(line, FaultCode.FAR_FROM_COMMUNE, f"{away_km:.0f} km, {commune.name}")


def _point(line: Line) -> tuple[float, float] | None:
    latitude, longitude = line.columns["latitude"], line.columns["longitude"]
    return None if latitude is None or longitude is None else (latitude, longitude)


def _drop_point(line: Line, code: FaultCode, detail: str = "") -> None:
    said = ", ".join(str(line.raw.cells.get(name, "")) for name in ("latitude", "longitude"))
    for name in ("latitude", "longitude"):
        if line.raw.cells.get(name):
            line.extras[name] = line.raw.cells[name]
        line.columns[name] = None
    line.tell(code, Outcome.SET_ASIDE, "latitude", said, detail)


def _pair_coordinates(line: Line) -> None:
    latitude, longitude = line.columns["latitude"], line.columns["longitude"]
    if (latitude is None) != (longitude is None):
        _drop_point(line, FaultCode.COORDINATES_HALF)
    elif latitude is not None and (abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0)):
        _drop_point(line, FaultCode.COORDINATES_OUTSIDE)


def _settled_commune(line: Line, gazetteer: Gazetteer) -> Commune | None:
    name, postcode, code = (line.columns[column] for column in ("commune", "postcode", "commune_code"))
    by_name = gazetteer.named(name, postcode=postcode)
    if not code:
        line.commune_found = by_name is not None
        return by_name or _guessed_commune(line, gazetteer)
    commune = gazetteer.by_code(code)
    if commune is None:
        # A commune merged since: its code is no longer in the list.
        outcome = Outcome.MENDED if by_name else Outcome.KEPT
        line.extras["code_insee"] = code
        line.tell(FaultCode.COMMUNE_UNKNOWN, outcome, "code_insee", code, by_name.code if by_name else "")
        return by_name
    if commune.code != code:
        line.extras["code_insee"] = code
        line.tell(FaultCode.DISTRICT, Outcome.MENDED, "code_insee", code, commune.code)
    elif by_name is not None and by_name.code != code and postcode not in commune.postcodes:
        line.tell(FaultCode.COMMUNE_CONTRADICTED, Outcome.KEPT, "code_insee", code, f"{by_name.code} {by_name.name}")
    return commune


def _guessed_commune(line: Line, gazetteer: Gazetteer) -> Commune | None:
    name, postcode = line.columns["commune"], line.columns["postcode"]
    guessed = gazetteer.nearest(postcode=postcode, point=_point(line))
    if guessed is None:
        line.tell(FaultCode.COMMUNE_UNKNOWN, Outcome.KEPT, "commune", f"{name} {postcode}")
    else:
        line.tell(FaultCode.COMMUNE_DEDUCED, Outcome.KEPT, "commune", f"{name} {postcode}", f"{guessed.code} {guessed.name}")
    return guessed
