"""A sheet to draw on: millimetres from its top left corner, written as PDF operators."""

from dataclasses import dataclass, field

import zxingcpp

from carnet.gateways.printer._fonts import encoded, face

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 99
POINTS_PER_MM = 72 / 25.4
MM_PER_POINT = 25.4 / 72
# How far a Bézier's handles stand to draw a quarter of a circle.
_QUARTER = 0.5523


def rgb(colour: str) -> str:
    """`#14506B` as three PDF numbers."""
    return " ".join(f"{int(colour[at : at + 2], 16) / 255:.3f}" for at in (1, 3, 5))


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
        escaped = encoded(text).replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
        head = f"BT /{font} {points:.2f} Tf {rgb(colour)} rg {_x(x)} {_y(y)} Td (".encode("ascii")
        self.parts.append(head + escaped + b") Tj ET")

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
        colours = (f"{rgb(fill)} rg " if fill else "") + (f"{rgb(stroke)} RG {line} w " if stroke else "")
        self.put(f"{colours}{rounded(x, y, width, height, radius)} {paint}")

    def dot(self, x: float, y: float, radius: float, *, fill: str) -> None:
        """A filled circle around (x, y)."""
        self.box(x - radius, y - radius, 2 * radius, 2 * radius, radius=radius, fill=fill)

    def bars(self, x: float, y: float, width: float, height: float, text: str) -> None:
        """A Code 128 barcode, for the stock's scanners."""
        row = _pixels(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128))
        modules = _across(row)
        self._modules(x, y, width / modules, height, bytes(row)[:modules], modules)

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code of level M, without its quiet zone: leave four modules of white around it."""
        symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        image = _pixels(symbol)
        modules = _across(image)
        self._modules(x, y, side / modules, side / modules, bytes(image), modules)

    def _modules(self, x: float, y: float, width: float, height: float, dark: bytes, per_row: int) -> None:
        """Runs of dark modules (bytes of zero), as one path: whole numbers in a scaled space weigh least."""
        runs: list[str] = []
        for row in range(len(dark) // per_row):
            line = dark[row * per_row : (row + 1) * per_row]
            start = line.find(b"\x00")
            while start >= 0:
                end = line.find(b"\xff", start)
                end = per_row if end < 0 else end
                runs.append(f"{start} {row} {end - start} 1 re")
                start = line.find(b"\x00", end)
        w, h = width * POINTS_PER_MM, height * POINTS_PER_MM
        self.put(f"q {w:.5f} 0 0 {-h:.5f} {_x(x)} {_y(y)} cm 0 g {' '.join(runs)} f Q")


def _pixels(symbol: zxingcpp.Barcode) -> memoryview:
    # The image offers Python's buffer protocol; the library's stubs do not say so.
    return memoryview(symbol.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]


def _across(pixels: memoryview) -> int:
    assert pixels.shape is not None
    return pixels.shape[1]


def _x(x: float) -> str:
    return f"{x * POINTS_PER_MM:.3f}"


def _y(y: float) -> str:
    return f"{(PAGE_HEIGHT_MM - y) * POINTS_PER_MM:.3f}"


def at(x: float, y: float) -> str:
    """A point, in PDF numbers."""
    return f"{_x(x)} {_y(y)}"


def rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    """The path of a rectangle with rounded corners."""
    if not radius:
        return f"{_x(x)} {_y(y + height)} {width * POINTS_PER_MM:.3f} {height * POINTS_PER_MM:.3f} re"
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
