"""A desk's side: leave a number with consent, make the calls and letters, stop, book a missed lesson again."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution import operations
from carnet.distribution import queries as distribution
from carnet.distribution.rules.reminders import ContactChannel, ReminderOutcome
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import SerialMistyped
from carnet.kernel.refusals import Refusal
from carnet.ledger.rules import BookletUnknown, VoucherSerialUnknown
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.design.components import Row, Task
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.reminders import words
from carnet.web.reminders.forms import BookletForm, RemindForm, SlipForm
from carnet.workshops import queries as workshops
from carnet.workshops.queries import SessionView

LESSONS_SHOWN = 6
RADIUS_KM = 30.0
OUTCOMES = {
    "told": ReminderOutcome.TOLD,
    "no-answer": ReminderOutcome.NO_ANSWER,
    "wrong-number": ReminderOutcome.WRONG_NUMBER,
    "posted": ReminderOutcome.POSTED,
}


def tasks(actor: Actor) -> list[Task]:
    """Whom the desk is to call, and the letters it is to post, in one line each."""
    if actor.organisation_id is None or not allowed(actor.roles, "distribution.remind"):
        return []
    calls, letters = distribution.reminders_waiting(organisation_id=actor.organisation_id)
    told = (
        (calls, ngettext("%(count)s personne à rappeler", "%(count)s personnes à rappeler", calls)),
        (letters, ngettext("%(count)s lettre de rappel à poster", "%(count)s lettres de rappel à poster", letters)),
    )
    to_make = reverse("reminders:to-make")
    return [Task(text % {"count": formats.number(count)}, _("Voir"), to_make) for count, text in told if count]


class Remind(OperationView):
    """Would the person like to be reminded? One choice, one number, one tick; from the hand-over or its slip."""

    template_name = "reminders/remind.html"
    form_class = RemindForm
    refusal_fields = {"phone-number-invalid": "phone", "consent-missing": "has_consented", "address-missing": "address"}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        line = distribution.hand_over(self.kwargs["hand_over_id"])
        return super().get_context_data(**context) | {"line": line, "contact": distribution.contact_of(line.id)}

    def perform(self, form: RemindForm) -> HttpResponseBase:
        said, hand_over_id = form.cleaned_data, self.kwargs["hand_over_id"]
        operations.leave_contact(
            hand_over_id=hand_over_id, channel=ContactChannel(said["channel"]), phone=said["phone"], address=said["address"],
            language=said["language"] or "fr", has_consented=said["has_consented"],
            may_be_asked=said.get("may_be_asked", False), actor=actor_of(self.request), request_id=said["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("C’est noté. La personne sera rappelée, et son numéro effacé à la fin."))
        return redirect("prescriber:given", hand_over_id=hand_over_id)


def to_make(request: HttpRequest) -> HttpResponse:
    """Whom to call and whom to write to, what to say, and what became of it."""
    actor = actor_of(request)
    found = distribution.reminders_to_make(actor)
    phones = {each.id: each.terms.phone for each in funding.programmes({each.programme_id for each in found})}
    lines = [
        {"reminder": each, "kind": words.KINDS[each.kind], "said": words.to_say(each, phones[each.programme_id])} for each in found
    ]  # fmt: skip
    calls = [line for line in lines if line["reminder"].channel is not ContactChannel.LETTER]  # type: ignore[attr-defined]
    post = [line for line in lines if line["reminder"].channel is ContactChannel.LETTER]  # type: ignore[attr-defined]
    return render(request, "reminders/to_make.html", {"calls": calls, "letters": post})


def letters(request: HttpRequest) -> HttpResponse:
    """The letters that wait, one a page, to print and fold."""
    actor = actor_of(request)
    found = distribution.reminders_to_make(actor, channel=ContactChannel.LETTER)
    programmes = {each.id: each for each in funding.programmes({each.programme_id for each in found})}
    desk = parties.organisation(actor.organisation_id or 0)
    context = {
        "desk": desk,
        "today": clock.now(),
        "letters": [
            {
                "lines": each.reach.splitlines(),
                "said": words.to_say(each, programmes[each.programme_id].terms.phone),
                "programme": programmes[each.programme_id].name,
                "serial": each.serial,
            }
            for each in found
        ],
    }
    return render(request, "reminders/letters.html", context)


def made(request: HttpRequest, reminder_id: int) -> HttpResponseBase:
    """One tap says what became of a call or a letter."""
    outcome = OUTCOMES.get(request.POST.get("outcome", ""))
    if request.method == "POST" and outcome is not None:
        try:
            operations.note_reminder(reminder_id=reminder_id, outcome=outcome, actor=actor_of(request), request_id=uuid4(), at=clock.now())
            messages.success(request, _("C’est noté."))
        except Refusal as refusal:
            messages.error(request, sentence_for(refusal))
    return redirect("reminders:to-make")


class StopReminders(OperationView):
    """Somebody says stop, at this desk or on the telephone: the booklet's number is enough, and tells nothing."""

    template_name = "reminders/stop.html"
    form_class = BookletForm
    refusal_fields = dict.fromkeys((SerialMistyped.code, BookletUnknown.code, VoucherSerialUnknown.code), "serial")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        is_desk = allowed(actor_of(self.request).roles, "home.prescriber")
        return super().get_context_data(**context) | {"office": "prescriber/desk.html" if is_desk else "operator/office.html"}

    def perform(self, form: BookletForm) -> HttpResponseBase:
        operations.withdraw_contact(
            serial=form.cleaned_data["serial"], actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )
        messages.success(self.request, _("C’est fait. S’il y avait un numéro, il est effacé : plus aucun rappel."))
        return redirect("reminders:stop")


def again(request: HttpRequest) -> HttpResponse:
    """From the number on a slip to the next lessons of the same kind nearby, and one tap."""
    at = clock.now()
    form = SlipForm(request.GET if "number" in request.GET else None)
    context: dict[str, Any] = {"form": form}
    status = 200
    if form.is_bound and form.is_valid():
        try:
            found, session, may_book = operations.may_book_again(form.cleaned_data["number"], at=at)
            context |= {"found": found, "rows": _slip_rows(session), "may_book": may_book, "state": lessons.became(found, session, at)}
            context["lessons"] = lessons.lessons(_next_lessons(actor_of(request).organisation_id or 0, session)) if may_book else []
        except Refusal as refusal:
            show_refusal(form, refusal, {refusal.code: "number"})
            status = 422
    elif form.is_bound:
        status = 422
    return render(request, "reminders/again.html", context, status=status)


def again_book(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """One tap: the other lesson is booked, its slip is there."""
    number = request.POST.get("number", "")
    if request.method != "POST":
        return redirect("reminders:again")
    try:
        request_id = UUID(request.POST.get("request_id", ""))
    except ValueError:
        request_id = uuid4()
    try:
        done = operations.book_again(number=number, session_id=session_id, actor=actor_of(request), request_id=request_id, at=clock.now())
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect(f"{reverse('reminders:again')}?number={number[:20]}" if number.replace("-", "").isalnum() else "reminders:again")
    return redirect(reverse("prescriber:booking", args=[done.id]) + "?new")


def _slip_rows(session: SessionView) -> list[Row]:
    return [
        Row(_("Quoi"), session.title),
        Row(_("Quand"), f"{formats.weekday(session.day)}, {formats.wall_time(session.begins)}"),
        Row(_("Où"), session.place_name),
    ]


def _next_lessons(organisation_id: int, session: SessionView) -> tuple[SessionView, ...]:
    """The next lessons with a seat of the same service: around where it was, else around the desk, else anywhere."""
    at = clock.now()
    card = parties.organisation(organisation_id)
    there = next((each.postcode for each in places.summaries([session.place_id], at=at)), "")
    for where in (there, card.postcode or card.city, ""):
        try:
            around: dict[str, Any] = {"around": places.locality(where).code, "radius_km": RADIUS_KM} if where else {}
        except Refusal:
            continue
        found = workshops.agenda(at=at, service=session.service, with_seats=True, per_page=LESSONS_SHOWN, **around)
        if found.sessions:
            return found.sessions
    return ()


_remind = door("distribution.remind")
urlpatterns = [
    path("prescriber/reminders/", _remind(to_make), name="to-make"),
    path("prescriber/reminders/letters/", _remind(letters), name="letters"),
    path("prescriber/reminders/<int:reminder_id>/", _remind(made), name="made"),
    path("prescriber/hand-overs/<int:hand_over_id>/remind/", _remind(Remind.as_view()), name="remind"),
    path("prescriber/again/", door("distribution.hand-over")(again), name="again"),
    path("prescriber/again/<int:session_id>/", door("distribution.hand-over")(again_book), name="again-book"),
    path("reminders/stop/", door("distribution.stop-reminders")(StopReminders.as_view()), name="stop"),
]
