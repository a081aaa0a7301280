"""*Your booklet: how it works*: a page for anybody, in four languages, to read, to print, to pin on a wall."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from carnet.funding import queries as funding
from carnet.web import clock, theming
from carnet.web.calling import open_programmes, whom_to_call
from carnet.web.doors import public
from carnet.web.slips.content import Paper
from carnet.web.slips.content import leaflet as leaflet_of
from carnet.web.slips.languages import LANGUAGES, speaker_of
from carnet.web.slips.views import language_of, paper_words, pdf_answer

# Before any programme: what a booklet usually is.
USUAL_SIZE, USUAL_CENTS = 5, 1000


def leaflet(request: HttpRequest) -> HttpResponse:
    """The leaflet as a page that prints."""
    at = clock.now()
    theming.carry_only_one(request, funding.programmes(), at)
    language = language_of(request)
    here = reverse("slips:leaflet")
    context = paper_words(_paper(language, at)) | {
        "languages": [(each, f"{here}?language={each.code}") for each in LANGUAGES],
        "pdf_url": f"{reverse('slips:leaflet-pdf')}?language={language}",
    }
    return render(request, "slips/leaflet.html", context)


def leaflet_pdf(request: HttpRequest) -> HttpResponse:
    """The leaflet on one page of A4. PDF/UA-1."""
    at = clock.now()
    return pdf_answer(_paper(language_of(request), at), at=at, name="carnet-mode-d-emploi")


def _paper(language: str, at: datetime) -> Paper:
    """What the programme open now gives: its telephone, its booklets."""
    open_now, call = open_programmes(at), whom_to_call(at)
    terms = open_now[0].terms if open_now else None
    return leaflet_of(
        speaker_of(language),
        phone=call.phone if call else "",
        booklet_size=terms.booklet_size if terms else USUAL_SIZE,
        value_cents=terms.voucher_value_cents if terms else USUAL_CENTS,
    )


urlpatterns = [
    path("carnet/mode-d-emploi/", public(leaflet), name="leaflet"),
    path("carnet/mode-d-emploi.pdf", public(leaflet_pdf), name="leaflet-pdf"),
]
