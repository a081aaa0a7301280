"""Our pictograms, those of the screens, as strokes on a square of 24 by 24: a person finds on paper the signs seen at the desk.

Each is one or several paths in the words of SVG; `strokes` says them in the words of PDF. Never alone: words stand beside each.
"""

import math
import re
from collections.abc import Iterator
from functools import cache

PICTOGRAMS = {
    "place": ("M12 21.5s7.5-7 7.5-12a7.5 7.5 0 0 0-15 0c0 5 7.5 12 7.5 12Z", "M14.8 9.5a2.8 2.8 0 0 1-5.6 0a2.8 2.8 0 0 1 5.6 0Z"),
    "way": (
        "M11.4 3.8a1.9 1.9 0 0 1-3.8 0a1.9 1.9 0 0 1 3.8 0Z",
        "M9.5 8l-2.8 2.4-.7 3.4M9.5 8l2.4 1 1.6 2.8 2.8.8M9.5 8l-.4 6-2.6 7M9.1 14l3.4 2.6 1 4.6",
        "M18.5 8V3.5h4V8ZM20.5 8v13.5",
    ),
    "ticket": (
        "M2 6h20v4a2 2 0 0 0 0 4v4H2v-4a2 2 0 0 0 0-4Z",
        "M8.5 6v1.6M8.5 9.4v1.6M8.5 12.8v1.6M8.5 16.2v1.6",
        "M12.5 10.5h5M12.5 13.5h3",
    ),
    "phone": ("M4 3.5h4.5l2 5-2.5 2a13 13 0 0 0 5.5 5.5l2-2.5 5 2V20a1.5 1.5 0 0 1-1.5 1.5A17 17 0 0 1 2.5 5 1.5 1.5 0 0 1 4 3.5Z",),
    "calendar": ("M3.5 5h17v16h-17ZM3.5 10h17M8 2.5v5M16 2.5v5", "m9 15.2 2.2 2.2 4-4.2"),
    "computer": ("M4 4.5h16v11H4ZM2 19.5h20", "M8 8.5h5M8 11.5h8"),
    "clock": ("M21.5 12a9.5 9.5 0 0 1-19 0a9.5 9.5 0 0 1 19 0Z", "M12 6.5V12l3.5 2.5"),
    "person": ("M15.8 7.5a3.8 3.8 0 0 1-7.6 0a3.8 3.8 0 0 1 7.6 0Z", "M4.5 21v-1.5a7.5 7.5 0 0 1 15 0V21"),
}
_WORDS = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "A": 7, "Z": 0}
Point = tuple[float, float]


def svg(name: str, colour: str, width: float = 1.8) -> str:
    """A pictogram as an SVG picture."""
    paths = "".join(f'<path d="{path}"/>' for path in PICTOGRAMS[name])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{colour}" stroke-width="{width}"'
        f' stroke-linecap="round" stroke-linejoin="round">{paths}</svg>'
    )


@cache
def strokes(name: str) -> str:
    """A pictogram as PDF operators, to stroke in a space of 24 by 24 whose y goes down."""
    return " ".join(operator for path in PICTOGRAMS[name] for operator in _operators(path)) + " S"


def _operators(path: str) -> Iterator[str]:
    """The path's steps, each as one or several operators."""
    words = _WORDS.findall(path)
    at: Point = (0.0, 0.0)
    begun, handle, letter, position = at, at, "", 0
    while position < len(words):
        if words[position].isalpha():
            letter, position = words[position], position + 1
        kind, takes = letter.upper(), _TAKES[letter.upper()]
        numbers = [float(word) for word in words[position : position + takes]]
        position += takes
        if kind == "Z":
            at = begun
            yield "h"
            continue
        points = _points(kind, numbers, at if letter.islower() else (0.0, 0.0), at)
        if kind == "A":
            yield from _arc(at, numbers, points[-1])
        elif kind in "CS":
            first = points[0] if kind == "C" else (2 * at[0] - handle[0], 2 * at[1] - handle[1])
            yield f"{_said(first, *points[-2:])} c"
        else:
            yield f"{_said(points[-1])} {'m' if kind == 'M' else 'l'}"
        handle = points[-2] if kind in "CS" else points[-1]
        at = points[-1]
        if kind == "M":
            begun, letter = at, "l" if letter == "m" else "L"


def _points(kind: str, numbers: list[float], origin: Point, at: Point) -> list[Point]:
    """The points a step names, from the corner of the square."""
    if kind == "H":
        return [(origin[0] + numbers[0], at[1])]
    if kind == "V":
        return [(at[0], origin[1] + numbers[0])]
    if kind == "A":
        numbers = numbers[-2:]
    return [(origin[0] + x, origin[1] + y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def _arc(start: Point, numbers: list[float], end: Point) -> Iterator[str]:
    """A piece of circle as Béziers of a quarter or less (SVG 1.1, appendix F.6.5, for a circle)."""
    radius, is_large, is_clockwise = numbers[0], bool(numbers[3]), bool(numbers[4])
    half = ((end[0] - start[0]) / 2, (end[1] - start[1]) / 2)
    reach = math.hypot(*half)
    radius = max(radius, reach)
    away = math.sqrt(max(0.0, radius**2 - reach**2)) / reach * (-1 if is_large == is_clockwise else 1)
    centre = (start[0] + half[0] - half[1] * away, start[1] + half[1] + half[0] * away)
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    turn = (math.atan2(end[1] - centre[1], end[0] - centre[0]) - first) % (2 * math.pi)
    turn = turn if is_clockwise else turn - 2 * math.pi
    pieces = max(1, math.ceil(abs(turn) / (math.pi / 2) - 1e-9))
    step = turn / pieces
    lever = 4 / 3 * math.tan(step / 4) * radius
    for piece in range(pieces):
        begin, stop = first + piece * step, first + (piece + 1) * step
        points = [
            (
                centre[0] + radius * math.cos(angle) - away_by * math.sin(angle),
                centre[1] + radius * math.sin(angle) + away_by * math.cos(angle),
            )
            for angle, away_by in ((begin, lever), (stop, -lever), (stop, 0.0))
        ]
        yield f"{_said(*points)} c"


def _said(*points: Point) -> str:
    return " ".join(f"{x:.2f} {y:.2f}" for x, y in points)
