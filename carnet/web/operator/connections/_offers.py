"""Offers: prepared whole, read again by a second person, opened or refused, closed."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.connectivity import operations, queries
from carnet.connectivity.rules import (
    SHOWABLE,
    Collector,
    Eligibility,
    Ground,
    OfferState,
    OfferTerms,
    Part,
    Proof,
)
from carnet.funding import queries as funding
from carnet.kernel.periods import add_months, legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.connections import offices, words
from carnet.web.design.forms import DayField, EurosField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.operator.connections._partners import OFFER_STATES, base_of, found_partner
from carnet.web.operator.deciding import NoForm

_GROUNDS = [(each.value, label) for each, label in words.GROUNDS.items()]
# A paper that may be shown is for one ground; those that nothing allows are not even proposed.
_PAPERS = [("", gettext_lazy("rien : la parole de la personne suffit"))] + [
    (paper, words.PAPERS[paper]) for papers in SHOWABLE.values() for paper in papers
]
_FIELD_OF = {
    "name": "name", "household": "household_cents", "landlord": "landlord_cents", "funders": "funders_cents", "monthly": "funders_cents",
    "setup": "setup_cents", "speed": "up_mbps", "months": "months", "homes": "home_limit", "days": "closes_on",
    "tolerated": "tolerated_days", "eligibility": "needed", "source": "source", "papers": "papers",
}  # fmt: skip

# What does not go together, said in so many words; the rest is one field's own fault.
_WRONG = {
    "speed": gettext_lazy("Le débit envoyé ne peut pas dépasser le débit reçu."),
    "days": gettext_lazy("Choisissez un jour après le premier jour des demandes."),
    "monthly": gettext_lazy("Quelqu’un doit payer quelque chose chaque mois."),
}


class OfferForm(OperationForm):
    """An offer, whole."""

    name = forms.CharField(
        label=gettext_lazy("Nom de l’offre"), help_text=gettext_lazy("Lu par les personnes : court et clair."), max_length=120
    )
    provider = forms.TypedChoiceField(label=gettext_lazy("Fournisseur"), coerce=int)
    agreement = forms.TypedChoiceField(label=gettext_lazy("Convention qui paie"), coerce=int)
    residences = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Résidences"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Rien de coché : toutes celles du bailleur."),
    )  # fmt: skip
    household_cents = EurosField(label=gettext_lazy("Le locataire paie, par mois"), least_cents=0)
    collector = forms.ChoiceField(
        label=gettext_lazy("À qui le locataire paie"), choices=[(each.value, label) for each, label in offices.COLLECTORS.items()],
        widget=forms.RadioSelect, initial=Collector.LANDLORD.value,
    )  # fmt: skip
    landlord_cents = EurosField(label=gettext_lazy("Le bailleur paie, par mois"), least_cents=0)
    funders_cents = EurosField(label=gettext_lazy("Les financeurs paient, par mois"), least_cents=0)
    setup_cents = EurosField(label=gettext_lazy("Les financeurs paient à l’installation"), least_cents=0)
    down_mbps = forms.IntegerField(label=gettext_lazy("Débit reçu, en Mb/s"), min_value=1)
    up_mbps = forms.IntegerField(label=gettext_lazy("Débit envoyé, en Mb/s"), min_value=1)
    has_box = forms.BooleanField(label=gettext_lazy("Une box est fournie"), required=False, initial=True)
    lends_computer = forms.BooleanField(label=gettext_lazy("Un ordinateur peut être prêté"), required=False)
    months = forms.IntegerField(label=gettext_lazy("Durée, en mois"), min_value=1, initial=12)
    home_limit = forms.IntegerField(label=gettext_lazy("Logements au plus"), min_value=1)
    tolerated_days = forms.IntegerField(
        label=gettext_lazy("Jours de panne sans déduction"), help_text=gettext_lazy("Au-delà, chaque jour est déduit de la facture."),
        min_value=0, initial=2,
    )  # fmt: skip
    opens_on = DayField(label=gettext_lazy("Premier jour des demandes"))
    closes_on = DayField(label=gettext_lazy("Premier jour sans demandes"))
    needed = forms.MultipleChoiceField(
        label=gettext_lazy("Il faut tout cela"), choices=_GROUNDS, required=False, widget=forms.CheckboxSelectMultiple,
        initial=[Ground.NO_CONNECTION.value],
    )  # fmt: skip
    one_of = forms.MultipleChoiceField(
        label=gettext_lazy("Et au moins un de ceux-ci"), choices=_GROUNDS, required=False, widget=forms.CheckboxSelectMultiple
    )
    papers = forms.MultipleChoiceField(
        label=gettext_lazy("Ce qui peut être montré, au choix"), choices=_PAPERS[1:], required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Rien de coché : la parole suffit. Ni pièce d’identité, ni bail, ni avis d’impôt : ils ne peuvent pas être demandés."),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("D’où vient cette règle"), help_text=gettext_lazy("La convention, la délibération : elle est imprimée avec l’offre."),
        max_length=200,
    )  # fmt: skip

    def terms(self, landlord_id: int) -> OfferTerms:
        """The offer as the rules read it."""
        given = self.cleaned_data
        plain = (
            "name", "household_cents", "landlord_cents", "funders_cents", "setup_cents", "down_mbps", "up_mbps", "has_box", "lends_computer",
            "months", "home_limit", "tolerated_days", "opens_on", "closes_on",
        )  # fmt: skip
        rules = Eligibility(
            tuple(Ground(each) for each in given["needed"]), tuple(Ground(each) for each in given["one_of"]),
            Proof.SHOWN if given["papers"] else Proof.SAID, tuple(given["papers"]), given["source"].strip(),
        )  # fmt: skip
        return OfferTerms(
            **{each: given[each] for each in plain}, agreement_id=given["agreement"], landlord_id=landlord_id, provider_id=given["provider"],
            collector=Collector(given["collector"]), residence_ids=tuple(given["residences"]), eligibility=rules,
        )  # fmt: skip


class Prepare(OperationView):
    """Prepare an offer with a landlord: another person opens it."""

    template_name = "operator/confirm.html"
    form_class = OfferForm

    def get_initial(self) -> dict[str, Any]:
        today = legal_day(clock.now())
        return {"request_id": uuid4(), "opens_on": today, "closes_on": add_months(today, 12)}

    def get_form(self, form_class: Any = None) -> OfferForm:
        form: OfferForm = super().get_form(form_class)
        actor, partner = actor_of(self.request), self._partner()
        providers = [
            each.organisation_id for each in queries.partners(actor=actor, programme_ids=[partner.programme_id])
            if each.part is Part.PROVIDER and each.ended_at is None
        ]  # fmt: skip
        names = parties.organisations(providers)
        agreements = [each for each in funding.agreements(actor, [partner.programme_id], at=clock.now()) if each.closed_at is None]
        fields: Any = form.fields
        fields["provider"].choices = [(each, names[each].name) for each in providers]
        fields["agreement"].choices = [(each.id, each.name) for each in agreements]
        fields["residences"].choices = list(
            queries.residence_names(programme_id=partner.programme_id, landlord_id=partner.organisation_id).items()
        )
        return form

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        partner = self._partner()
        name = parties.organisation(partner.organisation_id).name
        return super().get_context_data(**more) | {
            "title": _("Préparer une offre avec %(name)s") % {"name": name},
            "lead": _("Une autre personne l’ouvrira. Ensuite, elle ne se réécrit plus."), "verb": _("Préparer l’offre"), "kind": "",
            "cancel_url": reverse("operator:connections"),
        }  # fmt: skip

    def perform(self, form: OfferForm) -> HttpResponseBase:
        partner = self._partner()
        offer_id = operations.prepare_offer(
            programme_id=partner.programme_id, terms=form.terms(partner.organisation_id), actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("L’offre est préparée. Une autre personne doit l’ouvrir."))
        return redirect("operator:connection-offer", offer_id)

    def form_valid(self, form: OfferForm) -> HttpResponse:
        try:
            return self.perform(form)  # type: ignore[return-value]
        except Refusal as refusal:
            field = _FIELD_OF.get(str(refusal.facts.get("what", "")), "papers" if refusal.code == "connection-paper-needless" else None)
            said = _WRONG.get(str(refusal.facts.get("what", ""))) or sentence_for(refusal)
            form.add_error(field, forms.ValidationError(said, code=refusal.code))
            return self.form_invalid(form)

    def _partner(self) -> queries.PartnerView:
        found = found_partner(actor_of(self.request), self.kwargs["partner_id"])
        if found.part is not Part.LANDLORD or found.ended_at is not None:
            raise Http404
        return found


def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """An offer as it was prepared, and what may be done now."""
    actor = actor_of(request)
    found = queries.offer(actor=actor, offer_id=offer_id)
    waits = found.state is OfferState.PREPARED
    label, tone = OFFER_STATES[found.state]
    context = {
        "base": base_of(actor),
        "offer": found,
        "state": (str(label), tone),
        "rows": _rows(found),
        "is_mine": waits and found.prepared_by_id == actor.person_id,
        "may_decide": waits and allowed(actor.roles, "connectivity.approve-offer") and found.prepared_by_id != actor.person_id,
        "may_close": found.state is OfferState.OPEN and allowed(actor.roles, "connectivity.prepare-offer"),
    }
    return render(request, "operator/connections/offer.html", context)


def _rows(found: queries.OfferView) -> list[Any]:
    said = found.terms
    names = parties.organisations({said.landlord_id, said.provider_id})
    residences = queries.residence_names(programme_id=found.programme_id, landlord_id=said.landlord_id)
    return offices.offer_rows(found, names, [residences[each] for each in said.residence_ids if each in residences])


class _OfOffer(OperationView):
    template_name = "operator/confirm.html"
    title: Promise
    lead: Promise | str = ""
    verb: Promise
    kind = ""
    said: Promise
    decides = True

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        found = queries.offer(actor=actor, offer_id=self.kwargs["offer_id"])
        return super().get_context_data(**more) | {
            "title": str(self.title), "lead": str(self.lead), "verb": str(self.verb), "kind": self.kind, "rows": _rows(found),
            "is_mine": self.decides and found.state is OfferState.PREPARED and found.prepared_by_id == actor.person_id,
            "cancel_url": reverse("operator:connection-offer", args=[found.id]),
        }  # fmt: skip

    def operate(self, given: dict[str, Any]) -> None:
        """Call the operation."""
        raise NotImplementedError

    def perform(self, form: OperationForm) -> HttpResponseBase:
        self.operate({"offer_id": self.kwargs["offer_id"], **form.cleaned_data, "actor": actor_of(self.request), "at": clock.now()})
        messages.success(self.request, str(self.said))
        return redirect("operator:connection-offer", self.kwargs["offer_id"])


class Open(_OfOffer):
    """Open what somebody else prepared."""

    form_class = OperationForm
    title, verb = gettext_lazy("Ouvrir cette offre ?"), gettext_lazy("Ouvrir l’offre")
    lead = gettext_lazy("Les guichets pourront demander. L’argent est mis de côté à chaque demande acceptée.")
    said = gettext_lazy("L’offre est ouverte.")

    def operate(self, given: dict[str, Any]) -> None:
        operations.open_offer(**given)


class Refuse(_OfOffer):
    """Say no, and why."""

    form_class = NoForm
    title, verb, kind = gettext_lazy("Refuser cette offre"), gettext_lazy("Refuser"), "secondary"
    said = gettext_lazy("L’offre est refusée.")

    def operate(self, given: dict[str, Any]) -> None:
        operations.refuse_offer(**given)


class Close(_OfOffer):
    """Take no more applications."""

    form_class = OperationForm
    decides = False
    title, verb, kind = gettext_lazy("Fermer cette offre ?"), gettext_lazy("Fermer"), "danger"
    lead = gettext_lazy("Plus aucune demande. Ce qui est branché le reste jusqu’à sa fin.")
    said = gettext_lazy("L’offre est fermée.")

    def operate(self, given: dict[str, Any]) -> None:
        operations.close_offer(**given)
