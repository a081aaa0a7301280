"""Webhooks of one's organisation: the addresses its events are sent to, and what became of each. Each view is one call and one page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from carnet.notices import queries as notices
from carnet.notices.queries import DeliveryView
from carnet.notices.rules import EndpointState
from carnet.parties import operations
from carnet.web import clock
from carnet.web.accounts.desk import page, performed
from carnet.web.accounts.forms import BareForm, WebhookForm
from carnet.web.accounts.words import DELIVERY_ERRORS, DELIVERY_STATES, ENDPOINT_STATES, EVENT_NAMES, STOPPED_REASONS
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import actor_of
from carnet.web.doors import door


@never_cache
@door("parties.manage-webhooks")
def webhooks(request: HttpRequest) -> HttpResponseBase:
    """The addresses told of events; add one (its secret is shown once)."""
    actor = actor_of(request)
    opened: list[operations.WebhookOpened] = []
    form = WebhookForm(request.POST or None, initial={"events": ["redemption.redeemed", "redemption.reversed"]})

    def perform(typed: dict[str, Any]) -> None:
        opened.append(operations.open_webhook(**typed, actor=actor, at=clock.now()))

    if request.method == "POST" and performed(form, perform):
        return page(request, "webhook_secret", secret=opened[0].secret, endpoint_id=opened[0].id, renewed=False)
    lines = [
        (each, [EVENT_NAMES[event] for event in each.events], ENDPOINT_STATES[each.state])
        for each in notices.endpoints(organisation_id=actor.organisation_id or 0)
    ]
    return page(request, "webhooks", form=form, endpoints=lines, status=422 if form.is_bound else 200)


@never_cache
@door("parties.manage-webhooks")
def webhook(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """One address: what was sent to it, try it, pause it, renew its secret."""
    actor = actor_of(request)
    organisation_id = actor.organisation_id or 0
    endpoint = notices.endpoint(organisation_id=organisation_id, endpoint_id=endpoint_id)
    if endpoint is None:
        return page(request, "gone", status=404)
    where: dict[str, Any] = {"endpoint_id": endpoint_id, "actor": actor, "at": clock.now()}
    renewed: list[str] = []
    performs: dict[str, tuple[Callable[..., Any], str]] = {
        "try": (operations.try_webhook, _("L’essai part dans quelques secondes.")),
        "pause": (operations.pause_webhook, _("Les envois sont en pause.")),
        "resume": (operations.resume_webhook, _("Les envois reprennent.")),
        "rotate": (lambda **asked: renewed.append(operations.rotate_webhook_secret(**asked)), ""),
    }
    form = BareForm(request.POST or None)
    asked = performs.get(request.POST.get("do", ""))
    if request.method == "POST" and asked is not None and performed(form, lambda typed: asked[0](**typed, **where)):
        if renewed:
            return page(request, "webhook_secret", secret=renewed[0], endpoint_id=endpoint_id, renewed=True)
        messages.success(request, asked[1])
        return redirect("accounts:webhook", endpoint_id)
    return page(
        request,
        "webhook",
        endpoint=endpoint,
        is_running=endpoint.state is EndpointState.RUNNING,
        state=ENDPOINT_STATES[endpoint.state],
        events=[EVENT_NAMES[event] for event in endpoint.events],
        stopped=STOPPED_REASONS.get(endpoint.stopped_reason, ""),
        waiting=notices.waiting_count(organisation_id=organisation_id, endpoint_id=endpoint_id),
        deliveries=[_line(each) for each in notices.deliveries(organisation_id=organisation_id, endpoint_id=endpoint_id)],
        form=form,
        fresh=BareForm(auto_id=False),
        status=422 if form.is_bound else 200,
    )


@door("parties.manage-webhooks")
def end_webhook(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """Tell an address nothing any more: its secret and what waits for it are erased, so it is asked first."""
    actor = actor_of(request)
    organisation_id = actor.organisation_id or 0
    endpoint = notices.endpoint(organisation_id=organisation_id, endpoint_id=endpoint_id)
    if endpoint is None:
        return page(request, "gone", status=404)
    form = BareForm(request.POST or None)
    if request.method == "POST" and performed(
        form, lambda typed: operations.end_webhook(endpoint_id=endpoint_id, **typed, actor=actor, at=clock.now())
    ):
        messages.success(request, _("Cette adresse est supprimée."))
        return redirect("accounts:webhooks")
    waiting = notices.waiting_count(organisation_id=organisation_id, endpoint_id=endpoint_id)
    return page(
        request,
        "decide",
        title=_("Supprimer cette adresse ?"),
        lead=_("Elle ne saura plus rien, et son secret est effacé. Pour un arrêt de quelques jours, mettez-la plutôt en pause."),
        verb=_("Supprimer cette adresse"),
        kind="danger",
        rows=[
            Row(_("À quoi elle sert"), endpoint.label),
            Row(_("Adresse"), endpoint.url),
            Row(_("En attente d’envoi, qui ne partiront pas"), formats.number(waiting)),
        ],
        form=form,
        cancel_url=reverse("accounts:webhook", args=[endpoint_id]),
        status=422 if form.is_bound else 200,
    )


def _line(delivery: DeliveryView) -> dict[str, Any]:
    error = DELIVERY_ERRORS.get(delivery.latest_error, delivery.latest_error)
    return {
        "delivery": delivery,
        "name": EVENT_NAMES[delivery.event],
        "state": DELIVERY_STATES[delivery.state],
        "answer": str(delivery.latest_status) if delivery.latest_status is not None else error,
        "ms": delivery.latest_ms,
    }


@door("parties.manage-webhooks")
def send_again(request: HttpRequest, endpoint_id: int, delivery_id: int) -> HttpResponseBase:
    """Send one event again, from its first attempt."""
    form = BareForm(request.POST or None)
    if request.method == "POST" and performed(
        form, lambda typed: operations.send_webhook_again(delivery_id=delivery_id, **typed, actor=actor_of(request), at=clock.now())
    ):
        messages.success(request, _("L’événement repart dans quelques secondes."))
    elif form.is_bound:
        for error in form.non_field_errors():
            messages.error(request, str(error))
    return redirect("accounts:webhook", endpoint_id)
