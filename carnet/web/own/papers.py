"""The person takes their papers away: the mandate they signed, the certificate of what they stopped. Without the code, which was printed once."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from carnet.mandates.queries import own
from carnet.mandates.queries.papers import MandatePrinted, own_printed_mandate
from carnet.mandates.rules import MandateNumberMistyped
from carnet.mandates.rules.visits import OwnMandateUnknown, VisitOver
from carnet.web import clock
from carnet.web.mandate_papers import made
from carnet.web.mandate_papers.views import pdf_file
from carnet.web.own import session


def mandate(request: HttpRequest, number: str) -> HttpResponseBase:
    """The mandate as it was signed. PDF/UA-1."""
    at = clock.now()
    try:
        printed, names = _printed(request, number, at)
    except VisitOver:
        return redirect("own:mandates")
    return pdf_file(made.mandate_pdf(printed, names), f"mandat-{printed.number}")


def stopped(request: HttpRequest, number: str) -> HttpResponseBase:
    """The certificate of what was stopped. PDF/UA-1. Not found while nothing was."""
    at = clock.now()
    try:
        printed, names = _printed(request, number, at)
    except VisitOver:
        return redirect("own:mandates")
    if not printed.stopped:
        raise Http404
    file: HttpResponse = pdf_file(made.stopped_pdf(printed, names, at=at), f"arret-{printed.number}")
    return file


def _printed(request: HttpRequest, number: str, at: datetime) -> tuple[MandatePrinted, dict[int, str]]:
    """Raises: VisitOver, OwnMandateUnknown, IdentityErased (pages that say so)."""
    visit = session.visiting(request, at)
    try:
        found = own.own_mandate(visit.key_mark, number, at=at)
    except MandateNumberMistyped:
        raise OwnMandateUnknown from None
    printed = own_printed_mandate(visit.key_mark, found.id)
    helpers = {each for each in (printed.helper_id, printed.second_helper_id) if each is not None}
    return printed, own.helper_names(helpers, found.organisation_id)
