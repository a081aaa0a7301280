"""How long it takes to come, roughly: a straight line lengthened by a detour, at a speed that follows how dense the country is.

An estimate, never more: no road, no hill, no train is known here. Figures and where they come from: docs/sources/travel-times.md.
"""

from enum import StrEnum

KM_MAX = 100.0  # farther, the estimate means nothing, and no search looks


class Means(StrEnum):
    """How a person comes."""

    WALK = "walk"
    CAR = "car"


class Density(StrEnum):
    """How dense the country is, as INSEE's grid of communes cuts it."""

    DENSE = "dense"
    MIDDLING = "middling"
    RURAL = "rural"


# People a square kilometre, from which a place is dense or middling (docs/sources/travel-times.md#density).
DENSE_FROM, MIDDLING_FROM = 1500, 300
DETOUR = 1.3  # of the road over the straight line (docs/sources/travel-times.md#detour)
WALKING_KMH = 4.0  # of a person who takes their time (docs/sources/travel-times.md#walking)
# By car: minutes to leave and to park, speed over the first kilometres, speed beyond (docs/sources/travel-times.md#driving).
NEAR_KM = 5.0
DRIVING: dict[Density, tuple[float, float, float]] = {
    Density.DENSE: (6.0, 18.0, 35.0),
    Density.MIDDLING: (4.0, 28.0, 45.0),
    Density.RURAL: (2.0, 40.0, 55.0),
}


def density_of(people_per_km2: float) -> Density:
    """The class of a number of inhabitants a square kilometre."""
    if people_per_km2 >= DENSE_FROM:
        return Density.DENSE
    return Density.MIDDLING if people_per_km2 >= MIDDLING_FROM else Density.RURAL


def minutes(km: float, means: Means, density: Density) -> float:
    """Minutes it takes, about, to come from `km` kilometres as the crow flies.

    Source: docs/sources/travel-times.md
    """
    road = km * DETOUR
    if means is Means.WALK:
        return road / WALKING_KMH * 60
    start, near_kmh, far_kmh = DRIVING[density]
    return start + min(road, NEAR_KM) / near_kmh * 60 + max(0.0, road - NEAR_KM) / far_kmh * 60


def reach_km(minutes_at_most: float, means: Means, density: Density) -> float:
    """From how far, as the crow flies, one comes within that many minutes: the other way round of `minutes`; at most 100 km."""
    if means is Means.WALK:
        return min(KM_MAX, minutes_at_most / 60 * WALKING_KMH / DETOUR)
    start, near_kmh, far_kmh = DRIVING[density]
    left = max(0.0, minutes_at_most - start)
    near_minutes = NEAR_KM / near_kmh * 60
    road = left / 60 * near_kmh if left <= near_minutes else NEAR_KM + (left - near_minutes) / 60 * far_kmh
    return min(KM_MAX, road / DETOUR)
