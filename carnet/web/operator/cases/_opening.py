"""Asking a place, from signals or from what one saw."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.controls.operations import cases as operations
from carnet.controls.operations.cases import Question
from carnet.controls.queries.signals import SignalFacts, SignalFilter, signals_called
from carnet.controls.queries.signals import signals as signals_of
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.periods import end_of_day, start_of_day
from carnet.parties.rules import SecondFactorNeeded, allowed, check_allowed_now
from carnet.places import queries as places
from carnet.redemption import queries as redemption
from carnet.web import clock
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import ask_for_proof
from carnet.web.operator.cases._forms import OpenForm
from carnet.web.signals import words as signal_words


class OpenView(OperationView):
    """Ask a place, from signals (`?signal=`) or from what one saw (`?place=`)."""

    template_name = "operator/confirm.html"
    form_class = OpenForm
    refusal_fields = {
        "case-period-wrong": "since_on", "case-nothing-in-question": "since_on", "case-too-many-redemptions": "last_on",
        "case-hold-too-much": "amount", "case-answer-days-wrong": "answer_days",
    }  # fmt: skip

    @cached_property
    def signals(self) -> list[SignalFacts]:
        """Those asked for that one runs the programme of, all of one place."""
        ids = [int(each) for each in self.request.GET.getlist("signal") if each.isascii() and each.isdigit()][:50]
        found = [each for each in signals_called(ids) if each.case_id is None]
        for each in found:
            funding_access.operated_programme(actor_of(self.request), each.programme_id)
        return [each for each in found if (each.programme_id, each.place_id) == (found[0].programme_id, found[0].place_id)]

    @cached_property
    def of_place(self) -> list[SignalFacts]:
        """Every signal of that place that is in no case yet, those asked for included."""
        if not self.signals:
            return []
        which = SignalFilter(place_id=self.signals[0].place_id)
        found = signals_of(actor_of(self.request), programme_ids=[self.signals[0].programme_id], which=which).signals
        return sorted({each.id: each for each in (*found, *self.signals) if each.case_id is None}.values(), key=lambda each: each.id)

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """A place of a programme one runs, as the form names it."""
        if self.signals:
            pairs = [(self.signals[0].programme_id, self.signals[0].place_id)]
        else:
            operated = funding.programmes_of_operator(actor_of(self.request).organisation_id or 0)
            pairs = [(each.id, place_id) for each in operated for place_id in redemption.places_used(programme_id=each.id)]
        names = places.names_of({place_id for _programme, place_id in pairs})
        programmes = {programme_id: funding.programme(programme_id).name for programme_id in {pair[0] for pair in pairs}}
        told = [(f"{pair[0]}-{pair[1]}", f"{names.get(pair[1], '')} ({programmes[pair[0]]})") for pair in pairs]
        return sorted(told, key=lambda choice: choice[1])

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_initial()
        wanted = self.request.GET.get("place", "")
        place = next((value for value, _label in self.choices if value.endswith(f"-{wanted}")), self.choices[0][0] if self.choices else "")
        programme_id = int(place.partition("-")[0]) if place else None
        if self.signals:
            initial["signals"] = [each.id for each in self.signals]
            initial["since_on"] = min(each.from_on for each in self.signals)
            initial["last_on"] = max(each.until_on for each in self.signals) - timedelta(days=1)
        if programme_id is not None:
            initial |= {"place": place, "phone": funding.programme(programme_id).terms.phone}
        return initial

    def get_form_kwargs(self) -> dict[str, Any]:
        may_hold = allowed(actor_of(self.request).roles, operations.HOLD)
        return super().get_form_kwargs() | {
            "places": self.choices,
            "signals": [
                (each.id, f"{signal_words.name_of(each.rule)}, {signal_words.period(each.from_on, each.until_on)}")
                for each in self.of_place
            ],
            "may_hold": may_hold,
        }

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Le lieu est prévenu et répond. Une autre personne que vous décide. Les bénéficiaires ne sont pas concernés.")
        return super().get_context_data(**more) | {
            "title": _("Poser une question à un lieu"),
            "lead": lead,
            "verb": _("Ouvrir le dossier"),
            "kind": "",
            "cancel_url": reverse("operator:cases"),
        }

    def perform(self, form: OpenForm) -> HttpResponseBase:
        given = form.cleaned_data
        programme_id, place_id = (int(part) for part in given["place"].split("-"))
        hold = given.get("hold", "none")
        if hold != "none":
            try:
                check_allowed_now(actor_of(self.request), operations.HOLD, clock.now())
            except SecondFactorNeeded:
                return ask_for_proof(self.request)
        case_id = operations.open_case(
            programme_id=programme_id,
            question=Question(
                place_id,
                start_of_day(given["since_on"]),
                # Today's redemptions so far, when the last day is today.
                min(end_of_day(given["last_on"]), max(clock.now(), start_of_day(given["last_on"]))),
                given["reason"],
                given["asked"],
                given["phone"],
                given["answer_days"],
            ),
            signal_ids=given.get("signals", []),
            hold_cents=given["amount"] if hold == "some" else None,
            hold_all=hold == "all",
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le dossier est ouvert. Le lieu est prévenu."))
        return redirect("operator:case", case_id=case_id)
