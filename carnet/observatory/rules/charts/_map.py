"""Communes or départements shaded by a number: five grounds, each with strokes of its own, and what each stands for below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carnet.observatory.rules.charts._shapes import ROW, WIDTH, Drawing, Gap, Value, circle, path, rect, words
from carnet.places.rules.outlines import Outline
from carnet.places.rules.sheets import Sheet, box_of

HEIGHT_MIN, HEIGHT_MAX = 180, 380
STEPS = 4
DISC = 5


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its INSEE code, its name, its number and the number as written."""

    code: str
    name: str
    value: Value
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an area without an outline stands: a point in degrees (latitude, longitude)."""

    code: str
    point: tuple[float, float]


def classes(values: Sequence[Value]) -> tuple[int | float, ...]:
    """The least number of each shade, the lightest first: as many areas in each as can be, equal numbers never parted. Zeros have none."""
    counted = sorted({value for value in values if not isinstance(value, Gap) and value > 0})
    if len(counted) <= STEPS:
        return tuple(counted)
    every = sorted(value for value in values if not isinstance(value, Gap) and value > 0)
    least = {every[rank * len(every) // STEPS] for rank in range(STEPS)}
    for value in counted:  # equal numbers may have left fewer than four
        if len(least) == STEPS:
            break
        least.add(value)
    return tuple(sorted(least))


def step_of(value: Value, least: Sequence[int | float]) -> str:
    """The role of an area: `step-0` for zero, up to `step-4`, or its gap."""
    return value.value if isinstance(value, Gap) else f"step-{sum(value >= each for each in least)}"


def choropleth(
    areas: Sequence[Area],
    outlines: Mapping[str, Sequence[Outline]],
    *,
    places: Sequence[Place] = (),
    land: Sequence[Outline] = (),
    legend: Mapping[str, str],
    least: Sequence[int | float],
) -> Drawing:
    """`outlines` by code of area (several when an area grew); `places` for those without; `land` is drawn under everything.

    `legend` says in words what each role that is used stands for, in the order it is written. Raises: ValueError when nothing can be drawn.
    """
    by_code = {area.code: area for area in areas}
    drawn = [outline for area in areas for outline in outlines.get(area.code, ())]
    if not drawn and not land:
        raise ValueError("nothing to draw")
    sheet = Sheet(box_of([*drawn, *land]), width=WIDTH, height_min=HEIGHT_MIN, height_max=HEIGHT_MAX, margin=4, grid=2)
    shapes = [path("land", sheet.path(outline)) for outline in land]
    for area in sorted(areas, key=lambda area: step_of(area.value, least)):  # a look is written once for those that have it
        steps = "".join(sheet.path(outline) for outline in outlines.get(area.code, ()))
        if steps:
            shapes.append(path(step_of(area.value, least), steps, f"{area.name} : {area.text}"))
    for place in places:
        if (at := by_code.get(place.code)) is not None:
            shapes.append(circle(step_of(at.value, least), *sheet.at(place.point), DISC, f"{at.name} : {at.text}"))
    used = {shape.role for shape in shapes}
    y = sheet.height + 6
    for role, said in legend.items():
        if role in used:
            shapes += [rect(role, 1, y + 2, 26, ROW - 5), words("words", 36, y + ROW - 5, said)]
            y += ROW
    return Drawing(WIDTH, y + 2, tuple(shapes))
