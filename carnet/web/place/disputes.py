"""A mistake found once the undo window has closed: said to the operator, and its answer shown."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.redemption import operations as redemption_writes
from carnet.redemption import queries as redemption
from carnet.redemption.queries import DisputeLine, RedemptionLine
from carnet.redemption.rules import RedemptionUnknown, parse_redemption_number
from carnet.web import clock
from carnet.web import disputes as words
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.place import counter
from carnet.web.place.forms import UndoForm


@dataclass(frozen=True, slots=True)
class Told:
    """One dispute as the page of its redemption tells it."""

    text: str
    tone: str
    is_open: bool


def told(line: RedemptionLine, organisation_id: int) -> list[Told]:
    """The disputes of one redemption and their answers, the first first."""
    found = redemption.disputes_of(organisation_id=organisation_id, redemption=parse_redemption_number(line.number))
    return [Told(_told(each), words.OUTCOMES[each.outcome][1], each.is_open) for each in found]


def _told(each: DisputeLine) -> str:
    answer = words.answer(each)
    return f"{answer} « {each.decision_reason} »" if each.decision_reason else answer


class Open(OperationView):
    """Say that a redemption was a mistake, with a reason. The operator answers, and nothing changes until then."""

    template_name = "place/dispute.html"
    form_class = UndoForm
    refusal_fields = {"nir-in-text": "detail", "iban-in-text": "detail", "reason-missing": "reason"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        organisation_id = counter.organisation_of(actor_of(request))
        line = redemption.redemption_of(organisation_id=organisation_id, number=kwargs["number"])
        if line is None:
            raise RedemptionUnknown(number=kwargs["number"])
        self.line = line
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counter.own_places(self.request, counter.organisation_of(actor_of(self.request)), clock.now())
        return super().get_context_data(**kwargs) | {"line": self.line, "ticket": counter.kept_ticket(self.line)}

    def perform(self, form: UndoForm) -> HttpResponse:
        given = form.cleaned_data
        redemption_writes.open_dispute(
            number=self.line.number,
            reason=words.reason_kept(given["reason"], given["detail"].strip()),
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est dit à l’opérateur. Sa réponse s’affichera ici, et un message vous préviendra."))
        return redirect("place:redemption", number=self.line.number)


def disputes(request: HttpRequest) -> HttpResponse:
    """Every dispute of this house, those that wait first."""
    actor = actor_of(request)
    organisation_id = counter.organisation_of(actor)
    counter.own_places(request, organisation_id, clock.now())
    lines = redemption.disputes(organisation_id=organisation_id, place_id=actor.place_id)
    table = words.table(
        _("Vos contestations"), lines, _address, empty=_("Aucune contestation. Une erreur se conteste depuis la page du passage.")
    )
    return render(request, "place/disputes.html", {"table": table})


def _address(line: DisputeLine) -> str:
    return reverse("place:redemption", args=[line.redemption])
