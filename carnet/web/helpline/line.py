"""The line: one box, the story of the number typed, and what a call needs in one or two taps."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from carnet.distribution import queries as distribution
from carnet.distribution.operations.slips import text_slip
from carnet.gateways import sms
from carnet.helpline import operations, queries
from carnet.helpline.queries import Story
from carnet.helpline.rules import REPEATED_MIN, TYPED_MAX, Asked, CodeDictated, TooManyQuestions
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.helpline import telling, words
from carnet.web.helpline.complaints import base_of
from carnet.web.slips import about as slips
from carnet.web.slips.forms import TextForm
from carnet.web.stock import replacing
from carnet.web.stock.moves import OFFICE, Side
from carnet.workshops import operations as workshops

LINE = Side("helpline/office.html", "helpline")


class BoxForm(OperationForm):
    """One exact number."""

    typed = forms.CharField(
        label=gettext_lazy("Le numéro que la personne vous dit"),
        help_text=gettext_lazy(
            "Chèque, carnet, lieu, réservation, remplacement, virement, connexion ou réclamation : en entier. Jamais un code secret."
        ),
        max_length=TYPED_MAX,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": gettext_lazy("Tapez un numéro.")},
    )


class NextForm(BoxForm):
    """The next number, under a story: it does not take the eye from what is being read aloud."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"auto_id": "next_%s"} | options)
        self.fields["typed"].label, self.fields["typed"].help_text = _("Un autre numéro"), ""
        del self.fields["typed"].widget.attrs["autofocus"]


def side_of(actor: Actor) -> Side:
    """From where a booklet is replaced: the operator's office for its staff, the line's own pages for whoever only answers."""
    return OFFICE if allowed(actor.roles, "home.operator") else LINE


@never_cache
@sensitive_post_parameters("typed")
def ask(request: HttpRequest) -> HttpResponse:
    """GET shows the box; POST tells the story. The number is in no address."""
    if request.method != "POST":
        return _box(request, BoxForm(initial={"request_id": uuid4()}))
    form = BoxForm(request.POST)
    if form.is_valid():
        actor, at = actor_of(request), clock.now()
        try:
            story = operations.ask(typed=form.cleaned_data["typed"], actor=actor, request_id=form.cleaned_data["request_id"], at=at)
        except CodeDictated as refusal:
            # What was typed is not shown again: the field is empty, and the sentence says what to tell the person.
            return _box(request, BoxForm(initial={"request_id": uuid4()}), alarm=sentence_for(refusal), status=422)
        except Refusal as refusal:
            show_refusal(form, refusal, {refusal.code: "typed"})
            return _box(request, form, status=429 if isinstance(refusal, TooManyQuestions) else 422)
        if story.kind is Asked.CONNECTION:
            return redirect("connections:line-one", connection_id=story.subject[1])
        return _story(request, story)
    return _box(request, form, status=422)


def _box(request: HttpRequest, form: BoxForm, *, alarm: str = "", status: int = 200) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    waiting = queries.complaints(actor=actor, at=at, is_open=True, most=50)
    context = {
        "base": base_of(actor),
        "form": form,
        "alarm": alarm,
        "late": sum(each.is_late for each in waiting),
        "waiting": len(waiting),
    }
    return render(request, "helpline/line.html", context, status=status)


def _story(request: HttpRequest, story: Story, *, text_form: TextForm | None = None) -> HttpResponse:
    """The page of a story. `text_form`: the one that could not be sent, with what was typed and why."""
    actor, at = actor_of(request), clock.now()
    if text_form is None and story.booking and sms.is_offered():
        text_form = TextForm(initial={"request_id": uuid4()})
    context: dict[str, Any] = {
        "base": base_of(actor),
        "form": NextForm(initial={"request_id": uuid4()}),
        "story": story,
        "title": telling.title(story),
        "about": telling.about(story),
        "sentences": telling.sentences(story, at=at),
        "choices": story.choices,
        "replace": _replace(actor, story),
        "complaint_url": _complaint_url(story),
        "find_url": reverse("helpline:find"),
        "request_id": uuid4(),
        "text_form": text_form,
        "repeated": _repeated(actor, story),
    }
    if story.complaint_id is not None:
        context["open_complaint"] = reverse("helpline:complaint", args=[story.complaint_id])
    return render(request, "helpline/story.html", context, status=422 if text_form is not None and text_form.is_bound else 200)


def _replace(actor: Actor, story: Story) -> list[dict[str, Any]]:
    """One button for each person who still has vouchers of the booklet: when it was given, and how many are left."""
    side, found = side_of(actor), []
    for left in story.left:
        given = distribution.hand_over(left.hand_over_id)
        found.append(
            {
                "url": side.url("replace-block", left.hand_over_id, left.booklet_id),
                "day": formats.day(given.handed_over_at),
                "desk": parties.organisation_name(given.organisation_id),
                "count": left.voucher_count,
            }
        )
    return found


def _complaint_url(story: Story) -> str:
    asked = "&".join(
        part for part in (f"serial={story.serial}" if story.serial else "", f"place={story.place_id}" if story.place_id else "") if part
    )
    return reverse("helpline:complaint-new") + (f"?{asked}" if asked else "")


def _repeated(actor: Actor, story: Story) -> str:
    if story.place_id is None:
        return ""
    count = queries.complaints_on([story.place_id], actor=actor, at=clock.now()).get(story.place_id, 0)
    return words.repeated(count) if count >= REPEATED_MIN else ""


@sensitive_post_parameters("number")
def give_back(request: HttpRequest) -> HttpResponse:
    """Give a booked seat back for whoever telephones; the number comes in the form, never in an address."""
    if request.method != "POST":
        return redirect("helpline:ask")
    try:
        workshops.give_back(
            number=request.POST.get("number", "")[:40], actor=actor_of(request), request_id=_request_id(request), at=clock.now()
        )
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    else:
        messages.success(request, _("La place est rendue. Proposez-en une autre : « Trouver un lieu »."))
    return redirect("helpline:find")


@sensitive_post_parameters("number", "phone")
def send_slip(request: HttpRequest) -> HttpResponse:
    """Send the slip of a booking again, by text message, to a telephone that is forgotten once it left."""
    if request.method != "POST":
        return redirect("helpline:ask")
    form, number, at = TextForm(request.POST), request.POST.get("number", "")[:40], clock.now()
    if not form.is_valid():
        return _told_again(request, form, number)
    try:
        slip = slips.of_number(number, at=at)
        text_slip(
            booking_number=slip.number, phone=form.cleaned_data["phone"], text=slip.text("fr"), language="fr", actor=actor_of(request),
            request_id=form.cleaned_data["request_id"], at=at,
        )  # fmt: skip
    except Refusal as refusal:
        show_refusal(form, refusal, dict.fromkeys(("phone-number-invalid", "slip-without-phone"), "phone"))
        return _told_again(request, form, number)
    messages.success(request, _("La fiche part par SMS. Le numéro est oublié dès qu’elle est partie."))
    return redirect("helpline:ask")


def _told_again(request: HttpRequest, form: TextForm, number: str) -> HttpResponse:
    """The story of the booking, with the form that could not be sent: nobody dictates the number a second time."""
    try:
        story = operations.ask(typed=number, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect("helpline:ask")
    return _story(request, story, text_form=form)


def _request_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid4()


urlpatterns = [
    path("", door("home.helpline")(ask), name="home"),
    path("ask/", door("helpline.ask")(ask), name="ask"),
    path("give-back/", door("workshops.book-by-phone")(give_back), name="give-back"),
    path("send-slip/", door("distribution.send-slip")(send_slip), name="send-slip"),
    *replacing.routes(LINE),
]
