"""Letters of a desk to doors: for whoever left no mobile. A change, whom to call, no name. Printed, posted, gone from the list."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.connectivity import operations
from carnet.connectivity.queries import told as queries
from carnet.connectivity.queries.told import LetterToPost
from carnet.connectivity.rules.telling import About
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.calling import whom_to_call
from carnet.web.connections.sides import Side
from carnet.web.design import formats
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.slips.views import never_kept


def letters(request: HttpRequest, *, side: Side) -> HttpResponse:
    """Every letter to post, each on its own page when printed."""
    actor, at = actor_of(request), clock.now()
    found = queries.letters_to_post(actor, at=at)
    names = parties.organisations({each.provider_id for each in found})
    context = {
        "base": side.base(actor),
        "letters": [
            {"letter": each, "said": said(each, names[each.provider_id].name), "done_url": side.url("letter-done", each.id)}
            for each in found
        ],
        "house": parties.organisation(actor.organisation_id or 0),
        "call": whom_to_call(at),
        "today": at,
        "back_url": side.url("list"),
        "request_id": uuid4(),
    }
    return never_kept(render(request, "connections/letters.html", context))


def said(letter: LetterToPost, provider: str) -> list[str]:
    """What a letter says, in short sentences."""
    day = formats.weekday(letter.said_on) if letter.said_on else ""
    first = {
        About.REFUSED: _("Votre demande d’internet n’a pas pu être acceptée."),
        About.APPOINTMENT: _("%(provider)s vient brancher internet chez vous : %(day)s.") % {"provider": provider, "day": day},
        About.COULD_NOT: _("Internet n’a pas pu être branché chez vous."),
        About.ENDED: _("Votre connexion est finie : %(day)s.") % {"day": day},
    }.get(letter.about, "")
    then = {
        About.REFUSED: _("Appelez, ou venez au guichet. On regarde avec vous."),
        About.APPOINTMENT: _("Le jour ne va pas ? Appelez."),
        About.COULD_NOT: _("Appelez pour choisir un autre jour."),
        About.ENDED: _("Rendez ce qui est prêté. Vous pouvez demander une autre connexion.")
        if letter.was_connected
        else _("Vous pouvez en demander une autre."),
    }.get(letter.about, "")
    return [each for each in (first, then) if each]


@require_POST
def letter_done(request: HttpRequest, telling_id: int, *, side: Side) -> HttpResponseBase:
    """It is in the post, or was said otherwise."""
    form = OperationForm(request.POST)
    request_id = form.cleaned_data["request_id"] if form.is_valid() else uuid4()
    try:
        operations.note_letter(
            telling_id=telling_id, is_posted="posted" in request.POST, actor=actor_of(request), request_id=request_id, at=clock.now()
        )
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect(side.url("letters"))
