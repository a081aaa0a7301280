"""From degrees to a sheet of paper or a screen: what every map of the house is drawn on. Pure."""

import math
from collections.abc import Iterable

from carnet.places.rules.geography import Box
from carnet.places.rules.outlines import Outline, Ring

Point = tuple[float, float]


def box_of(outlines: Iterable[Outline]) -> Box:
    """The rectangle that holds every outline; at least one is asked for."""
    boxes = [outline.box for outline in outlines]
    return Box(
        min(box.south for box in boxes), max(box.north for box in boxes), min(box.west for box in boxes), max(box.east for box in boxes)
    )  # fmt: skip


class Sheet:
    """From degrees to the paper: straight, as wide as the latitude asks. Whole pixels.

    `grid` is how far apart the points of an outline may fall, in pixels: neighbours fall on the same points, so that a border drawn with
    fewer points stays one border.
    """

    def __init__(self, box: Box, *, width: int, height_min: int, height_max: int, margin: int, grid: int = 1) -> None:
        self.width, self.grid = width, grid
        self.narrowing = math.cos(math.radians((box.south + box.north) / 2))
        across, up = max(1e-6, (box.east - box.west) * self.narrowing), max(1e-6, box.north - box.south)
        self.height = round(min(height_max, max(height_min, width * up / across)))
        self.scale = min((width - 2 * margin) / across, (self.height - 2 * margin) / up)
        self.left = (width - across * self.scale) / 2 - box.west * self.narrowing * self.scale
        self.top = (self.height - up * self.scale) / 2 + box.north * self.scale

    def at(self, point: Point) -> tuple[int, int]:
        """Where a point falls."""
        return round(self.left + point[1] * self.narrowing * self.scale), round(self.top - point[0] * self.scale)

    def box(self) -> Box:
        """What the whole paper shows, margins included."""
        west, east = (-self.left / self.scale / self.narrowing, (self.width - self.left) / self.scale / self.narrowing)
        return Box((self.top - self.height) / self.scale, self.top / self.scale, west, east)

    def path(self, outline: Outline) -> str:
        """An outline as the `d` of a path: steps from one point of the grid to the next."""
        return "".join(filter(None, (self._ring(ring) for ring in outline.rings)))

    def _ring(self, ring: Ring) -> str:
        points = [self._snapped(point) for point in ring]
        x, y = points[0]
        steps, before = [], (x, y)
        for point in points[1:]:
            if point != before:
                steps.append(f"{point[0] - before[0]} {point[1] - before[1]}")
                before = point
        return f"M{x} {y}l{' '.join(steps)}z" if len(steps) > 1 else ""

    def _snapped(self, point: Point) -> tuple[int, int]:
        if self.grid == 1:
            return self.at(point)
        x, y = self.at(point)
        return self.grid * round(x / self.grid), self.grid * round(y / self.grid)
