"""Handing over with a person waiting: a number, three questions, what helps, a lesson booked; two taps for whoever says nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from carnet.distribution import operations
from carnet.distribution import queries as distribution
from carnet.distribution.queries import HandOverView
from carnet.distribution.rules import Advice, Answers, HandOverItem, Help, advise
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.funding.rules import FundingRefused
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView, VoucherView
from carnet.ledger.rules import State
from carnet.places.rules.geography import Commune
from carnet.web import clock, lessons
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.lessons import Lesson
from carnet.web.prescriber import desk, near
from carnet.web.prescriber.forms import HandOverForm, SerialForm
from carnet.web.prescriber.words import HELPS, WHY
from carnet.workshops.rules import SessionFull

TICKS = ("age_band", "area", "low_qualified_job_seeker", "came_before")


def find_booklet(request: HttpRequest) -> HttpResponse:
    """From a number to the booklet to hand over."""
    actor = actor_of(request)
    form = SerialForm(request.GET if "serial" in request.GET else None)
    status = 200
    if form.is_bound:
        if form.is_valid():
            try:
                found = ledger.booklet(form.cleaned_data["serial"])
                return redirect("prescriber:hand-over", booklet_id=found.id)
            except Refusal as refusal:
                show_refusal(form, refusal, {refusal.code: "serial"})
        status = 422
    desk.programmes(request, desk.organisation_of(actor), clock.now())
    return render(
        request, "prescriber/find.html", {"form": form, "cupboard": desk.stock(desk.organisation_of(actor), clock.now())}, status=status
    )


class HandOver(OperationView):
    """One booklet, the questions, what they lead to, and the buttons that give.

    `whole`: everything at once, nothing asked. `propose`: the same page, with what helps; nothing is written. `book`: a session.
    """

    template_name = "prescriber/hand_over.html"
    form_class = HandOverForm
    refusal_fields = {
        "outside-perimeter": "area", "already-handed-over": "voucher_ids", "nothing-to-hand-over": "voucher_ids",
        "phone-number-invalid": "phone",
    }  # fmt: skip

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.at = clock.now()
        self.vouchers, self.series = self.found(kwargs["booklet_id"])
        self.here = [voucher for voucher in self.vouchers if voucher.state == State.IN_STOCK]
        return super().dispatch(request, *args, **kwargs)

    def found(self, booklet_id: int) -> tuple[Sequence[VoucherView], SeriesView]:
        """The vouchers of the booklet, and their series. A rehearsal finds pretend ones: what follows is the same."""
        vouchers = ledger.vouchers_of_booklet(booklet_id)
        return vouchers, ledger.series(vouchers[0].series_id)

    def carry(self) -> None:
        """When the desk has one programme only, the page is that programme's."""
        desk.programmes(self.request, desk.organisation_of(actor_of(self.request)), self.at)

    def earlier(self) -> Sequence[HandOverView]:
        """When nothing is left to give: the desk's own hand-overs of this booklet, whose slip may be printed again."""
        first = self.vouchers[0]
        return distribution.hand_overs_of_booklet(series_id=first.series_id, booklet_id=first.booklet_id)

    def around(self, typed: str, advice: Advice, wants: Sequence[str] = ()) -> dict[str, Any]:
        """The town, the next lessons near, and who helps with a procedure there, or does it: this desk perhaps."""
        own_id = desk.organisation_of(actor_of(self.request))
        town = near.town_of(own_id, self.programme.id, typed)
        return {
            "town": town.name if town else "",
            "lessons": _lessons(town, self.programme, advice.lessons, at=self.at),
            "helpers": near.helpers_near(town, acting_for=Help.MANDATE in advice.helps, at=self.at, own_id=own_id, wants=wants)
            if near.needs_helper(advice.helps)
            else [],
        }

    @cached_property
    def programme(self) -> ProgrammeFacts:
        """The programme whose vouchers these are."""
        return funding.programme(self.series.programme_id)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"vouchers": self.here}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "propose" in request.POST:
            return self._propose()
        if "whole" in request.POST:
            return self._give_whole()
        return super().post(request, *args, **kwargs)

    def _propose(self) -> HttpResponse:
        form = self.get_form()
        form.is_valid()  # what is wrong is said when it is sent: here only the answers are read
        advised = form.advised(self._advice(form.answers).voucher_count)
        return self.render_to_response(self.get_context_data(form=advised, answers=form.answers))

    def _give_whole(self) -> HttpResponse:
        form, first = OperationForm(self.request.POST), self.vouchers[0]
        try:
            if form.is_valid():
                item = HandOverItem(form.cleaned_data["request_id"], first.series_id, first.booklet_id, first.booklet_id)
                return self.give(item, "", "")
        except Refusal as refusal:
            messages.error(self.request, sentence_for(refusal))
        return self.render_to_response(self.get_context_data(form=HandOverForm(vouchers=self.here)), status=422)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        self.carry()
        found = super().get_context_data(**context)
        answers = found.pop("answers", None) or self._answers_of(found["form"])
        return found | self._proposed(found["form"], answers) | {
            "serial": ledger.serial_of_booklet(self.series, self.vouchers[0].booklet_id),
            "here": len(self.here),
            "earlier": [] if self.here else self.earlier(),
            "gone": len(self.vouchers) - len(self.here),
            "count": len(self.vouchers),
            "value_cents": self.series.face_value_cents,
            "is_active": self.series.activated_at is not None,
            "whole_id": uuid4(),
            "ticks_are_open": any(found["form"][name].value() not in ("", "NOT_SAID", None) for name in TICKS),
            "more_is_open": any(found["form"][name].value() for name in ("near", "phone")),
        }  # fmt: skip

    def _answers_of(self, form: HandOverForm) -> Answers:
        return form.answers if form.is_bound and hasattr(form, "cleaned_data") else Answers()

    def _advice(self, answers: Answers) -> Advice:
        return advise(answers, payable=self.programme.terms.service_codes, left=len(self.here))

    def _proposed(self, form: HandOverForm, answers: Answers) -> dict[str, Any]:
        """What helps, in words, and the next lessons near."""
        if not self.here:
            return {}
        advice = self._advice(answers)
        return proposal_words(advice) | self.around(str(form["near"].value() or ""), advice, answers.wants)

    def perform(self, form: HandOverForm) -> HttpResponse:
        return self.give(self._item(form), str(self.request.POST.get("book", "")), form.cleaned_data["phone"])

    def give(self, item: HandOverItem, session: str, phone: str) -> HttpResponse:
        actor = actor_of(self.request)
        if session.isascii() and session.isdigit() and len(session) < 18:
            given = operations.hand_over_and_book(item=item, session_id=int(session), phone=phone, actor=actor, at=self.at)
            if given.refusal is not None:
                messages.warning(self.request, _seat_gone(given.refusal))
            return redirect(reverse("prescriber:given", args=[given.handed_over.id]) + "?new")
        done = operations.hand_over(item=item, actor=actor, at=self.at)
        return redirect(reverse("prescriber:given", args=[done.id]) + "?new")

    def _item(self, form: HandOverForm) -> HandOverItem:
        chosen, first = form.cleaned_data["voucher_ids"], self.vouchers[0]
        request_id, ticks, answers = form.cleaned_data["request_id"], form.ticks, form.answers
        if set(chosen) == {voucher.id for voucher in self.here}:
            return HandOverItem(request_id, first.series_id, first.booklet_id, first.booklet_id, ticks=ticks, answers=answers)
        return HandOverItem(request_id, first.series_id, voucher_ids=tuple(chosen), ticks=ticks, answers=answers)


def _lessons(town: Commune | None, programme: ProgrammeFacts, services: Sequence[str], *, at: datetime) -> list[Lesson]:
    """The next lessons near that a voucher given now pays; none when it may no longer be given."""
    try:
        printed_until = funding.acceptance_for_hand_over(programme.id, at=at).printed_until
    except FundingRefused:
        return []
    return near.lessons_near(town, programme_id=programme.id, services=services, printed_until=printed_until, at=at)


def proposal_words(advice: Advice) -> dict[str, Any]:
    """What is proposed, in sentences: why, what, how many."""
    taught = [lessons.service_word(code) for code in advice.lessons]
    return {
        "advice": advice,
        "why": [str(WHY[each]) for each in advice.why],
        "taught": taught,
        "helps": [str(HELPS[each]) for each in advice.helps],
        "acts_for": Help.MANDATE in advice.helps,
        "needs_computer": Help.COMPUTER in advice.helps,
        "needs_connection": Help.CONNECTION in advice.helps,
    }


def _seat_gone(refusal: Refusal) -> str:
    """The vouchers are given, the seat is not: said on the page that offers the next ones."""
    if isinstance(refusal, SessionFull):
        return _("Les chèques sont remis. Mais la dernière place de cette leçon vient d’être prise : voici les suivantes.")
    return _("Les chèques sont remis. Mais la leçon n’est pas réservée. %(why)s") % {"why": sentence_for(refusal)}


give = door("distribution.see-stock", post="distribution.hand-over")
urlpatterns = [
    path("hand-over/", door("distribution.hand-over")(find_booklet), name="find-booklet"),
    path("hand-over/<int:booklet_id>/", give(HandOver.as_view()), name="hand-over"),
]
