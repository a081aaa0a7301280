"""The figures of an agreement, the rows behind each, the portfolio; each as a page and as files, from the same query."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.observatory import queries
from carnet.observatory.queries import PER_PAGE, CutLine, PortfolioLine, RowFilter, UsedRow
from carnet.observatory.rules import By, Heading, not_accounted_for
from carnet.parties import queries as parties
from carnet.parties.rules import PERMISSIONS, allowed, home_of
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Download, Figure
from carnet.web.design.screens import actor_of
from carnet.web.funds import words
from carnet.web.funds.portfolio import FILE_ONLY, SORTS, grid_of, handed_over, sorted_lines, totals_of
from carnet.web.funds.whose import Whose, whose_part
from carnet.web.spreadsheets import KINDS, Sheet, as_file

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_PAYMENT_CELL = 5


def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """Where the money is, three figures first; then one cut, and the pledge if there is one."""
    actor, at = actor_of(request), clock.now()
    whose = whose_part(request, actor, agreement_id, at)
    line = queries.agreement_line(actor=actor, agreement_id=agreement_id, funder_id=whose.funder_id, at=at)
    by = _by(request)
    cut = queries.cut(actor=actor, agreement_id=agreement_id, by=by, funder_id=whose.funder_id, at=at)
    amounts = dict(line.figures.amounts)
    urls = {
        heading: _rows_url(agreement_id, heading, whose) for heading in Heading if amounts[heading].vouchers or amounts[heading].whole_cents
    }
    context = {
        "office": _office(actor),
        "back": _back(actor),
        "agreement": line.figures.agreement,
        "is_simulated": line.figures.programme.is_simulated,
        "whose": whose,
        "signals": [str(words.SIGNALS[signal]) for signal in line.signals],
        "sentence": words.use_sentence(amounts, line.figures.handed_count),
        "figures": first_figures(amounts, whose.label, urls),
        "table": words.figures_grid(amounts, whose.label, urls).table(),
        "is_whole": not_accounted_for(amounts).whole_cents == 0 and not_accounted_for(amounts).own_cents == 0,
        "files": _files("funds:agreement-file", [agreement_id], whose.query()),
        "by": by,
        "cuts": [(str(word), each == by, f"?{urlencode({**whose.query(), 'by': each.value})}#cut") for each, word in words.CUTS.items()],
        "cut": words.cut_grid(cut, whose.label, lambda one, heading: _cut_url(agreement_id, by, one, heading, whose)).table(
            empty=_("Rien à compter ainsi pour l’instant.")
        ),
        "cut_files": _files("funds:cut-file", [agreement_id, by.value], whose.query()) if cut.lines else [],
        "pledge": _pledge(actor, agreement_id, line, at),
        "may_pledge": allowed(actor.roles, "funding.prepare-agreement") and line.figures.agreement.closed_at is None,
    }
    return render(request, "funds/agreement.html", context)


def agreement_file(request: HttpRequest, agreement_id: int, kind: str) -> HttpResponseBase:
    """The same table, to take away."""
    _check_kind(kind)
    actor, at = actor_of(request), clock.now()
    whose = whose_part(request, actor, agreement_id, at)
    found = queries.agreement_figures(actor=actor, agreement_id=agreement_id, funder_id=whose.funder_id, at=at)
    return as_file(kind, _name(agreement_id, "chiffres", at), words.figures_grid(dict(found.amounts), whose.label, {}).sheet(), actor)


def cut_file(request: HttpRequest, agreement_id: int, by: str, kind: str) -> HttpResponseBase:
    """One cut, to take away."""
    _check_kind(kind)
    if by not in set(By):
        raise Http404
    actor, at = actor_of(request), clock.now()
    whose = whose_part(request, actor, agreement_id, at)
    found = queries.cut(actor=actor, agreement_id=agreement_id, by=By(by), funder_id=whose.funder_id, at=at)
    grid = words.cut_grid(found, whose.label, lambda _line, _heading: "")
    return as_file(kind, _name(agreement_id, by, at), grid.sheet(), actor)


def rows(request: HttpRequest, agreement_id: int, heading: str) -> HttpResponse:
    """The rows behind one figure, fifty a page, and their sum: the figure."""
    return _rows_page(request, agreement_id, _heading(heading))


def _rows_page(request: HttpRequest, agreement_id: int, heading: Heading) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    whose, where = whose_part(request, actor, agreement_id, at), _filter(request)
    asked = request.GET.get("page", "")
    found = queries.rows(
        actor=actor, agreement_id=agreement_id, heading=heading, where=where, funder_id=whose.funder_id,
        page=int(asked) if asked.isdecimal() and len(asked) < 6 else 1, at=at,
    )  # fmt: skip
    urls = [_follow(actor, row.transfer_id) if isinstance(row, UsedRow) else {} for row in found.lines]
    grid = words.Grid(
        str(words.HEADINGS[heading]),
        words.row_columns(heading, whose.label),
        [words.row_line(row, whose.label) for row in found.lines],
        (),
        urls,
    )
    context = {
        "office": _office(actor),
        "heading": str(words.HEADINGS[heading]),
        "back": f"{reverse('funds:agreement', args=[agreement_id])}{whose.suffix()}",
        "filtered": _filter_words(where),
        "figures": _sum_figures(found, whose),
        "table": grid.table(empty=_("Aucune ligne derrière ce chiffre.")),
        "page_of": Paginator(range(found.count), PER_PAGE).get_page(found.page),
        "files": _files("funds:rows-file", [agreement_id, _slug(heading)], {**whose.query(), **_filter_query(where)})
        if found.count
        else [],
        "is_counted": heading in (Heading.IN_HANDS, Heading.TO_RETURN),
        "is_used": heading in (Heading.USED, Heading.OWED, Heading.PAID),
    }
    return render(request, "funds/rows.html", context)


def rows_file(request: HttpRequest, agreement_id: int, heading: str, kind: str) -> HttpResponseBase:
    """Every row behind one figure, to take away."""
    _check_kind(kind)
    return _rows_file(request, agreement_id, _heading(heading), kind)


def _rows_file(request: HttpRequest, agreement_id: int, heading: Heading, kind: str) -> HttpResponseBase:
    actor, at = actor_of(request), clock.now()
    whose = whose_part(request, actor, agreement_id, at)
    found = queries.every_row(
        actor=actor, agreement_id=agreement_id, heading=heading, where=_filter(request), funder_id=whose.funder_id, at=at
    )
    sheet = Sheet(str(words.HEADINGS[heading]), words.row_columns(heading, whose.label), lambda: words.row_lines(found, whose.label))
    return as_file(kind, _name(agreement_id, _slug(heading), at), sheet, actor)


def portfolio(request: HttpRequest) -> HttpResponse:
    """Every agreement one funds, runs or audits, on one page."""
    actor, at = actor_of(request), clock.now()
    lines, label, sort = _portfolio(request, actor, at)
    grid = grid_of(lines, label, lambda line: reverse("funds:agreement", args=[line.figures.agreement.id]))
    total = totals_of(lines)
    context = {
        "office": _office(actor),
        "figures": first_figures(total, label, {}),
        "sentence": words.use_sentence(total, handed_over(lines)),
        "warned": sum(1 for line in lines if line.signals),
        "count": len(lines),
        "table": grid.table(empty=_("Aucune convention."), without=FILE_ONLY),
        "sorts": [(str(word), key == sort, f"?sort={key}") for key, (word, _of) in SORTS.items()],
        "files": _files("funds:portfolio-file", [], {"sort": sort}) if lines else [],
    }
    return render(request, "funds/portfolio.html", context)


def portfolio_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The portfolio, to take away, in the order shown."""
    _check_kind(kind)
    actor, at = actor_of(request), clock.now()
    lines, label, _sort = _portfolio(request, actor, at)
    return as_file(kind, f"conventions-{legal_day(at).isoformat()}", grid_of(lines, label, None).sheet(), actor)


def first_figures(amounts: dict[Heading, Any], own: str, urls: dict[Heading, str]) -> list[Figure]:
    """Three figures for whoever has two minutes: brought in, used, owed."""

    def euros(heading: Heading) -> str:
        return formats.euros(amounts[heading].own_cents if own else amounts[heading].whole_cents, short=True)

    return [
        Figure(euros(Heading.FUNDED), str(words.HEADINGS[Heading.FUNDED]), own, urls.get(Heading.FUNDED, "")),
        Figure(formats.number(amounts[Heading.USED].vouchers), _("chèques utilisés"), euros(Heading.USED), urls.get(Heading.USED, "")),
        Figure(euros(Heading.OWED), str(words.HEADINGS[Heading.OWED]), own, urls.get(Heading.OWED, "")),
    ]


def _portfolio(request: HttpRequest, actor: Actor, at: datetime) -> tuple[list[PortfolioLine], str, str]:
    own_id = None if queries.reads_every_funder(actor) else actor.organisation_id
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else next(iter(SORTS))
    found = sorted_lines(queries.portfolio(actor=actor, funder_id=own_id, at=at), sort)
    return found, _("votre part") if own_id else "", sort


def _pledge(actor: Actor, agreement_id: int, line: PortfolioLine, at: datetime) -> dict[str, Any] | None:
    if line.pledge is None:
        return None
    told = queries.public_pledge(actor=actor, agreement_id=agreement_id, at=at)
    return words.pledge_page(told) if told else None


def _sum_figures(found: queries.Rows, whose: Whose) -> list[Figure]:
    of_money = not found.total.vouchers
    told = [] if of_money else [Figure(formats.number(found.total.vouchers), _("chèques"))]
    if whose.label:
        told.append(Figure(formats.euros(found.total.own_cents), whose.label))
    if not (of_money and whose.label):
        told.append(Figure(formats.euros(found.total.whole_cents), _("en tout")))
    return told


def _slug(heading: Heading) -> str:
    return heading.value.replace("_", "-")


def _heading(slug: str) -> Heading:
    found = next((each for each in Heading if _slug(each) == slug), None)
    if found is None:
        raise Http404
    return found


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Http404


def _by(request: HttpRequest) -> By:
    asked = request.GET.get("by", "")
    return By(asked) if asked in set(By) else By.MONTH


def _filter(request: HttpRequest) -> RowFilter:
    """What the address asks for. Raises: Http404 for what no link of ours says."""
    given = request.GET
    month, place, desk = given.get("month", ""), given.get("place", ""), given.get("desk", "")
    if (month and not _MONTH.fullmatch(month)) or any(each and not (each.isdecimal() and len(each) < 19) for each in (place, desk)):
        raise Http404
    return RowFilter(
        month=month,
        place_id=int(place) if place else None,
        service=given.get("service", "")[:60].replace("\0", ""),
        commune_code=given.get("commune", "")[:9].replace("\0", ""),
        desk_id=int(desk) if desk else None,
    )


def _filter_query(where: RowFilter) -> dict[str, str]:
    told = {"month": where.month, "place": where.place_id, "service": where.service, "commune": where.commune_code, "desk": where.desk_id}
    return {name: str(value) for name, value in told.items() if value}


def _filter_words(where: RowFilter) -> list[str]:
    told = []
    if where.month:
        told.append(words.key_words(By.MONTH, where.month))
    if where.place_id is not None:
        told.append(words.place_name(where.place_id))
    if where.service:
        told.append(words.key_words(By.SERVICE, where.service))
    if where.commune_code:
        told.append(words.commune_name(where.commune_code))
    if where.desk_id is not None:
        told.extend(card.name for card in parties.organisations([where.desk_id]).values())
    return told


def _rows_url(agreement_id: int, heading: Heading, whose: Whose, **where: str) -> str:
    query = {**whose.query(), **where}
    return reverse("funds:rows", args=[agreement_id, _slug(heading)]) + (f"?{urlencode(query)}" if query else "")


def _cut_url(agreement_id: int, by: By, line: CutLine, heading: Heading, whose: Whose) -> str:
    if line.is_recovered or not line.key or (by is By.DESK and heading is Heading.USED):
        return ""
    return _rows_url(agreement_id, heading, whose, **{by.value: line.key})


def _files(route: str, arguments: list[Any], query: dict[str, str]) -> list[Download]:
    suffix = f"?{urlencode(query)}" if query else ""
    return [Download(_("Ce tableau"), reverse(route, args=[*arguments, kind]) + suffix, kind.upper()) for kind in KINDS]


def _follow(actor: Actor, transfer_id: int | None) -> dict[int, str]:
    """To the page that follows the payment, for whoever may read it."""
    if transfer_id is None or "settlement.follow" not in PERMISSIONS or not allowed(actor.roles, "settlement.follow"):
        return {}
    try:
        return {_PAYMENT_CELL: reverse("follow:transfer", args=[transfer_id])}
    except NoReverseMatch:
        return {}


def _office(actor: Actor) -> str:
    return f"{home_of(actor.roles).split(':')[0]}/office.html"


def _back(actor: Actor) -> str:
    return reverse("funds:portfolio")


def _name(agreement_id: int, what: str, at: datetime) -> str:
    return f"convention-{agreement_id}-{what}-{legal_day(at).isoformat()}"
