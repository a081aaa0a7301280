"""Landlords and providers of one's programmes, and what is connected, in counts."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.connectivity import operations, queries
from carnet.connectivity.queries import OfferView, PartnerView
from carnet.connectivity.rules import ConnectionState, OfferState, Part
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, allowed, home_of
from carnet.web import clock
from carnet.web.connections import words
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of

_S = ConnectionState
PARTS = {Part.LANDLORD: gettext_lazy("Bailleur"), Part.PROVIDER: gettext_lazy("Fournisseur d’accès")}
OFFER_STATES = {
    OfferState.PREPARED: (gettext_lazy("à ouvrir"), "warning"),
    OfferState.OPEN: (gettext_lazy("ouverte"), "success"),
    OfferState.REFUSED: (gettext_lazy("refusée"), "neutral"),
    OfferState.CLOSED: (gettext_lazy("fermée"), "neutral"),
}


def base_of(actor: Actor) -> str:
    """The page around, of the reader's own room."""
    return f"{home_of(actor.roles).split(':')[0]}/office.html"


def home(request: HttpRequest) -> HttpResponse:
    """Programmes with their landlords, providers and offers; and where connections are."""
    actor = actor_of(request)
    offers, partners = queries.offers(actor=actor), queries.partners(actor=actor, programme_ids=actor.programme_ids)
    waiting = queries.waiting(actor=actor, today=legal_day(clock.now()))
    names = parties.organisations(
        {each.organisation_id for each in partners}
        | {each.terms.landlord_id for each in offers}
        | {each.terms.provider_id for each in offers}
    )
    own = set(funding_ids(actor))
    programmes = [each for each in funding.programmes(actor.programme_ids) if each.ended_at is None]
    context = {
        "base": base_of(actor),
        "figures": [
            Figure(formats.number(waiting.count(_S.ACTIVE, _S.SUSPENDED)), _("logements branchés")),
            Figure(formats.number(waiting.count(_S.APPLIED)), _("demandes sans réponse")),
            Figure(formats.number(waiting.count(_S.ACCEPTED, _S.TO_ACTIVATE, _S.COULD_NOT)), _("à brancher")),
            Figure(formats.number(waiting.incidents), _("en panne")),
        ],
        "offers": _offers_table(offers, names),
        "programmes": [
            (
                each.name,
                _partners_table([one for one in partners if one.programme_id == each.id], names, actor),
                reverse("operator:connection-admit", args=[each.id])
                if each.id in own and allowed(actor.roles, "connectivity.admit-partner")
                else "",
            )
            for each in programmes
        ],
        "states": Table(
            _("Où en sont les connexions"), [Column(_("État")), Column(_("Logements"), number=True)],
            [[str(words.STATES[state][0]), formats.number(count)] for state, count in sorted(waiting.by_state.items())],
            empty=_("Aucune demande pour l’instant."),
        ),
    }  # fmt: skip
    return render(request, "operator/connections/home.html", context)


def funding_ids(actor: Actor) -> tuple[int, ...]:
    """The programmes one's own organisation runs."""
    return tuple(each.id for each in funding.programmes_of_operator(actor.organisation_id or 0))


def _offers_table(offers: tuple[OfferView, ...], names: dict[int, Any]) -> Table:
    columns = [
        Column(_("Offre")), Column(_("Bailleur")), Column(_("Fournisseur")), Column(_("Prix au locataire")), Column(_("État")),
        Column(_("Logements"), number=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.terms.name, url=reverse("operator:connection-offer", args=[each.id])), names[each.terms.landlord_id].name,
            names[each.terms.provider_id].name, formats.euros(each.terms.household_cents),
            Cell(str(OFFER_STATES[each.state][0]), tone=OFFER_STATES[each.state][1]),
            _("%(live)s sur %(most)s") % {"live": formats.number(each.live), "most": formats.number(each.terms.home_limit)},
        ]
        for each in offers
    ]  # fmt: skip
    return Table(_("Offres"), columns, rows, empty=_("Aucune offre. Admettez un bailleur et un fournisseur, puis préparez-en une."))


def _partners_table(partners: list[PartnerView], names: dict[int, Any], actor: Actor) -> Table:
    columns = [Column(_("Organisation")), Column(_("Rôle")), Column(_("Depuis")), Column(_("Offre")), Column(_("Fin"))]
    rows = []
    for each in partners:
        may = each.ended_at is None
        offer: Any = "–"
        if may and each.part is Part.LANDLORD and allowed(actor.roles, "connectivity.prepare-offer"):
            offer = Cell(_("Préparer une offre"), url=reverse("operator:connection-offer-new", args=[each.id]))
        end: Any = formats.day(each.ended_at) if each.ended_at else "–"
        if may and allowed(actor.roles, "connectivity.admit-partner"):
            end = Cell(_("Mettre fin"), url=reverse("operator:connection-partner-end", args=[each.id]))
        rows.append([names[each.organisation_id].name, str(PARTS[each.part]), formats.day(each.admitted_at), offer, end])
    return Table(_("Bailleurs et fournisseurs"), columns, rows, empty=_("Ni bailleur ni fournisseur dans ce programme."))


class AdmitForm(OperationForm):
    """Who, and as what."""

    partner = forms.ChoiceField(
        label=gettext_lazy("Organisation"),
        help_text=gettext_lazy("Elle manque ? Enregistrez-la d’abord dans « Organisations et personnes »."),
        error_messages={"required": gettext_lazy("Choisissez une organisation.")},
    )


class Admit(OperationView):
    """Let a landlord, or a provider, into a programme."""

    template_name = "operator/confirm.html"
    form_class = AdmitForm
    operated = "programme_id"

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_form(self, form_class: Any = None) -> AdmitForm:
        form: AdmitForm = super().get_form(form_class)
        actor, choices = actor_of(self.request), [("", "–")]
        for part, kind in ((Part.LANDLORD, OrganisationKind.LANDLORD), (Part.PROVIDER, OrganisationKind.PROVIDER)):
            found = parties.organisations_registered_by(actor=actor, kind=kind.value)
            choices += [(f"{part.value}-{each.id}", f"{each.name} ({PARTS[part]})") for each in found if not each.has_ended]
        form.fields["partner"].choices = choices  # type: ignore[attr-defined]
        return form

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more) | {
            "title": _("Admettre un bailleur ou un fournisseur"), "lead": funding.programme(self.kwargs["programme_id"]).name,
            "verb": _("Admettre"), "kind": "", "cancel_url": reverse("operator:connections"),
        }  # fmt: skip

    def perform(self, form: AdmitForm) -> HttpResponseBase:
        part, _dash, organisation_id = form.cleaned_data["partner"].partition("-")
        operations.admit_partner(
            programme_id=self.kwargs["programme_id"], organisation_id=int(organisation_id), part=Part(part), actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("C’est admis."))
        return redirect("operator:connections")


def found_partner(actor: Actor, partner_id: int) -> PartnerView:
    """A partner of one's own programmes, or a page not found."""
    found = next((each for each in queries.partners(actor=actor, programme_ids=funding_ids(actor)) if each.id == partner_id), None)
    if found is None:
        raise Http404
    return found


class End(OperationView):
    """A landlord or a provider leaves."""

    template_name = "operator/confirm.html"
    form_class = OperationForm

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = found_partner(actor_of(self.request), self.kwargs["partner_id"])
        name = parties.organisation(found.organisation_id).name
        return super().get_context_data(**more) | {
            "title": _("Mettre fin à la part de %(name)s ?") % {"name": name},
            "lead": _("Ses connexions et ses offres doivent être finies d’abord."), "verb": _("Mettre fin"), "kind": "danger",
            "cancel_url": reverse("operator:connections"),
        }  # fmt: skip

    def perform(self, form: OperationForm) -> HttpResponseBase:
        operations.end_partner(
            partner_id=self.kwargs["partner_id"], actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )
        messages.success(self.request, _("C’est fini."))
        return redirect("operator:connections")


def tasks(actor: Actor) -> Iterator[Task]:
    """What the operator's morning says of connections: incidents that last."""
    if not allowed(actor.roles, "connectivity.see"):
        return
    waiting = queries.waiting(actor=actor, today=legal_day(clock.now()))
    if waiting.incidents:
        title = ngettext("%(count)s connexion solidaire en panne", "%(count)s connexions solidaires en panne", waiting.incidents)
        yield Task(title % {"count": waiting.incidents}, _("Voir"), reverse("operator:connections"), waiting.oldest_incident)
