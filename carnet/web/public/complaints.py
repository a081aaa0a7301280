"""Something went wrong: say it without account or name, keep a number and six digits, read the answer. The telephone first."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from carnet.helpline import operations, queries
from carnet.helpline.rules import COUNTED_OVER, FILED_BY, ComplaintKind, Filer, TooManyComplaints
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.web import clock, lessons, tries
from carnet.web.calling import open_programmes
from carnet.web.design.screens import show_refusal
from carnet.web.doors import public
from carnet.web.helpline import words
from carnet.web.helpline.forms import FILING_FIELDS, TEXT_FIELDS, ComplaintForm, NumberForm
from carnet.web.public.person import page as person_page
from carnet.workshops.rules import TooManyTries

COUNTED = "complaints"
WRONG_NUMBERS = ("complaint-number-mistyped", "complaint-unknown", "complaint-locked")
# The page that somebody cannot use has a form of its own; a place's late payment is a place's to say.
KINDS = FILED_BY[Filer.PERSON] - {ComplaintKind.ACCESSIBILITY}


class PublicForm(ComplaintForm):
    """The same, and the programme when nothing else says who answers."""

    programme = forms.ChoiceField(label=gettext_lazy("Quel programme ?"), required=False, choices=[], widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, programmes: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, kinds=KINDS, **options)
        if len(programmes) > 1:
            self.fields["programme"].choices = [("", _("Je ne sais pas")), *programmes]  # type: ignore[attr-defined]
        else:
            del self.fields["programme"]


class MoreForm(forms.Form):
    """Something to add, with the number and its digits sent again: neither is in an address."""

    number = forms.CharField(widget=forms.HiddenInput, max_length=40)
    secret = forms.CharField(widget=forms.HiddenInput, max_length=12)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    said = forms.CharField(
        label=gettext_lazy("Ajouter quelque chose"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Écrivez quelques mots.")},
    )


@never_cache
@sensitive_post_parameters("said", "contact")
def complain(request: HttpRequest) -> HttpResponse:
    """Say what went wrong. GET shows the form; POST gives a number and six digits, shown once."""
    at, place_id = clock.now(), _place_id(request)
    place = places.place_card(place_id, at=at).summary if place_id is not None else None
    programmes = [(each.id, each.name) for each in open_programmes(at)] if place is None else []
    form = PublicForm(
        request.POST if request.method == "POST" else None,
        programmes=programmes,
        initial={"request_id": uuid4(), "kind": request.GET.get("motif")},
    )
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        chosen = given.get("programme") or (str(programmes[0][0]) if len(programmes) == 1 and not given["serial"] else "")
        try:
            done = operations.file_complaint(
                kind=ComplaintKind(given["kind"]),
                said=given["said"],
                filed_by=Filer.PERSON,
                programme_id=int(chosen) if chosen else None,
                place_id=place_id,
                serial=given["serial"],
                contact=given["contact"],
                language=(get_language() or "fr")[:2],
                from_here=lately(request),
                actor=Actor.anonymous(),
                request_id=given["request_id"],
                at=at,
            )
        except Refusal as refusal:
            show_refusal(form, refusal, FILING_FIELDS)
        else:
            count(request)
            return person_page(request, "complaint_filed", {"done": done, "has_contact": bool(given["contact"])}, at)
    status = 200 if not form.is_bound else 429 if form.has_error(NON_FIELD_ERRORS, TooManyComplaints.code) else 422
    return person_page(request, "complaint", {"form": form, "place": place}, at, status=status)


@never_cache
@sensitive_post_parameters()
def follow(request: HttpRequest) -> HttpResponse:
    """Read the answer with the number and its six digits, or add something. Both come in the form, never in an address."""
    at = clock.now()
    form = NumberForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        number, secret = form.cleaned_data["number"], form.cleaned_data["secret"]
        more = MoreForm(
            request.POST if "said" in request.POST else None, initial={"number": number, "secret": secret, "request_id": uuid4()}
        )
        try:
            lessons.check_tries(request)
            if more.is_bound and more.is_valid():
                _add(more, at)
                more = MoreForm(initial={"number": number, "secret": secret, "request_id": uuid4()})
            told = queries.by_number(number, secret, at=at)
            state, tone = words.told_state(told.complaint)
            context = {
                "told": told,
                "state": state,
                "tone": tone,
                "kind": words.KINDS[told.complaint.kind],
                "said": words.said(told.lines),
                "more": more if told.complaint.is_open else None,
            }
            return person_page(request, "complaint_told", context, at, status=422 if more.is_bound else 200)
        except Refusal as refusal:
            if refusal.code in WRONG_NUMBERS:
                lessons.note_wrong(request)
            show_refusal(form, refusal, dict.fromkeys(WRONG_NUMBERS, "secret") | {"complaint-number-mistyped": "number"})
    status = 200 if not form.is_bound else 429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422
    return person_page(request, "complaint_follow", {"form": form}, at, status=status)


def _add(form: MoreForm, at: Any) -> None:
    """Keep what was added; a refusal of its words stays beside them, one of the number goes up."""
    given = form.cleaned_data
    try:
        operations.add_words(
            number=given["number"],
            secret=given["secret"],
            said=given["said"],
            actor=Actor.anonymous(),
            request_id=given["request_id"],
            at=at,
        )
    except Refusal as refusal:
        if refusal.code not in TEXT_FIELDS:
            raise
        show_refusal(form, refusal, TEXT_FIELDS)


def _place_id(request: HttpRequest) -> int | None:
    asked = request.GET.get("lieu", "")
    return int(asked) if asked.isdecimal() and len(asked) < 18 else None


def lately(request: HttpRequest) -> int:
    """How many complaints came from the same address in the last hour."""
    return tries.so_far(request, COUNTED, seconds=int(COUNTED_OVER.total_seconds()))


def count(request: HttpRequest) -> None:
    """One more came from this address."""
    tries.note(request, COUNTED, seconds=int(COUNTED_OVER.total_seconds()))


urlpatterns = [
    path("reclamation/", public(complain), name="complaint"),
    path("reclamation/suivre/", public(follow), name="complaint-follow"),
]
