"""A drawing is its numbers: lengths, heights and shades read back from the shapes, gaps never drawn as zeros."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.observatory.rules import charts
from carnet.observatory.rules.charts import WIDTH, Area, Bar, Gap, Line, Value
from carnet.places.rules.geography import Box
from carnet.places.rules.outlines import Outline

COUNTS = st.integers(0, 3_000_000)
VALUES: st.SearchStrategy[Value] = st.one_of(COUNTS, st.sampled_from(list(Gap)))


def bars_of(values: list[Value]) -> list[Bar]:
    return [Bar(f"n{rank}", value, str(value)) for rank, value in enumerate(values)]


@given(st.lists(VALUES, min_size=1, max_size=8))
def test_a_bar_is_as_long_as_its_number(values: list[Value]) -> None:
    drawn = charts.rows(bars_of(values))
    marks = drawn.of_role("bar", "zero", "hidden", "missing")
    assert len(marks) == len(values)
    most = max([value for value in values if not isinstance(value, Gap)], default=0)
    for value, mark in zip(values, marks, strict=True):
        if isinstance(value, Gap):
            assert mark.role == value.value
        elif value == 0:
            assert mark.role == "zero"
        else:
            assert mark.role == "bar"
            width = mark.get("width")
            assert isinstance(width, int)
            assert width >= 1
            assert 2 * abs(width * most - value * WIDTH) <= most or width == 1


@given(st.lists(VALUES, min_size=1, max_size=8), st.lists(VALUES, min_size=8, max_size=8))
def test_a_line_passes_by_its_numbers_and_breaks_at_a_gap(one: list[Value], other: list[Value]) -> None:
    labels = [str(rank) for rank in range(len(one))]
    lines = [Line("a", tuple(one), tuple(map(str, one))), Line("b", tuple(other[: len(one)]), tuple(map(str, other[: len(one)])))]
    top = charts.nice_top(max([1, *(value for line in lines for value in line.values if not isinstance(value, Gap))]))
    drawn = charts.lines(labels, lines, ticks=["0", str(top)], top=top)
    (ground,) = [int(m) for shape in drawn.of_role("ground") for m in re.findall(r"M\d+ (\d+)H", str(shape.get("d")))]
    gaps = drawn.of_role("hidden", "missing")
    for rank, line in enumerate(lines):
        path = "".join(str(shape.get("d")) for shape in drawn.of_role(f"line-{rank + 1}")[1:])  # the first is the legend's
        heights = [(ground - int(y)) / 150 * top for _pen, _x, y in re.findall(r"([ML])(\d+) (\d+)", path)]
        known = [value for value in line.values if not isinstance(value, Gap)]
        assert len(heights) == len(known)
        assert all(abs(height - value) <= top / 300 + 1e-6 for height, value in zip(heights, known, strict=True))
        # The pen is lifted once for each run of numbers.
        runs = sum(not isinstance(b, Gap) and (a is None or isinstance(a, Gap)) for a, b in pairwise([None, *line.values]))
        assert path.count("M") == runs
    assert len(gaps) == sum(isinstance(value, Gap) for line in lines for value in line.values)


SQUARE = ((47.0, -1.0), (47.0, -0.5), (47.5, -0.5), (47.5, -1.0), (47.0, -1.0))


@given(st.lists(VALUES, min_size=1, max_size=12))
def test_a_shade_holds_its_numbers(values: list[Value]) -> None:
    """Equal numbers are of one shade, a greater number never of a lighter one, and each gap and zero has a ground of its own."""
    least = charts.classes(values)
    areas = [Area(f"{rank:05d}", f"n{rank}", value, str(value)) for rank, value in enumerate(values)]
    outlines = {area.code: [Outline(area.code, area.name, (SQUARE,), Box(47.0, 47.5, -1.0, -0.5))] for area in areas}
    drawn = charts.choropleth(areas, outlines, legend={}, least=least)
    steps = {}
    for shape in drawn.shapes:
        steps[shape.title] = shape.role
    ranked = sorted((area.value, steps[f"{area.name} : {area.text}"]) for area in areas if not isinstance(area.value, Gap))
    assert [step for _value, step in ranked] == sorted(step for _value, step in ranked)
    for area in areas:
        role = steps[f"{area.name} : {area.text}"]
        assert role == (area.value.value if isinstance(area.value, Gap) else role)
        assert (role == "step-0") == (area.value == 0)


def test_a_scale_ends_on_a_round_number() -> None:
    assert [charts.nice_top(most) for most in (1, 3, 5, 6, 41, 999, 1001)] == [1, 4, 5, 10, 50, 1000, 2000]


def test_steps_lie_inside_the_one_before() -> None:
    drawn = charts.funnel(bars_of([100, 60, 0]))
    assert [shape.get("width") for shape in drawn.of_role("bar", "was")] == [WIDTH, WIDTH, WIDTH * 60 // 100, WIDTH * 60 // 100]
    assert len(drawn.of_role("zero")) == 1


def test_five_lines_are_too_many_and_one_too_short_is_refused() -> None:
    line = Line("a", (1,), ("1",))
    with pytest.raises(ValueError, match="four"):
        charts.lines(["x"], [line] * 5, ticks=["0", "1"])
    with pytest.raises(ValueError, match="each label"):
        charts.lines(["x", "y"], [line], ticks=["0", "1"])


def test_what_is_written_is_never_markup() -> None:
    evil = '"><script>'
    for drawn in (charts.rows([Bar(evil, 3, evil)]), charts.columns([Bar(evil, 3, evil)])):
        assert "<script>" not in drawn.inside("m") + drawn.painted()


def test_a_paper_needs_no_style_sheet() -> None:
    drawn = charts.rows([Bar("a", 3, "3"), Bar("b", Gap.HIDDEN, "caché")])
    assert "class=" not in drawn.painted()
    assert 'fill="url(#t-hidden)"' in drawn.painted()
    assert "fill=" not in drawn.inside("m").replace('fill="url(#m-hidden)"', "")


def test_no_two_grounds_have_the_same_strokes() -> None:
    """Where every ground is white, or of the system's colour, strokes alone tell a shade, a hidden number, an unknown one and a zero."""
    areas = [Area(str(rank), "", value, "") for rank, value in enumerate([1, 2, 3, 4, Gap.HIDDEN, Gap.MISSING, 0])]
    outlines = {area.code: [Outline(area.code, "", (SQUARE,), Box(47.0, 47.5, -1.0, -0.5))] for area in areas}
    drawn = charts.choropleth(areas, outlines, legend={}, least=charts.classes([area.value for area in areas])).inside("m")
    strokes = re.findall(r'<pattern[^>]*><rect class="([a-z0-9-]+)"[^>]*/>(?:<path class="ink" d="([^"]*)"/>)?</pattern>', drawn)
    assert len(strokes) == 6
    assert len({path for _role, path in strokes}) == 6
    assert [role for role, path in strokes if not path] == ["step-4"]  # the darkest; zero has no tile at all
