"""Lines by month: up to four, each with its dash and its mark; a gap breaks the line and is marked on the ground."""

from collections.abc import Sequence
from dataclasses import dataclass

from carnet.observatory.rules.charts._shapes import LETTER, ROW, WIDTH, Drawing, Gap, Shape, Value, nice_top, numbers, path, rect, words

SERIES_MOST = 4
PLOT, FOOT = 150, 24
NAMES_MOST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its name, a value for each label, in order, each as written."""

    name: str
    values: tuple[Value, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    left: int
    head: int
    ground: int
    top: int
    step: float

    def x(self, rank: int) -> int:
        return round(self.left + (rank + 0.5) * self.step)

    def y(self, value: int | float) -> int:
        return self.ground - round(value * PLOT / self.top)


def lines(labels: Sequence[str], series: Sequence[Line], *, ticks: Sequence[str], top: int | None = None) -> Drawing:
    """`ticks` are zero, the middle and the top of the scale as written; the top is `nice_top` of the greatest value unless given.

    Raises: ValueError when there are more than four lines, or one does not have a value for each label.
    """
    if len(series) > SERIES_MOST or any(len(line.values) != len(labels) or len(line.texts) != len(labels) for line in series):
        raise ValueError("at most four lines, each with a value and a text for each label")
    most = max((value for line in series for value in numbers(line.values)), default=0)
    top = top or nice_top(max(1, most))
    left = round(max(map(len, ticks)) * LETTER) + 6
    head = ROW * len(series) if len(series) > 1 else 0
    frame = _Frame(left, head + 8, head + 8 + PLOT, top, (WIDTH - left) / max(1, len(labels)))
    shapes = [*_legend(series), *_scale(frame, ticks), *_months(frame, labels)]
    shapes += [shape for rank, line in enumerate(series) for shape in _line(frame, labels, line, rank, len(series))]
    return Drawing(WIDTH, frame.ground + FOOT, tuple(shapes))


def _legend(series: Sequence[Line]) -> list[Shape]:
    if len(series) < 2:
        return []
    drawn: list[Shape] = []
    for rank, line in enumerate(series):
        y = rank * ROW + ROW // 2
        drawn += [path(f"line-{rank + 1}", f"M0 {y}H34"), _mark(rank, 17, y), words("words", 42, y + 5, line.name)]
    return drawn


def _scale(frame: _Frame, ticks: Sequence[str]) -> list[Shape]:
    drawn = []
    for rank, tick in enumerate(ticks):
        y = frame.ground - round(rank * PLOT / max(1, len(ticks) - 1))
        drawn.append(path("ground" if rank == 0 else "grid", f"M{frame.left} {y}H{WIDTH}"))
        drawn.append(words("words", frame.left - 5, y + 4, tick, "end"))
    return drawn


def _months(frame: _Frame, labels: Sequence[str]) -> list[Shape]:
    every = 1 + (len(labels) - 1) // NAMES_MOST
    return [
        words("words", min(frame.x(rank), WIDTH - round(len(label) * LETTER / 2)), frame.ground + 17, label, "middle")
        for rank, label in enumerate(labels)
        if rank % every == 0
    ]


def _line(frame: _Frame, labels: Sequence[str], line: Line, rank: int, among: int) -> list[Shape]:
    steps, gaps, marks, pen = [], [], [], "M"
    width = max(5, round(frame.step / among) - 1)
    for at, (label, value, text) in enumerate(zip(labels, line.values, line.texts, strict=True)):
        x = frame.x(at)
        title = f"{line.name}, {label} : {text}"
        if isinstance(value, Gap):
            pen = "M"
            aside = round((rank - (among - 1) / 2) * width)
            gaps.append(rect(value.value, x + aside - width // 2, frame.ground - 16, width, 16, title))
            continue
        steps.append(f"{pen}{x} {frame.y(value)}")
        marks.append(_mark(rank, x, frame.y(value), title))
        pen = "L"
    return [*gaps, *([path(f"line-{rank + 1}", "".join(steps))] if steps else []), *marks]


def _mark(rank: int, x: int, y: int, title: str = "") -> Shape:
    """A square, a diamond, a triangle, a cross: of each line its own."""
    role = f"dot-{rank + 1}"
    outlines = (
        f"M{x - 4} {y - 4}h8v8h-8z",
        f"M{x} {y - 5}l5 5l-5 5l-5-5z",
        f"M{x} {y - 5}l5 9h-10z",
        f"M{x - 5} {y - 1}h4v-4h2v4h4v2h-4v4h-2v-4h-4z",
    )
    return path(role, outlines[rank], title)
