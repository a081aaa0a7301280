"""Trainings of helpers: planned, changed, cancelled; who came, and how the test went."""

from datetime import datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from carnet.kernel.periods import PARIS
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.queries.habilitation import TrainingView
from carnet.mandates.rules.habilitation import SEATS_MAX, TEST_PASS, TEST_TOP, HelperState, Mode, TrainingSaid
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.structures._files import programmes_of
from carnet.web.structures import MODES, helper_state, left_words, training_rows, when

FIELDS = {"training-invalid": "day", "training-seats-taken": "seats", "nir-in-text": "note", "iban-in-text": "note"}


class TrainingForm(OperationForm):
    """A training: when, where, how many."""

    title = forms.CharField(label=gettext_lazy("Titre"), max_length=200)
    mode = forms.ChoiceField(
        label=gettext_lazy("Comment"), widget=forms.RadioSelect, choices=[(mode.value, words) for mode, words in MODES.items()]
    )
    place = forms.CharField(
        label=gettext_lazy("Où"), help_text=gettext_lazy("Une adresse, ou comment rejoindre la visioconférence."), max_length=200
    )
    day = DayField(label=gettext_lazy("Le jour"))
    begins = forms.TimeField(label=gettext_lazy("De"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=gettext_lazy("À"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    seats = forms.IntegerField(label=gettext_lazy("Nombre de places"), min_value=1, max_value=SEATS_MAX)
    note = forms.CharField(
        label=gettext_lazy("À savoir avant de venir"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def said(self) -> TrainingSaid:
        """What was typed, in Paris time."""
        given = self.cleaned_data
        return TrainingSaid(
            given["title"], Mode(given["mode"]), given["place"], self._moment(given["begins"]), self._moment(given["ends"]), given["seats"],
            given["note"],
        )  # fmt: skip

    def _moment(self, at: time) -> datetime:
        return datetime.combine(self.cleaned_data["day"], at, tzinfo=PARIS)


def trainings(request: HttpRequest) -> HttpResponse:
    """Every training of one's programmes."""
    actor, at = actor_of(request), clock.now()
    programmes = programmes_of(actor)
    found = queries.trainings(actor=actor, programme_ids=[each.id for each in programmes])
    context = {
        "coming": _table(_("À venir"), [each for each in reversed(found) if each.ends_at > at and each.cancelled_at is None]),
        "past": _table(_("Passées ou annulées"), [each for each in found if each.ends_at <= at or each.cancelled_at is not None]),
        "programmes": programmes if allowed(actor.roles, "mandates.plan-training") else [],
    }
    return render(request, "operator/structures/trainings.html", context)


def _table(caption: str, found: list[TrainingView]) -> Table:
    columns = [Column(_("Formation")), Column(_("Quand")), Column(_("Où")), Column(_("Places"))]
    rows = [
        [
            Cell(each.title, url=reverse("operator:training", args=[each.id])),
            when(each),
            each.place,
            Cell(_("annulée"), tone="danger") if each.cancelled_at else Cell(left_words(each), tone="neutral" if each.left else "warning"),
        ]
        for each in found
    ]
    return Table(caption, columns, rows, empty=_("Aucune."))


def training(request: HttpRequest, session_id: int) -> HttpResponse:
    """One training: who comes, who came, how the test went."""
    actor, at = actor_of(request), clock.now()
    view = queries.training(session_id, actor=actor)
    may_plan = allowed(actor.roles, "mandates.plan-training")
    seats = [
        {
            "line": each,
            "state": helper_state(each.helper),
            "may_attend": may_plan and at >= view.starts_at and each.helper.passed_at is None,
            "may_test": may_plan and each.helper.state is HelperState.TO_TEST,
            "ids": (uuid4(), uuid4(), uuid4()),
        }
        for each in queries.seats_of(session_id, actor=actor, at=at)
    ]
    context = {
        "view": view,
        "rows": training_rows(view),
        "seats": seats,
        "pass_score": TEST_PASS,
        "top_score": TEST_TOP,
        "may_change": may_plan and at < view.starts_at and view.cancelled_at is None,
    }
    return render(request, "operator/structures/training.html", context)


class Plan(OperationView):
    """Plan a training."""

    template_name = "operator/confirm.html"
    form_class = TrainingForm
    refusal_fields = FIELDS

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4(), "mode": Mode.ON_SITE.value, "seats": 12, "begins": time(9), "ends": time(17)}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Les référents des structures réservent les places.")
        url = reverse("operator:trainings")
        standard = {"title": _("Prévoir une formation"), "lead": lead, "verb": _("Prévoir"), "kind": "", "cancel_url": url}
        return super().get_context_data(**(standard | more))

    def perform(self, form: TrainingForm) -> HttpResponseBase:
        session_id = operations.plan_training(
            programme_id=self.kwargs["programme_id"], said=form.said(), actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("La formation est prévue. Les référents peuvent réserver."))
        return redirect("operator:training", session_id)


class _OfTraining(OperationView):
    template_name = "operator/confirm.html"
    refusal_fields = FIELDS

    @cached_property
    def view(self) -> TrainingView:
        return queries.training(self.kwargs["session_id"], actor=actor_of(self.request))

    @property
    def back(self) -> str:
        return reverse("operator:training", args=[self.kwargs["session_id"]])

    def given(self, form: OperationForm) -> dict[str, Any]:
        return {
            "session_id": self.view.id, "actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()
        }  # fmt: skip


class Change(_OfTraining):
    """Change a training that has not begun."""

    form_class = TrainingForm

    def get_initial(self) -> dict[str, Any]:
        starts, ends = self.view.starts_at.astimezone(PARIS), self.view.ends_at.astimezone(PARIS)
        return {
            "request_id": uuid4(), "title": self.view.title, "mode": self.view.mode.value, "place": self.view.place, "day": starts.date(),
            "begins": starts.time(), "ends": ends.time(), "seats": self.view.seats, "note": self.view.note,
        }  # fmt: skip

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Chaque inscrit est prévenu si le jour, l’heure ou le lieu change.")
        standard = {"title": _("Changer la formation"), "lead": lead, "verb": _("Changer"), "kind": "", "cancel_url": self.back}
        return super().get_context_data(**(standard | more))

    def perform(self, form: TrainingForm) -> HttpResponseBase:
        operations.change_training(said=form.said(), **self.given(form))
        messages.success(self.request, _("La formation est changée."))
        return redirect(self.back)


class Cancel(_OfTraining):
    """Cancel a training that has not begun."""

    form_class = OperationForm

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        rows = [
            Row(_("Formation"), self.view.title),
            Row(_("Quand"), when(self.view)),
            Row(_("Places prises"), formats.number(self.view.taken)),
        ]
        standard = {
            "title": _("Annuler la formation ?"), "lead": _("Chaque inscrit est prévenu, et peut en choisir une autre."), "rows": rows,
            "verb": _("Annuler la formation"), "kind": "danger", "cancel_url": self.back,
        }  # fmt: skip
        return super().get_context_data(**(standard | more))

    def perform(self, form: OperationForm) -> HttpResponseBase:
        operations.cancel_training(**self.given(form))
        messages.success(self.request, _("La formation est annulée."))
        return redirect(self.back)


@require_POST
def attend(request: HttpRequest, session_id: int, seat_id: int) -> HttpResponseBase:
    """Note whether somebody came."""
    form = OperationForm(request.POST)
    if form.is_valid():
        operations.note_attendance(
            seat_id=seat_id, came=request.POST.get("came") == "yes", actor=actor_of(request), request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )  # fmt: skip
        messages.success(request, _("La présence est notée."))
    return redirect("operator:training", session_id)


class _ScoreForm(OperationForm):
    score = forms.IntegerField(min_value=0, max_value=TEST_TOP)


@require_POST
def test(request: HttpRequest, session_id: int, helper_id: int) -> HttpResponseBase:
    """Note the score of a test."""
    form = _ScoreForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Écrivez un nombre de points, de 0 à %(most)s.") % {"most": TEST_TOP})
        return redirect("operator:training", session_id)
    passed = operations.note_test(helper_id=helper_id, **form.cleaned_data, actor=actor_of(request), at=clock.now())
    if passed:
        messages.success(request, _("Test réussi. La personne reçoit une invitation."))
    else:
        messages.info(request, _("Test noté. Il peut être repassé."))
    return redirect("operator:training", session_id)


test.__test__ = False  # type: ignore[attr-defined]  # not a test
