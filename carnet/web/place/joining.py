"""One's own application, labels and decisions; contesting one; handing one's part on to the next head."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import operations as parties_writes
from carnet.parties import queries as parties
from carnet.parties.rules import HeadChangeState, allowed
from carnet.places import operations, queries
from carnet.places.queries import JoiningFileView
from carnet.places.rules.joining import JoiningFileUnknown, LabelState
from carnet.web import clock, labels
from carnet.web.design import formats
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.joining import STATES, decision_told
from carnet.web.public.applications import AppealForm


class HandOnForm(OperationForm):
    """Who comes next."""

    display_name = forms.CharField(label=gettext_lazy("Nouveau responsable : prénom et nom"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("Son adresse électronique"), max_length=254)


def network(request: HttpRequest) -> HttpResponse:
    """Where one stands in the network."""
    actor, at = actor_of(request), clock.now()
    files = queries.own_joining_files(actor=actor, at=at)
    held = queries.labels_of_organisation(actor.organisation_id or 0, day=legal_day(at))
    may_hand_on = allowed(actor.roles, "parties.hand-on")
    changes = parties.head_changes(actor=actor, organisation_id=actor.organisation_id or 0) if may_hand_on else []
    context = {
        "files": [_shown(each, actor) for each in files],
        "labels": labels.places_table(held, caption=_("Les labels de vos lieux")),
        "may_hand_on": may_hand_on,
        "waiting_head": next((each for each in changes if each.state in (HeadChangeState.ASKED, HeadChangeState.INVITED)), None),
    }
    return render(request, "place/network.html", context)


def _shown(view: JoiningFileView, actor: Actor) -> dict[str, Any]:
    may_appeal = view.appeal_until is not None and allowed(actor.roles, "places.appeal")
    return {
        "name": view.programme.name,
        "state": STATES[view.state],
        "decisions": [decision_told(each, view.terms) for each in view.decisions],
        "appeal": view.open_appeal,
        "appeal_until": view.appeal_until,
        "appeal_url": reverse("place:network-appeal", args=[view.file_id]) if may_appeal else "",
    }


def suspended_sentence(organisation_id: int) -> str:
    """What a till must know before it reads a code: which of its places may not accept, since when; "" when none."""
    held = queries.labels_of_organisation(organisation_id, day=legal_day(clock.now()))
    latest: dict[tuple[int, int], Any] = {}
    for each in held:
        latest.setdefault((each.place_id, each.programme_id), each)
    stopped = [each for each in latest.values() if each.state in (LabelState.SUSPENDED, LabelState.WITHDRAWN)]
    if not stopped:
        return ""
    first = stopped[0]
    since = first.suspended_on if first.state is LabelState.SUSPENDED else first.withdrawn_on
    words = {"place": ", ".join(sorted({each.place for each in stopped})), "programme": first.programme, "day": formats.day(since)}
    if first.state is LabelState.SUSPENDED:
        return (
            _(
                "Label suspendu depuis le %(day)s pour %(place)s : les chèques de %(programme)s y sont refusés. Ceux déjà acceptés seront payés."
            )
            % words
        )
    return (
        _("Label retiré depuis le %(day)s pour %(place)s : les chèques de %(programme)s y sont refusés. Ceux déjà acceptés seront payés.")
        % words
    )


class Appeal(OperationView):
    """Contest the latest decision."""

    template_name = "place/network_form.html"
    form_class = AppealForm
    refusal_fields = {"appeal-text-missing": "text", "nir-in-text": "text", "iban-in-text": "text"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        found = next(
            (each for each in queries.own_joining_files(actor=actor, at=clock.now()) if each.file_id == self.kwargs["file_id"]), None
        )
        if found is None:
            raise JoiningFileUnknown
        standard = {
            "title": _("Contester cette décision"),
            "lead": _("Des personnes qui ne l’ont ni préparée ni prise vous répondront."),
            "told": decision_told(found.decisions[0], found.terms) if found.decisions else None,
            "verb": _("Envoyer mon recours"),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: AppealForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.appeal(
            file_id=self.kwargs["file_id"], text=given["text"], actor=actor_of(self.request), request_id=given["request_id"], at=clock.now()
        )
        messages.success(self.request, _("Votre recours est enregistré. Des personnes qui n’ont pas pris la décision y répondront."))
        return redirect("place:network")


class HandOn(OperationView):
    """Hand one's part on."""

    template_name = "place/network_form.html"
    form_class = HandOnForm
    refusal_fields = {"email-invalid": "email", "head-already": "email", "already-member": "email", "person-name-missing": "display_name"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Passer la main"),
            "lead": _("La personne reçoit une invitation. Vous gardez votre accès jusqu’à ce qu’elle soit entrée ; il s’arrête alors."),
            "verb": _("Inviter le nouveau responsable"),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: HandOnForm) -> HttpResponseBase:
        given = form.cleaned_data
        parties_writes.hand_on(
            email=given["email"],
            display_name=given["display_name"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("L’invitation part. Vous gardez votre accès jusqu’à la relève."))
        return redirect("place:network")


urlpatterns = [
    path("network/", door("places.see-own-joining")(network), name="network"),
    path("network/<int:file_id>/appeal/", door("places.appeal")(Appeal.as_view()), name="network-appeal"),
    path("network/hand-on/", door("parties.hand-on")(HandOn.as_view()), name="hand-on"),
]
