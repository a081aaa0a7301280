"""Pages to look at: every box, one of them, where an order's booklets are, and what is missing from the points."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from carnet.distribution.queries import custody as story
from carnet.distribution.queries.custody import Custody, GapLine, Place, PointCount
from carnet.distribution.rules.custody import GapSource
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.issuing import queries as issuing
from carnet.issuing.queries import parcels as queries
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.rules.parcels import Outcome, ParcelState, ParcelUnknown
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.web import clock, spreadsheets
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table, Task
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.design.templatetags.carnet_design import unbroken
from carnet.web.parcels import lists, words
from carnet.web.parcels.forms import NumberForm, SettleForm
from carnet.web.parcels.sides import OPERATOR, Side
from carnet.web.spreadsheets import Cents, Line, Sheet


def parcels(request: HttpRequest, *, side: Side) -> HttpResponseBase:
    """Every box somebody has to deal with, then the others, the latest first."""
    actor, at = actor_of(request), clock.now()
    form = NumberForm(request.GET if request.GET.get("number") else None)
    if form.is_bound and form.is_valid():
        try:
            return redirect(side.url("parcel", queries.parcel_of_number(form.cleaned_data["number"])))
        except Refusal as refusal:
            show_refusal(form, refusal, {refusal.code: "number"})
    waiting = queries.parcels(actor, open_only=True)
    shown = lists.page_of(request, waiting, "attente")
    whole = lists.page_of(request, range(queries.parcel_count(actor)))
    found = queries.parcels(actor, start=max(0, whole.start_index() - 1), limit=lists.LINES_PER_PAGE)
    programmes = [each for each in funding.programmes(actor.programme_ids) if issuing.orders(actor, programme_id=each.id)]
    context = {
        "base": side.base,
        "form": form,
        "figures": _figures(waiting, at),
        "waiting": table(tuple(shown.object_list), side, at, caption=_("À suivre")),
        "waiting_page": shown,
        "table": table(found, side, at, caption=_("Tous les colis")),
        "table_page": whole,
        "orders": _orders(actor, side),
        "programmes": [{"name": each.name, "url": side.url("gaps", each.id)} for each in programmes],
        "is_empty": not found,
    }
    return render(request, "parcels/parcels.html", context)


def _figures(waiting: Sequence[ParcelView], at: datetime) -> list[Figure]:
    sent = [each for each in waiting if each.state is ParcelState.SENT]
    late = [each for each in sent if each.is_late(at)]
    missing = sum(each.open_count for each in waiting)
    return [
        Figure(formats.number(len(sent)), _("colis en route")),
        Figure(formats.number(len(late)), _("partis depuis plus d’une semaine, pas confirmés")),
        Figure(
            formats.number(missing),
            _("carnets manquants, pas encore expliqués"),
            formats.euros(sum(each.missing_cents for each in waiting)),
        ),
    ]


def table(found: Sequence[ParcelView], side: Side, at: datetime, *, caption: str) -> Table:
    """Boxes in a table, each leading to its page."""
    columns = [
        Column(_("Colis")), Column(_("De")), Column(_("À")), Column(_("Carnets"), number=True), Column(_("Parti le")), Column(_("Où il en est")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.number, url=side.url("parcel", each.id)),
            each.from_name,
            each.to_name,
            formats.number(each.booklet_count),
            formats.day(each.sent_at) if each.sent_at else "–",
            state_cell(each, at),
        ]
        for each in found
    ]
    return Table(caption, columns, rows, empty=_("Aucun colis."))


def state_cell(box: ParcelView, at: datetime) -> Cell:
    """Where a box stands, in a word and a tone."""
    if box.is_late(at):
        return Cell(_("En retard"), tone="warning")
    text, tone = words.STATES[box.state]
    return Cell(str(text), tone=tone)


def _orders(actor: Actor, side: Side) -> Table:
    columns = [Column(_("Commande")), Column(_("Programme")), Column(_("Carnets"), number=True), Column(_("Où sont les carnets"))]
    rows = [
        [
            _("n° %(number)s") % {"number": each.id},
            each.programme_name,
            formats.number(each.booklet_count),
            Cell(_("Voir"), url=side.url("custody", each.id)),
        ]
        for each in issuing.orders(actor)
    ]
    return Table(_("Où est chaque carnet, commande par commande"), columns, rows, empty=_("Aucune commande."))


def parcel(request: HttpRequest, parcel_id: int, *, side: Side) -> HttpResponse:
    """One box: its way, what is missing from it and what became of that."""
    actor = actor_of(request)
    box = seen(actor, parcel_id)
    return page(request, box, side, form=settle_form(actor, box) if side.acts else None)


def seen(actor: Actor, parcel_id: int) -> ParcelView:
    """The box, for whoever operates, funds or audits its programme. Raises: ParcelUnknown."""
    box = queries.parcel(parcel_id)
    if box.programme_id not in actor.programme_ids:
        raise ParcelUnknown(parcel=parcel_id)
    return box


def page(request: HttpRequest, box: ParcelView, side: Side, *, form: SettleForm | None, status: int = 200) -> HttpResponse:
    """One box as an office sees it, with what it may say of it."""
    text, tone = words.STATES[box.state]
    context = {
        "base": side.base,
        "back": side.url("parcels"),
        "box": box,
        "title": box.number,
        "lead": words.label(box),
        "state": (text, tone),
        "is_late": box.is_late(clock.now()),
        "rows": rows_of(box),
        "gaps": [words.gap(each) for each in box.gaps],
        "form": form,
        "settle_url": side.url("parcel-settle", box.id) if side.acts else "",
        "custody_url": side.url("custody", box.order_id),
        "receive_url": side.url("depot-parcel", box.id)
        if side.acts and box.to_id == actor_of(request).organisation_id and box.state is ParcelState.SENT
        else "",
        "slip_url": side.url("parcel-slip", box.id) if side.acts else "",
    }
    return render(request, "parcels/parcel.html", context, status=status)


def _is_for(actor: Actor, box: ParcelView) -> bool:
    return box.to_id == actor.organisation_id and box.state is ParcelState.SENT and allowed(actor.roles, "issuing.receive")


def rows_of(box: ParcelView) -> list[Row]:
    """What a box is, for a summary."""
    rows = [
        Row(_("De"), box.from_name),
        Row(_("À"), box.to_name),
        *([Row(_("Livré à"), ", ".join(each for each in (box.place_name, box.address) if each))] if box.place_name or box.address else []),
        Row(_("Carnets"), formats.number(box.booklet_count)),
        Row(_("Numéros"), words.run(box.whole)),
    ]
    if box.sent_at:
        rows.append(Row(_("Parti le"), formats.moment(box.sent_at)))
    if box.carrier or box.tracking:
        rows.append(Row(_("Transport"), " ".join(each for each in (box.carrier, box.tracking) if each)))
    if box.ended_at:
        rows += [Row(_("Dit le"), formats.moment(box.ended_at)), Row(_("Entrés en stock"), formats.number(box.arrived_count))]
    if box.open_count:
        rows.append(Row(_("Pas encore expliqués"), f"{words.booklets(box.open_count)}, {formats.euros(box.missing_cents)}"))
    return rows


def settle_form(actor: Actor, box: ParcelView, data: Any = None) -> SettleForm | None:
    """What the operator may say of a box now: of what is missing, or of a whole box on its way."""
    if not allowed(actor.roles, "issuing.settle-parcel"):
        return None
    may_end = allowed(actor.roles, "issuing.void")
    if box.state is ParcelState.SENT:
        outcomes = [Outcome.BACK, *([Outcome.LOST, Outcome.STOLEN] if may_end else [])]
    elif box.open_count:
        outcomes = [each for each in Outcome if may_end or each.end_reason is None]
    else:
        return None
    return SettleForm(data, gaps=box.gaps, outcomes=outcomes)


def custody(request: HttpRequest, order_id: int, *, side: Side) -> HttpResponse:
    """Where every booklet of an order is."""
    actor = actor_of(request)
    found, order = story.custody(actor, order_id), issuing.order(actor, order_id)
    columns = [Column(_("Où")), Column(_("Chez qui")), Column(_("Du")), Column(_("Au")), Column(_("Carnets"), number=True)]
    lines = sorted(found.lines, key=lambda line: (line.place is not Place.HOLE, line.first_booklet_id))
    shown = lists.page_of(request, lines)
    context = {
        "base": side.base,
        "back": side.url("parcels"),
        "custody": found,
        "order": order,
        "figures": [Figure(formats.number(count), str(words.PLACES[place][0])) for place, count in found.counts().items()],
        "table": Table(_("Chaque carnet, une fois et une seule"), columns, [_custody_row(each, side) for each in shown.object_list]),
        "table_page": shown,
        "file_url": side.url("custody-file", order_id),
    }
    return render(request, "parcels/custody.html", context)


def _custody_row(line: story.CustodyLine, side: Side) -> list[Any]:
    text, tone = words.PLACES[line.place]
    url = side.url("parcel", line.parcel_id) if line.parcel_id else ""
    return [
        Cell(str(text), tone=tone),
        Cell(_who(line), url=url) if url else _who(line),
        unbroken(line.first_serial),
        unbroken(line.last_serial),
        formats.number(line.booklet_count),
    ]


def _who(line: story.CustodyLine) -> str:
    if line.place is Place.IN_BOX:
        return _("colis %(number)s, vers %(receiver)s") % {"number": line.number, "receiver": line.to}
    if line.place is Place.IN_MOVE:
        return _("transfert n° %(number)s, de %(giver)s à %(receiver)s") % {
            "number": line.number,
            "giver": line.holder,
            "receiver": line.to,
        }
    return line.holder


def custody_file(request: HttpRequest, order_id: int, *, side: Side) -> HttpResponseBase:
    """The same as a table for a spreadsheet, whole."""
    actor = actor_of(request)
    found = story.custody(actor, order_id)
    columns = [
        _("Lieu"), _("Détenteur"), _("Destinataire"), _("Colis ou transfert"), _("Premier carnet"), _("Dernier carnet"), _("Rang du premier"),
        _("Rang du dernier"), _("Carnets"),
    ]  # fmt: skip
    return spreadsheets.as_file(
        "csv", f"carnets-commande-{order_id}", Sheet(_("Où est chaque carnet"), columns, lambda: _custody_lines(found)), actor
    )


def _custody_lines(found: Custody) -> Iterable[Line]:
    for each in found.lines:
        yield [
            str(words.PLACES[each.place][0]), each.holder, each.to, each.number, each.first_serial, each.last_serial, each.first_rank,
            each.last_rank, each.booklet_count,
        ]  # fmt: skip


def gaps(request: HttpRequest, programme_id: int, *, side: Side) -> HttpResponse:
    """What was expected and not there, point by point and over time; who should count its cupboard."""
    actor, at = actor_of(request), clock.now()
    programme = funding_access.seen_programme(actor, programme_id)
    told, points = story.gaps(actor, programme_id), story.point_counts(programme_id, at=at)
    waiting = [each for each in queries.parcels(actor, programme_id=programme_id, open_only=True) if each.is_late(at)]
    late, gone, counted = (lists.page_of(request, found, name) for found, name in ((waiting, "retard"), (told, "page"), (points, "points")))
    context = {
        "base": side.base,
        "back": side.url("parcels"),
        "programme": programme.name,
        "figures": [
            Figure(formats.number(sum(each.missing for each in told)), _("carnets manquants, en tout")),
            Figure(
                formats.number(sum(each.unexplained for each in told)),
                _("pas encore expliqués"),
                formats.euros(sum(each.unexplained_cents for each in told)),
            ),
            Figure(formats.number(sum(1 for each in points if each.overdue)), _("points à compter")),
        ],
        "table": _gap_table(tuple(gone.object_list), side),
        "table_page": gone,
        "late": table(tuple(late.object_list), side, at, caption=_("Colis partis depuis plus d’une semaine, pas confirmés"))
        if waiting
        else None,
        "late_page": late,
        "points": _point_table(tuple(counted.object_list)),
        "points_page": counted,
        "file_url": side.url("gaps-file", programme_id),
    }
    return render(request, "parcels/gaps.html", context)


def _gap_table(told: Sequence[GapLine], side: Side) -> Table:
    columns = [
        Column(_("Quand")), Column(_("Point")), Column(_("D’où vient l’écart")), Column(_("Attendus"), number=True), Column(_("Comptés"), number=True),
        Column(_("Manquants"), number=True), Column(_("Valeur"), number=True), Column(_("Expliqué")),
    ]  # fmt: skip
    rows = [
        [
            formats.day(each.told_at),
            each.organisation,
            Cell(str(words.SOURCES[each.source]), url=side.url("parcel", each.subject_id) if each.source is GapSource.PARCEL else ""),
            formats.number(each.expected),
            formats.number(each.counted),
            formats.number(each.missing),
            formats.euros(each.missing_cents, short=True),
            _explained(each),
        ]
        for each in told
    ]
    return Table(_("Écarts, du plus récent au plus ancien"), columns, rows, empty=_("Aucun écart : tout ce qui devait être là y était."))


def _explained(line: GapLine) -> Cell:
    if not line.unexplained:
        return Cell(_("oui"), tone="success")
    return Cell(_("il en reste %(count)s") % {"count": formats.number(line.unexplained)}, tone="warning")


def _point_table(points: Sequence[PointCount]) -> Table:
    columns = [Column(_("Point")), Column(_("Carnets en stock"), number=True), Column(_("Dernier inventaire")), Column(_("À compter"))]
    rows = [
        [
            each.organisation,
            formats.number(each.booklet_count),
            formats.day(each.counted_at) if each.counted_at else "–",
            Cell(str(words.OVERDUE[each.overdue]), tone="warning") if each.overdue else _("non"),
        ]
        for each in points
    ]
    return Table(_("Points et inventaires"), columns, rows, empty=_("Aucun point n’a de carnets."))


def gaps_file(request: HttpRequest, programme_id: int, *, side: Side) -> HttpResponseBase:
    """The same as a table for a spreadsheet."""
    actor = actor_of(request)
    funding_access.seen_programme(actor, programme_id)
    columns = [
        _("Jour"), _("Point"), _("Origine"), _("Attendus"), _("Comptés"), _("Manquants"), _("Expliqués"), _("Pas encore expliqués"),
        _("Valeur manquante"), _("Valeur pas encore expliquée"),
    ]  # fmt: skip
    sheet = Sheet(_("Écarts de stock"), columns, lambda: _gap_lines(actor, programme_id))
    return spreadsheets.as_file("csv", f"ecarts-programme-{programme_id}", sheet, actor)


def _gap_lines(actor: Actor, programme_id: int) -> Iterable[Line]:
    for each in story.gaps(actor, programme_id):
        yield [
            each.told_at.date(), each.organisation, str(words.SOURCES[each.source]), each.expected, each.counted, each.missing, each.explained,
            each.unexplained, Cents(each.missing_cents), Cents(each.unexplained_cents),
        ]  # fmt: skip


def tasks(actor: Actor, at: datetime) -> list[Task]:
    """What waits for the operator about boxes: nobody confirms them, or something is missing."""
    if not allowed(actor.roles, "issuing.see-parcels"):
        return []
    found = []
    for each in queries.parcels(actor, open_only=True):
        url = OPERATOR.url("parcel", each.id)
        if _is_for(actor, each):
            title = _("Colis %(number)s en route vers votre dépôt") % {"number": each.number}
            found.append(Task(title, _("Recevoir"), OPERATOR.url("depot-parcel", each.id), each.sent_at))
            continue
        said = {"number": each.number, "to": each.to_name}
        if each.state is ParcelState.MISSING:
            found.append(
                Task(
                    _("Colis %(number)s jamais arrivé à %(to)s") % said,
                    _("Dire ce qu’il est devenu"),
                    url,
                    each.ended_at,
                    "",
                    "danger",
                    _("à éclaircir"),
                )
            )
        elif each.state is ParcelState.SHORT:
            title = _("%(booklets)s à expliquer dans le colis %(number)s") % (said | {"booklets": words.booklets(each.open_count)})
            found.append(Task(title, _("Expliquer"), url, each.ended_at, each.to_name, "warning", _("à éclaircir")))
        elif each.is_late(at):
            found.append(
                Task(_("Colis %(number)s pas confirmé par %(to)s") % said, _("Voir"), url, each.sent_at, "", "warning", _("en retard"))
            )
    return found
