"""Outlines out of a TopoJSON file: rings of points, in degrees. Pure; the files are in `data` (see ATTRIBUTION.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carnet.places.rules.geography import Box

# Communes of the list of 2018 that were merged since, and into which (INSEE, code officiel géographique): the outlines are of 2018.
MERGED_INTO = {"44160": "44003"}  # Saint-Géréon, in Ancenis-Saint-Géréon since 1 January 2019

Ring = tuple[tuple[float, float], ...]  # (latitude, longitude), the last point the first again


@dataclass(frozen=True, slots=True)
class Outline:
    """The shape of a commune or a département: its INSEE `code`, its name, its rings, the box that holds them."""

    code: str
    name: str
    rings: tuple[Ring, ...]
    box: Box

    def meets(self, box: Box) -> bool:
        """Whether some of it may show inside a box."""
        return self.box.south <= box.north and self.box.north >= box.south and self.box.west <= box.east and self.box.east >= box.west


def outlines(topology: Mapping[str, Any]) -> tuple[Outline, ...]:
    """Every shape of a topology that holds one collection, by code."""
    (west_step, south_step), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for arc in topology["arcs"]:
        across = up = 0
        points = []
        for step_across, step_up in arc:
            across, up = across + step_across, up + step_up
            points.append((south + up * south_step, west + across * west_step))
        arcs.append(tuple(points))
    (collection,) = topology["objects"].values()
    found = (_outline(shape, arcs) for shape in collection["geometries"])
    return tuple(sorted(found, key=lambda outline: outline.code))


def _outline(shape: Mapping[str, Any], arcs: list[Ring]) -> Outline:
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    rings = tuple(_ring(numbers, arcs) for polygon in polygons for numbers in polygon)
    latitudes = [latitude for ring in rings for latitude, _longitude in ring]
    longitudes = [longitude for ring in rings for _latitude, longitude in ring]
    box = Box(min(latitudes), max(latitudes), min(longitudes), max(longitudes))
    return Outline(shape["properties"]["code"], shape["properties"]["nom"], rings, box)


def _ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    """Arcs end to end; a number below zero is an arc taken backwards."""
    points: list[tuple[float, float]] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc[1:] if points else arc)
    return tuple(points)
