"""A booklet lost by the person who had it: found again by its number or by its hand-over, blocked, and another given. Nobody is named."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution import operations, queries
from carnet.distribution.queries import HandOverView, Replaceable, ReplacementView
from carnet.distribution.rules import FoundBy, NeverHandedOver, ReplacementUnknown
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock, theming
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.stock import words
from carnet.web.stock.forms import BlockForm, FindForm, GiveForm
from carnet.web.stock.moves import DESK, Side


def routes(side: Side) -> list[URLPattern]:
    """The addresses of one side, each behind its door."""
    replaces, seen_from = door("distribution.replace"), {"side": side}
    return [
        path("replace/", replaces(find), seen_from, name="replace"),
        path("replace/<int:hand_over_id>/<int:booklet_id>/", replaces(Block.as_view()), seen_from, name="replace-block"),
        path("replacements/<int:replacement_id>/", replaces(Give.as_view()), seen_from, name="replacement"),
    ]


def find(request: HttpRequest, *, side: Side) -> HttpResponse:
    """From a number to the hand-over it was given by: one goes on, several are shown to choose from."""
    form = FindForm(request.GET if "serial" in request.GET else None)
    given: Sequence[HandOverView] = ()
    booklet_id, status = 0, 200
    if form.is_bound:
        try:
            if form.is_valid():
                series_id, booklet_id = ledger.booklet_number(form.cleaned_data["serial"])
                given = queries.hand_overs_of_booklet(series_id=series_id, booklet_id=booklet_id)
                if not given:
                    raise NeverHandedOver
        except Refusal as refusal:
            show_refusal(form, refusal, {refusal.code: "serial"})
        status = 200 if given else 422
    if len(given) == 1:
        return redirect(side.url("replace-block", given[0].id, booklet_id))
    actor = actor_of(request)
    context = {
        "base": side.base,
        "form": form,
        "choices": _choices(given, booklet_id, side) if given else None,
        "waiting": _table(_seen(actor, side), side),
        "latest_url": side.url("hand-overs") if side is DESK else "",
        "back": side.url("home"),
    }
    return render(request, "stock/replace.html", context, status=status)


def _choices(given: Sequence[HandOverView], booklet_id: int, side: Side) -> Table:
    columns = [Column(_("Remis le")), Column(_("Chèques"), number=True)]
    rows = [
        [
            Cell(formats.moment(each.handed_over_at), url=side.url("replace-block", each.id, booklet_id)),
            formats.number(each.voucher_count),
        ]
        for each in given
    ]
    return Table(_("Ce carnet a servi à plusieurs personnes : quelle remise ?"), columns, rows)


def _seen(actor: Actor, side: Side) -> list[ReplacementView]:
    if side is DESK:
        return queries.replacements(organisation_id=actor.organisation_id, limit=20)
    ids = [each.id for each in funding.programmes_of_operator(actor.organisation_id or 0)]
    return [each for programme_id in ids for each in queries.replacements(programme_id=programme_id, limit=20)]


def _table(found: Sequence[ReplacementView], side: Side) -> Table:
    names = parties.organisations({each.organisation_id for each in found})
    columns = [
        Column(_("Remplacement")), Column(_("Carnet bloqué")), Column(_("Pourquoi")), Column(_("Chèques dus"), number=True),
        Column(_("Guichet")), Column(_("Où il en est")),
    ]  # fmt: skip
    rows = [
        [
            Cell(_("R%(number)s") % {"number": each.id}, url=side.url("replacement", each.id)),
            each.serial,
            str(words.LOSSES[each.reason]),
            formats.number(each.voucher_count),
            names[each.organisation_id].name,
            Cell(_("Remplacé"), tone="success") if each.given_at else Cell(_("À donner"), tone="warning"),
        ]
        for each in found
    ]
    return Table(_("Derniers remplacements"), columns, rows, empty=_("Aucun carnet remplacé pour l’instant."))


def tasks(actor: Actor) -> list[Task]:
    """Booklets a desk still has to give."""
    if not allowed(actor.roles, "distribution.replace"):
        return []
    waiting = queries.replacements(organisation_id=actor.organisation_id, waiting_only=True)
    return [
        Task(
            _("Remplacement R%(number)s : %(vouchers)s à donner") % {"number": each.id, "vouchers": _vouchers(each.voucher_count)},
            _("Donner"),
            DESK.url("replacement", each.id),
            each.opened_at,
        )
        for each in waiting
    ]


def _vouchers(count: int) -> str:
    return ngettext("%(count)s chèque", "%(count)s chèques", count) % {"count": formats.number(count)}


class Block(OperationView):
    """What was left of one booklet, told before it is blocked."""

    template_name = "stock/block.html"
    form_class = BlockForm

    def setup(self, *arguments: Any, **options: Any) -> None:
        super().setup(*arguments, **options)
        self.side: Side = self.kwargs["side"]
        self.found: Replaceable | None = None

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        self.found = queries.replaceable(hand_over_id=self.kwargs["hand_over_id"], booklet_id=self.kwargs["booklet_id"])
        return super().dispatch(*arguments, **options)

    def get_form_kwargs(self) -> dict[str, Any]:
        assert self.found is not None
        giver = self.found.hand_over.organisation_id
        desks = [giver]
        if self.side is not DESK:
            parts = queries.participations(programme_id=self.found.hand_over.programme_id, at=clock.now())
            desks += [each.organisation_id for each in parts if each.organisation_id != giver]
        names = parties.organisations(desks)
        return {**super().get_form_kwargs(), "desks": [(each, names[each].name) for each in desks]}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        assert self.found is not None
        rows = [
            Row(_("Carnet"), self.found.serial),
            Row(_("Remis le"), formats.day(self.found.hand_over.handed_over_at)),
            Row(_("Chèques non utilisés"), formats.number(len(self.found.voucher_ids))),
        ]
        done, most = queries.replacements_left(organisation_id=self.found.hand_over.organisation_id, at=clock.now())
        if self.side is DESK:
            theming.carry(self.request, funding.programme(self.found.hand_over.programme_id))
        return super().get_context_data(
            base=self.side.base, rows=rows, found=self.found, left=max(0, most - done), is_desk=self.side is DESK,
            back=self.side.url("replace"), **context,
        )  # fmt: skip

    def perform(self, form: BlockForm) -> HttpResponseBase:
        said = form.cleaned_data
        found_by = FoundBy.HAND_OVER if "from" in self.request.GET else FoundBy.NUMBER
        replacement_id = operations.open_replacement(
            hand_over_id=self.kwargs["hand_over_id"],
            booklet_id=self.kwargs["booklet_id"],
            reason=EndReason(said["reason"]),
            found_by=found_by,
            organisation_id=said["organisation_id"],
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le carnet est bloqué : plus aucun lieu ne l’accepte."))
        return redirect(self.side.url("replacement", replacement_id))


class Give(OperationView):
    """The booklet given instead, from the desk's own stock."""

    template_name = "stock/replacement.html"
    form_class = GiveForm
    refusal_fields = {
        "booklet-unknown": "serial", "serial-mistyped": "serial", "voucher-serial-unknown": "serial", "replacement-too-small": "serial",
        "other-programme": "serial", "already-handed-over": "serial", "not-holder": "serial", "series-not-active": "serial",
    }  # fmt: skip

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        self.side: Side = self.kwargs["side"]
        self.replacement = queries.replacement(self.kwargs["replacement_id"])
        actor = actor_of(self.request)
        if self.side is DESK and actor.organisation_id not in (self.replacement.organisation_id, self.replacement.gave_organisation_id):
            raise ReplacementUnknown(replacement=self.replacement.id)
        return super().dispatch(*arguments, **options)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found, actor = self.replacement, actor_of(self.request)
        rows = [
            Row(_("Numéro du remplacement"), f"R{found.id}"),
            Row(_("Carnet bloqué"), found.serial),
            Row(_("Pourquoi"), str(words.LOSSES[found.reason])),
            Row(_("Chèques à donner"), formats.number(found.voucher_count)),
            Row(_("Guichet qui donne"), parties.organisation_name(found.organisation_id)),
        ]
        if self.side is DESK:
            theming.carry(self.request, funding.programme(found.programme_id))
        may_give = actor.organisation_id == found.organisation_id and allowed(actor.roles, "distribution.hand-over")
        given_url = self.side.url("given", found.given_hand_over_id) if self.side is DESK and found.given_hand_over_id else ""
        return super().get_context_data(
            base=self.side.base, found=found, rows=rows, may_give=may_give and found.given_at is None, given_url=given_url,
            back=self.side.url("replace"), **context,
        )  # fmt: skip

    def perform(self, form: GiveForm) -> HttpResponse:
        booklet = ledger.booklet(form.cleaned_data["serial"])
        done = operations.give_replacement(
            replacement_id=self.replacement.id,
            booklet_id=booklet.id,
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        return redirect(DESK.url("given", done.id) + "?new")
