"""The screens where whoever keeps a place says its offer, step by step, and confirms that all is still right."""

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from carnet.kernel.periods import legal_day
from carnet.parties.rules import allowed
from carnet.places import operations, queries
from carnet.places.queries import Confirmation, PlaceSummary
from carnet.places.rules.confirming import Standing
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.offers import forms, reports
from carnet.web.offers.desks import PLACE, Desk
from carnet.web.offers.words import offer_words

# The steps in their order: the name of each one's route, and its title.
STEPS = {
    "offer-services": gettext_lazy("Ce qu’on apprend ici"),
    "offer-prices": gettext_lazy("Comment, et à quel prix"),
    "offer-access": gettext_lazy("Accès et langues"),
    "offer-moving": gettext_lazy("Haltes et visites à domicile"),
    "offer-space": gettext_lazy("Espace numérique gratuit"),
}
_STANDINGS = {
    Standing.FRESH: (gettext_lazy("à jour"), "success"),
    Standing.SOON: (gettext_lazy("bientôt à relire"), "info"),
    Standing.DUE: (gettext_lazy("à relire"), "warning"),
    Standing.LATE: (gettext_lazy("en retard"), "danger"),
}


def offer(request: HttpRequest, place_id: int, *, desk: Desk) -> HttpResponse:
    """What a place offers, as the public reads it, with a way to change each step; and whether it is confirmed."""
    at, place = clock.now(), desk.place(request, place_id)
    kept = queries.offer(place_id, at=at)
    actor = actor_of(request)
    confirmation = queries.confirmation_of(place_id, at=at)
    context = {
        "base": desk.base,
        "place": place,
        "offer": offer_words(kept, at=at),
        "steps": [(str(title), desk.url(name, place_id)) for name, title in STEPS.items()],
        "back_url": desk.url("own-places") if desk.routes == "place" else desk.url("place", place_id),
        "said": _said_words(kept),
        "confirmation": confirmation,
        "standing": standing_words(confirmation) if confirmation else None,
        "may_edit": allowed(actor.roles, "places.edit") and place.ended_on is None,
        "confirm_url": desk.url("offer-confirm", place_id),
        "edit_url": desk.url("fields-edit" if desk.routes == "place" else "place-edit", place_id),
        "reports_url": desk.url("errors"),
        "request_id": uuid4(),
        "waiting": len(queries.reports(actor=actor, at=at, only_waiting=True, place_id=place_id)),
    }
    return render(request, "offers/offer.html", context)


def _said_words(kept: queries.Offer) -> str:
    """Who declared something last, and when."""
    latest = max(kept.declared.values(), key=lambda each: each.at, default=None)
    return _("Dernière déclaration le %(day)s.") % {"day": formats.day(latest.on)} if latest else ""


def standing_words(each: Confirmation) -> tuple[str, str]:
    """Where a confirmation stands, and the tone of it."""
    last = (
        _("Relu et confirmé le %(day)s.") % {"day": formats.day(each.confirmed_on)} if each.confirmed_on else _("Jamais confirmé encore.")
    )
    due = _("À confirmer avant le %(day)s.") % {"day": formats.day(each.due_on)}
    return f"{last} {due}", _STANDINGS[each.standing][1]


def standing_word(each: Confirmation) -> tuple[str, str]:
    """The same in two words, for a list."""
    word, tone = _STANDINGS[each.standing]
    return str(word), tone


@require_POST
def confirm(request: HttpRequest, place_id: int, *, desk: Desk) -> HttpResponse:
    """All is still right: one tap."""
    form = OperationForm(request.POST)
    if form.is_valid():
        operations.confirm_place(place_id=place_id, actor=actor_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        messages.success(request, _("Merci. La page dit qu’elle a été relue le %(day)s.") % {"day": formats.day(legal_day(clock.now()))})
    return redirect(desk.url("offer", place_id))


class StepView(OperationView):
    """One step of an offer. A subclass names its route, its form and its operation; the next step follows."""

    template_name = "offers/step.html"
    step: ClassVar[str] = ""
    desk: Desk = PLACE

    @cached_property
    def place(self) -> PlaceSummary:
        """The place it is about, the desk's to change."""
        return self.desk.place(self.request, self.kwargs["place_id"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "offer": queries.offer(self.place.place_id, at=clock.now())}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        names = list(STEPS)
        return super().get_context_data(
            base=self.desk.base,
            place=self.place,
            title=STEPS[self.step],
            labels=[str(title) for title in STEPS.values()],
            current=names.index(self.step) + 1,
            is_last=self.step == names[-1],
            back_url=self.desk.url("offer", self.place.place_id),
            **context,
        )

    def write(self, form: Any, **facts: Any) -> tuple[str, ...]:
        raise NotImplementedError(f"{type(self).__name__} must say what it writes")

    def perform(self, form: Any) -> HttpResponseBase:
        facts = {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}
        changed = self.write(form, place_id=self.place.place_id, **facts)
        messages.success(self.request, _("Enregistré.") if changed else _("Rien n’a changé."))
        names = list(STEPS)
        after = names[names.index(self.step) + 1 :]
        to_next = after and "continue" in self.request.POST
        return redirect(self.desk.url(after[0] if to_next else "offer", self.place.place_id))


class ServicesView(StepView):
    """What one learns at a place."""

    step, form_class = "offer-services", forms.ServicesForm

    def write(self, form: Any, **facts: Any) -> tuple[str, ...]:
        return operations.declare_services(services=form.said(), **facts)


class PricesView(StepView):
    """How each service is taught, and what it costs."""

    step, form_class, template_name = "offer-prices", forms.PricesForm, "offers/prices.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        card = queries.place_card(self.kwargs["place_id"], at=clock.now())
        return {**super().get_form_kwargs(), "fees": card.fees}

    def write(self, form: Any, **facts: Any) -> tuple[str, ...]:
        given = form.cleaned_data
        cost = operations.declare_cost(fees=given["fees"], note=given["cost_note"], **facts)
        return (*operations.declare_services(services=form.said(), **facts), *cost)


class AccessView(StepView):
    """Who can come in, and be understood."""

    step, form_class = "offer-access", forms.AccessForm

    def write(self, form: Any, **facts: Any) -> tuple[str, ...]:
        return operations.declare_access(**form.said(), **facts)


class MovingView(StepView):
    """Whether the place comes to people."""

    step, form_class, template_name = "offer-moving", forms.MovingForm, "offers/moving_step.html"
    refusal_fields: ClassVar = {"locality-unknown": "home_communes"}

    def write(self, form: Any, **facts: Any) -> tuple[str, ...]:
        return operations.declare_moving(**form.said(), **facts)


class SpaceView(StepView):
    """The machines anybody may use without paying."""

    step, form_class = "offer-space", forms.SpaceForm
    refusal_fields: ClassVar = {"place-offer-refused": "opening_hours"}

    def write(self, form: Any, **facts: Any) -> tuple[str, ...]:
        return operations.declare_free_space(space=form.said(), **facts)


def routes(desk: Desk) -> list[URLPattern]:
    """The addresses of one desk, each behind its door."""
    see, edit, opened = door("places.see"), door("places.edit"), {"desk": desk}
    here = f"{desk.prefix}/<int:place_id>/offer"
    steps = {
        "services": ("offer-services", ServicesView),
        "prices": ("offer-prices", PricesView),
        "access": ("offer-access", AccessView),
        "moving": ("offer-moving", MovingView),
        "free-space": ("offer-space", SpaceView),
    }
    return [
        path(f"{here}/", see(offer), opened, name="offer"),
        path(f"{here}/confirm/", edit(confirm), opened, name="offer-confirm"),
        *(path(f"{here}/{word}/", edit(view.as_view(desk=desk)), name=name) for word, (name, view) in steps.items()),
        path("errors/", see(reports.listing), opened, name="errors"),
        path("errors/<int:report_id>/", edit(reports.AnswerView.as_view(desk=desk)), name="error"),
    ]
