"""The public board of a territory, its search and its files: all read the same release, as the API does."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.observatory.queries import boards
from carnet.observatory.queries.boards import PublicBoard
from carnet.observatory.queries.releases import Release
from carnet.observatory.rules import Cut, Measure, ObservatoryRefused
from carnet.observatory.rules.boards import BoardTable
from carnet.places import queries as places
from carnet.places.rules import AreaUnknown
from carnet.places.rules.areas import NATION_CODE, AreaLevel, NamedArea
from carnet.web import clock, theming
from carnet.web.boards import words
from carnet.web.design import formats
from carnet.web.design.charts import Chart
from carnet.web.design.components import Download, Figure
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.spreadsheets import as_file

FILES = ("csv", "ods")
LINES_SHOWN = 25


def board(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """What is published of one territory."""
    asked = _level(level)
    try:
        area = places.area(asked, code)
    except AreaUnknown as refusal:
        return _search_page(request, query="", sentence=sentence_for(refusal), status=404)
    period, sentence = request.GET.get("periode", "")[:20], ""
    try:
        found = boards.public_board(asked, area.code, period=period)
    except ObservatoryRefused as refusal:
        sentence, found = sentence_for(refusal), boards.public_board(asked, area.code)
    theming.carry_only_one(request, funding.programmes(), clock.now())
    context: dict[str, Any] = {
        "area": area,
        "title": words.area_words(area),
        "lead": words.area_lead(area),
        "above": [(words.area_words(each), words.board_url(each.level, each.code)) for each in places.atlas().above(area)],
        "sentence": sentence,
        "api_url": f"{reverse('api-v1:figure_cuts')}?{urlencode({'level': asked.value, 'code': area.code})}",
    }
    if found is not None:
        context |= shown(found)
    return render(request, "boards/public.html", context)


def board_file(request: HttpRequest, level: str, code: str, by: str, kind: str) -> HttpResponseBase:
    """One table of a territory, to take away."""
    asked = _level(level)
    try:
        found = boards.public_board(asked, code, period=request.GET.get("periode", "")[:20])
    except ObservatoryRefused as refusal:
        raise Http404 from refusal
    if kind not in FILES or by not in set(Cut) or found is None or Cut(by) not in found.tables:
        raise Http404
    name = f"chiffres-{level}-{found.area.code}-{by}-{found.span.key.replace('..', '-a-')}"
    sheet = words.grid(found.tables[Cut(by)], words.area_words(found.area), found.span).sheet()
    return as_file(kind, name, sheet, actor_of(request))


def search(request: HttpRequest) -> HttpResponse:
    """A territory by what somebody types; when only one is meant, straight to it."""
    query = " ".join(request.GET.get("q", "").split())[:80]
    if not query:
        return _search_page(request, query="")
    found = places.atlas().typed(query)
    if len(found) == 1:
        return redirect(words.board_url(found[0].level, found[0].code))
    sentence = "" if found else _("Aucun territoire ne s’appelle « %(query)s ». Essayez un code postal.") % {"query": query}
    return _search_page(request, query=query, found=found, sentence=sentence)


@dataclass(frozen=True, slots=True)
class NationHead:
    """The figures at the head of the national board, for the page of all figures."""

    figures: list[Figure]
    span: str
    url: str
    source: str


def nation_head() -> NationHead | None:
    """The head of the national board; None before the first release."""
    found = boards.public_board(AreaLevel.NATION, NATION_CODE)
    if found is None:
        return None
    return NationHead(
        words.head_figures(found.figures, found.span.before),
        words.span_words(found.span),
        words.board_url(AreaLevel.NATION, NATION_CODE),
        source_words(found.release),
    )


def shown(found: PublicBoard) -> dict[str, Any]:
    """A board as its page draws it."""
    source = source_words(found.release)
    simulated = _simulated(found)
    asked = (found.area.level, found.area.code, found.span.key)
    charts, tables = _drawn(found.release.id, found.release.digest, asked, get_language())
    return {
        "span": words.span_words(found.span),
        "spans": [(span.key, words.span_words(span), span == found.span) for span in found.spans],
        "figures": words.head_figures(found.figures, found.span.before),
        "unfinished": words.unfinished(found.span, found.release.month_on),
        "is_empty": found.is_empty,
        "is_still": not found.is_empty and _is_still(found),
        "simulated": simulated,
        "only_one": _only_one(found),
        "charts": charts,
        "tables": tables,
        "source": source,
        "release_url": reverse("public:open-data-release", args=[found.release.name]),
        "around_url": f"{reverse('public:places')}?{urlencode({'where': found.area.name})}",
    }


def source_words(release: Release) -> str:
    """Where every number of the page comes from, and of when it is."""
    return _("Relevé %(name)s, arrêté le %(day)s. Licence ouverte Etalab 2.0.") % {
        "name": release.name,
        "day": formats.day(release.made_at),
    }


@lru_cache(maxsize=128)
def _drawn(
    _release_id: int, _digest: str, asked: tuple[AreaLevel, str, str], _language: str | None
) -> tuple[list[Chart], list[dict[str, Any]]]:
    """The charts and the tables of a board, drawn once for each release and language: what was released never changes."""
    level, code, period = asked
    found = boards.public_board(level, code, period=period)
    assert found is not None
    where = words.area_words(found.area)
    return _charts(found, source_words(found.release)), [_table(found, table, where) for table in found.tables.values() if table.lines]


def _table(found: PublicBoard, table: BoardTable, where: str) -> dict[str, Any]:
    """A table, cut when it is long: its file holds every line."""
    lines = table.lines if table.by is Cut.MONTH else table.lines[:LINES_SHOWN]
    left = len(table.lines) - len(lines)
    drawn = words.grid(BoardTable(table.by, table.measures, lines), where, found.span)
    more = ngettext("%(left)s ligne de plus est dans le fichier.", "%(left)s lignes de plus sont dans le fichier.", left)
    query = urlencode({"periode": found.span.key})
    return {
        "by": table.by.value,
        "table": drawn.table(),
        "more": more % {"left": formats.number(left)} if left else "",
        "files": [
            Download(
                str(words.CUTS[table.by]).capitalize(),
                f"{reverse('public:board-file', args=[words.SLUGS[found.area.level], found.area.code, table.by.value, kind])}?{query}",
                kind.upper(),
            )
            for kind in FILES
        ],
    }


def _charts(found: PublicBoard, source: str) -> list[Chart]:
    months = found.tables[Cut.MONTH]
    drawn = [words.month_chart(months, source)] if len(months.lines) > 1 else []
    drawn_by = {AreaLevel.NATION: AreaLevel.DEPARTEMENT, AreaLevel.REGION: AreaLevel.DEPARTEMENT}.get(found.area.level, AreaLevel.COMMUNE)
    table = found.tables.get(boards.CUT_OF_LEVEL[drawn_by])
    if table is not None and table.lines:
        inside = places.atlas().inside(found.area, drawn_by)
        drawn.append(words.map_chart(table, [each.code for each in inside], {each.code: each.name for each in inside}, found.span, source))
    if Measure.ACTIVATED in found.figures:
        steps = (Measure.ACTIVATED, Measure.HANDED_OVER, Measure.USED, Measure.PAID)
        funnel = words.funnel_chart({measure: found.figures[measure].now for measure in steps if measure in found.figures})
        drawn += [funnel] if funnel else []
    services = words.service_chart(found.tables[Cut.SERVICE], source)
    return [*drawn, services] if services else drawn


def _is_still(found: PublicBoard) -> bool:
    """Whether nothing was counted there over this span, although something was in another."""
    return all(found.figures[measure].now == 0 for measure in boards.OF_AREAS if measure in found.figures)


def _simulated(found: PublicBoard) -> str:
    published = [each for each in funding.programmes() if each.is_simulated]
    return _("Activité simulée : ces chiffres montrent une démonstration, personne n’a été aidé.") if published else ""


def _only_one(found: PublicBoard) -> str:
    slugs = boards.programmes_in(found.release, found.span)
    if len(slugs) != 1:
        return ""
    names = {each.slug: each.name for each in funding.programmes()}
    return _("Un seul programme est compté : %(name)s.") % {"name": names.get(slugs[0], slugs[0])}


def _level(slug: str) -> AreaLevel:
    if slug not in words.LEVEL_OF_SLUG:
        raise Http404
    return words.LEVEL_OF_SLUG[slug]


def _search_page(
    request: HttpRequest, *, query: str, found: tuple[NamedArea, ...] = (), sentence: str = "", status: int = 200
) -> HttpResponse:
    theming.carry_only_one(request, funding.programmes(), clock.now())
    lines = [(words.area_words(each), words.area_lead(each), words.board_url(each.level, each.code)) for each in found]
    return render(request, "boards/search.html", {"query": query, "lines": lines, "sentence": sentence}, status=status)
