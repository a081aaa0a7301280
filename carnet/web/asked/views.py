"""Were you at a lesson? Yes, no, I do not know, stop."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from carnet.controls.operations import questions as operations
from carnet.controls.queries import questions as queries
from carnet.controls.rules.questions import Answer, QuestionOver
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.public.person import page

STOP = "STOP"
_ANSWERS = {each.value: each for each in Answer}


def asked(request: HttpRequest, token: str) -> HttpResponse:
    """The question somebody holds the link of, then thanks. Answered, too old or never asked: the same page."""
    given = request.POST.get("answer", "") if request.method == "POST" else ""
    try:
        if given == STOP:
            operations.stop_by_link(token=token, request_id=uuid4(), at=clock.now())
        elif given in _ANSWERS:
            operations.answer_by_link(token=token, answer=_ANSWERS[given], at=clock.now())
        else:
            found = queries.asked_of(token, at=clock.now())
            place = places.names_of([found.place_id]).get(found.place_id, "")
            return _page(request, "question", {"place": place, "day": formats.day(found.attended_on)})
    except QuestionOver:
        return _page(request, "over", {}, status=404)
    return _page(request, "thanks", {"is_stopped": given == STOP})


def _page(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    response = page(request, template, context, clock.now(), status=status, folder="asked")
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
