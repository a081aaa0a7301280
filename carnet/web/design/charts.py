"""Charts and maps for a page and for a paper: one object holds the drawing, what a screen reader is told of it, and the table of its numbers.

    chart = charts.lines(_("Chèques utilisés"), labels, {_("Nantes"): (12, HIDDEN, 40)})
    {% chart drawn %}          draws it, its table beside it; the sheet charts.css comes with the first of a page
    chart.drawing.painted()    the same drawing as an SVG file, for Typst; chart.description is its alternative text

A number that counts too few people is HIDDEN, one that nobody knows is MISSING: neither is drawn nor said as a zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.observatory.rules import charts as rules
from carnet.observatory.rules.charts import Area, Bar, Drawing, Gap, Line, Place, Value
from carnet.places import queries as places
from carnet.places.rules.areas import OVERSEAS
from carnet.places.rules.outlines import MERGED_INTO, Outline
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table

HIDDEN, MISSING = Gap.HIDDEN, Gap.MISSING


class Unit(StrEnum):
    """What a number counts, hence how it is written."""

    COUNT = "count"
    EUROS = "euros"  # whole cents
    PERCENT = "percent"  # of a hundred
    DAYS = "days"
    RATE = "rate"  # a measure with one decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """What ``{% chart %}`` draws. `notes` are sentences under it; `source` says where the numbers come from, and of when they are."""

    title: str
    description: str
    drawing: Drawing | None
    table: Table
    rest: tuple[str, ...] = ()  # sentences that end the table: whom it leaves out
    notes: tuple[str, ...] = ()
    source: str = ""


def written(value: Value, unit: Unit = Unit.COUNT) -> str:
    """A number as a person reads it; a gap in a word."""
    if isinstance(value, Gap):
        return _("caché") if value is HIDDEN else _("inconnu")
    if unit is Unit.EUROS:
        return formats.euros(round(value), short=True)
    if unit is Unit.PERCENT:
        return f"{formats.decimal(value)}{formats.NO_BREAK}%"
    if unit is Unit.DAYS:
        return formats.days(value)
    return formats.number(value) if isinstance(value, int) else formats.decimal(value)


# --- by month -----------------------------------------------------------------------------------------------------------


def lines(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[Value]], *, unit: Unit = Unit.COUNT, head: str = "", source: str = ""
) -> Chart:
    """At most four series, each with a value for each label (months, as a rule). `head` names the labels in the table."""
    drawn = [Line(name, tuple(values), tuple(written(value, unit) for value in values)) for name, values in series.items()]
    top = rules.nice_top(max([1, *(value for line in drawn for value in line.values if not isinstance(value, Gap))]))
    scale = (0, top // 2, top) if top % 2 == 0 else (0, top)
    columns = [Column(head or _("Mois")), *(Column(line.name, number=True) for line in drawn)]
    rows = [[label, *(line.texts[rank] for line in drawn)] for rank, label in enumerate(labels)]
    return Chart(
        title=title,
        description=_sentences([_course(labels, line) for line in drawn]),
        drawing=rules.lines(labels, drawn, ticks=[written(tick, unit) for tick in scale], top=top) if labels else None,
        table=Table(title, columns, rows, empty=_("Rien à compter sur cette période.")),
        notes=_notes(value for line in drawn for value in line.values),
        source=source,
    )


def columns(title: str, items: Sequence[Bar], *, unit: Unit = Unit.COUNT, head: str = "", source: str = "") -> Chart:
    """Bars that stand month by month; with `low` and `high`, the line of an interval."""
    return _bars(title, items, unit, head or _("Mois"), source, rules.columns)


# --- one beside the other ----------------------------------------------------------------------------------------------


def bar(
    label: str, value: Value, unit: Unit = Unit.COUNT, *, low: int | float | None = None, high: int | float | None = None, text: str = ""
) -> Bar:
    """A bar with its number written in its unit."""
    return Bar(label, value, text or written(value, unit), low, high)


def bars(title: str, items: Sequence[tuple[str, Value]], *, unit: Unit = Unit.COUNT, head: str = "", source: str = "") -> Chart:
    """Bars one under the other, in the order given."""
    return _bars(title, [bar(label, value, unit) for label, value in items], unit, head or _("Quoi"), source, rules.rows)


def range_bars(
    title: str,
    items: Sequence[tuple[str, Value, int | float, int | float]],
    *,
    unit: Unit = Unit.COUNT,
    head: str = "",
    source: str = "",
) -> Chart:
    """Bars with the interval of each: name, value, low, high."""
    drawn = [bar(label, value, unit, low=low, high=high) for label, value, low, high in items]
    return _bars(title, drawn, unit, head or _("Quoi"), source, rules.range_bars)


def funnel(title: str, items: Sequence[tuple[str, Value]], *, unit: Unit = Unit.COUNT, source: str = "") -> Chart:
    """Steps of which each is a part of the one before: ordered, handed over, used, paid. Shares are of the first."""
    first = items[0][1] if items else 0
    drawn = [Bar(label, value, _with_share(value, first, unit)) for label, value in items]
    columns = [Column(_("Étape")), Column(_("Nombre"), number=True), Column(_("Sur cent au départ"), number=True)]
    rows = [[label, written(value, unit), _share(value, first)] for label, value in items]
    return Chart(
        title=title,
        description=_sentences(f"{each.label} : {each.text}." for each in drawn),
        drawing=rules.funnel(drawn) if drawn else None,
        table=Table(title, columns, rows, empty=_("Rien à compter sur cette période.")),
        notes=_notes(value for _label, value in items),
        source=source,
    )


def _bars(
    title: str, items: Sequence[Bar], unit: Unit, head: str, source: str, draw: Callable[[Sequence[Bar]], Drawing]
) -> Chart:  # fmt: skip
    ranged = any(item.high is not None for item in items)
    columns = [Column(head), Column(_("Nombre"), number=True)]
    if ranged:
        columns.append(Column(_("Entre"), number=True))
    rows = [[item.label, item.text, *([_interval(item, unit)] if ranged else [])] for item in items]
    return Chart(
        title=title,
        description=_extremes([(item.label, item.value, item.text) for item in items]),
        drawing=draw(items) if items else None,
        table=Table(title, columns, rows, empty=_("Rien à compter sur cette période.")),
        notes=(
            *([_("Le trait sous une barre ou sur elle : entre quoi et quoi.")] if ranged else []),
            *_notes(each.value for each in items),
        ),
        source=source,
    )


def _interval(item: Bar, unit: Unit) -> str:
    if item.low is None or item.high is None:
        return "–"
    return _("%(low)s et %(high)s") % {"low": written(item.low, unit), "high": written(item.high, unit)}


def _share(value: Value, first: Value) -> str:
    if isinstance(value, Gap) or isinstance(first, Gap) or not first:
        return "–"
    return formats.percent(round(value), round(first))


def _with_share(value: Value, first: Value, unit: Unit) -> str:
    share = _share(value, first)
    return written(value, unit) if share == "–" or value is first else f"{written(value, unit)} ({share})"


# --- maps ---------------------------------------------------------------------------------------------------------------


def choropleth(
    title: str,
    values: Mapping[str, Value],
    *,
    names: Mapping[str, str] | None = None,
    urls: Mapping[str, str] | None = None,
    unit: Unit = Unit.COUNT,
    source: str = "",
    least: Sequence[int | float] | None = None,
    has_land: bool = False,
) -> Chart:
    """Communes (codes of five characters) or départements (two or three) shaded by their number. Every area to draw has a value.

    Communes whose outlines do not ship are discs on the outline of their département. Overseas is in the table only.
    `least`: the least number of each shade, for maps that are read side by side; worked out from the values when not given.
    `has_land`: the outline of their départements under communes far from one another, to see where they are.
    """
    names = names or _names(values)
    areas = [Area(code, names.get(code, code), value, written(value, unit)) for code, value in values.items()]
    least = rules.classes([area.value for area in areas]) if least is None else least
    outlines, discs, land = _ground(areas)
    if has_land:
        land = _departments_of(areas)
    drawn = (
        rules.choropleth(areas, outlines, places=discs, land=land, legend=_legend(least, unit), least=least) if outlines or land else None
    )
    counted = [area for area in areas if area.value != 0 and area.value is not MISSING]
    ranked = sorted(counted, key=lambda area: (isinstance(area.value, Gap), 0 if isinstance(area.value, Gap) else -area.value, area.name))
    url_of = urls or {}
    rows = [[Cell(area.name, url_of.get(area.code, "")), area.text] for area in ranked]
    undrawn = {area.code for area in areas} - set(outlines) - {disc.code for disc in discs}
    return Chart(
        title=title,
        description=_extremes([(area.name, area.value, area.text) for area in areas]),
        drawing=drawn,
        table=Table(title, [Column(_("Territoire")), Column(_("Nombre"), number=True)], rows, empty=_("Rien à compter sur cette période.")),
        rest=tuple(_others(areas)),
        notes=(*_notes(area.value for area in areas), *_off_the_map(areas, undrawn if drawn else set())),
        source=source,
    )


def _ground(areas: Sequence[Area]) -> tuple[dict[str, list[Outline]], list[Place], list[Outline]]:
    """The outlines of the areas, the points of those that have none, and the land these stand on."""
    departments = {outline.code: outline for outline in places.departments()}
    if all(len(area.code) < 4 for area in areas):
        return {area.code: [departments[area.code]] for area in areas if area.code in departments}, [], []
    communes = {area.code: commune for area in areas if (commune := places.commune(area.code)) is not None}
    outlines: dict[str, list[Outline]] = {}
    for department in sorted({commune.department for commune in communes.values()}):
        for outline in places.communes_of_department(department):
            outlines.setdefault(MERGED_INTO.get(outline.code, outline.code), []).append(outline)
    shown = {code: found for code, found in outlines.items() if code in communes}
    points = [Place(code, commune.point) for code, commune in communes.items() if code not in shown and commune.point is not None]
    without = sorted({communes[place.code].department for place in points})
    land = [departments[code] for code in without if code in departments]
    return shown, [place for place in points if communes[place.code].department in departments], land


def _departments_of(areas: Sequence[Area]) -> list[Outline]:
    codes = {found.department for area in areas if (found := places.commune(area.code)) is not None}
    return [outline for outline in places.departments() if outline.code in codes]


def _names(codes: Iterable[str]) -> dict[str, str]:
    departments = {**OVERSEAS, **{outline.code: outline.name for outline in places.departments()}}
    found = {code: places.commune(code) if len(code) > 3 else None for code in codes}
    return {code: commune.name if commune else departments.get(code, code) for code, commune in found.items()}


def _legend(least: Sequence[int | float], unit: Unit) -> dict[str, str]:
    said = {"step-0": written(0, unit)}
    for rank, each in enumerate(least):
        said[f"step-{rank + 1}"] = _("%(least)s ou plus") % {"least": written(each, unit)}
        if rank + 1 < len(least):
            said[f"step-{rank + 1}"] = _("de %(least)s à moins de %(next)s") % {
                "least": written(each, unit),
                "next": written(least[rank + 1], unit),
            }
    return {**said, "hidden": _("caché : trop peu de personnes"), "missing": _("inconnu")}


def _others(areas: Sequence[Area]) -> list[str]:
    """Those the table leaves out: nothing there, or nothing known."""
    none, unknown = (", ".join(area.name for area in areas if area.value == value) for value in (0, MISSING))
    return [
        *([_("Aucun : %(names)s.") % {"names": none}] if none else []),
        *([_("Inconnu : %(names)s.") % {"names": unknown}] if unknown else []),
    ]


def _off_the_map(areas: Sequence[Area], codes: set[str]) -> list[str]:
    left = ", ".join(area.name for area in areas if area.code in codes)
    return [_("Pas sur la carte : %(names)s.") % {"names": left}] if left else []


# --- in words -----------------------------------------------------------------------------------------------------------


def _course(labels: Sequence[str], line: Line) -> str:
    """Where a line begins, its highest and where it ends."""
    known = [(rank, value) for rank, value in enumerate(line.values) if not isinstance(value, Gap)]
    if not known:
        return _("%(name)s : aucun nombre.") % {"name": line.name}
    first, last, top = known[0][0], known[-1][0], max(known, key=lambda each: each[1])[0]
    return _("%(name)s : %(first)s en %(first_label)s, %(last)s en %(last_label)s ; le plus haut, %(top)s en %(top_label)s.") % {
        "name": line.name,
        "first": line.texts[first],
        "first_label": labels[first],
        "last": line.texts[last],
        "last_label": labels[last],
        "top": line.texts[top],
        "top_label": labels[top],
    }


def _extremes(items: Sequence[tuple[str, Value, str]]) -> str:
    """The greatest and the least of some numbers, and how many there are."""
    known = [(value, label, text) for label, value, text in items if not isinstance(value, Gap)]
    if not known:
        return _("Aucun nombre à montrer.")
    most, least = max(known, key=lambda each: each[0]), min(known, key=lambda each: each[0])
    said = ngettext("%(count)s nombre.", "%(count)s nombres.", len(known)) % {"count": formats.number(len(known))}
    top = _("Le plus grand : %(label)s, %(text)s.") % {"label": most[1], "text": most[2]}
    low = _("Le plus petit : %(label)s, %(text)s.") % {"label": least[1], "text": least[2]}
    return _sentences([said, top, *([low] if len(known) > 1 else [])])


def _notes(values: Iterable[Value]) -> tuple[str, ...]:
    """What a gap means, where there is one."""
    found = {value for value in values if isinstance(value, Gap)}
    said = {
        HIDDEN: _("Quadrillé, « caché » : moins de cinq personnes, ou de quoi les retrouver. Ce n’est pas zéro."),
        MISSING: _("Grisé, « inconnu » : le nombre n’existe pas. Ce n’est pas zéro."),
    }
    return tuple(said[gap] for gap in (HIDDEN, MISSING) if gap in found)


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)


def for_tag(chart: Chart, *, rank: int, is_open: bool) -> dict[str, Any]:
    """What the template of a chart asks for; `rank` tells the charts of a page apart."""
    # The drawing escapes every word it was given.
    inside = SafeString(chart.drawing.inside(f"chart-{rank}")) if chart.drawing else ""
    return {"chart": chart, "mark": f"chart-{rank}", "inside": inside, "is_open": is_open}
