"""Free help, recorded in five taps; the same as last time in one; corrected, taken back, put back."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.activities import operations, queries
from carnet.activities.queries import ActivityView, Proposal
from carnet.activities.rules import BY_HAND, DAYS_BACK, KIND_LABELS, UNKNOWN_AGE, Kind, Origin, Where, may_change
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.places.queries import PlaceSummary
from carnet.web import activities as words
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.place import help_month
from carnet.web.place.help_forms import HelpForm, initial_of
from carnet.web.place.help_month import own_open_places

REFUSAL_FIELDS = {
    "activity-day-invalid": "day",
    "activity-minutes-invalid": "other_minutes",
    "activity-people-invalid": "returning_count",
    "nir-in-text": "title",
    "iban-in-text": "title",
}
USUAL = {Kind.ONE_TO_ONE: 30, Kind.OPEN_ACCESS: 60, Kind.WORKSHOP: 120, Kind.EVENT: 120}


def tiles(request: HttpRequest, own: Sequence[PlaceSummary]) -> dict[str, Any]:
    """What the home page offers in one tap: each kind of help, and the same as last time."""
    place = place_of(request, own)
    latest = queries.latest(actor_of(request), place_id=place.place_id) if place else None
    return {
        "help_place": place,
        "help_kinds": [(kind.value, _(KIND_LABELS[kind])) for kind in BY_HAND] if place else [],
        "help_latest": words.told_words(latest.told) if latest else "",
        "help_request_id": uuid4(),
    }


def place_of(request: HttpRequest, own: Sequence[PlaceSummary]) -> PlaceSummary | None:
    """The place this counter is at: the one it used last, else the first."""
    kept = request.session.get("place_id")
    return next((place for place in own if place.place_id == kept), own[0] if own else None)


class Record(OperationView):
    """What, on what, with whom, how long: four taps after the one that opened the page."""

    template_name = "place/help.html"
    form_class = HelpForm
    refusal_fields = REFUSAL_FIELDS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.own, self.today = own_open_places(request), legal_day(clock.now())
        self.proposal = self._proposal(request.POST.get("origin") or request.GET.get("origin", ""))
        return super().dispatch(request, *args, **kwargs)

    def _proposal(self, key: str) -> Proposal | None:
        if not key:
            return None
        return next((each for each in help_month.waiting(self.request) if each.origin.key == key), None)

    def get_initial(self) -> dict[str, Any]:
        if self.proposal is not None:
            return {"request_id": uuid4(), "place_id": self.proposal.place_id} | initial_of(self.proposal.told)
        asked = self.request.GET.get("kind", "")
        kind = Kind(asked) if asked in BY_HAND else Kind.ONE_TO_ONE
        place = place_of(self.request, self.own)
        return {
            "request_id": uuid4(),
            "kind": kind.value,
            "age": UNKNOWN_AGE,
            "minutes": USUAL[kind],
            "day": self.today,
            "where": Where.PLACE.value,
            "place_id": place.place_id if place else None,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        kinds = (*BY_HAND, self.proposal.told.kind) if self.proposal and self.proposal.told.kind not in BY_HAND else BY_HAND
        return super().get_form_kwargs() | {"places": self.own, "today": self.today, "kinds": kinds}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = tiles(self.request, self.own) if not self.proposal else {}
        origin = self.proposal.origin.key if self.proposal else ""
        return super().get_context_data(**kwargs) | shown | {"has_places": bool(self.own), "origin": origin, "back": reverse("place:home")}

    def perform(self, form: HelpForm) -> HttpResponse:
        said = form.cleaned_data
        done = operations.record(
            place_id=said["place_id"],
            told=form.told,
            origin=self.proposal.origin if self.proposal else Origin(),
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        self.request.session["place_id"] = done.place_id
        messages.success(self.request, _("C’est noté : %(what)s.") % {"what": words.told_words(done.told)})
        return redirect("place:help-month" if self.proposal else "place:help")


def again(request: HttpRequest) -> HttpResponse:
    """One tap: the same as last time, today."""
    if request.method != "POST":
        return redirect("place:help")
    place = place_of(request, own_open_places(request))
    try:
        done = operations.record_again(
            place_id=place.place_id if place else None,
            actor=actor_of(request),
            request_id=words.number_of(request.POST.get("request_id", "")) or uuid4(),
            at=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect("place:help")
    messages.success(request, _("C’est noté, comme la dernière fois : %(what)s.") % {"what": words.told_words(done.told)})
    return redirect(reverse("place:help-change", args=[done.activity]) + "?new")


class Change(OperationView):
    """One activity: corrected by telling it again, taken back, put back."""

    template_name = "place/help_change.html"
    form_class = HelpForm
    refusal_fields = REFUSAL_FIELDS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.own, self.today = own_open_places(request), legal_day(clock.now())
        self.view = queries.activity(actor_of(request), kwargs["activity"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4(), "place_id": self.view.place_id} | initial_of(self.view.told)

    def get_form_kwargs(self) -> dict[str, Any]:
        kinds = BY_HAND if self.view.told.kind in BY_HAND else (*BY_HAND, self.view.told.kind)
        return super().get_form_kwargs() | {"places": self.own, "today": self.today, "kinds": kinds}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        month = f"{self.view.told.day:%Y-%m}"
        return super().get_context_data(**kwargs) | {
            "activity": self.view,
            "is_new": "new" in self.request.GET,
            "told": words.told_words(self.view.told),
            "rows": _rows(self.view),
            "may_change": may_change(self.view.told.day, today=self.today),
            "days": DAYS_BACK,
            "has_places": bool(self.own),
            "back": f"{reverse('place:help-month')}?month={month}",
            "new_request_id": uuid4(),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "withdraw" in request.POST or "restore" in request.POST:
            return self._take_back_or_put_back(request)
        return super().post(request, *args, **kwargs)  # type: ignore[return-value]

    def _take_back_or_put_back(self, request: HttpRequest) -> HttpResponse:
        act, said = (
            (operations.withdraw, _("C’est retiré : cette aide ne compte plus."))
            if "withdraw" in request.POST
            else (operations.restore, _("C’est remis : cette aide compte de nouveau."))
        )
        request_id = words.number_of(request.POST.get("request_id", "")) or uuid4()
        try:
            act(
                activity=self.view.activity, revision=self.view.revision, actor=actor_of(request), request_id=request_id, at=clock.now()
            )  # fmt: skip
            messages.success(request, said)
        except Refusal as refusal:
            messages.error(request, sentence_for(refusal))
        return redirect("place:help-change", activity=self.view.activity)

    def perform(self, form: HelpForm) -> HttpResponse:
        seen = self.request.POST.get("revision", "")
        operations.correct(
            activity=self.view.activity,
            revision=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else self.view.revision,
            told=form.told,
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est corrigé."))
        return redirect(f"{reverse('place:help-month')}?month={form.told.day:%Y-%m}")


def _rows(view: ActivityView) -> list[Row]:
    rows = [Row(_("Jour"), formats.weekday(view.told.day)), Row(_("Noté le"), formats.moment(view.told_at))]
    if view.changed_at:
        rows.append(Row(_("Corrigé le"), formats.moment(view.changed_at)))
    return rows


def propose(request: HttpRequest) -> HttpResponse:
    """One tap on something known already: recorded as it is, or put aside."""
    if request.method != "POST":
        return redirect("place:help-month")
    key = request.POST.get("take") or request.POST.get("aside", "")
    found = next((each for each in help_month.waiting(request) if each.origin.key == key), None)
    if found is None:
        messages.info(request, _("C’est déjà noté, ou trop ancien."))
        return redirect("place:help-month")
    act = operations.record if "take" in request.POST else operations.put_aside
    try:
        act(
            place_id=found.place_id, told=found.told, origin=found.origin, actor=actor_of(request),
            request_id=words.number_of(request.POST.get("request_id", "")) or uuid4(), at=clock.now(),
        )  # fmt: skip
        said = _("C’est noté : %(what)s.") if act is operations.record else _("C’est mis de côté : %(what)s.")
        messages.success(request, said % {"what": words.told_words(found.told)})
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect(f"{reverse('place:help-month')}?month={_month(found.told.day)}#waiting")


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


record = door("activities.record")
urlpatterns = [
    path("help/", record(Record.as_view()), name="help"),
    path("help/again/", record(again), name="help-again"),
    path("help/propose/", record(propose), name="help-propose"),
    path("help/month/", door("activities.see")(help_month.month), name="help-month"),
    path("help/month.csv", door("activities.see")(help_month.month_csv), name="help-csv"),
    path("help/month.xlsx", door("activities.see")(help_month.month_xlsx), name="help-xlsx"),
    path("help/<uuid:activity>/", door("activities.see", post="activities.record")(Change.as_view()), name="help-change"),
]
