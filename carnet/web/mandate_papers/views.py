"""The papers of a mandate for the helpers of its structure: the draft to read aloud, the mandate, the certificate of what was stopped."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from carnet.mandates.queries.papers import printed_draft, printed_mandate
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.design.screens import actor_of
from carnet.web.mandate_papers import made
from carnet.web.mandate_papers.content import languages_ready
from carnet.web.slips.views import never_kept


def mandate(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """The mandate that was signed. PDF/UA-1."""
    printed = printed_mandate(actor_of(request), mandate_id)
    names = _names((printed.helper_id, printed.second_helper_id))
    return pdf_file(made.mandate_pdf(printed, names, language=_language(request)), f"mandat-{printed.number}")


def stopped(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """The certificate of what was stopped. PDF/UA-1. Not found while nothing was."""
    printed = printed_mandate(actor_of(request), mandate_id)
    if not printed.stopped:
        raise Http404
    names = _names((printed.helper_id, printed.second_helper_id))
    return pdf_file(made.stopped_pdf(printed, names, language=_language(request), at=clock.now()), f"arret-{printed.number}")


def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What will be signed, on paper. PDF/UA-1."""
    at = clock.now()
    printed = printed_draft(actor_of(request), draft_id, at=at)
    return pdf_file(made.draft_pdf(printed, language=_language(request), at=at), "projet-de-mandat")


def read(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What will be signed, in large letters, to read aloud to the person; the browser may read it too."""
    printed = printed_draft(actor_of(request), draft_id, at=clock.now())
    language = _language(request)
    here = reverse("mandate_papers:read", args=[draft_id])
    context = {
        "bodies": made.draft_words(printed, language=language)["bodies"],
        "languages": [(each, f"{here}?language={each.code}") for each in languages_ready(printed.text)],
        "spoken": language or printed.language,
        "pdf_url": f"{reverse('mandate_papers:draft', args=[draft_id])}?language={language}",
        "back_url": reverse("helper:draft", args=[draft_id]),
    }
    return never_kept(render(request, "mandate_papers/read.html", context))


def pdf_file(content: bytes, name: str) -> HttpResponse:
    """A paper as a file to print; no browser of a shared computer keeps it."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return never_kept(answer)


def _names(helper_ids: Iterable[int | None]) -> dict[int, str]:
    return parties.names_of(each for each in helper_ids if each is not None)


def _language(request: HttpRequest) -> str:
    return request.GET.get("language", "")[:8]
