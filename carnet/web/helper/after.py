"""Once the visit is over: the question, the slip, and a booklet when the structure is also a desk; erasing somebody; the uses taken away."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from carnet.distribution import queries as distribution
from carnet.mandates import queries
from carnet.mandates.operations.evidence import take_uses
from carnet.mandates.operations.retention import erase_person
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.helper import words
from carnet.web.helper.ending import _OnPerson
from carnet.web.helper.uses_pack import uses_pack


@never_cache
def after(request: HttpRequest, person_id: int) -> HttpResponse:
    """What is left to do before the person goes. A booklet is another act, at the desk: nothing of the mandate goes with it."""
    actor, at = actor_of(request), clock.now()
    found = queries.person(person_id, actor=actor, at=at)
    is_desk = bool(distribution.participations(organisation_id=actor.organisation_id, at=at)) if actor.organisation_id else False
    done = queries.uses(actor=actor, person_id=person_id).uses
    context = {
        "name": words.name(found.view),
        "found": found,
        "latest": found.mandates[0] if found.mandates else None,
        "procedure": done[0].procedure if done else "",
        "is_desk": is_desk,
        "may_give": is_desk and allowed(actor.roles, "distribution.hand-over"),
        "may_act": allowed(actor.roles, "mandates.act"),
    }
    return render(request, "helper/after.html", context)


class Erase(_OnPerson):
    """The lead erases somebody who asks for it."""

    form_class = OperationForm

    def words_of_page(self) -> dict[str, Any]:
        return {
            "title": _("Effacer %(name)s") % {"name": words.name(self.found.view)},
            "lead": _("Son nom disparaît pour toujours. Ce qui a été fait reste, sous un numéro. Ses mandats s’arrêtent."),
            "verb": _("Effacer pour toujours"), "kind": "danger", "nothing": self.found.view.is_erased,
        }  # fmt: skip

    def perform(self, form: OperationForm) -> HttpResponse:
        erase_person(person_id=self.found.view.id, actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now())
        messages.success(self.request, _("Le nom est effacé. Il n’est plus nulle part."))
        return redirect("helper:person", self.found.view.id)


def take(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """The uses of one mandate, for somebody outside."""
    if request.method != "POST":
        return redirect(reverse("helper:mandate", args=[mandate_id]))
    at = clock.now()
    taken = take_uses(mandate_id=mandate_id, actor=actor_of(request), request_id=uuid4(), at=at)
    response = HttpResponse(uses_pack(taken, at=at), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{taken.number}.zip"'
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("people/<int:person_id>/after/", door("mandates.see")(after), name="after"),
    path("people/<int:person_id>/erase/", door("mandates.see", post="mandates.erase")(Erase.as_view()), name="erase"),
    path("mandates/<int:mandate_id>/uses.zip", door("mandates.see", post="mandates.export-uses")(take), name="take-uses"),
]
