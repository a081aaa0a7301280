"""The points of a desk: opened, corrected, closed."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from carnet.distribution import operations, queries
from carnet.distribution.rules.joining import point_said, typed_of
from carnet.distribution.rules.points import PointUnknown
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.desks import commune_words
from carnet.web.doors import door
from carnet.web.hours import typed_hours
from carnet.web.points import REFUSALS, PointForm
from carnet.web.prescriber.desk import organisation_of
from carnet.web.prescriber.membership import Confirm, mine


class NewPoint(OperationView):
    """Open a point. The first is proposed at the organisation's own address."""

    template_name = "prescriber/membership/point.html"
    form_class = PointForm
    refusal_fields = REFUSALS

    def get_initial(self) -> dict[str, Any]:
        view = mine(self.request, self.kwargs["programme_id"])
        if any(point.closed_at is None for point in view.points):
            return {}
        card = parties.organisation(view.line.organisation_id)
        return {"name": card.name, "street": card.street, "postcode": card.postcode, "commune": card.city, "phone": card.contact_phone}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        back = reverse("prescriber:part", args=[self.kwargs["programme_id"]])
        return super().get_context_data(title=_("Ouvrir un point d’accueil"), back=back, **more)

    def perform(self, form: PointForm) -> HttpResponseBase:
        actor = actor_of(self.request)
        operations.open_point(
            programme_id=self.kwargs["programme_id"],
            organisation_id=organisation_of(actor),
            said=point_said(form.typed_point()),
            actor=actor,
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le point d’accueil est ouvert."))
        return redirect("prescriber:part", self.kwargs["programme_id"])


class ChangePoint(OperationView):
    """Change what is said of a point."""

    template_name = "prescriber/membership/point.html"
    form_class = PointForm
    refusal_fields = REFUSALS

    @cached_property
    def point(self) -> queries.DeskPointView:
        view = mine(self.request, self.kwargs["programme_id"])
        found = next((each for each in view.points if each.id == self.kwargs["point_id"] and each.closed_at is None), None)
        if found is None:
            raise PointUnknown
        return found

    def get_initial(self) -> dict[str, Any]:
        hours = typed_hours(self.point.opening_hours, day=legal_day(clock.now()))
        return {**typed_of(self.point), "hours": hours, "communes": commune_words(self.point.commune_codes), "request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        back = reverse("prescriber:part", args=[self.kwargs["programme_id"]])
        return super().get_context_data(title=self.point.name, back=back, point=self.point, **more)

    def perform(self, form: PointForm) -> HttpResponseBase:
        operations.change_point(
            point_id=self.point.id,
            said=point_said(form.typed_point()),
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le point d’accueil est corrigé."))
        return redirect("prescriber:part", self.kwargs["programme_id"])


class ClosePoint(Confirm):
    """Close a point: it is published no more."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = next((each for each in self.desk.points if each.id == self.kwargs["point_id"]), None)
        if found is None:
            raise PointUnknown
        return super().get_context_data(
            title=_("Fermer ce point d’accueil ?"), lead=found.name, rows=[Row(_("Adresse"), f"{found.street}, {found.commune}")],
            verb=_("Fermer"), kind="danger", **more,
        )  # fmt: skip

    def perform(self, form: OperationForm) -> HttpResponseBase:
        operations.close_point(
            point_id=self.kwargs["point_id"], actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )
        return self.done(_("Le point d’accueil est fermé."))


_keep = door("distribution.see-own-joining", post="distribution.keep-points")

urlpatterns = [
    path("part/<int:programme_id>/points/new/", _keep(NewPoint.as_view()), name="point-new"),
    path("part/<int:programme_id>/points/<int:point_id>/", _keep(ChangePoint.as_view()), name="point"),
    path("part/<int:programme_id>/points/<int:point_id>/close/", _keep(ClosePoint.as_view()), name="point-close"),
]
