"""Maps drawn by the server on the outlines that ship with the programme: no tile, no script, nothing asked of anybody else.

A map is an aid beside a list that says everything: its numbers are the list's, its links are not in the way of a keyboard.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.places import queries
from carnet.places.rules.areas import OVERSEAS
from carnet.places.rules.geography import Box, Commune, box_around
from carnet.places.rules.outlines import Outline
from carnet.places.rules.sheets import Point, Sheet, box_of

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


def _sheet(box: Box, *, margin: int = MARGIN) -> Sheet:
    return Sheet(box, width=WIDTH, height_min=HEIGHT_MIN, height_max=HEIGHT_MAX, margin=margin)


# --- around somebody ----------------------------------------------------------------------------------------------------


def around(places: Sequence[tuple[int, str, str, Point | None]], *, centre: Point | None, town: str) -> Map | None:
    """The places of one page (number, anchor, name, point) around where the search stands; None when none has a point."""
    placed = [(number, anchor, name, point) for number, anchor, name, point in places if point is not None]
    if not placed:
        return None
    sheet = _sheet(_frame([point for *_rest, point in placed], centre))
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


def _pushed_apart(placed: Sequence[tuple[int, str, str, tuple[int, int]]], sheet: Sheet) -> list[Mark]:
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


def _kept_in(x: float, y: float, sheet: Sheet) -> tuple[float, float]:
    return min(max(x, MARK + 1.0), WIDTH - MARK - 1.0), min(max(y, MARK + 1.0), sheet.height - MARK - 1.0)


def _names(sheet: Sheet, marks: Sequence[Mark], centre: tuple[int, int] | None) -> list[Name]:
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


def _name_spots(sheet: Sheet, commune: Commune) -> list[Name]:
    """Where the name of a commune may be written: on its point, else a little above, below or aside."""
    x, y = sheet.at(commune.point or (0.0, 0.0))
    return [Name(commune.name, x + across, y + down) for across, down in ((0, 4), (0, -14), (0, 24), (66, 4), (-66, 4), (0, 36), (0, -28))]


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def _scale_bar(sheet: Sheet) -> tuple[int, str]:
    """A round number of kilometres that fits a third of the paper."""
    pixels_a_km = sheet.scale / 111.2
    km = next((each for each in (200, 100, 50, 20, 10, 5, 2, 1) if each * pixels_a_km <= WIDTH / 3), 1)
    return round(km * pixels_a_km), _("%(km)s km") % {"km": km}


# --- the country --------------------------------------------------------------------------------------------------------


def country(counts: Mapping[str, int], *, address: str) -> Country:
    """Every département with how many places it has. `address` is the search without its département, ready to add one."""
    outlines = queries.departments()
    sheet = _sheet(box_of(outlines), margin=4)
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


def _overseas(code: str) -> str:
    return OVERSEAS.get(code, code)


def name_of_department(code: str) -> str:
    """What a département is called."""
    return next((each.name for each in queries.departments() if each.code == code), _overseas(code))
