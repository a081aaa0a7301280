"""How long it takes to come from each of many points to each of many others, roughly: the finder's estimate, for whole tables at once.

One method for the whole of Carnet: a straight line lengthened by a detour, at a speed that follows how dense the country is where the person is
(`carnet.places.rules.travel`). Here the same numbers are computed for arrays, and people without a car are given a time of their own. No road, no
island, no timetable is known. Figures and where they come from: docs/sources/travel-times.md; why so: docs/decisions/0066.

Loaded by its own name (`carnet.planning.rules.travel`) and never by the room's rules: it needs numpy, which a web process has no use for at start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from carnet.places.rules.geography import EARTH_RADIUS_KM, distance_km
from carnet.places.rules.travel import DETOUR, DRIVING, KM_MAX, NEAR_KM, WALKING_KMH, Density

Point = tuple[float, float]  # latitude, longitude, in degrees
Minutes = NDArray[np.float64]


class Mode(StrEnum):
    """How people come. `NO_CAR`: on foot or by public transport, whichever is quicker."""

    CAR = "car"
    WALK = "walk"
    NO_CAR = "no-car"


# By public transport: minutes to reach the stop, wait and walk on, then the speed. None where none is counted on. An assumption of ours
# (docs/sources/travel-times.md#public-transport).
TRANSIT: dict[Density, tuple[float, float] | None] = {
    Density.DENSE: (15.0, 15.0),
    Density.MIDDLING: (25.0, 18.0),
    Density.RURAL: None,
}
# How many distances are held at once: 8 bytes each.
_AT_ONCE = 4_000_000


def minutes(a: Point, b: Point, *, mode: Mode = Mode.CAR, setting: Density) -> float:
    """Minutes from `a`, where the country is as dense as `setting`, to `b`; infinite beyond 100 km as the crow flies.

    Source: docs/sources/travel-times.md
    """
    return minutes_over(distance_km(a, b), mode=mode, setting=setting)


def minutes_over(km: float, *, mode: Mode, setting: Density) -> float:
    """Minutes over so many kilometres as the crow flies; infinite beyond 100 km, where the estimate means nothing."""
    return float(_minutes(np.array([km]), mode, setting)[0])


def matrix(
    starts: Sequence[Point], tos: Sequence[Point], *, mode: Mode = Mode.CAR, settings: Density | Sequence[Density] = Density.MIDDLING
) -> Minutes:
    """Minutes from each of `starts` (rows) to each of `tos` (columns), exactly those of `minutes`.

    `settings`: how dense the country is at each of `starts`, or one for all. Infinite beyond 100 km.
    Cost: 1,300 by 500 in a tenth of a second, 5 MB.
    """
    dense = _settings(settings, len(starts))
    km = kilometres(starts, tos)
    told = np.empty_like(km)
    for setting in Density:
        rows = dense == setting.value
        if rows.any():
            told[rows] = _minutes(km[rows], mode, setting)
    return told


def kilometres(starts: Sequence[Point], tos: Sequence[Point]) -> NDArray[np.float64]:
    """Great-circle kilometres from each of `starts` (rows) to each of `tos` (columns) (haversine)."""
    start, end = _radians(starts), _radians(tos)
    south, west = start[:, 0:1], start[:, 1:2]
    north, east = end[:, 0], end[:, 1]
    half = np.sin((north - south) / 2) ** 2 + np.cos(south) * np.cos(north) * np.sin((east - west) / 2) ** 2
    nearly: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return nearly


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest of a list of points: its rank in the list, how far as the crow flies, and how long (infinite beyond 100 km)."""

    rank: int
    km: float
    minutes: float


def nearest(
    starts: Sequence[Point], tos: Sequence[Point], *, mode: Mode = Mode.CAR, settings: Density | Sequence[Density] = Density.MIDDLING
) -> tuple[Nearest | None, ...]:
    """For each of `starts`, the nearest of `tos`; None when there is nowhere to go.

    From one point minutes only grow with the distance, so that the nearest in kilometres is the nearest in minutes.
    Cost: every commune of France to 18,000 places in a few seconds, 32 MB at a time.
    """
    if not len(tos):
        return (None,) * len(starts)
    dense = _settings(settings, len(starts))
    found: list[Nearest | None] = []
    ends = _vectors(tos)
    step = max(1, _AT_ONCE // len(tos))
    for first in range(0, len(starts), step):
        some = starts[first : first + step]
        ranks = np.argmax(_vectors(some) @ ends.T, axis=1)
        for offset, (point, rank) in enumerate(zip(some, ranks.tolist(), strict=True)):
            km = distance_km(point, tos[rank])
            found.append(Nearest(rank, km, minutes_over(km, mode=mode, setting=Density(str(dense[first + offset])))))
    return tuple(found)


def _minutes(km: NDArray[np.float64], mode: Mode, setting: Density) -> Minutes:
    road = km * DETOUR
    told: Minutes
    if mode is Mode.CAR:
        start, near_kmh, far_kmh = DRIVING[setting]
        told = start + np.minimum(road, NEAR_KM) / near_kmh * 60 + np.maximum(0.0, road - NEAR_KM) / far_kmh * 60
    else:
        told = road / WALKING_KMH * 60
        transit = TRANSIT[setting]
        if mode is Mode.NO_CAR and transit is not None:
            told = np.minimum(told, transit[0] + road / transit[1] * 60)
    return np.where(km > KM_MAX, np.inf, told)


def _settings(settings: Density | Sequence[Density], count: int) -> NDArray[np.str_]:
    given = [settings] * count if isinstance(settings, Density) else list(settings)
    if len(given) != count:
        raise ValueError(f"{len(given)} settings for {count} points")
    return np.array([each.value for each in given], dtype=np.str_)


def _radians(points: Sequence[Point]) -> NDArray[np.float64]:
    return np.radians(np.array(points, dtype=np.float64).reshape(-1, 2))


def _vectors(points: Sequence[Point]) -> NDArray[np.float64]:
    """Points of the unit sphere: the nearest is the one whose scalar product is the largest."""
    angles = _radians(points)
    across = np.cos(angles[:, 0])
    return np.column_stack((across * np.cos(angles[:, 1]), across * np.sin(angles[:, 1]), np.sin(angles[:, 0])))
