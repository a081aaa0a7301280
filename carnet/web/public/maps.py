"""Maps drawn by the server on the outlines that ship with the programme: no tile, no script, nothing asked of anybody else.

A map is an aid beside a list that says everything: its numbers are the list's, its links are not in the way of a keyboard.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.places import queries
from carnet.places.rules.geography import Box, Commune, box_around
from carnet.places.rules.outlines import Outline, Ring

Point = tuple[float, float]

WIDTH = 420
HEIGHT_MIN, HEIGHT_MAX = 300, 460
MARGIN = 26
REACH_MIN_KM = 1.2
MARK = 11  # radius
NAMES_MAX = 9
LETTER = 6.4  # about the width of a letter of a name
STEPS = (1, 10, 30, 80)  # from how many places on a département is of each shade


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the map: its number, where it is drawn, and where it truly is when marks had to be pushed apart."""

    number: int
    anchor: str
    name: str
    x: int
    y: int
    true_x: int
    true_y: int

    @property
    def is_pushed(self) -> bool:
        """Whether a line should lead to the true point."""
        return math.hypot(self.x - self.true_x, self.y - self.true_y) > MARK / 2


@dataclass(frozen=True, slots=True)
class Name:
    """A commune written on the map."""

    text: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Map:
    """A drawing of `width` by `height`, its land as paths, marks and names."""

    width: int
    height: int
    title: str
    description: str
    land: tuple[str, ...]
    marks: tuple[Mark, ...]
    names: tuple[Name, ...]
    centre: tuple[int, int] | None
    scale_width: int
    scale_words: str


@dataclass(frozen=True, slots=True)
class Shade:
    """A département of the map of the country: its path, how many places, of which shade (0: none), the address that shows them."""

    code: str
    name: str
    count: int
    words: str
    step: int
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Country:
    """The map of the country, and the same as a list: overseas départements are in the list only."""

    width: int
    height: int
    title: str
    description: str
    shades: tuple[Shade, ...]
    lines: tuple[Shade, ...]


class _Sheet:
    """From degrees to the paper: straight, as wide as the latitude asks."""

    def __init__(self, box: Box, *, height_min: int = HEIGHT_MIN, height_max: int = HEIGHT_MAX, margin: int = MARGIN) -> None:
        self.narrowing = math.cos(math.radians((box.south + box.north) / 2))
        across, up = max(1e-6, (box.east - box.west) * self.narrowing), max(1e-6, box.north - box.south)
        self.height = round(min(height_max, max(height_min, WIDTH * up / across)))
        self.scale = min((WIDTH - 2 * margin) / across, (self.height - 2 * margin) / up)
        self.left = (WIDTH - across * self.scale) / 2 - box.west * self.narrowing * self.scale
        self.top = (self.height - up * self.scale) / 2 + box.north * self.scale

    def at(self, point: Point) -> tuple[int, int]:
        """Where a point falls."""
        return round(self.left + point[1] * self.narrowing * self.scale), round(self.top - point[0] * self.scale)

    def box(self) -> Box:
        """What the whole paper shows, margins included."""
        west, east = (-self.left / self.scale / self.narrowing, (WIDTH - self.left) / self.scale / self.narrowing)
        return Box((self.top - self.height) / self.scale, self.top / self.scale, west, east)

    def path(self, outline: Outline) -> str:
        """An outline as the `d` of a path: whole pixels, steps from one to the next."""
        return "".join(filter(None, (self._ring(ring) for ring in outline.rings)))

    def _ring(self, ring: Ring) -> str:
        points = [self.at(point) for point in ring]
        x, y = points[0]
        steps, before = [], (x, y)
        for point in points[1:]:
            if point != before:
                steps.append(f"{point[0] - before[0]} {point[1] - before[1]}")
                before = point
        return f"M{x} {y}l{' '.join(steps)}z" if len(steps) > 1 else ""


# --- around somebody ----------------------------------------------------------------------------------------------------


def around(places: Sequence[tuple[int, str, str, Point | None]], *, centre: Point | None, town: str) -> Map | None:
    """The places of one page (number, anchor, name, point) around where the search stands; None when none has a point."""
    placed = [(number, anchor, name, point) for number, anchor, name, point in places if point is not None]
    if not placed:
        return None
    sheet = _Sheet(_frame([point for *_rest, point in placed], centre))
    marks = _pushed_apart([(number, anchor, name, sheet.at(point)) for number, anchor, name, point in placed], sheet)
    scale_width, scale_words = _scale_bar(sheet)
    title = _("Carte des lieux près de %(town)s") % {"town": town} if town else _("Carte des lieux de cette page")
    return Map(
        width=WIDTH,
        height=sheet.height,
        title=title,
        description=_("Les numéros sont ceux de la liste, qui dit la même chose en mots."),
        land=tuple(filter(None, (sheet.path(outline) for outline in _land(sheet.box())))),
        marks=tuple(marks),
        names=tuple(_names(sheet, marks, sheet.at(centre) if centre else None)),
        centre=sheet.at(centre) if centre else None,
        scale_width=scale_width,
        scale_words=scale_words,
    )


def _frame(points: Sequence[Point], centre: Point | None) -> Box:
    """What holds every place and whoever looks for one, never so close that nothing else shows."""
    held = [*points, *([centre] if centre else [])]
    middle = ((min(p[0] for p in held) + max(p[0] for p in held)) / 2, (min(p[1] for p in held) + max(p[1] for p in held)) / 2)
    least = box_around(middle, REACH_MIN_KM)
    return Box(
        min(least.south, *(p[0] for p in held)),
        max(least.north, *(p[0] for p in held)),
        min(least.west, *(p[1] for p in held)),
        max(least.east, *(p[1] for p in held)),
    )


def _land(box: Box) -> list[Outline]:
    """The communes where their outlines are known, else the département."""
    found: list[Outline] = []
    for department in queries.departments():
        if department.meets(box):
            communes = queries.communes_of_department(department.code)
            found += [commune for commune in communes if commune.meets(box)] or [department]
    return found


def _pushed_apart(placed: Sequence[tuple[int, str, str, tuple[int, int]]], sheet: _Sheet) -> list[Mark]:
    """Marks that would hide one another step aside, a little at each of a few rounds, and stay on the paper."""
    at = [(float(x), float(y)) for *_rest, (x, y) in placed]
    least = 2 * MARK + 2
    for _round in range(40):
        for one in range(len(at)):
            for other in range(one + 1, len(at)):
                across, up = at[other][0] - at[one][0], at[other][1] - at[one][1]
                apart = math.hypot(across, up)
                if apart >= least:
                    continue
                # Two on the very same point part in a direction of their own.
                turn = math.atan2(up, across) if apart > 0.01 else 2.4 * other
                push = (least - apart) / 2
                at[one] = _kept_in(at[one][0] - push * math.cos(turn), at[one][1] - push * math.sin(turn), sheet)
                at[other] = _kept_in(at[other][0] + push * math.cos(turn), at[other][1] + push * math.sin(turn), sheet)
    return [
        Mark(number, anchor, name, round(x), round(y), true_x, true_y)
        for (number, anchor, name, (true_x, true_y)), (x, y) in zip(placed, at, strict=True)
    ]


def _kept_in(x: float, y: float, sheet: _Sheet) -> tuple[float, float]:
    return min(max(x, MARK + 1.0), WIDTH - MARK - 1.0), min(max(y, MARK + 1.0), sheet.height - MARK - 1.0)


def _names(sheet: _Sheet, marks: Sequence[Mark], centre: tuple[int, int] | None) -> list[Name]:
    """The largest communes, as many as can be read: never over a mark nor over one another."""
    taken: list[tuple[float, ...]] = [(mark.x - MARK, mark.y - MARK, mark.x + MARK, mark.y + MARK) for mark in marks]
    if centre:
        taken.append((centre[0] - 8, centre[1] - 8, centre[0] + 8, centre[1] + 8))
    found: list[Name] = []
    for commune in queries.gazetteer().largest_in(sheet.box(), most=40):
        for name in _name_spots(sheet, commune):
            half = len(name.text) * LETTER / 2
            box = (name.x - half, name.y - 11, name.x + half, name.y + 4)
            inside = box[0] > 2 and box[2] < WIDTH - 2 and box[1] > 2 and box[3] < sheet.height - 22
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                found.append(name)
                break
        if len(found) == NAMES_MAX:
            break
    return found


def _name_spots(sheet: _Sheet, commune: Commune) -> list[Name]:
    """Where the name of a commune may be written: on its point, else a little above, below or aside."""
    x, y = sheet.at(commune.point or (0.0, 0.0))
    return [Name(commune.name, x + across, y + down) for across, down in ((0, 4), (0, -14), (0, 24), (66, 4), (-66, 4), (0, 36), (0, -28))]


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def _scale_bar(sheet: _Sheet) -> tuple[int, str]:
    """A round number of kilometres that fits a third of the paper."""
    pixels_a_km = sheet.scale / 111.2
    km = next((each for each in (200, 100, 50, 20, 10, 5, 2, 1) if each * pixels_a_km <= WIDTH / 3), 1)
    return round(km * pixels_a_km), _("%(km)s km") % {"km": km}


# --- the country --------------------------------------------------------------------------------------------------------


def country(counts: Mapping[str, int], *, address: str) -> Country:
    """Every département with how many places it has. `address` is the search without its département, ready to add one."""
    outlines = queries.departments()
    box = Box(
        min(each.box.south for each in outlines), max(each.box.north for each in outlines),
        min(each.box.west for each in outlines), max(each.box.east for each in outlines),
    )  # fmt: skip
    sheet = _Sheet(box, margin=4)
    shades = [_shade(each.code, each.name, counts.get(each.code, 0), sheet.path(each), address) for each in outlines]
    drawn = {each.code for each in outlines}
    others = [_shade(code, _overseas(code), count, "", address) for code, count in counts.items() if code not in drawn]
    lines = sorted((each for each in (*shades, *others) if each.count), key=lambda each: each.code)
    return Country(
        width=WIDTH,
        height=sheet.height,
        title=_("Carte de France : combien de lieux dans chaque département"),
        description=_("La liste des départements donne les mêmes nombres."),
        shades=tuple(shades),
        lines=tuple(lines),
    )


def _shade(code: str, name: str, count: int, path: str, address: str) -> Shade:
    words = ngettext("%(name)s : %(count)s lieu", "%(name)s : %(count)s lieux", count) % {"name": name, "count": count}
    return Shade(code, name, count, words, sum(count >= step for step in STEPS), path, f"{address}department={code}")


_OVERSEAS = {"971": "Guadeloupe", "972": "Martinique", "973": "Guyane", "974": "La Réunion", "975": "Saint-Pierre-et-Miquelon",
             "976": "Mayotte", "977": "Saint-Barthélemy", "978": "Saint-Martin"}  # fmt: skip


def _overseas(code: str) -> str:
    return _OVERSEAS.get(code, code)


def name_of_department(code: str) -> str:
    """What a département is called."""
    return next((each.name for each in queries.departments() if each.code == code), _overseas(code))
