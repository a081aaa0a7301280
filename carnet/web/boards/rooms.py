"""Boards of rooms, of this morning: a territory its actors share, the programmes one runs, funds or audits, one's own places.

Each is a page and its files, from one view of the roll-ups; what is asked is in the address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.distribution.rules import SLEEP_DAYS
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.observatory import access
from carnet.observatory.queries import live, territories
from carnet.observatory.queries.live import LiveBoard, Whose
from carnet.observatory.rules import Cut, Measure, ObservatoryRefused, Scope
from carnet.observatory.rules.boards import BoardTable, Span, span_around, span_between
from carnet.parties.rules import allowed, home_of
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.boards import words
from carnet.web.design import formats
from carnet.web.design.charts import Chart
from carnet.web.design.components import Column, Download, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.spreadsheets import KINDS, as_file

MONTHS_OFFERED = 36
LINES_UNFOLDED = 12  # a longer table is folded: on a telephone each line is a card
LINES_SHOWN = 25
# The page around a board, in rooms that do not call it an office.
PAGE_AROUND = {"place": "counter.html", "prescriber": "desk.html"}
# What can be asked for beside months, and the parameter of the address.
NARROWED = {Cut.SERVICE: "service", Cut.PUBLIC: "public"}
OF_PROGRAMMES = (
    Measure.ACTIVATED,
    Measure.IN_STOCK,
    Measure.HANDED_OVER,
    Measure.PEOPLE,
    Measure.USED,
    Measure.PAID,
    Measure.LAPSED,
    Measure.USED_CENTS,
    Measure.PAID_CENTS,
    Measure.DAYS_TO_FIRST_LESSON,
    Measure.DAYS_TO_PAYMENT,
)
OF_PLACE = (Measure.USED, Measure.PAID, Measure.DAYS_TO_PAYMENT)
OF_PLACE_MONEY = (Measure.USED, Measure.USED_CENTS, Measure.PAID, Measure.PAID_CENTS, Measure.DAYS_TO_PAYMENT)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: a span, and perhaps one service or one public. `sentence`: why what was written could not be followed."""

    span: Span
    by: Cut | None = None
    key: str = ""
    sentence: str = ""

    def query(self) -> dict[str, str]:
        """What an address keeps of it."""
        first, last = f"{self.span.since:%Y-%m}", f"{add_months(self.span.until, -1):%Y-%m}"
        return {"from": first, "to": last, **({NARROWED[self.by]: self.key} if self.by else {})}


@dataclass(frozen=True, slots=True)
class View:
    """One room's board: whose, its words, what may be cut, its own address and that of its files."""

    whose: Whose
    title: str
    lead: str
    cuts: tuple[Cut, ...]
    head: tuple[Measure, ...]
    where: str
    url: str
    url_of_file: str
    kept: Mapping[str, str] = field(default_factory=dict)

    def file_url(self, by: str, kind: str, query: Mapping[str, str]) -> str:
        """The address of one table as a file."""
        return f"{self.url_of_file.replace('month.csv', f'{by}.{kind}')}?{urlencode({**self.kept, **query})}"


# --- a territory its actors share -----------------------------------------------------------------------------------------


def territory(request: HttpRequest, territory_id: int) -> HttpResponse:
    """The figures of a territory, shared by whoever acts there."""
    view = _of_territory(actor_of(request), territory_id)
    # No programme is theirs to see: what is counted there of every programme is read, small counts of people hidden.
    with acting_as_everything(why="figures of a territory, shared by its local actors, without small counts of people"):
        context = _context(request, view)
    context["map"] = _map(context["board"], view.whose.commune_codes)
    return render(request, "boards/territory.html", context)


def territory_file(request: HttpRequest, territory_id: int, by: str, kind: str) -> HttpResponseBase:
    """One table of a territory, to take away."""
    view = _of_territory(actor_of(request), territory_id)
    with acting_as_everything(why="figures of a territory, shared by its local actors, without small counts of people"):
        return _file(request, view, by, kind)


def _of_territory(actor: Actor, territory_id: int) -> View:
    name, codes = territories.codes_of(actor=actor, territory_id=territory_id)
    people = sum(found.population for code in codes if (found := places.commune(code)) is not None)
    communes = ngettext("%(count)s commune", "%(count)s communes", len(codes)) % {"count": formats.number(len(codes))}
    return View(
        whose=Whose(commune_codes=codes, hides_small=True),
        title=_("Les chiffres : %(name)s") % {"name": name},
        lead=_("%(communes)s, %(people)s habitants. Tous les programmes, tous les opérateurs.")
        % {"communes": communes, "people": formats.number(people)},
        cuts=(Cut.MONTH, Cut.COMMUNE, Cut.SERVICE, Cut.PUBLIC),
        head=words.HEAD,
        where=name,
        url=reverse("boards:territory", args=[territory_id]),
        url_of_file=reverse("boards:territory-file", args=[territory_id, Cut.MONTH.value, "csv"]),
    )


def _map(board: LiveBoard, codes: Sequence[str]) -> Chart | None:
    table = board.tables.get(Cut.COMMUNE)
    if table is None or not table.lines or len(codes) < 2:
        return None
    names = {code: found.name for code in codes if (found := places.commune(code)) is not None}
    return words.map_chart(table, list(names), names, board.span, "", is_public=False)


# --- the programmes one runs, funds or audits -----------------------------------------------------------------------------


def programmes(request: HttpRequest) -> HttpResponse:
    """The figures of one's programmes, one or all, and what sleeps in them."""
    actor, at = actor_of(request), clock.now()
    view, choices = _of_programmes(request, actor)
    context = _context(request, view)
    context |= {"choices": choices, "sleepers": None, "funnel": _funnel(context["board"])}
    if allowed(actor.roles, "distribution.see-desks"):
        context["sleepers"] = _sleepers(view.whose.scope, at)
    return render(request, "boards/programmes.html", context)


def programmes_file(request: HttpRequest, by: str, kind: str) -> HttpResponseBase:
    """One table of one's programmes, to take away."""
    view, _choices = _of_programmes(request, actor_of(request))
    return _file(request, view, by, kind)


def _of_programmes(request: HttpRequest, actor: Actor) -> tuple[View, list[tuple[str, str, bool]]]:
    """The board, and the programmes to choose among: (number, name, whether it is the one shown)."""
    own = sorted(actor.programme_ids)
    names = {each.id: each.name for each in funding.programmes(own)}
    asked = request.GET.get("programme", "")
    if asked and asked not in {str(each) for each in names}:
        raise Http404
    # A funder reads its own part of the money, of the programmes where it has one.
    scope = Scope(programme_ids=(int(asked),) if asked else tuple(own), funder_id=access.funder_of(actor))
    view = View(
        whose=Whose(scope=scope, measures=(Measure.HANDED_OVER, Measure.USED, Measure.USED_CENTS, Measure.PAID, Measure.PAID_CENTS)),
        title=_("Chiffres"),
        lead=names[int(asked)] if asked else _("Tous vos programmes"),
        cuts=(Cut.MONTH, Cut.COMMUNE, Cut.SERVICE, Cut.PUBLIC),
        head=OF_PROGRAMMES,
        where=names[int(asked)] if asked else _("Tous vos programmes"),
        url=reverse("boards:programmes"),
        url_of_file=reverse("boards:programmes-file", args=[Cut.MONTH.value, "csv"]),
        kept={"programme": asked} if asked else {},
    )
    return view, [(str(number), name, str(number) == asked) for number, name in names.items()] if len(names) > 1 else []


def _funnel(board: LiveBoard) -> Chart | None:
    steps = (Measure.ACTIVATED, Measure.HANDED_OVER, Measure.USED, Measure.PAID)
    return words.funnel_chart({measure: board.figures[measure].now for measure in steps if measure in board.figures})


def _sleepers(scope: Scope, at: datetime) -> Table:
    found = live.asleep(scope, at=at)
    columns = [Column(_("Guichet")), Column(_("Chèques en stock"), number=True)]
    rows = [[each.name, formats.number(each.in_stock)] for each in found[:LINES_SHOWN]]
    total = [_("Total"), formats.number(sum(each.in_stock for each in found))] if len(found) > 1 else []
    caption = _("Ce qui dort : aucune remise depuis %(days)s jours") % {"days": SLEEP_DAYS}
    return Table(caption, columns, rows, total, empty=_("Aucun guichet ne dort."))


# --- one's own places ---------------------------------------------------------------------------------------------------


def place(request: HttpRequest) -> HttpResponse:
    """One's own places, or one of them: lessons paid by vouchers, money, delay to be paid, beside the middle of the programme."""
    actor, at = actor_of(request), clock.now()
    view, choices = _of_place(request, actor, at)
    context = _context(request, view)
    scope, board = view.whose.scope, context["board"]
    programme_ids = live.programmes_of_place(organisation_id=actor.organisation_id or 0, place_id=scope.place_id, span=board.span)
    # The middle of all the places of these programmes: nobody's row is shown.
    with acting_as(actor, programme_ids=programme_ids):
        beside = live.beside(programme_ids, board.span, at=at)
    context |= {"choices": choices, "beside": _beside(beside, board, is_one=scope.place_id is not None or len(choices) < 2)}
    return render(request, "boards/place.html", context)


def place_file(request: HttpRequest, by: str, kind: str) -> HttpResponseBase:
    """One table of one's places, to take away."""
    view, _choices = _of_place(request, actor_of(request), clock.now())
    return _file(request, view, by, kind)


def _of_place(request: HttpRequest, actor: Actor, at: datetime) -> tuple[View, list[tuple[str, str, bool]]]:
    """The board, and the places to choose among. Somebody held to one place reads that one."""
    own = {each.place_id: each.name for each in places.places_of([actor.organisation_id or 0], at=at)}
    if actor.place_id is not None:
        own = {number: name for number, name in own.items() if number == actor.place_id}
    asked = request.GET.get("place", "")
    if asked and asked not in {str(each) for each in own}:
        raise Http404
    chosen = int(asked) if asked else next(iter(own)) if len(own) == 1 else None
    sees_money = allowed(actor.roles, "settlement.see-own")
    measures = (Measure.USED, Measure.USED_CENTS, Measure.PAID, Measure.PAID_CENTS) if sees_money else (Measure.USED, Measure.PAID)
    view = View(
        whose=Whose(scope=Scope(organisation_id=actor.organisation_id or 0, place_id=chosen), measures=measures),
        title=_("Nos chiffres"),
        lead=own[chosen] if chosen is not None else _("Tous vos lieux"),
        cuts=(Cut.MONTH, Cut.SERVICE),
        head=OF_PLACE_MONEY if sees_money else OF_PLACE,
        where=own[chosen] if chosen is not None else _("Tous vos lieux"),
        url=reverse("boards:place"),
        url_of_file=reverse("boards:place-file", args=[Cut.MONTH.value, "csv"]),
        kept={"place": asked} if asked else {},
    )
    return view, [(str(number), name, number == chosen) for number, name in own.items()] if len(own) > 1 else []


def _beside(found: live.Beside, board: LiveBoard, *, is_one: bool) -> list[Figure]:
    """The middle of the programme, beside one place's own figures; nothing beside a sum of several places."""
    if found.used is None or not is_one:
        return []
    places_words = ngettext("au milieu de %(count)s lieu", "au milieu de %(count)s lieux", found.place_count)
    detail = places_words % {"count": formats.number(found.place_count)}
    told = [Figure(formats.number(found.used), _("chèques utilisés, un lieu sur deux en a moins"), detail)]
    if found.days_to_payment is not None and Measure.DAYS_TO_PAYMENT in board.figures:
        days = words.value_words(Measure.DAYS_TO_PAYMENT, found.days_to_payment)
        told.append(Figure(days, _("pour être payé, dans tout le programme"), _("un chèque sur deux attend moins")))
    return told


# --- what every room does ---------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest, at: datetime) -> Asked:
    given, usual = request.GET, span_around(legal_day(at))
    by = next((cut for cut, name in NARROWED.items() if given.get(name)), None)
    key = given.get(NARROWED[by], "")[:60].replace("\0", "") if by else ""
    first, last = given.get("from", "")[:10], given.get("to", "")[:10]
    if not first and not last:
        return Asked(usual, by, key)
    try:
        return Asked(span_between(first or last, last or first), by, key)
    except ObservatoryRefused as refusal:
        return Asked(usual, by, key, sentence_for(refusal))


def _board(view: View, asked: Asked, at: datetime) -> LiveBoard:
    if asked.by is not None and asked.by in view.cuts:
        return live.narrowed_board(view.whose, asked.span, by=asked.by, key=asked.key, at=at)
    return live.live_board(view.whose, asked.span, cuts=view.cuts, at=at)


def _context(request: HttpRequest, view: View) -> dict[str, Any]:
    actor, at = actor_of(request), clock.now()
    asked = _asked(request, at)
    narrowed = asked.by if asked.by in view.cuts else None
    board = _board(view, asked, at)
    source = _source(board)
    head = live.MEASURES[narrowed] if narrowed else view.head
    return {
        "office": _office(actor),
        "view": view,
        "board": board,
        "sentence": asked.sentence,
        "span": words.span_words(board.span),
        "narrowed": _key_words(narrowed, asked.key) if narrowed else "",
        "whole_url": f"{view.url}?{urlencode({**view.kept, **replace(asked, by=None).query()})}",
        "figures": words.head_figures(board.figures, board.span.before, shown=head),
        "months": _months(legal_day(at), board.span),
        "keys": _keys(view, board, asked),
        "chart": words.month_chart(board.tables[Cut.MONTH], "") if len(board.span.months) > 1 and not board.is_empty else None,
        "tables": [_table(view, board, table, asked) for table in board.tables.values() if table.lines and not board.is_empty],
        "source": source,
        "simulated": _simulated(view),
    }


def _table(view: View, board: LiveBoard, table: BoardTable, asked: Asked) -> dict[str, Any]:
    lines = table.lines if table.by is Cut.MONTH else table.lines[:LINES_SHOWN]
    left = len(table.lines) - len(lines)
    more = ngettext("%(left)s ligne de plus est dans le fichier.", "%(left)s lignes de plus sont dans le fichier.", left)
    drawn = words.grid(BoardTable(table.by, table.measures, lines), view.where, board.span, leads=False)
    name, shown = str(words.CUTS[table.by]).capitalize(), drawn.table()
    return {
        "by": table.by.value,
        "table": shown,
        "folded": f"{shown.caption} ({formats.number(len(lines))})" if len(lines) > LINES_UNFOLDED else "",
        "more": more % {"left": formats.number(left)} if left else "",
        "files": [Download(name, view.file_url(table.by.value, kind, asked.query()), kind.upper()) for kind in KINDS],
    }


def _file(request: HttpRequest, view: View, by: str, kind: str) -> HttpResponseBase:
    at = clock.now()
    asked = _asked(request, at)
    if kind not in KINDS or by not in set(Cut) or asked.sentence:
        raise Http404
    board = _board(view, asked, at)
    if Cut(by) not in board.tables:
        raise Http404
    sheet = words.grid(board.tables[Cut(by)], view.where, board.span, leads=False).sheet()
    return as_file(kind, f"chiffres-{by}-{board.span.key.replace('..', '-a-')}", sheet, actor_of(request))


def _office(actor: Actor) -> str:
    """The page around a board: that of whoever reads it."""
    room = home_of(actor.roles).partition(":")[0]
    return f"{room}/{PAGE_AROUND.get(room, 'office.html')}"


def _months(today: date, span: Span) -> list[tuple[str, str, bool, bool]]:
    """The months to choose among, the latest first: (written, in words, is the first, is the last). Those of the span always are."""
    latest = max(add_months(today.replace(day=1), 0), add_months(span.until, -1))
    offered = {add_months(latest, -rank) for rank in range(MONTHS_OFFERED)} | set(span.months)
    return [
        (f"{month:%Y-%m}", formats.month(month), month == span.since, month == add_months(span.until, -1))
        for month in sorted(offered, reverse=True)
    ]


def _keys(view: View, board: LiveBoard, asked: Asked) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    """What can be asked for apart: (parameter, its name, [(value, in words, is asked)]). Narrowed, only what was asked is left to choose."""
    names = {Cut.SERVICE: _("Service"), Cut.PUBLIC: _("Public")}
    found = []
    for by, parameter in NARROWED.items():
        if by not in view.cuts:
            continue
        table = board.tables.get(by)
        choices = [(line.key, words.line_words(by, line), False) for line in table.lines if line.key] if table else []
        if asked.by is by:
            choices = [(asked.key, _key_words(by, asked.key), True)]
        if choices:
            found.append((parameter, names[by], choices))
    return found


def _key_words(by: Cut | None, key: str) -> str:
    return words.key_words(by, key) if by else ""


def _source(board: LiveBoard) -> str:
    if board.counted_at is None:
        return _("Rien n’a encore été compté.")
    return _("Compté le %(moment)s. Ces chiffres bougent ; ceux du relevé public sont arrêtés une fois par mois.") % {
        "moment": formats.moment(board.counted_at)
    }


def _simulated(view: View) -> str:
    return str(SIMULATED) if any(each.is_simulated for each in funding.programmes(view.whose.scope.programme_ids)) else ""


SIMULATED = gettext_lazy("Activité simulée : ces chiffres montrent une démonstration, personne n’a été aidé.")
