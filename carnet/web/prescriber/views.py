"""The screens of a desk: what waits, hand over, take out, receive, look back."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution import operations as distribution_writes
from carnet.distribution import queries as distribution
from carnet.distribution.queries import HandOverView
from carnet.distribution.queries.papers import papers_begun
from carnet.kernel.actors import Actor
from carnet.ledger import access as ledger_access
from carnet.ledger import queries as ledger
from carnet.ledger.queries import BookletView
from carnet.ledger.rules import NotHolder, RangeReversed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table, Task
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.prescriber import desk, membership, parcels, post, stock
from carnet.web.prescriber.forms import SerialForm, TakeOutForm
from carnet.web.prescriber.words import KINDS, REASONS
from carnet.web.reminders import desk as reminders

PER_PAGE = 40
LOW_STOCK = 5


def home(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    organisation_id = desk.organisation_of(actor)
    cupboard = desk.stock(organisation_id, at)
    today, month = desk.given(organisation_id, at)
    programmes = desk.programmes(request, organisation_id, at)
    context = {
        "form": SerialForm(),
        "tasks": [*_tasks(actor), *stock.tasks(actor), *post.tasks(actor), *reminders.tasks(actor)],
        "takes_part": bool(programmes),
        "is_season_over": bool(programmes) and not any(distribution.days_left(each, at) > 0 for each in programmes),
        "parts_to_do": membership.parts_to_do(actor),
        "cupboard": cupboard,
        "alerts": stock.alerts(stock.own_points(organisation_id, at)),
        "is_low": 0 < cupboard.booklet_count < LOW_STOCK,
        "phone": next((each.terms.phone for each in programmes if each.terms.phone), ""),
        "figures": [
            Figure(formats.number(cupboard.booklet_count), ngettext("carnet en stock", "carnets en stock", cupboard.booklet_count)),
            Figure(formats.number(today.hand_over_count), ngettext("remise aujourd’hui", "remises aujourd’hui", today.hand_over_count)),
            Figure(formats.number(month.voucher_count), _("chèques remis en 30 jours")),
        ],
        "latest": _table(distribution.hand_overs(organisation_id=organisation_id, limit=5)),
    }
    return render(request, "prescriber/home.html", context)


def hand_overs(request: HttpRequest) -> HttpResponse:
    organisation_id = desk.organisation_of(actor_of(request))
    desk.programmes(request, organisation_id, clock.now())
    return render(
        request, "prescriber/hand_overs.html", {"table": _table(distribution.hand_overs(organisation_id=organisation_id, limit=200))}
    )


def booklets(request: HttpRequest) -> HttpResponse:
    """The booklets in the cupboard that may still be given, in order, a page at a time."""
    organisation_id, at = desk.organisation_of(actor_of(request)), clock.now()
    desk.programmes(request, organisation_id, at)
    after = request.GET.get("after", "")
    after_id = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
    found = ledger.booklets(holder_id=organisation_id, to_give_at=at, after_id=after_id, limit=PER_PAGE + 1)
    shown = found[:PER_PAGE]
    context = {
        "table": _booklet_table(shown),
        "is_empty": not shown and not after,
        "next_after": shown[-1].id if len(found) > PER_PAGE else None,
        "is_first": not after,
        "kept": desk.kept_from_ended_seasons(organisation_id, at),
    }
    return render(request, "prescriber/booklets.html", context)


class TakeOut(OperationView):
    """A range of booklets leaves the cupboard, to be given away from a screen. Shown once with its count, then done."""

    template_name = "prescriber/take_out.html"
    form_class = TakeOutForm
    refusal_fields = {"range-reversed": "last_serial", "not-holder": "last_serial", "already-handed-over": "first_serial"}

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def perform(self, form: TakeOutForm) -> HttpResponse:
        first, last = self._range(form)
        count = last.id - first.id + 1
        if form.cleaned_data["counted"] != count:
            return self._ask(form, first, last, count)
        done = distribution_writes.take_out_range(
            series_id=first.series_id,
            first_booklet_id=first.id,
            last_booklet_id=last.id,
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        text = ngettext("%(count)s carnet sorti : il compte comme remis.", "%(count)s carnets sortis : ils comptent comme remis.", count)
        messages.success(self.request, text % {"count": formats.number(count)})
        return redirect("prescriber:given", hand_over_id=done.id)

    def _range(self, form: TakeOutForm) -> tuple[BookletView, BookletView]:
        first, last = (ledger.booklet(form.cleaned_data[name]) for name in ("first_serial", "last_serial"))
        if first.series_id != last.series_id:
            raise RangeReversed(first_booklet_id=first.id, last_booklet_id=last.id)
        ledger_access.check_range(ledger_access.series(first.series_id), first.id, last.id)
        held = _held(desk.organisation_of(actor_of(self.request)), first, last)
        if held != last.id - first.id + 1:
            raise NotHolder(wanted=last.id - first.id + 1, held=held)
        return first, last

    def _ask(self, form: TakeOutForm, first: BookletView, last: BookletView, count: int) -> HttpResponse:
        again = TakeOutForm(
            initial={
                "request_id": form.cleaned_data["request_id"],
                "first_serial": first.serial,
                "last_serial": last.serial,
                "counted": count,
            }
        )
        for name in ("first_serial", "last_serial"):
            again.fields[name].widget.attrs["readonly"] = True
        return self.render_to_response(self.get_context_data(form=again, count=count))


def _held(organisation_id: int, first: BookletView, last: BookletView) -> int:
    """How many booklets of the range are in the cupboard, without loading more than the range."""
    wanted = last.id - first.id + 1
    found = ledger.booklets(holder_id=organisation_id, series_id=first.series_id, after_id=first.id - 1, limit=wanted)
    return sum(1 for each in found if each.id <= last.id)


def _tasks(actor: Actor) -> list[Task]:
    tasks = parcels.tasks(actor, clock.now())
    begun = papers_begun(actor)
    if begun:
        text = ngettext("%(count)s feuille de papier commencée", "%(count)s feuilles de papier commencées", begun)
        tasks.append(Task(text % {"count": formats.number(begun)}, _("Saisir"), reverse("slips:papers")))
    return tasks


def _table(lines: Sequence[HandOverView]) -> Table:
    columns = [Column(_("Quand")), Column(_("Quoi")), Column(_("Carnet")), Column(_("Chèques"), number=True), Column(_("Pour quoi faire"))]
    rows = [
        [
            Cell(formats.moment(line.handed_over_at), url=reverse("prescriber:given", args=[line.id])),
            str(KINDS[line.kind]),
            desk.booklet_serial(line),
            formats.number(line.voucher_count),
            str(REASONS[line.ticks.reason]),
        ]
        for line in lines
    ]
    return Table(_("Dernières remises"), columns, rows, empty=_("Rien n’a encore été remis à ce guichet."))


def _booklet_table(found: Sequence[BookletView]) -> Table:
    columns = [Column(_("Carnet")), Column(_("État")), Column(_("Remettre"))]
    rows = [
        [
            each.serial,
            Cell(_("Entamé"), tone="warning") if each.opened else Cell(_("Entier"), tone="success"),
            Cell(_("Remettre"), url=reverse("prescriber:hand-over", args=[each.id])),
        ]
        for each in found
    ]
    return Table(_("Carnets en stock"), columns, rows, empty=_("Il n’y a plus de carnet après celui-ci."))
