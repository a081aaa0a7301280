"""What stops: at the person's wish, in one gesture; when they die or a judge protects them; when another structure takes over."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from carnet.gateways.identity import IdentityRefused
from carnet.mandates import operations, queries
from carnet.mandates.operations import Known
from carnet.mandates.rules import EndReason
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.helper import words
from carnet.web.helper.forms import CarryForm, CloseForm, StopForm
from carnet.web.helper.identities import pivot_of
from carnet.web.identity import exchange
from carnet.web.identity.views import refused


@method_decorator(never_cache, name="dispatch")
class _OnPerson(OperationView):
    """One act on one person of the structure."""

    template_name = "helper/act.html"

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        self.found = queries.person(self.kwargs["person_id"], actor=actor_of(self.request), at=clock.now())
        return super().dispatch(*arguments, **options)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        back = reverse("helper:person", args=[self.found.view.id])
        return super().get_context_data(name=words.name(self.found.view), back_url=back, **self.words_of_page(), **context)

    def words_of_page(self) -> dict[str, Any]:
        """Title, lead, verb and kind of the button."""
        raise NotImplementedError


class Stop(_OnPerson):
    """One, several or all of what the person authorises."""

    form_class = StopForm
    refusal_fields = {"mandate-nothing-to-end": "authorisations"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "live": self.found.live}

    def words_of_page(self) -> dict[str, Any]:
        return {
            "title": _("Arrêter pour %(name)s") % {"name": words.name(self.found.view)},
            "lead": _("C’est tout de suite. Le papier qui le prouve s’imprime après."),
            "verb": _("Arrêter"), "kind": "danger", "nothing": not self.found.live,
        }  # fmt: skip

    def perform(self, form: StopForm) -> HttpResponse:
        given = form.cleaned_data
        done = operations.end_authorisations(
            authorisation_ids=given["authorisations"], actor=actor_of(self.request), request_id=given["request_id"], at=clock.now()
        )
        return redirect("helper:ending", done.id)


class Close(_OnPerson):
    """Nothing is signed with this person any more."""

    form_class = CloseForm
    refusal_fields = {"mandate-person-ended": "reason"}

    def words_of_page(self) -> dict[str, Any]:
        return {
            "title": _("Fermer le dossier de %(name)s") % {"name": words.name(self.found.view)},
            "lead": _("Tout s’arrête. Plus rien ne peut être signé avec cette personne."),
            "verb": _("Fermer le dossier"), "kind": "danger",
        }  # fmt: skip

    def perform(self, form: CloseForm) -> HttpResponse:
        given = form.cleaned_data
        done = operations.end_for_person(
            person_id=self.found.view.id, reason=EndReason(given["reason"]), actor=actor_of(self.request), request_id=given["request_id"],
            at=clock.now(),
        )  # fmt: skip
        return redirect("helper:ending", done.id)


@never_cache
def ending(request: HttpRequest, ending_id: int) -> HttpResponse:
    """What was stopped, and the paper of it."""
    actor, at = actor_of(request), clock.now()
    found = queries.ending(ending_id, actor=actor)
    person = queries.person(found.person_id, actor=actor, at=at)
    numbers = set(found.mandate_numbers)
    context = {
        "found": found,
        "name": words.name(person.view),
        "rows": [
            Row(_("Personne"), words.name(person.view)),
            Row(_("Arrêté le"), formats.moment(found.at)),
            Row(_("Pourquoi"), words.REASONS[found.reason]),
            Row(_("Par"), _("la personne elle-même") if found.is_by_self else found.by or "–"),
        ],
        "lines": [words.family(each) for each in found.families],
        "papers": [(each.number, reverse("mandate_papers:stopped", args=[each.id])) for each in person.mandates if each.number in numbers],
        "person_url": reverse("helper:person", args=[found.person_id]),
    }
    return render(request, "helper/ending.html", context)


def carry_purpose(person_id: int) -> str:
    """What a sign-in at FranceConnect is for: carrying this person's mandates."""
    return f"mandate-carry:{person_id}"


class Carry(_OnPerson):
    """To another structure of the programme, the person having proved again who they are."""

    form_class = CarryForm
    template_name = "helper/carry.html"
    refusal_fields = {"mandate-transfer-elsewhere": "to", "mandate-nothing-to-transfer": "to", "mandate-consent-missing": "has_agreed"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "structures": queries.neighbours(actor=actor_of(self.request))}

    def words_of_page(self) -> dict[str, Any]:
        known = exchange.known(self.request, carry_purpose(self.found.view.id))
        return {
            "title": _("%(name)s change de structure") % {"name": words.name(self.found.view)},
            "lead": _("Ses mandats passent à l’autre structure. Les dates ne changent pas."),
            "is_proved": known is not None,
            "prove_url": reverse("helper:carry-franceconnect", args=[self.found.view.id]),
            "nothing": not self.found.live,
        }

    def perform(self, form: CarryForm) -> HttpResponse:
        given, person_id = form.cleaned_data, self.found.view.id
        known = exchange.known(self.request, carry_purpose(person_id))
        if known is None:
            return redirect("helper:carry", person_id)
        carried = operations.transfer_mandates(
            person_id=person_id, to_organisation_id=given["to"], known=Known(pivot_of(known), known.sub), actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        exchange.forget(self.request, carry_purpose(person_id))
        messages.success(self.request, _("C’est fait. L’autre structure peut continuer : %(families)s.") % {
            "families": words.families([family for each in carried for family in each.families])
        })  # fmt: skip
        return redirect("helper:person", person_id)


@never_cache
def carry_franceconnect(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """To FranceConnect, then back to the choice of the structure."""
    queries.person(person_id, actor=actor_of(request), at=clock.now())
    back = reverse("helper:carry", args=[person_id])
    try:
        return exchange.begin(request, "franceconnect", purpose=carry_purpose(person_id), back=back)
    except IdentityRefused as refusal:
        return refused(request, refusal, back)
