"""The devices that accept without network at the places of one's programmes: how much they may, what they sent, and their end."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.parties.rules import allowed
from carnet.redemption import operations, queries
from carnet.redemption.rules import CENTS_MOST, COUNT_MOST, HOURS_MOST, Caps
from carnet.web import clock
from carnet.web import devices as tables
from carnet.web.design.forms import EurosField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door


class LimitForm(OperationForm):
    """How much a device may accept before it is back on the network."""

    count = forms.IntegerField(label=gettext_lazy("Chèques, au plus"), min_value=1, max_value=COUNT_MOST)
    cents = EurosField(label=gettext_lazy("Montant, au plus"), least_cents=1, most_cents=CENTS_MOST)
    hours = forms.IntegerField(label=gettext_lazy("Heures sans réseau, au plus"), min_value=1, max_value=HOURS_MOST)


def devices(request: HttpRequest) -> HttpResponse:
    """Every device of the places of one's programmes."""
    found = queries.devices(actor_of(request), at=clock.now())
    table = tables.table(found, _address, empty=_("Aucun appareil : les lieux enregistrent les leurs depuis leur page."))
    return render(request, "operator/devices/devices.html", {"table": table})


def device(request: HttpRequest, device_id: int) -> HttpResponse:
    """One device and what it sent."""
    actor, at = actor_of(request), clock.now()
    found = queries.device(actor, device_id, at=at)
    is_live = found.revoked_at is None
    context = {
        "device": found,
        "rows": tables.summary(found),
        "table": tables.sent(queries.uploaded(actor, device_id, at=at)),
        "may_limit": is_live and allowed(actor.roles, "redemption.limit-device"),
        "may_revoke": is_live and allowed(actor.roles, "redemption.revoke-device"),
    }
    return render(request, "operator/devices/device.html", context)


class _DeviceAct(OperationView):
    template_name = "operator/confirm.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = queries.device(actor_of(self.request), self.kwargs["device_id"], at=clock.now())
        shown = {"rows": tables.summary(found), "cancel_url": _address(found.id), **self.words(found)}
        return super().get_context_data(**kwargs) | shown

    def words(self, found: queries.DeviceView) -> dict[str, Any]:
        raise NotImplementedError

    def told(self, form: Any) -> dict[str, Any]:
        return {
            "device_id": self.kwargs["device_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }

    def done(self, sentence: str) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return redirect("operator:device", device_id=self.kwargs["device_id"])


class Limit(_DeviceAct):
    form_class = LimitForm

    def get_initial(self) -> dict[str, Any]:
        caps = queries.device(actor_of(self.request), self.kwargs["device_id"], at=clock.now()).caps
        return {**super().get_initial(), "count": caps.count, "cents": caps.cents, "hours": caps.hours}

    def words(self, found: queries.DeviceView) -> dict[str, Any]:
        return {
            "title": _("Limites de « %(name)s »") % {"name": found.name},
            "lead": _("Au-delà, l’appareil demande à retrouver le réseau. Il apprend ses limites à son prochain envoi."),
            "verb": _("Changer les limites"),
            "kind": "",
        }

    def perform(self, form: LimitForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.limit_device(caps=Caps(given["count"], given["cents"], given["hours"]), **self.told(form))
        return self.done(_("Limites changées. L’appareil les apprendra à son prochain envoi."))


class Revoke(_DeviceAct):
    form_class = OperationForm

    def words(self, found: queries.DeviceView) -> dict[str, Any]:
        return {
            "title": _("Révoquer « %(name)s » ?") % {"name": found.name},
            "lead": _("Ce qu’il enverra désormais sera gardé, mais refusé. Ce qui est déjà confirmé reste payé. C’est définitif."),
            "verb": _("Révoquer cet appareil"),
            "kind": "danger",
        }

    def perform(self, form: OperationForm) -> HttpResponseBase:
        operations.revoke_device(**self.told(form))
        return self.done(_("Appareil révoqué : ce qu’il enverra sera gardé et refusé."))


def _address(device_id: int) -> str:
    return reverse("operator:device", args=[device_id])


urlpatterns = [
    path("devices/", door("redemption.see-devices")(devices), name="devices"),
    path("devices/<int:device_id>/", door("redemption.see-devices")(device), name="device"),
    path("devices/<int:device_id>/limits/", door("redemption.limit-device")(Limit.as_view()), name="device-limit"),
    path("devices/<int:device_id>/revoke/", door("redemption.revoke-device")(Revoke.as_view()), name="device-revoke"),
]
