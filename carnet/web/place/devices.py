"""The devices of a place that accept without network: enrolled here, followed, revoked."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.redemption import access, operations, queries
from carnet.redemption.rules import DEVICE_NAME_MAX
from carnet.web import clock
from carnet.web import devices as tables
from carnet.web.design import formats
from carnet.web.design.components import Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door, public
from carnet.web.place import counter, offline
from carnet.web.place.till import reads_codes

KEY_TEXT_MAX = 200
TOLD_FOR = timedelta(days=7)


class EnrolForm(OperationForm):
    """Which place, and what to call the device."""

    name = forms.CharField(
        label=gettext_lazy("Nom de l’appareil"),
        help_text=gettext_lazy("Par exemple : tablette de l’accueil. Pas le nom d’une personne."),
        max_length=DEVICE_NAME_MAX,
    )
    place_id = forms.TypedChoiceField(label=gettext_lazy("Lieu"), coerce=int)
    public_key = forms.CharField(max_length=KEY_TEXT_MAX, required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, places: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["place_id"].choices = places  # type: ignore[attr-defined]
        if len(places) == 1:
            self.fields["place_id"].initial = places[0][0]
            self.fields["place_id"].widget = forms.HiddenInput()


def devices(request: HttpRequest) -> HttpResponse:
    """The devices of one's places."""
    actor, at = actor_of(request), clock.now()
    counter.own_places(request, counter.organisation_of(actor), at)
    found = queries.devices(actor, at=at)
    may_enrol = allowed(actor.roles, "redemption.enrol-device")
    context = {
        "table": tables.table(found, _address, empty=""),
        "has_devices": bool(found),
        "may_enrol": may_enrol,
        "app_url": _app(),
    }
    return render(request, "place/devices/devices.html", context)


def device(request: HttpRequest, device_id: int) -> HttpResponse:
    """One device and what it sent."""
    actor, at = actor_of(request), clock.now()
    counter.own_places(request, counter.organisation_of(actor), at)
    found = queries.device(actor, device_id, at=at)
    context = {
        "device": found,
        "rows": tables.summary(found),
        "table": tables.sent(
            queries.uploaded(actor, device_id, at=at), redemption=lambda number: reverse("place:redemption", args=[number])
        ),
        "may_revoke": found.revoked_at is None and allowed(actor.roles, "redemption.revoke-device"),
    }
    return render(request, "place/devices/device.html", context)


def enrol(request: HttpRequest) -> HttpResponse:
    """The page that makes a key on this device, then what that key is answered."""
    actor, at = actor_of(request), clock.now()
    own = [(place.place_id, place.name) for place in counter.own_places(request, counter.organisation_of(actor), at)]
    if request.method != "POST":
        context = {"form": EnrolForm(places=own), "has_places": bool(own), "app_url": _app(), "words": _words()}
        return render(request, "place/devices/enrol.html", context)
    form = EnrolForm(request.POST, places=own)
    if not form.is_valid():
        return _refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    try:
        device_id = operations.enrol_device(
            place_id=form.cleaned_data["place_id"],
            name=form.cleaned_data["name"],
            public_key=_key(form.cleaned_data["public_key"]),
            actor=actor,
            request_id=form.cleaned_data["request_id"],
            at=at,
        )
    except Refusal as refusal:
        return _refused(sentence_for(refusal))
    row = access.watched_device(device_id, None)
    found = queries.device(actor, device_id, at=at)
    return JsonResponse(
        {
            "device": device_id,
            "name": found.name,
            "place_name": found.place_name,
            "server_now": at.isoformat(),
            "caps": {"count": found.caps.count, "cents": found.caps.cents, "hours": found.caps.hours},
            "facts": [
                {"programme": each.programme_id, "text": each.text, "signature": base64.b64encode(each.signature).decode()}
                for each in queries.facts_for(row, at=at)
            ],
        },
        status=201,
    )


def tasks(actor: Actor, at: datetime) -> list[Task]:
    """What was accepted without network and refused since: told on the place's page too, should the device be lost."""
    refused = queries.refused_lately(organisation_id=counter.organisation_of(actor), since=at - TOLD_FOR)
    if not refused:
        return []
    title = ngettext("%(count)s passage sans réseau a été refusé", "%(count)s passages sans réseau ont été refusés", refused)
    detail = _("L’appareil l’a dit, et cette page le garde.")
    verb = _("Voir pourquoi")
    return [
        Task(
            title % {"count": formats.number(refused)}, verb, reverse("place:devices"), detail=detail, tone="danger", tone_text=_("Refusé")
        )
    ]


class Revoke(OperationView):
    """A device lost, stolen, or given to somebody else."""

    template_name = "place/devices/revoke.html"
    form_class = OperationForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor, at = actor_of(self.request), clock.now()
        counter.own_places(self.request, counter.organisation_of(actor), at)
        return super().get_context_data(**kwargs) | {"device": queries.device(actor, self.kwargs["device_id"], at=at)}

    def perform(self, form: OperationForm) -> HttpResponseBase:
        request_id: UUID = form.cleaned_data["request_id"]
        device_id = self.kwargs["device_id"]
        operations.revoke_device(device_id=device_id, actor=actor_of(self.request), request_id=request_id, at=clock.now())
        messages.success(self.request, _("Appareil révoqué : ce qu’il enverra sera gardé et refusé."))
        return redirect("place:device", device_id=device_id)


def _key(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _refused(sentence: str) -> HttpResponse:
    return JsonResponse({"sentence": sentence}, status=422)


def _address(device_id: int) -> str:
    return reverse("place:device", args=[device_id])


def _app() -> str:
    return reverse("place:offline", args=[translation.get_language() or "fr"])


def _words() -> dict[str, str]:
    return {
        "unable": _(
            "Ce navigateur ne peut pas accepter sans réseau : il faut un navigateur récent, hors du mode privé, et une adresse en https."
        ),
        "waiting": _("Cet appareil a été révoqué et garde des passages pas encore envoyés. Ouvrez d’abord l’application, avec du réseau."),
        "failed": _("L’enregistrement n’a pas abouti. Rechargez la page et recommencez."),
    }


urlpatterns = [
    path("devices/", door("redemption.see-devices")(devices), name="devices"),
    path("devices/enrol/", door("redemption.enrol-device")(enrol), name="device-enrol"),
    path("devices/<int:device_id>/", door("redemption.see-devices")(device), name="device"),
    path("devices/<int:device_id>/revoke/", door("redemption.revoke-device")(Revoke.as_view()), name="device-revoke"),
    path("offline/", public(offline.entrance), name="offline-entrance"),
    path("offline/worker.js", public(offline.worker), name="offline-worker"),
    path("offline/waking-worker.js", public(offline.waking_worker), name="offline-waking-worker"),
    path("offline/<str:language>/", public(reads_codes(offline.app)), name="offline"),
    path("offline/<str:language>/app.webmanifest", public(offline.manifest), name="offline-manifest"),
]
