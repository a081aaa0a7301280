"""The three files of a plan for a département, from what ships with Carnet: real communes and real places; seats are what one says they are."""

import gzip
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files

from carnet.places import queries as places
from carnet.places.rules.geography import Commune
from carnet.planning.rules.plan_files import COMMUNES, DESKS, PLACES, as_csv

SHIPPED = "conseillers-numeriques-france-2022.v0.1.json.gz"
MEAN_NEED = 100
_NEAR_KM = 15.0
Score = tuple[int, int]  # points of need, people


def sample(departement: str, *, scores: Mapping[str, list[Score]], booklets_each: int, in_need_permille: int) -> dict[str, str] | None:
    """`communes.csv`, `desks.csv` and `places.csv` of a département; None when it has no commune.

    `scores`: need by commune, one or several (neighbourhoods), averaged by people; a commune without any counts as the mean, 100.
    `in_need_permille`: of a thousand people, those in need. `booklets_each`: booklets the seats of a place can serve. Every place is a desk too.
    """
    communes = sorted((each for each in places.gazetteer() if each.department == departement and each.point), key=lambda each: each.code)
    if not communes:
        return None
    needs = {code: _mean(found) for code, found in scores.items()}
    points = list(_points({each.code for each in communes}))
    return {
        "communes.csv": as_csv([COMMUNES, *(_commune(each, needs.get(each.code, MEAN_NEED), in_need_permille) for each in communes)]),
        "desks.csv": as_csv([DESKS, *((code, name, commune, lat, lon, "", "") for code, name, commune, lat, lon in points)]),
        "places.csv": as_csv([PLACES, *((*point, str(booklets_each)) for point in points)]),
    }


def _mean(found: list[Score]) -> int:
    people = sum(count for _points, count in found)
    if not people:
        return found[0][0]
    return (2 * sum(points * count for points, count in found) + people) // (2 * people)


def _commune(commune: Commune, need: int, in_need_permille: int) -> tuple[str, ...]:
    assert commune.point is not None
    people = (commune.population * in_need_permille + 500) // 1000
    latitude, longitude = commune.point
    return (commune.code, commune.name, str(commune.population), str(people), str(need), "0", str(latitude), str(longitude))


def _points(codes: set[str]) -> Iterator[tuple[str, str, str, str, str]]:
    """Places of the shipped file whose nearest commune is one of these, one line for each point."""
    content = files("carnet.places").joinpath("data", SHIPPED).read_bytes()
    seen: set[tuple[float, float]] = set()
    for row in json.loads(gzip.decompress(content)):
        latitude, longitude = row.get("latitude"), row.get("longitude")
        if not latitude or not longitude or (latitude, longitude) in seen:
            continue
        near = places.gazetteer().around((latitude, longitude), _NEAR_KM)
        if near and near[0][1].code in codes:
            seen.add((latitude, longitude))
            yield row["id"], " ".join(row["nom"].split()), near[0][1].code, str(latitude), str(longitude)
