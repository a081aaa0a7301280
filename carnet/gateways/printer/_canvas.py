"""A sheet to draw on: millimetres from its top left corner, written as PDF operators."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import zxingcpp

from carnet.gateways.printer._fonts import encoded, face
from carnet.gateways.printer._pictograms import strokes

TICKET_WIDTH_MM, TICKET_HEIGHT_MM = 210, 99
POINTS_PER_MM = 72 / 25.4
MM_PER_POINT = 25.4 / 72
# How far a Bézier's handles stand to draw a quarter of a circle.
_QUARTER = 0.5523


@cache
def filled(colour: str) -> str:
    """The operator that fills with `#14506B`. Greys are told as greys: a press prints them with black ink alone, sharp."""
    return _ink(colour, "g", "rg")


@cache
def stroked(colour: str) -> str:
    """The operator that strokes with a colour."""
    return _ink(colour, "G", "RG")


def _ink(colour: str, grey: str, others: str) -> str:
    parts = [f"{int(colour[at : at + 2], 16) / 255:.3f}".rstrip("0").rstrip(".") for at in (1, 3, 5)]
    return f"{parts[0]} {grey}" if len(set(parts)) == 1 else f"{' '.join(parts)} {others}"


def tinted(colour: str, part: float) -> str:
    """`colour` mixed with white: 0 is white, 1 the colour."""
    return "#" + "".join(f"{round(255 - (255 - int(colour[at : at + 2], 16)) * part):02X}" for at in (1, 3, 5))


def width_mm(text: str, font: str, points: float) -> float:
    """How wide a line of text is."""
    return face(font).width(text, points) * MM_PER_POINT


def wrapped(text: str, font: str, points: float, most_mm: float) -> list[str]:
    """`text` cut into lines no wider than `most_mm`; a no-break space holds its words together."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width_mm(f"{lines[-1]} {word}", font, points) <= most_mm:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def fitted(text: str, font: str, points: float, most_mm: float, *, least: float = 6) -> float:
    """The largest size up to `points` at which `text` fits in `most_mm`."""
    while points > least and width_mm(text, font, points) > most_mm:
        points -= 0.25
    return points


@dataclass(slots=True)
class Canvas:
    """Operators gathered one by one. Every `y` goes down from the top of the page."""

    parts: list[bytes] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        """The whole content stream."""
        return b"\n".join(self.parts)

    def put(self, operators: str) -> None:
        """Add raw operators."""
        self.parts.append(operators.encode("ascii"))

    def use(self, form: str) -> None:
        """Draw a form made once for the whole file."""
        self.put(f"/{form} Do")

    def text(self, x: float, y: float, text: str, *, points: float, font: str = "R", colour: str = "#000000", align: str = "left") -> None:
        """One line whose baseline is at `y`; `x` is its left, its middle or its right."""
        if align != "left":
            x -= width_mm(text, font, points) * (0.5 if align == "middle" else 1)
        head = f"BT /{font} {points:g} Tf {filled(colour)} {_x(x)} {_y(y)} Td (".encode("ascii")
        self.parts.append(head + escaped(text) + b") Tj ET")

    def grid(self, lefts: tuple[float, ...], baselines: tuple[float, ...], words: list[str], *, points: float, font: str = "B") -> None:
        """Words in rows and columns at even steps, in black: said in one breath, they weigh little."""
        across, down = (lefts[1] - lefts[0]) * POINTS_PER_MM, (baselines[1] - baselines[0]) * POINTS_PER_MM
        parts = [f"BT /{font} {points:g} Tf 0 g {_x(lefts[0])} {_y(baselines[0])} Td".encode("ascii")]
        for position, word in enumerate(words):
            if position:
                step = f"{across:.2f} 0 Td" if position % len(lefts) else f"{-across * (len(lefts) - 1):.2f} {-down:.2f} Td"
                parts.append(step.encode("ascii"))
            parts.append(b"(%b) Tj" % escaped(word))
        parts.append(b"ET")
        self.parts.append(b"\n".join(parts))

    def outlined(self, x: float, y: float, text: str, *, points: float, colour: str = "#B00020") -> None:
        """One line of bold letters of which only the edge is drawn."""
        head = f"q BT /B {points:g} Tf 1 Tr {stroked(colour)} 0.9 w {_x(x)} {_y(y)} Td (".encode("ascii")
        self.parts.append(head + escaped(text) + b") Tj ET Q")

    def upwards(self, x: float, y: float, text: str, *, points: float, font: str = "R", colour: str = "#000000") -> None:
        """One line that climbs from (x, y), its letters' feet to the right."""
        head = f"BT /{font} {points:g} Tf {filled(colour)} 0 1 -1 0 {_x(x)} {_y(y)} Tm (".encode("ascii")
        self.parts.append(head + escaped(text) + b") Tj ET")

    def paragraph(
        self, x: float, y: float, text: str, *, points: float, most_mm: float, leading_mm: float, font: str = "R", colour: str = "#000000"
    ) -> float:
        """Wrapped lines from baseline `y`; returns the baseline after the last."""
        for line in wrapped(text, font, points, most_mm):
            self.text(x, y, line, points=points, font=font, colour=colour)
            y += leading_mm
        return y

    def box(
        self, x: float, y: float, width: float, height: float, *, radius: float = 0, fill: str = "", stroke: str = "", line: float = 0.7
    ) -> None:
        """A rectangle, its corners rounded by `radius`."""
        paint = {(True, True): "B", (True, False): "f", (False, True): "S"}[bool(fill), bool(stroke)]
        colours = (f"{filled(fill)} " if fill else "") + (f"{stroked(stroke)} {line} w " if stroke else "")
        self.put(f"{colours}{rounded(x, y, width, height, radius)} {paint}")

    def dot(self, x: float, y: float, radius: float, *, fill: str) -> None:
        """A filled circle around (x, y)."""
        self.box(x - radius, y - radius, 2 * radius, 2 * radius, radius=radius, fill=fill)

    def pictogram(self, x: float, y: float, side: float, name: str, *, colour: str, width: float = 1.8) -> None:
        """One of our signs, its top left corner at (x, y)."""
        scale = side / 24 * POINTS_PER_MM
        space = f"{scale:.4f} 0 0 {-scale:.4f} {_x(x)} {_y(y)} cm"
        self.put(f"q {space} {stroked(colour)} {width} w 1 J 1 j {strokes(name)} Q")

    def line(self, start: tuple[float, float], end: tuple[float, float], *, colour: str = "#000000", width: float = 0.7) -> None:
        """A straight line."""
        self.put(f"{stroked(colour)} {width} w {at(*start)} m {at(*end)} l S")

    def dots(self, x: float, top: float, bottom: float, *, colour: str) -> None:
        """A dotted line going down, to tear along."""
        self.put(f"q {stroked(colour)} 0.8 w [1.2 2.6] 0 d {at(x, top)} m {at(x, bottom)} l S Q")

    def image(self, x: float, y: float, width: float, height: float, name: str) -> None:
        """A picture of the file, its top left corner at (x, y)."""
        self.put(f"q {width * POINTS_PER_MM:.2f} 0 0 {height * POINTS_PER_MM:.2f} {_x(x)} {_y(y + height)} cm /{name} Do Q")

    @contextmanager
    def clipped(self, path: str) -> Iterator[None]:
        """What is drawn meanwhile shows inside `path` only."""
        self.put(f"q {path} W n")
        yield
        self.put("Q")

    def bars(self, x: float, y: float, width: float, height: float, text: str) -> None:
        """A Code 128 barcode, for the stock's scanners."""
        row, modules = _pixels(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128))
        self._modules(x, y, width / modules, height, row[:modules], modules)

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code of level M, without its quiet zone: leave four modules of white around it."""
        dark, modules = qr_pixels(text)
        self._modules(x, y, side / modules, side / modules, dark, modules)

    def _modules(self, x: float, y: float, width: float, height: float, dark: bytes, per_row: int) -> None:
        """Runs of dark modules (bytes of zero), painted row by row, the space going down one row each time: what is said of a run is the
        same in every row, and so weighs little once compressed."""
        w, h = width * POINTS_PER_MM, height * POINTS_PER_MM
        lines = [f"q {w:.5f} 0 0 {-h:.5f} {_x(x)} {_y(y)} cm 0 g"]
        for start in range(0, len(dark), per_row):
            lines.append(" ".join([_run(found.span()) for found in _DARK.finditer(dark[start : start + per_row])]))
        self.put(f"\n{_NEXT_ROW}".join(lines).replace(_NEXT_ROW, "", 1) + "\nf Q")


_DARK = re.compile(rb"\x00+")
_NEXT_ROW = "f 1 0 0 1 0 1 cm\n"


@cache
def _run(span: tuple[int, int]) -> str:
    return f"{span[0]} 0 {span[1] - span[0]} 1 re"


def escaped(text: str) -> bytes:
    """A text as a PDF string holds it, between its brackets."""
    return encoded(text).replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def qr_pixels(text: str) -> tuple[bytes, int]:
    """A QR code of level M, without its quiet zone: one byte a module (0 is dark), row by row, and how many a row has."""
    return _pixels(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M"))


def _pixels(symbol: zxingcpp.Barcode) -> tuple[bytes, int]:
    # The image offers Python's buffer protocol; the library's stubs do not say so.
    pixels = memoryview(symbol.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    assert pixels.shape is not None
    return bytes(pixels), pixels.shape[1]


def _x(x: float) -> str:
    return f"{x * POINTS_PER_MM:.2f}"


def _y(y: float) -> str:
    return f"{(TICKET_HEIGHT_MM - y) * POINTS_PER_MM:.2f}"


def at(x: float, y: float) -> str:
    """A point, in PDF numbers."""
    return f"{_x(x)} {_y(y)}"


def rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    """The path of a rectangle with rounded corners."""
    if not radius:
        return f"{_x(x)} {_y(y + height)} {width * POINTS_PER_MM:.2f} {height * POINTS_PER_MM:.2f} re"
    left, right, top, bottom, handle = x, x + width, y, y + height, radius * (1 - _QUARTER)
    corners = (
        ((right - radius, top), (right - handle, top), (right, top + handle), (right, top + radius)),
        ((right, bottom - radius), (right, bottom - handle), (right - handle, bottom), (right - radius, bottom)),
        ((left + radius, bottom), (left + handle, bottom), (left, bottom - handle), (left, bottom - radius)),
        ((left, top + radius), (left, top + handle), (left + handle, top), (left + radius, top)),
    )
    path = [f"{_x(left + radius)} {_y(top)} m"]
    for start, *curve in corners:
        path.append(f"{_x(start[0])} {_y(start[1])} l")
        path.append(" ".join(f"{_x(px)} {_y(py)}" for px, py in curve) + " c")
    return " ".join([*path, "h"])


def arc_below(x: float, y: float, radius: float) -> str:
    """Half a circle hanging from (x - radius, y) to (x + radius, y), to continue a path from left to right."""
    return _half_circle(x, y, radius, 1)


def arc_above(x: float, y: float, radius: float) -> str:
    """Half a circle standing from (x + radius, y) to (x - radius, y), to continue a path from right to left."""
    return _half_circle(x, y, -radius, -1)


def _half_circle(x: float, y: float, radius: float, down: int) -> str:
    reach, handle = abs(radius) * down, radius * _QUARTER
    lift = reach * _QUARTER
    points = (
        ((x - radius, y + lift), (x - handle, y + reach), (x, y + reach)),
        ((x + handle, y + reach), (x + radius, y + lift), (x + radius, y)),
    )
    return " ".join(" ".join(f"{_x(px)} {_y(py)}" for px, py in curve) + " c" for curve in points)
