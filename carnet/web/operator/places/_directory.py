"""Screens of the directory: the list, one place, who runs it, its end."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, allowed
from carnet.places import queries
from carnet.places.operations import attach_operator, end_place
from carnet.places.queries import Acceptance, PlaceCard
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.figures import service_words
from carnet.web.helpline import complaints
from carnet.web.operator.places._forms import AttachForm, EndForm, ListForm
from carnet.web.place_fields import EditPlaceView, origins_table

PER_PAGE = 50


def places(request: HttpRequest) -> HttpResponse:
    """The list, narrowed by name, place and programme."""
    actor, at = actor_of(request), clock.now()
    programmes = funding.programmes_of_operator(actor.organisation_id or 0)
    form = ListForm(request.GET, programmes=[(each.id, each.name) for each in programmes])
    found, page_number = None, request.GET.get("page", "1")
    if form.is_valid():
        said = form.cleaned_data
        try:
            found = queries.search(
                at=at,
                name=said["name"] or None,
                around=queries.locality(said["where"]).code if said["where"] else None,
                accepts=said["programme"],
                page=int(page_number) if page_number.isdecimal() and len(page_number) < 6 else 1,
                per_page=PER_PAGE,
            )
        except Refusal as refusal:
            show_refusal(form, refusal, {"locality-unknown": "where"})
    counts = queries.place_counts([each.id for each in programmes], at=at)
    operators = parties.organisations({place.operator_id for place in found.places if place.operator_id}) if found else {}
    rows = [
        [
            Cell(place.name, url=reverse("operator:place", args=[place.place_id])),
            f"{place.postcode} {place.commune}",
            operators[place.operator_id].name if place.operator_id in operators else "–",
            Cell(_("oui"), tone="success") if place.acceptances else Cell(_("non"), tone="neutral"),
        ]
        for place in (found.places if found else ())
    ]
    context = {
        "form": form,
        "figures": [
            Figure(formats.number(queries.place_count(at=at)), _("lieux dans l’annuaire")),
            *(Figure(formats.number(counts.get(each.id, 0)), _("acceptent"), each.name) for each in programmes if each.is_open_at(at)),
        ],
        "table": Table(
            _("Lieux"),
            [Column(_("Nom")), Column(_("Commune")), Column(_("Tenu par")), Column(_("Accepte les chèques"))],
            rows,
            empty=_("Aucun lieu trouvé. Importez un fichier, ou cherchez plus large."),
        ),
        "page_of": Paginator(range(found.total), PER_PAGE).get_page(found.page) if found else None,
        "may_import": allowed(actor.roles, "places.import"),
        "may_accept": allowed(actor.roles, "places.accept"),
        "may_merge": allowed(actor.roles, "places.merge"),
    }
    return render(request, "operator/places/places.html", context, status=200 if found else 422)


def place(request: HttpRequest, place_id: int) -> HttpResponse:
    """One place: who runs it, what it accepts and accepted, how to end it."""
    actor, at = actor_of(request), clock.now()
    card = queries.place_card(place_id, at=at)
    acceptances = queries.acceptances_of(place_id)
    names = {each.id: each.name for each in funding.programmes({each.programme_id for each in acceptances})}
    may_accept = allowed(actor.roles, "places.accept")
    context = {
        "place": card.summary,
        "rows": _rows(card, may_accept=may_accept),
        "acceptances": _acceptances_table(acceptances, names, actor if may_accept else None, legal_day(at)),
        "origins": origins_table(place_id),
        "has_ended": card.summary.ended_on is not None,
        "merged_into": _merged_into(place_id),
        "merged_with": queries.merged_with(place_id),
        "may_merge": allowed(actor.roles, "places.merge"),
        "may_edit": allowed(actor.roles, "places.edit") and card.summary.ended_on is None,
        "may_accept": may_accept and card.summary.ended_on is None,
        "may_type_paper": _may_type_paper(actor, card),
        "request_id": uuid4(),
    } | complaints.of_place(actor, place_id, at)
    return render(request, "operator/places/place.html", context)


def _merged_into(place_id: int) -> Row | None:
    """The place this one leads to: its name and its page."""
    kept_id = queries.merged_into(place_id)
    return Row(queries.names_of([kept_id])[kept_id], "", reverse("operator:place", args=[kept_id])) if kept_id else None


def _may_type_paper(actor: Actor, card: PlaceCard) -> bool:
    """A place of one of the actor's programmes, run by somebody: its sheets may be typed for it."""
    accepted = {each.programme_id for each in card.summary.acceptances}
    return (
        allowed(actor.roles, "redemption.type-paper")
        and card.summary.operator_id is not None
        and not accepted.isdisjoint(actor.programme_ids)
    )


def _rows(card: PlaceCard, *, may_accept: bool) -> list[Row]:
    summary = card.summary
    runner = parties.organisations({summary.operator_id}).get(summary.operator_id) if summary.operator_id else None
    change = reverse("operator:place-attach", args=[summary.place_id]) if may_accept and summary.ended_on is None else ""
    ended = _("fermé à partir du %(day)s") % {"day": formats.day(summary.ended_on)} if summary.ended_on else _("ouvert")
    return [
        Row(_("Adresse"), f"{summary.address}, {summary.postcode} {summary.commune}"),
        Row(_("Tenu par"), runner.name if runner else _("personne encore : il ne peut pas accepter de chèque"), change, _("Choisir")),
        Row(_("État"), ended),
        Row(_("SIRET ou RNA"), card.pivot or "–"),
        Row(_("Identifiant national"), card.national_id),
        Row(_("Provenance"), _("%(source)s, importé le %(day)s") % {"source": card.provenance, "day": formats.day(card.imported_at)}),
    ]


def _acceptances_table(acceptances: tuple[Acceptance, ...], names: dict[int, str], actor: Actor | None, today: date) -> Table:
    rows = []
    for each in acceptances:
        is_over = each.until_on is not None and each.until_on <= today
        end = reverse("operator:place-acceptance-end", args=[each.place_id, each.programme_id])
        may_end = actor is not None and each.programme_id in actor.programme_ids and not is_over
        rows.append(
            [
                names.get(each.programme_id, "–"),
                ", ".join(service_words(each.service_codes)),
                formats.day(each.from_on),
                formats.day(each.until_on - timedelta(days=1)) if each.until_on else _("sans fin"),
                Cell(_("Y mettre fin"), url=end) if may_end else Cell(_("terminé") if is_over else "–"),
            ]
        )
    columns = [Column(_("Programme")), Column(_("Services")), Column(_("Du")), Column(_("Au")), Column(_("Fin"))]
    return Table(_("Programmes acceptés"), columns, rows, empty=_("Aucun programme encore."))


class AttachView(OperationView):
    """Choose the organisation that runs a place."""

    template_name = "operator/places/attach.html"
    form_class = AttachForm
    refusal_fields = {"organisation-unknown": "organisation_id", "place-operator-not-running-places": "organisation_id"}

    def get_form_kwargs(self) -> dict[str, Any]:
        organisations = parties.organisations_registered_by(actor=actor_of(self.request), kind=OrganisationKind.PLACE_OPERATOR)
        return {**super().get_form_kwargs(), "organisations": [(each.id, each.name) for each in organisations if not each.has_ended]}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        card = queries.place_card(self.kwargs["place_id"], at=clock.now())
        return super().get_context_data(
            place=card.summary, pivot=card.pivot, back_url=reverse("operator:place", args=[card.summary.place_id]), **context
        )

    def perform(self, form: AttachForm) -> HttpResponseBase:
        attach_operator(
            place_id=self.kwargs["place_id"],
            organisation_id=form.cleaned_data["organisation_id"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est noté : cette organisation tient le lieu."))
        return redirect("operator:place", self.kwargs["place_id"])


class EndView(OperationView):
    """Close a place for good."""

    template_name = "operator/confirm.html"
    form_class = EndForm

    def get_initial(self) -> dict[str, Any]:
        return {"last_day": legal_day(clock.now())}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = queries.place_card(self.kwargs["place_id"], at=clock.now()).summary
        return super().get_context_data(
            title=_("Fermer le lieu « %(name)s »") % {"name": found.name},
            lead=_("Après ce jour, il quitte l’annuaire et n’accepte plus aucun chèque. Ce qu’il a déjà accepté lui sera payé."),
            verb=_("Fermer ce lieu"),
            kind="danger",
            cancel_url=reverse("operator:place", args=[found.place_id]),
            **context,
        )

    def perform(self, form: EndForm) -> HttpResponseBase:
        end_place(
            place_id=self.kwargs["place_id"],
            ended_on=form.cleaned_data["last_day"] + timedelta(days=1),
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le lieu est fermé."))
        return redirect("operator:place", self.kwargs["place_id"])


class EditView(EditPlaceView):
    """Correct what is said of a place, from the office."""

    template_name = "operator/places/edit.html"
    back = "operator:place"
