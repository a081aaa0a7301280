"""The desks: which organisations may hand the booklets of a programme over; letting them in, one or many, and ending it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.distribution import operations
from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.funding.access import operated_programme
from carnet.funding.queries import ProgrammeFacts
from carnet.issuing import queries as issuing
from carnet.issuing.rules import OrderState
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.queries import OrganisationCard
from carnet.parties.rules import OrganisationKind, allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door

RECENT = timedelta(days=30)
EXISTING = {OrderState.PRINTED, OrderState.SHIPPED, OrderState.RECEIVED, OrderState.ACTIVATED}  # its booklets are on paper


class AdmitForm(OperationForm):
    """Which organisations become desks."""

    organisation_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Organisations"), widget=forms.CheckboxSelectMultiple, coerce=int,
        error_messages={"required": gettext_lazy("Cochez au moins une organisation.")},
    )  # fmt: skip

    def __init__(self, *arguments: Any, organisations: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["organisation_ids"].choices = organisations  # type: ignore[attr-defined]


def desks(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    programmes = _open_programmes(actor, at)
    stock = issuing.stock(actor)
    sections = [_section(actor, each, stock, at) for each in programmes]
    context = {
        "sections": sections,
        "has_desk": any(each["desk_count"] for each in sections),
        "strays": _strays(actor, programmes, stock, at),
        "may_admit": allowed(actor.roles, "distribution.admit-prescriber"),
    }
    return render(request, "operator/desks/desks.html", context)


def admit_url(programme_id: int) -> str:
    """Where desks are let into this programme."""
    return f"{reverse('operator:desk-admit')}?programme={programme_id}"


def _open_programmes(actor: Actor, at: datetime) -> list[ProgrammeFacts]:
    return [each for each in funding.programmes_of_operator(actor.organisation_id or 0) if each.is_open_at(at)]


def _section(actor: Actor, programme: ProgrammeFacts, stock: list[issuing.HolderStock], at: datetime) -> dict[str, Any]:
    """One programme: its figures and the table of its desks."""
    found = distribution.participations(programme_id=programme.id, at=at)
    names = parties.organisations({each.organisation_id for each in found})
    to_give = _to_give(programme.id, at)
    given = {each.organisation_id: each.voucher_count for each in distribution.totals_by_desk(programme_id=programme.id, since=at - RECENT)}
    order_id = _order_to_ship(actor, programme.id, stock)
    may_ship, may_end = allowed(actor.roles, "issuing.ship"), allowed(actor.roles, "distribution.prepare-joining")
    columns = [
        Column(_("Guichet")), Column(_("Admis le")), Column(_("Carnets à remettre"), number=True),
        Column(_("Chèques remis en 30 jours"), number=True),
        *([Column(_("Envoi"))] if may_ship else []), *([Column(_("Participation"))] if may_end else []),
    ]  # fmt: skip
    rows = []
    for each in found:
        row: list[Any] = [
            Cell(names[each.organisation_id].name, url=reverse("operator:desk", args=[programme.id, each.organisation_id])),
            formats.day(each.joined_at),
            formats.number(to_give[each.organisation_id]),
            formats.number(given.get(each.organisation_id, 0)),
        ]
        if may_ship:
            row.append(_ship_cell(order_id, each.organisation_id))
        if may_end:
            row.append(Cell(_("Mettre fin"), url=reverse("operator:desk-prepare", args=[programme.id, each.organisation_id, "end"])))
        rows.append(row)
    return {
        "programme": programme,
        "admit_url": admit_url(programme.id),
        "desk_count": len(found),
        "figures": [
            Figure(formats.number(len(found)), _("Guichets")),
            Figure(formats.number(sum(to_give[each.organisation_id] for each in found)), _("Carnets à remettre")),
            Figure(formats.number(sum(given.values())), _("Chèques remis en 30 jours")),
        ],
        "table": Table(_("Guichets de « %(programme)s »") % {"programme": programme.name}, columns, rows),
    }


def _to_give(programme_id: int, at: datetime) -> Counter[int]:
    """Booklets that may still be handed over, by holder."""
    counted: Counter[int] = Counter()
    for line in ledger.stock(programme_id=programme_id, to_give_at=at):
        counted[line.holder_id] += line.booklet_count
    return counted


def _order_to_ship(actor: Actor, programme_id: int, stock: list[issuing.HolderStock]) -> int | None:
    """The oldest order of the programme whose printed booklets wait in the operator's own stock."""
    at_hand = {line.order_id for line in stock if line.organisation_id == actor.organisation_id and line.in_stock_count}
    printed = {each.id for each in issuing.orders(actor, programme_id=programme_id) if each.state in EXISTING}
    return min(at_hand & printed, default=None)


def _ship_cell(order_id: int | None, organisation_id: int) -> Cell:
    if order_id is None:
        return Cell(_("Rien à expédier"))
    return Cell(_("Expédier des carnets"), url=f"{reverse('operator:order-ship', args=[order_id])}?organisation={organisation_id}")


def _strays(actor: Actor, programmes: list[ProgrammeFacts], stock: list[issuing.HolderStock], at: datetime) -> Table | None:
    """Booklets in hands that may not give them: of desks that ended, or of organisations never let in."""
    order_programmes = {each.id: each.programme_id for each in issuing.orders(actor)}
    desks_of = {each.id: {part.organisation_id for part in distribution.participations(programme_id=each.id, at=at)} for each in programmes}
    may_ship = allowed(actor.roles, "issuing.ship")
    rows = [
        [
            line.organisation,
            line.programme_name,
            formats.number(line.in_stock_count),
            Cell(_("Reprendre"), url=_take_back_url(line)) if may_ship else "–",
        ]
        for line in stock
        if line.in_stock_count
        and line.organisation_id != actor.organisation_id
        and line.organisation_id not in desks_of.get(order_programmes[line.order_id], {line.organisation_id})
    ]
    columns = [Column(_("Chez qui")), Column(_("Programme")), Column(_("Carnets"), number=True), Column(_("Retour"))]
    return Table(_("Carnets que leur détenteur ne peut pas remettre"), columns, rows) if rows else None


def _take_back_url(line: issuing.HolderStock) -> str:
    return f"{reverse('operator:order-take-back', args=[line.order_id])}?holder={line.organisation_id}"


class AdmitView(OperationView):
    """Let organisations into a programme: choose it, tick them. The programme stays in the address."""

    template_name = "operator/desks/admit.html"
    form_class = AdmitForm
    refusal_fields = {"not-a-prescriber-organisation": "organisation_ids"}

    def setup(self, *arguments: Any, **options: Any) -> None:
        super().setup(*arguments, **options)
        self.programmes: list[ProgrammeFacts] = []
        self.programme: ProgrammeFacts | None = None
        self.registered: list[OrganisationCard] = []

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        actor = actor_of(self.request)
        self.programmes = _open_programmes(actor, clock.now())
        asked = self.request.GET.get("programme", "")
        if asked.isdecimal() and len(asked) < 19:
            operated_programme(actor, int(asked))
            self.programme = funding.programme(int(asked))
        elif self.programmes:
            self.programme = self.programmes[0]
        found = parties.organisations_registered_by(actor=actor, kind=OrganisationKind.PRESCRIBER)
        self.registered = [each for each in found if not each.has_ended]
        return super().dispatch(*arguments, **options)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "organisations": [(each.id, _described(each)) for each in self._candidates()]}

    def _candidates(self) -> Iterator[OrganisationCard]:
        if self.programme is None:
            return
        present = {each.organisation_id for each in distribution.participations(programme_id=self.programme.id, at=clock.now())}
        # One sent twice stays a choice: what was done already is answered as done.
        present -= {int(each) for each in self.request.POST.getlist("organisation_ids") if each.isdecimal() and len(each) < 19}
        yield from (each for each in self.registered if each.id not in present)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            programme=self.programme,
            programmes=self.programmes,
            has_registered=bool(self.registered),
            has_candidate=any(True for _each in self._candidates()),
            new_url=f"{reverse('operator:organisation-new')}?kind={OrganisationKind.PRESCRIBER}",
            may_import=allowed(actor_of(self.request).roles, "parties.import-people"),
            **context,
        )

    def post(self, *arguments: Any, **options: Any) -> HttpResponse:
        if self.programme is None:
            return redirect("operator:desk-admit")
        return super().post(*arguments, **options)

    def perform(self, form: AdmitForm) -> HttpResponseBase:
        assert self.programme is not None
        said = form.cleaned_data
        operations.join_programme_many(
            programme_id=self.programme.id,
            organisation_ids=said["organisation_ids"],
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        count = len(said["organisation_ids"])
        done = ngettext(
            "%(count)s guichet peut remettre les carnets de « %(programme)s ».",
            "%(count)s guichets peuvent remettre les carnets de « %(programme)s ».",
            count,
        )
        messages.success(self.request, done % {"count": formats.number(count), "programme": self.programme.name})
        return redirect("operator:desks")


def _described(card: OrganisationCard) -> str:
    return ", ".join(filter(None, (card.name, card.city, card.printed_number)))


_admit = door("distribution.admit-prescriber")

urlpatterns = [
    path("desks/", door("distribution.see-desks")(desks), name="desks"),
    path("desks/admit/", _admit(AdmitView.as_view()), name="desk-admit"),
]
