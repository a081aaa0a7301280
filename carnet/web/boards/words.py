"""A board in words: a figure and its change, a table for the page and its file, a span, a territory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.kernel.periods import add_months
from carnet.observatory.rules import DEFINITIONS, Cut, Measure, Unit, share_of
from carnet.observatory.rules.boards import BoardTable, Change, Line, Span
from carnet.observatory.rules.charts import Gap, Value
from carnet.places.rules.areas import AreaLevel, NamedArea
from carnet.web.design import charts, formats
from carnet.web.design.charts import Chart
from carnet.web.design.components import Figure
from carnet.web.figures import service_words
from carnet.web.funds.words import Grid
from carnet.web.spreadsheets import Cents
from carnet.web.spreadsheets import Value as Shown
from carnet.web.ticks import AGE_BANDS, AREAS, REASONS

# A map of more areas than the first draws the second at most: a page stays under 100 kB in the départements of eight hundred communes.
MAPPED_WHOLE, MAPPED_MOST = 300, 150

# In addresses: French, as everything public.
SLUGS: Mapping[AreaLevel, str] = {
    AreaLevel.COMMUNE: "commune",
    AreaLevel.EPCI: "intercommunalite",
    AreaLevel.DEPARTEMENT: "departement",
    AreaLevel.REGION: "region",
    AreaLevel.NATION: "pays",
}
LEVEL_OF_SLUG = {slug: level for level, slug in SLUGS.items()}
LEVELS = {
    AreaLevel.COMMUNE: gettext_lazy("Commune"),
    AreaLevel.EPCI: gettext_lazy("Intercommunalité"),
    AreaLevel.DEPARTEMENT: gettext_lazy("Département"),
    AreaLevel.REGION: gettext_lazy("Région"),
    AreaLevel.NATION: gettext_lazy("Pays"),
}
CUTS = {
    Cut.MONTH: gettext_lazy("par mois"),
    Cut.REGION: gettext_lazy("par région"),
    Cut.DEPARTEMENT: gettext_lazy("par département"),
    Cut.EPCI: gettext_lazy("par intercommunalité"),
    Cut.COMMUNE: gettext_lazy("par commune"),
    Cut.SERVICE: gettext_lazy("par service"),
    Cut.PUBLIC: gettext_lazy("par public"),
    Cut.OPERATOR: gettext_lazy("par opérateur"),
    Cut.FUNDER: gettext_lazy("par financeur"),
}
_HEADS = {
    Cut.MONTH: gettext_lazy("Mois"),
    Cut.SERVICE: gettext_lazy("Service"),
    Cut.PUBLIC: gettext_lazy("Public"),
    Cut.OPERATOR: gettext_lazy("Opérateur"),
    Cut.FUNDER: gettext_lazy("Financeur"),
    **{cut: LEVELS[level] for cut, level in (
        (Cut.REGION, AreaLevel.REGION), (Cut.DEPARTEMENT, AreaLevel.DEPARTEMENT), (Cut.EPCI, AreaLevel.EPCI), (Cut.COMMUNE, AreaLevel.COMMUNE),
    )},
}  # fmt: skip
AREA_LEVELS = {
    Cut.REGION: AreaLevel.REGION,
    Cut.DEPARTEMENT: AreaLevel.DEPARTEMENT,
    Cut.EPCI: AreaLevel.EPCI,
    Cut.COMMUNE: AreaLevel.COMMUNE,
}
_YES_NO = {"yes": gettext_lazy("Oui"), "no": gettext_lazy("Non"), "not_said": gettext_lazy("Non dit")}
_TICKS: Mapping[str, tuple[Any, Mapping[Any, Any]]] = {
    "age_band": (gettext_lazy("Âge"), AGE_BANDS),
    "reason": (gettext_lazy("Pourquoi"), REASONS),
    "area": (gettext_lazy("Où la personne habite"), AREAS),
    "low_qualified_job_seeker": (gettext_lazy("Demandeur d’emploi peu diplômé"), _YES_NO),
    "came_before": (gettext_lazy("Déjà venue dans un lieu d’aide numérique"), _YES_NO),
}
# The figures at the head of a board, in the order of a voucher's life.
HEAD = (
    Measure.ORDERED,
    Measure.ACTIVATED,
    Measure.HANDED_OVER,
    Measure.PEOPLE,
    Measure.USED,
    Measure.PAID,
    Measure.LAPSED,
    Measure.DAYS_TO_FIRST_LESSON,
    Measure.DAYS_TO_PAYMENT,
)


def name_of(measure: Measure) -> str:
    """A measure as its definition calls it."""
    return _(DEFINITIONS[measure].name)


def value_words(measure: Measure, value: Value) -> str:
    """A value as a person reads it, in its unit; a gap in a word."""
    unit = {Unit.CENTS: charts.Unit.EUROS, Unit.DAYS: charts.Unit.DAYS}.get(DEFINITIONS[measure].unit, charts.Unit.COUNT)
    return charts.written(value, unit)


# --- spans --------------------------------------------------------------------------------------------------------------


def span_words(span: Span) -> str:
    """``2026``, ``mars 2026``, ``mars à mai 2026``."""
    if span.is_year:
        return str(span.since.year)
    last = add_months(span.until, -1)
    if last == span.since:
        return formats.month(span.since)
    return _("%(first)s à %(last)s") % {"first": formats.month(span.since), "last": formats.month(last)}


def unfinished(span: Span, latest_on: date) -> str:
    """What to know of a span that is not over: its comparison is of unequal things. `latest_on`: first day of the latest month counted."""
    if span.until <= add_months(latest_on, 1):
        return ""
    return _("%(span)s n’est pas fini : les chiffres vont jusqu’à %(month)s, la période d’avant est entière.") % {
        "span": span_words(span),
        "month": formats.month(latest_on),
    }


# --- figures ------------------------------------------------------------------------------------------------------------


def head_figures(figures: Mapping[Measure, Change], before: Span, *, shown: Sequence[Measure] = HEAD) -> list[Figure]:
    """The figures at the head of a board, each with its change since the span before."""
    told = [
        Figure(value_words(measure, figures[measure].now), name_of(measure), change_words(measure, figures[measure], before))
        for measure in shown
        if measure in figures
    ]
    share = newcomers(figures) if Measure.PEOPLE in shown else None
    return [*told, share] if share else told


def change_words(measure: Measure, change: Change, before: Span) -> str:
    """How a value differs from the span before: in per cent when that says something, and what it was. A stock is of this morning alone."""
    if measure is Measure.IN_STOCK:
        return _("aujourd’hui")
    if change.before is Gap.MISSING:
        return ""
    when = span_words(before)
    if change.before is Gap.HIDDEN:
        return _("caché pour %(when)s") % {"when": when}
    was = value_words(measure, change.before)
    if change.difference is None:
        return _("%(was)s pour %(when)s") % {"was": was, "when": when}
    if change.difference == 0:
        return _("comme pour %(when)s") % {"when": when}
    return _("%(change)s : %(was)s pour %(when)s") % {"change": _difference(measure, change), "was": was, "when": when}


def _difference(measure: Measure, change: Change) -> str:
    difference = change.difference or 0
    if DEFINITIONS[measure].unit is Unit.DAYS:
        days = abs(difference)
        more = ngettext("%(days)s jour de plus", "%(days)s jours de plus", days)
        less = ngettext("%(days)s jour de moins", "%(days)s jours de moins", days)
        return (more if difference > 0 else less) % {"days": formats.number(days)}
    amount = value_words(measure, abs(difference))
    if change.per_cent is not None:
        amount = formats.basis_points(abs(change.per_cent) * 100)
    return (_("%(amount)s de plus") if difference > 0 else _("%(amount)s de moins")) % {"amount": amount}


def newcomers(figures: Mapping[Measure, Change]) -> Figure | None:
    """The share of people who had never come before, of those who were asked; None when it is not counted."""
    if Measure.NEVER_CAME_BEFORE not in figures or Measure.CAME_ANSWERED not in figures:
        return None
    never, answered = figures[Measure.NEVER_CAME_BEFORE].now, figures[Measure.CAME_ANSWERED].now
    label = name_of(Measure.NEVER_CAME_BEFORE)
    if isinstance(never, Gap) or isinstance(answered, Gap):
        gap = Gap.HIDDEN if Gap.HIDDEN in (never, answered) else Gap.MISSING
        return Figure(charts.written(gap), label)
    share = share_of(round(never), round(answered))
    if share is None:
        return Figure("–", label, _("personne n’a répondu à la question"))
    detail = ngettext("sur %(count)s personne qui a répondu", "sur %(count)s personnes qui ont répondu", round(answered))
    return Figure(formats.basis_points(share * 100), label, detail % {"count": formats.number(round(answered))})


# --- tables -------------------------------------------------------------------------------------------------------------


def grid(table: BoardTable, where: str, span: Span, *, leads: bool = True) -> Grid:
    """A table as the page shows it and as its file holds it. A hidden number is a word in both, never an empty cell.

    `leads`: whether each territory leads to its public board.
    """
    columns = [str(_HEADS[table.by]), *(name_of(measure) for measure in table.measures)]
    lines: list[list[Shown]] = []
    urls: list[dict[int, str]] = []
    for line in table.lines:
        lines.append(
            [line_words(table.by, line), *(_cell(measure, value) for measure, value in zip(table.measures, line.values, strict=True))]
        )
        level = AREA_LEVELS.get(table.by)
        urls.append({0: board_url(level, line.key, span)} if level and leads and line.key and line.label else {})
    title = _("%(where)s, %(span)s, %(cut)s") % {"where": where, "span": span_words(span), "cut": CUTS[table.by]}
    return Grid(title, columns, lines, (), urls)


def line_words(by: Cut, line: Line) -> str:
    """A line's name: a month in words, a service of the catalogue, a tick of the desks, or its own."""
    return key_words(by, line.key) if by in (Cut.MONTH, Cut.SERVICE, Cut.PUBLIC) else line.label or _("Territoire inconnu")


def key_words(by: Cut, key: str) -> str:
    """A month, a service or a public from its key."""
    if by is Cut.MONTH:
        year, month = key.split("-")
        return formats.month(date(int(year), int(month), 1))
    if by is Cut.SERVICE:
        return "".join(service_words([key])) or key or _("Service non dit")
    return public_words(key)


def public_words(key: str) -> str:
    """A tick of the desks (``age_band:UNDER_26``) in words."""
    question, _mark, answer = key.replace("=", ":").partition(":")
    if question not in _TICKS:
        return key
    name, answers = _TICKS[question]
    told = next((str(words) for value, words in answers.items() if value == answer), answer)
    return _("%(question)s : %(answer)s") % {"question": name, "answer": told}


def _cell(measure: Measure, value: Value) -> Shown:
    if isinstance(value, Gap):
        return charts.written(value)
    return Cents(round(value)) if DEFINITIONS[measure].unit is Unit.CENTS else round(value)


# --- charts -------------------------------------------------------------------------------------------------------------


def month_chart(table: BoardTable, source: str) -> Chart:
    """Handed over and used, month by month; or what of them the table holds."""
    shown: list[Measure] = [measure for measure in (Measure.HANDED_OVER, Measure.USED) if measure in table.measures] or list(
        table.measures[:1]
    )
    series = {name_of(measure): list(table.column(measure).values()) for measure in shown}
    return charts.lines(_("Mois par mois"), [_short_month(line.key) for line in table.lines], series, source=source)


def funnel_chart(steps: Mapping[Measure, Value]) -> Chart | None:
    """What became of vouchers: activated, handed over, used, paid; None of nothing, and of a span where more were paid than used: not the same ones."""
    items = [(name_of(measure), value) for measure, value in steps.items()]
    known = [value for value in steps.values() if not isinstance(value, Gap)]
    if any(after > before for before, after in pairwise(known)):
        return None
    return charts.funnel(_("De l’activation au paiement"), items) if any(value not in (0, Gap.MISSING) for _name, value in items) else None


def map_chart(
    table: BoardTable, codes: Sequence[str], names: Mapping[str, str], span: Span, source: str, *, is_public: bool = True
) -> Chart:
    """Vouchers used in each commune or département; those where nothing was counted are zero, not unknown.

    A page stays light: of a territory of many communes, those that count most are drawn, and the page says so.
    """
    used = table.column(Measure.USED)
    level = AREA_LEVELS[table.by]
    values = {code: used.get(code, 0) for code in codes}
    is_crowded = len(values) > MAPPED_WHOLE
    if is_crowded:
        ranked = sorted((code for code, value in values.items() if value), key=lambda code: (-_size(values[code]), code))
        values = {code: values[code] for code in ranked[:MAPPED_MOST]} or {code: values[code] for code in codes[:1]}
    title = _("Chèques utilisés, %(cut)s, %(span)s") % {"cut": CUTS[table.by], "span": span_words(span)}
    urls = {code: board_url(level, code, span) for code, value in values.items() if value and is_public}
    chart = charts.choropleth(title, values, names=names, urls=urls, source=source)
    if not is_crowded:
        return chart
    note = _("Les communes où quelque chose a été compté, %(most)s au plus. Toutes sont dans le fichier.") % {"most": MAPPED_MOST}
    return replace(chart, notes=(*chart.notes, note))


def _size(value: Value) -> float:
    """How much a number weighs on a map: a hidden one little, and more than nothing."""
    return 0.5 if isinstance(value, Gap) else float(value)


def service_chart(table: BoardTable, source: str) -> Chart | None:
    """What the vouchers were used for, the greatest first."""
    items = [(line_words(table.by, line), value) for line, value in zip(table.lines, table.column(Measure.USED).values(), strict=True)]
    return charts.bars(_("Chèques utilisés, par service"), items[:12], head=_("Service"), source=source) if len(items) > 1 else None


def _short_month(key: str) -> str:
    """``03/26``: as many as can be read side by side."""
    year, month = key.split("-")
    return f"{month}/{year[2:]}"


# --- territories --------------------------------------------------------------------------------------------------------


def board_url(level: AreaLevel, code: str, span: Span | None = None) -> str:
    """The public board of a territory, over a span."""
    url = reverse("public:board", args=[SLUGS[level], code])
    return f"{url}?periode={span.key}" if span else url


def area_words(area: NamedArea) -> str:
    """A territory, told from others of the same name: ``Nantes (44)``, ``Loire-Atlantique``, ``Paris (département)``."""
    if area.level in (AreaLevel.COMMUNE, AreaLevel.EPCI):
        return f"{area.name} ({area.department})"
    return area.name


def area_lead(area: NamedArea) -> str:
    """Its level, and how many people live there."""
    people = ngettext("%(people)s habitant", "%(people)s habitants", area.population) % {"people": formats.number(area.population)}
    if area.level in (AreaLevel.COMMUNE, AreaLevel.NATION):
        return f"{LEVELS[area.level]}, {people}"
    communes = ngettext("%(count)s commune", "%(count)s communes", area.commune_count) % {"count": formats.number(area.commune_count)}
    return f"{LEVELS[area.level]}, {communes}, {people}"
