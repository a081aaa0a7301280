"""A landlord's connections: what waits for an answer, one by one or several at once; then their life."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from carnet.connectivity import operations, queries
from carnet.connectivity.queries import ConnectionView
from carnet.connectivity.rules import (
    ConnectionState,
    EndReason,
    IncidentKind,
    RefusalReason,
    SuspensionReason,
    can_become,
)
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.web import clock
from carnet.web.connections import offices, words
from carnet.web.connections.offices import LANDLORD, Gesture, choice_form
from carnet.web.design import formats
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.spreadsheets import KINDS, as_file

AT_ONCE_MOST = 100
_S = ConnectionState


def listed(request: HttpRequest) -> HttpResponse:
    """The connections of one's homes."""
    return offices.listed(request, LANDLORD)


def as_spreadsheet(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same list for a spreadsheet."""
    if kind not in KINDS:
        raise Http404
    lines = offices.found_by(request, offices.chosen(request, LANDLORD), limit=20_000)
    return as_file(kind, f"connexions-{legal_day(clock.now()).isoformat()}", offices.sheet_of(lines), actor_of(request))


def requests(request: HttpRequest) -> HttpResponse:
    """The applications that wait for an answer, the oldest first, to be accepted together or one by one."""
    lines = queries.connections(actor=actor_of(request), states=[_S.APPLIED], limit=AT_ONCE_MOST)
    context = {
        "lines": [(each, offices.door_of(each), formats.day(each.applied_on)) for each in lines],
        "request_id": uuid4(),
        "may_decide": True,
    }
    return render(request, "landlord/requests.html", context)


@require_POST
def accept_ticked(request: HttpRequest) -> HttpResponseBase:
    """Accept every application that was ticked; what cannot be says why, and stops no other."""
    actor, at = actor_of(request), clock.now()
    try:
        request_id, ids = UUID(request.POST.get("request_id", "")), [int(each) for each in request.POST.getlist("connection")]
    except ValueError:
        raise Http404 from None
    accepted, refused = 0, {}
    for connection_id in ids[:AT_ONCE_MOST]:
        try:
            operations.accept(connection_id=connection_id, actor=actor, request_id=uuid5(request_id, str(connection_id)), at=at)
            accepted += 1
        except Refusal as refusal:
            refused[refusal.code] = sentence_for(refusal)
    if accepted:
        said = ngettext(
            "%(count)s demande acceptée. Le fournisseur la voit.", "%(count)s demandes acceptées. Le fournisseur les voit.", accepted
        )
        messages.success(request, said % {"count": accepted})
    for sentence in refused.values():
        messages.error(request, sentence)
    if not ids:
        messages.warning(request, _("Cochez au moins une demande."))
    return redirect("landlord:requests")


def one(request: HttpRequest, connection_id: int) -> HttpResponse:
    """One connection."""
    return offices.one(request, connection_id, LANDLORD, _gestures)


@require_POST
def find(request: HttpRequest) -> HttpResponseBase:
    """By its number."""
    return offices.find(request, LANDLORD)


def _gestures(view: ConnectionView) -> list[tuple[str, str, str]]:
    state, number = view.line.state, view.line.id
    found = []
    if state is _S.APPLIED:
        found = [(_("Accepter"), "connection-accept", ""), (_("Refuser"), "connection-refuse", "secondary")]
    if state is _S.ACTIVE and view.line.incident is None:
        found.append((_("Signaler une panne"), "connection-incident", ""))
    if state is _S.SUSPENDED:
        found.append((_("Reprendre"), "connection-resume", ""))
    if can_become(state, _S.SUSPENDED):
        found.append((_("Mettre en pause"), "connection-suspend", "secondary"))
    if can_become(state, _S.ENDED):
        found.append((_("Arrêter"), "connection-end", "secondary"))
    return [(text, LANDLORD.url(route, number), kind) for text, route, kind in found]


class _Mine(Gesture):
    office = LANDLORD

    def about(self, given: dict[str, Any]) -> dict[str, Any]:
        """What every operation is given."""
        return {
            "connection_id": self.connection_id(), "actor": actor_of(self.request), "request_id": given["request_id"], "at": clock.now(),
        }  # fmt: skip


class Accept(_Mine):
    """Say yes: the funders' money is set aside."""

    title, verb = gettext_lazy("Accepter cette demande ?"), gettext_lazy("Accepter")
    lead = gettext_lazy("L’argent des financeurs est mis de côté. Le fournisseur prend rendez-vous.")
    said = gettext_lazy("C’est accepté. Le fournisseur voit la demande.")

    def operate(self, given: dict[str, Any]) -> None:
        operations.accept(**self.about(given))


class Refuse(_Mine):
    """Say no, and why."""

    title, verb, kind = gettext_lazy("Refuser cette demande"), gettext_lazy("Refuser"), "danger"
    lead = gettext_lazy("La personne lira cette raison. Ne dites rien d’autre d’elle.")
    said = gettext_lazy("C’est refusé. Le guichet et la personne le voient.")
    form_class = choice_form(gettext_lazy("Pourquoi"), words.REFUSALS)

    def operate(self, given: dict[str, Any]) -> None:
        operations.refuse(reason=RefusalReason(given["reason"]), **self.about(given))


class End(_Mine):
    """Stop a connection for good."""

    title, verb, kind = gettext_lazy("Arrêter cette connexion"), gettext_lazy("Arrêter"), "danger"
    lead = gettext_lazy("L’argent mis de côté et non dû revient aux financeurs. Le numéro de téléphone est effacé un mois après.")
    said = gettext_lazy("La connexion est arrêtée.")
    form_class = choice_form(gettext_lazy("Pourquoi"), words.ENDS, with_day=gettext_lazy("Premier jour sans internet"))
    refusal_fields = {"connection-day-invalid": "day"}

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"day": legal_day(clock.now())}

    def operate(self, given: dict[str, Any]) -> None:
        operations.end(reason=EndReason(given["reason"]), day=given["day"], **self.about(given))


class Suspend(_Mine):
    """Stop it for a while."""

    title, verb = gettext_lazy("Mettre en pause"), gettext_lazy("Mettre en pause")
    lead = gettext_lazy("Les jours de pause ne sont pas facturés. La date de fin ne change pas.")
    said = gettext_lazy("La connexion est en pause.")
    form_class = choice_form(gettext_lazy("Pourquoi"), words.SUSPENSIONS)

    def operate(self, given: dict[str, Any]) -> None:
        operations.suspend(reason=SuspensionReason(given["reason"]), **self.about(given))


class Resume(_Mine):
    """Take it up again."""

    title, verb = gettext_lazy("Reprendre cette connexion ?"), gettext_lazy("Reprendre")
    said = gettext_lazy("La connexion reprend aujourd’hui.")

    def operate(self, given: dict[str, Any]) -> None:
        operations.resume(**self.about(given))


class Incident(_Mine):
    """Say that it does not work."""

    title, verb = gettext_lazy("Signaler une panne"), gettext_lazy("Signaler")
    said = gettext_lazy("Le fournisseur voit la panne.")
    form_class = choice_form(gettext_lazy("Ce qui ne marche pas"), words.INCIDENTS)

    def operate(self, given: dict[str, Any]) -> None:
        operations.report_incident(kind=IncidentKind(given["reason"]), **self.about(given))


_see, _decide, _end = door("connectivity.see-own"), door("connectivity.decide"), door("connectivity.end")
_ONE = "connections/<int:connection_id>/"

urlpatterns = [
    path("requests/", _decide(requests), name="requests"),
    path("requests/accept/", _decide(accept_ticked), name="requests-accept"),
    path("connections/", _see(listed), name="connections"),
    path("connections/find/", _see(find), name="connection-find"),
    path("connections.<slug:kind>", _see(as_spreadsheet), name="connections-file"),
    path(_ONE, _see(one), name="connection"),
    path(_ONE + "accept/", _decide(Accept.as_view()), name="connection-accept"),
    path(_ONE + "refuse/", _decide(Refuse.as_view()), name="connection-refuse"),
    path(_ONE + "end/", _end(End.as_view()), name="connection-end"),
    path(_ONE + "suspend/", _end(Suspend.as_view()), name="connection-suspend"),
    path(_ONE + "resume/", _end(Resume.as_view()), name="connection-resume"),
    path(_ONE + "incident/", door("connectivity.report-incident")(Incident.as_view()), name="connection-incident"),
]
