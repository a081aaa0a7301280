"""The slip of a hand-over, a lesson or a seat: on the screen, printed, sent by text message, or as a letter. Nothing typed here is kept."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from carnet.distribution.operations.slips import text_slip
from carnet.funding import queries as funding
from carnet.gateways import sms
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.web import at_desk, clock, lessons, theming
from carnet.web.calling import whom_to_call
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import door, public
from carnet.web.slips import about
from carnet.web.slips.about import About
from carnet.web.slips.content import Paper
from carnet.web.slips.forms import AddressForm, NumberForm, TextForm
from carnet.web.slips.languages import LANGUAGE_BY_CODE, LANGUAGES, speaker_of
from carnet.web.slips.pdf import Letter, paper_pdf

WRONG_NUMBERS = ("booking-number-mistyped", "booking-unknown")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of slip: where it is under `/prescriber/slips/`, the name of its routes, and how what it is about is found."""

    name: str
    where: str
    find: Callable[[HttpRequest, int, datetime], About]

    def url(self, act: str, number: int, language: str) -> str:
        """The address of one act on one slip, in a language."""
        return f"{reverse(f'slips:{self.name}{act}', args=[number])}?language={language}"


HAND_OVER = Kind("slip", "", lambda request, number, at: about.of_hand_over(request, actor_of(request), number, at=at))
LESSON = Kind("lesson", "lessons/", lambda request, number, at: about.of_lesson(actor_of(request), number, at=at))
SEAT = Kind("seat", "seats/", lambda request, number, at: about.of_seat(actor_of(request), number, at=at))


def shown(request: HttpRequest, number: int, *, kind: Kind, text_form: TextForm | None = None) -> HttpResponse:
    """The slip as a page that prints, with the ways to send it."""
    at = clock.now()
    found, language = kind.find(request, number, at), language_of(request)
    _carry(request, found, at)
    context = paper_words(found.paper(language)) | {
        "kind": kind.name,
        "languages": [(each, kind.url("", number, each.code)) for each in LANGUAGES],
        "pdf_url": kind.url("-pdf", number, language),
        "letter_url": kind.url("-letter", number, language),
        "text_url": kind.url("-text", number, language),
        "text_form": (text_form or TextForm()) if sms.is_offered() else None,
        "back_url": _back(kind, number),
    }
    return never_kept(render(request, "slips/slip.html", context, status=422 if text_form else 200))


def pdf(request: HttpRequest, number: int, *, kind: Kind) -> HttpResponse:
    """The slip on one page of A4. PDF/UA-1."""
    at = clock.now()
    return pdf_answer(kind.find(request, number, at).paper(language_of(request)), at=at)


def text(request: HttpRequest, number: int, *, kind: Kind) -> HttpResponse:
    """The slip by text message, to a number that is sealed until it leaves, then forgotten."""
    at, language = clock.now(), language_of(request)
    if request.method != "POST":
        return redirect(kind.url("", number, language))
    found, form = kind.find(request, number, at), TextForm(request.POST)
    if not form.is_valid():
        return shown(request, number, kind=kind, text_form=form)
    try:
        text_slip(
            hand_over_id=found.hand_over_id,
            booking_number=found.number,
            phone=form.cleaned_data["phone"],
            text=found.text(language),
            language=language,
            actor=actor_of(request),
            request_id=form.cleaned_data["request_id"],
            at=at,
        )
    except Refusal as refusal:
        show_refusal(form, refusal, dict.fromkeys(("phone-number-invalid", "slip-without-phone"), "phone"))
        return shown(request, number, kind=kind, text_form=form)
    messages.success(request, _("La fiche part par SMS. Le numéro est oublié dès qu’elle est partie."))
    return redirect(kind.url("", number, language))


def letter(request: HttpRequest, number: int, *, kind: Kind) -> HttpResponse:
    """The slip as a letter for a window envelope. The address is printed and forgotten: no row, no journal, no cache."""
    at, language = clock.now(), language_of(request)
    found, form = kind.find(request, number, at), AddressForm(request.POST if request.method == "POST" else None)
    _carry(request, found, at)
    if form.is_bound and form.is_valid():
        card = parties.organisation(at_desk.organisation_of(actor_of(request)))
        sender = (card.name, card.street, f"{card.postcode} {card.city}".strip())
        written = Letter(tuple(line for line in sender if line), form.cleaned_data["address"])
        return pdf_answer(found.paper(language), letter=written, at=at)
    context = {"form": form, "back_url": kind.url("", number, language)}
    return never_kept(render(request, "slips/letter.html", context, status=422 if form.is_bound else 200))


def again(request: HttpRequest) -> HttpResponse:
    """A slip by the number of its booking, for anybody who holds it. The number is in no address; wrong ones slow down."""
    at = clock.now()
    form = NumberForm(request.POST if request.method == "POST" else None, initial={"language": language_of(request)})
    status = 200
    if request.method == "POST":
        try:
            lessons.check_tries(request)
            if form.is_valid():
                found = about.of_number(form.cleaned_data["number"], at=at)
                return _again(request, found, form.cleaned_data["language"], at)
        except Refusal as refusal:
            if refusal.code in WRONG_NUMBERS:
                lessons.note_wrong(request)
            form.is_valid()
            show_refusal(form, refusal, dict.fromkeys(WRONG_NUMBERS, "number"))
        status = 429 if form.has_error("__all__", "too-many-tries") else 422
    theming.carry_only_one(request, funding.programmes(), at)
    context = {"form": form, "call": whom_to_call(at)}
    return never_kept(render(request, "slips/again.html", context, status=status))


def _again(request: HttpRequest, found: About, language: str, at: datetime) -> HttpResponse:
    spoken = language if language in LANGUAGE_BY_CODE else language_of(request)
    paper = found.paper(spoken)
    if "pdf" in request.POST:
        return pdf_answer(paper, at=at)
    context = paper_words(paper) | {"number": found.number, "spoken": spoken, "other_languages": LANGUAGES}
    return never_kept(render(request, "slips/again.html", context))


def language_of(request: HttpRequest) -> str:
    """The language an address names, else the site's."""
    return speaker_of(request.GET.get("language", "")).language.code


def paper_words(paper: Paper) -> dict[str, Any]:
    """A paper, and its parts as a page draws them."""
    spoken = (paper.language, LANGUAGE_BY_CODE["fr"])
    drawn = base64.b64encode(paper.qr.encode()).decode("ascii")
    return {"paper": paper, "marks": list(zip(paper.mark, spoken, strict=False)), "qr_data": f"data:image/svg+xml;base64,{drawn}"}


def pdf_answer(paper: Paper, *, letter: Letter | None = None, at: datetime, name: str = "fiche") -> HttpResponse:
    """A paper as a file to print."""
    answer = HttpResponse(paper_pdf(paper, letter=letter, at=at), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}-{paper.language.code}.pdf"'
    return never_kept(answer)


def never_kept(answer: HttpResponse) -> HttpResponse:
    """A slip says where somebody will be: no browser of a shared computer keeps it."""
    answer["Cache-Control"] = "no-store, private"
    return answer


def _carry(request: HttpRequest, found: About, at: datetime) -> None:
    if found.given is not None:
        theming.carry(request, found.given.programme)
    else:
        at_desk.programmes(request, at_desk.organisation_of(actor_of(request)), at)


def _back(kind: Kind, number: int) -> str:
    route = {"slip": "prescriber:given", "lesson": "prescriber:booking", "seat": "prescriber:seat"}[kind.name]
    return reverse(route, args=[number])


def _routes(kind: Kind) -> list[URLPattern]:
    seen, sent = door("distribution.hand-over"), door("distribution.hand-over", post="distribution.send-slip")
    start, told = f"prescriber/slips/{kind.where}<int:number>/", {"kind": kind}
    return [
        path(start, seen(shown), told, name=kind.name),
        path(f"{start}fiche.pdf", seen(pdf), told, name=f"{kind.name}-pdf"),
        path(f"{start}text/", sent(text), told, name=f"{kind.name}-text"),
        path(f"{start}letter/", seen(letter), told, name=f"{kind.name}-letter"),
    ]


urlpatterns = [
    *(each for kind in (HAND_OVER, LESSON, SEAT) for each in _routes(kind)),
    path("fiche/", public(again), name="again"),
]
