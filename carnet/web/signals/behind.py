"""The redemptions behind a signal or a case, on screen and for a spreadsheet: each leads to its voucher's way, its desk and its lessons."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from carnet.controls.queries import behind as queries
from carnet.controls.queries import signals as signal_queries
from carnet.controls.queries.behind import MOST, Behind
from carnet.controls.queries.cases import CasePage, InQuestion
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.redemption import queries as redemption
from carnet.web import cases as case_words
from carnet.web.channels import CHANNELS
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.signals import words
from carnet.web.spreadsheets import Cents, Line, Sheet, as_file

PAGE_DIGITS, ID_DIGITS = 6, 18


def passages(request: HttpRequest, signal_id: int) -> HttpResponse:
    """What the place redeemed on the days a signal looked at; of one day (`?on=`), or of one desk (`?desk=`)."""
    actor = actor_of(request)
    found = signal_queries.signal(actor, signal_id)
    on, desk_id, number = _asked(request)
    behind = queries.behind_signal(actor, signal_id, page=number, on=on, desk_id=desk_id)
    pages = Paginator(range(behind.count), queries.PER_PAGE).page(behind.page)
    desks = parties.organisations({each.desk_id for each in behind.lines if each.desk_id} | ({desk_id} if desk_id else set()))
    names = {key: card.name for key, card in desks.items()}
    chosen = [formats.day(on)] if on else []
    chosen += [names.get(desk_id, f"n° {desk_id}")] if desk_id else []
    context = {
        "office": words.office_of(actor),
        "signal": found,
        "title": words.name_of(found.rule),
        "lead": f"{places.names_of([found.place_id]).get(found.place_id, '')}, {words.period(found.from_on, found.until_on)}",
        "chosen": ", ".join(chosen),
        "table": _table(actor, found.programme_id, behind.lines, names, _("Passages de ces jours")),
        "pages": pages if behind.page_count > 1 else None,
        "file_url": f"{reverse('signals:passages-file', args=[signal_id])}?{urlencode(_kept(on, desk_id))}",
    }
    return render(request, "signals/passages.html", context)


def passages_file(request: HttpRequest, signal_id: int) -> HttpResponseBase:
    """The same for a spreadsheet, whole."""
    actor = actor_of(request)
    on, desk_id, _number = _asked(request)
    behind = queries.behind_signal(actor, signal_id, per_page=MOST, on=on, desk_id=desk_id)
    return as_file("csv", f"signal-{signal_id}-passages", _sheet(behind.lines), actor)


def of_case(request: HttpRequest, page: CasePage) -> tuple[Table, Page[InQuestion] | None]:
    """The redemptions of a case, a page at a time, and that page."""
    shown = Paginator(page.redemptions, case_words.PASSAGES_PER_PAGE).get_page(request.GET.get("page"))
    lines, found = list(shown), queries.behind_keys([each.key for each in shown])
    names = _names(found.values())
    table = _table(
        actor_of(request), page.line.programme_id, [found[each.key] for each in lines if each.key in found], names, _("Passages en question"),
        verdicts=[case_words.verdict(each) for each in lines if each.key in found],
    )  # fmt: skip
    return table, shown if shown.paginator.num_pages > 1 else None


def sheet_of_case(page: CasePage) -> Sheet:
    """Every redemption of a case."""
    found = queries.behind_keys([each.key for each in page.redemptions])
    told = {each.key: case_words.verdict(each) for each in page.redemptions}
    return _sheet([found[each.key] for each in page.redemptions if each.key in found], told)


def address(signal_id: int, *, on: str = "", desk_id: int = 0) -> str:
    """Where the redemptions behind a piece of evidence are read."""
    kept = {name: value for name, value in (("on", on), ("desk", desk_id)) if value}
    url = reverse("signals:passages", args=[signal_id])
    return f"{url}?{urlencode(kept)}" if kept else url


def _asked(request: HttpRequest) -> tuple[date | None, int, int]:
    """The day, the desk and the page the address asks; what it cannot mean is left out."""
    desk, number = request.GET.get("desk", ""), request.GET.get("page", "")
    try:
        on = parse_date(request.GET.get("on", ""))
    except ValueError:
        on = None
    is_desk = desk.isascii() and desk.isdigit() and len(desk) <= ID_DIGITS
    is_page = number.isascii() and number.isdigit()
    return on, int(desk) if is_desk else 0, int(number[:PAGE_DIGITS]) if is_page else 1


def _kept(on: date | None, desk_id: int) -> dict[str, Any]:
    return {name: value for name, value in (("on", on), ("desk", desk_id)) if value}


def _names(lines: Iterable[Behind]) -> dict[int, str]:
    cards = parties.organisations({each.desk_id for each in lines if each.desk_id})
    return {key: card.name for key, card in cards.items()}


def _table(
    actor: Actor,
    programme_id: int,
    lines: Sequence[Behind],
    names: dict[int, str],
    caption: str,
    *,
    verdicts: Sequence[Cell | str] | None = None,
) -> Table:
    columns = [
        Column(_("Chèque"), code=True), Column(_("Accepté le")), Column(_("Leçon")), Column(_("Guichet")),
        Column(_("Valeur"), number=True), Column(_("Décision") if verdicts is not None else _("État")),
    ]  # fmt: skip
    may_follow, may_see_desks = allowed(actor.roles, "settlement.follow"), allowed(actor.roles, "distribution.see-joining")
    rows = []
    for rank, each in enumerate(lines):
        serial = redemption.serial_of(each.key[0], each.key[1])
        follow = f"{reverse('follow:voucher', args=[programme_id])}?{urlencode({'serial': serial})}" if may_follow else ""
        desk = names.get(each.desk_id, "")
        desk_url = reverse("operator:desk", args=[programme_id, each.desk_id]) if may_see_desks and desk else ""
        rows.append([
            Cell(serial, url=follow), _accepted(each), _lesson(each), Cell(desk, url=desk_url) if desk else "–", formats.euros(each.cents),
            _state(each) if verdicts is None or each.is_undone else verdicts[rank],
        ])  # fmt: skip
    return Table(caption, columns, rows, empty=_("Aucun passage ces jours-là."))


def _accepted(each: Behind) -> str:
    """When; and how, where it was not at the counter's screen."""
    moment = formats.moment(each.redeemed_at)
    return moment if each.channel == "SCREEN" else f"{moment}, {CHANNELS.get(each.channel, each.channel)}"


def _lesson(each: Behind) -> str:
    day = formats.day(each.attended_on)
    if not each.lessons:
        return _("le %(day)s, aucune annoncée") % {"day": day}
    words = ngettext("le %(day)s, %(count)s annoncée", "le %(day)s, %(count)s annoncées", each.lessons)
    return words % {"day": day, "count": formats.number(each.lessons)}


def _state(each: Behind) -> Cell | str:
    return Cell(pgettext("passage", "annulé"), tone="warning") if each.is_undone else "–"


def _sheet(lines: Sequence[Behind], told: dict[queries.Key, Cell | str] | None = None) -> Sheet:
    names = _names(lines)

    def written() -> Iterable[Line]:
        for each in lines:
            verdict = told.get(each.key, "–") if told is not None else "–"
            state = pgettext("passage", "annulé") if each.is_undone else verdict.text if isinstance(verdict, Cell) else ""
            yield (
                redemption.serial_of(each.key[0], each.key[1]), formats.moment(each.redeemed_at), each.attended_on, each.lessons,
                names.get(each.desk_id, ""), str(CHANNELS.get(each.channel, each.channel)), Cents(each.cents), state,
            )  # fmt: skip

    columns = (
        _("Chèque"), _("Accepté le"), _("Leçon du"), _("Leçons annoncées"), _("Guichet"), _("Comment"), _("Valeur"), _("État"),
    )  # fmt: skip
    return Sheet(_("Passages"), columns, written)
