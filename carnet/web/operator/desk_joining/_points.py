"""The points of a desk, kept by the operator: for a desk that has no computer yet."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from carnet.distribution import operations, queries
from carnet.distribution.queries import DeskPointView, DeskView
from carnet.distribution.rules.joining import point_said, typed_of
from carnet.distribution.rules.points import PointUnknown
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.desks import commune_words
from carnet.web.hours import typed_hours
from carnet.web.points import REFUSALS, PointForm


class _OfDesk(OperationView):
    template_name = "operator/confirm.html"
    form_class: type[OperationForm] = PointForm
    refusal_fields = REFUSALS

    @property
    def about(self) -> dict[str, Any]:
        return {name: self.kwargs[name] for name in ("programme_id", "organisation_id")}

    @cached_property
    def desk(self) -> DeskView:
        return queries.desk(**self.about, actor=actor_of(self.request), at=clock.now())

    @cached_property
    def point(self) -> DeskPointView:
        found = next((each for each in self.desk.points if each.id == self.kwargs["point_id"] and each.closed_at is None), None)
        if found is None:
            raise PointUnknown
        return found

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        cancel_url = reverse("operator:desk", args=list(self.about.values()))
        standard = {"lead": self.desk.line.name, "rows": [], "kind": "", "verb": _("Enregistrer"), "cancel_url": cancel_url}
        return super().get_context_data(**(standard | more))

    def given(self, form: OperationForm) -> dict[str, Any]:
        return {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}

    def done(self, words: str) -> HttpResponseBase:
        messages.success(self.request, words)
        return redirect("operator:desk", *self.about.values())


class NewPoint(_OfDesk):
    """Open a point."""

    def get_initial(self) -> dict[str, Any]:
        card = parties.organisation(self.kwargs["organisation_id"])
        return {"street": card.street, "postcode": card.postcode, "commune": card.city, "request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Ouvrir un point d’accueil"), **more)

    def perform(self, form: PointForm) -> HttpResponseBase:
        operations.open_point(**self.about, said=point_said(form.typed_point()), **self.given(form))
        return self.done(_("Le point d’accueil est ouvert."))


class ChangePoint(_OfDesk):
    """Change what is said of a point."""

    def get_initial(self) -> dict[str, Any]:
        hours = typed_hours(self.point.opening_hours, day=legal_day(clock.now()))
        communes = commune_words(self.point.commune_codes)
        return {**typed_of(self.point), "hours": hours, "communes": communes, "request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(title=self.point.name, **more)

    def perform(self, form: PointForm) -> HttpResponseBase:
        operations.change_point(point_id=self.point.id, said=point_said(form.typed_point()), **self.given(form))
        return self.done(_("Le point d’accueil est corrigé."))


class ClosePoint(_OfDesk):
    """Close a point."""

    form_class = OperationForm

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        rows = [Row(_("Point d’accueil"), self.point.name)]
        return super().get_context_data(title=_("Fermer ce point d’accueil ?"), rows=rows, kind="danger", verb=_("Fermer"), **more)

    def perform(self, form: OperationForm) -> HttpResponseBase:
        operations.close_point(point_id=self.point.id, **self.given(form))
        return self.done(_("Le point d’accueil est fermé."))
