"""Shapes, the drawing they make, and the drawing as SVG: classes for a page, paint for a paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from itertools import groupby

WIDTH = 340
LETTER = 7.0  # about the width of a letter, rather more
ROW = 18  # the height of a line of words


class Gap(StrEnum):
    """A number that is not there, and why."""

    HIDDEN = "hidden"
    MISSING = "missing"


Value = int | float | Gap


@dataclass(frozen=True, slots=True)
class Shape:
    """One mark: an SVG element, its role, its attributes in order, the words in it; `title` is what a mouse reads over it."""

    tag: str
    role: str
    attributes: tuple[tuple[str, int | str], ...]
    text: str = ""
    title: str = ""

    def get(self, name: str) -> int | str:
        """One attribute; KeyError when it has none of that name."""
        return dict(self.attributes)[name]


# Tiles of six pixels: which strokes lie over the ground of a role, so that nobody needs its colour.
TILES: Mapping[str, str] = {
    "step-1": "M0 6h.01M3 3h.01",
    "step-2": "M0 6L6 0",
    "step-3": "M0 6L6 0M0 0L6 6",
    "step-4": "",
    "hidden": "M0 3h6M3 0v6",
    "missing": "M0 1.5h6M0 4.5h6",
}
# The look of each role on paper, where no style sheet comes: dark enough for a photocopier.
PAPER: Mapping[str, str] = {
    "bar": 'fill="#14565a"',
    "was": 'fill="#e2f0ee" stroke="#14565a" stroke-width="1"',
    "spread": 'fill="none" stroke="#1d2530" stroke-width="2"',
    "ground": 'fill="none" stroke="#1d2530" stroke-width="1"',
    "grid": 'fill="none" stroke="#cfcabd" stroke-width="0.7"',
    "zero": 'fill="none" stroke="#1d2530" stroke-width="3"',
    "words": 'fill="#1d2530"',
    "value": 'fill="#1d2530" font-weight="700"',
    "line-1": 'fill="none" stroke="#14565a" stroke-width="2.5"',
    "line-2": 'fill="none" stroke="#7d4a00" stroke-width="2.5" stroke-dasharray="7 4"',
    "line-3": 'fill="none" stroke="#24508f" stroke-width="2.5" stroke-dasharray="2 3"',
    "line-4": 'fill="none" stroke="#7a2a96" stroke-width="2.5" stroke-dasharray="10 3 2 3"',
    "dot-1": 'fill="#14565a"',
    "dot-2": 'fill="#7d4a00"',
    "dot-3": 'fill="#24508f"',
    "dot-4": 'fill="#7a2a96"',
    "edge": 'stroke="#6b6656" stroke-width="0.6"',
    "land": 'fill="#ffffff" stroke="#6b6656" stroke-width="0.6"',
    "ink": 'fill="none" stroke="#1d2530" stroke-width="1" stroke-linecap="round"',
    "step-0": 'fill="#ffffff"',
    "step-1": 'fill="#cfe3e1"',
    "step-2": 'fill="#8fbfbc"',
    "step-3": 'fill="#4a9093"',
    "step-4": 'fill="#14565a"',
    "hidden": 'fill="#ffffff"',
    "missing": 'fill="#ebe7dd"',
}
_TILED = frozenset(TILES)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A sheet of `width` by `height` and its shapes, the first at the bottom."""

    width: int
    height: int
    shapes: tuple[Shape, ...]

    def inside(self, mark: str, paint: Mapping[str, str] | None = None) -> str:
        """What goes between `<svg>` and `</svg>`. `mark` begins the name of each tile, so that two drawings of a page do not meet.

        Without `paint`, roles are classes; with it, each role is followed by its attributes.
        """
        used = [role for role in TILES if any(shape.role == role for shape in self.shapes)]
        tiles = "".join(_tile(role, mark, paint) for role in used)
        drawn = "".join(_together(role, list(shapes), mark, paint) for role, shapes in groupby(self.shapes, key=lambda shape: shape.role))
        return f"<defs>{tiles}</defs>{drawn}" if tiles else drawn

    def painted(self, paint: Mapping[str, str] = PAPER, *, font: str = "Atkinson Hyperlegible Next") -> str:
        """A whole SVG file that needs no style sheet: for a paper."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" font-family="{font}" font-size="13">'
        return f"{head}{self.inside('t', paint)}</svg>"

    def of_role(self, *roles: str) -> list[Shape]:
        """The shapes of some roles, in order."""
        return [shape for shape in self.shapes if shape.role in roles]


def rect(role: str, x: int, y: int, width: int, height: int, title: str = "") -> Shape:
    """A rectangle."""
    return Shape("rect", role, (("x", x), ("y", y), ("width", width), ("height", height)), title=title)


def path(role: str, steps: str, title: str = "") -> Shape:
    """A path by its `d`."""
    return Shape("path", role, (("d", steps),), title=title)


def circle(role: str, x: int, y: int, radius: int, title: str = "") -> Shape:
    """A disc."""
    return Shape("circle", role, (("cx", x), ("cy", y), ("r", radius)), title=title)


def words(role: str, x: int, y: int, text: str, anchor: str = "start") -> Shape:
    """Written words; `anchor` is start, middle or end."""
    return Shape("text", role, (("x", x), ("y", y), *((("text-anchor", anchor),) if anchor != "start" else ())), text)


def shortened(text: str, room: float) -> str:
    """A text cut to what a width holds: the whole of it is in the table."""
    most = max(3, int(room / LETTER))
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def nice_top(most: float) -> int:
    """The round number at the top of a scale: 1, 2, 4, 5 or 10 times a power of ten, never under `most`."""
    power = 1
    while True:
        for times in (1, 2, 4, 5):
            if times * power >= most:
                return times * power
        power *= 10


def numbers(values: Iterable[Value | None]) -> list[int | float]:
    """Those of `values` that are numbers."""
    return [value for value in values if value is not None and not isinstance(value, Gap)]


def _look(role: str, paint: Mapping[str, str] | None) -> str:
    return f'class="{role}"' if paint is None else paint.get(role, "")


def _tile(role: str, mark: str, paint: Mapping[str, str] | None) -> str:
    strokes = f'<path {_look("ink", paint)} d="{TILES[role]}"/>' if TILES[role] else ""
    ground = f'<rect {_look(role, paint)} width="6" height="6"/>'
    return f'<pattern id="{mark}-{role}" width="6" height="6" patternUnits="userSpaceOnUse">{ground}{strokes}</pattern>'


def _together(role: str, shapes: list[Shape], mark: str, paint: Mapping[str, str] | None) -> str:
    """Shapes of one role, one after the other: its look is written once."""
    if role in _TILED:  # the tile paints it; only its edge is of a role
        look = f'{_look("edge", paint)} fill="url(#{mark}-{role})"'
    elif role == "step-0":
        look = 'class="edge step-0"' if paint is None else f"{paint['edge']} {paint['step-0']}"
    else:
        look = _look(role, paint)
    if len(shapes) == 1:
        return _element(shapes[0], f" {look}", titled=paint is None)
    return f"<g {look}>{''.join(_element(shape, '', titled=paint is None) for shape in shapes)}</g>"


def _element(shape: Shape, look: str, *, titled: bool) -> str:
    attributes = "".join(f' {name}="{escape(str(value))}"' for name, value in shape.attributes)
    held = (f"<title>{escape(shape.title)}</title>" if shape.title and titled else "") + escape(shape.text)
    return f"<{shape.tag}{look}{attributes}>{held}</{shape.tag}>" if held else f"<{shape.tag}{look}{attributes}/>"
