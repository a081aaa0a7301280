"""A provider's connections: a day, the home connected or not, what does not work, the end."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from carnet.connectivity import operations, queries
from carnet.connectivity.queries import ConnectionView
from carnet.connectivity.rules import (
    ConnectionState,
    EndReason,
    IncidentUnknown,
    MendedBy,
    ObstacleReason,
    can_become,
)
from carnet.kernel.periods import legal_day
from carnet.web import clock
from carnet.web.connections import offices, words
from carnet.web.connections.offices import PROVIDER, Gesture, choice_form, day_form
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.spreadsheets import KINDS, as_file

_S = ConnectionState
_WAITING = (_S.ACCEPTED, _S.TO_ACTIVATE, _S.COULD_NOT)
_ANSWERS = {each: label for each, label in words.MENDED.items() if each is not MendedBy.ENDED}
_DAY_WRONG = {"connection-day-invalid": "day"}


def listed(request: HttpRequest) -> HttpResponse:
    """The connections of one's network."""
    return offices.listed(request, PROVIDER)


def as_spreadsheet(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same list for a spreadsheet: a technician's round."""
    if kind not in KINDS:
        raise Http404
    found = offices.found_by(request, offices.chosen(request, PROVIDER), limit=20_000)
    lines = tuple(each for each in found if each.state is not _S.APPLIED)
    return as_file(kind, f"connexions-{legal_day(clock.now()).isoformat()}", offices.sheet_of(lines), actor_of(request))


def one(request: HttpRequest, connection_id: int) -> HttpResponse:
    """One connection."""
    return offices.one(request, connection_id, PROVIDER, _gestures)


@require_POST
def find(request: HttpRequest) -> HttpResponseBase:
    """By its number."""
    return offices.find(request, PROVIDER)


def _gestures(view: ConnectionView) -> list[tuple[str, str, str]]:
    line, found = view.line, []
    if line.incident is not None:
        found = [(_("La panne est réglée"), "connection-mend", ""), (_("Dire quand on passe"), "connection-visit", "secondary")]
    if line.state in _WAITING:
        has_day = line.state is _S.TO_ACTIVATE
        found += [(_("Le logement est branché"), "connection-activate", "" if has_day else "secondary")]
        found.insert(
            1 if has_day else 0,
            (_("Changer le jour") if has_day else _("Donner un jour"), "connection-day", "secondary" if has_day else ""),
        )
        if can_become(line.state, _S.COULD_NOT):
            found.append((_("Cela n’a pas pu se faire"), "connection-could-not", "secondary"))
    if can_become(line.state, _S.ENDED):
        found.append((_("Arrêter"), "connection-end", "secondary"))
    return [(text, PROVIDER.url(route, line.id), kind) for text, route, kind in found]


class _Mine(Gesture):
    office = PROVIDER
    refusal_fields = _DAY_WRONG

    def about(self, given: dict[str, Any]) -> dict[str, Any]:
        """What every operation is given."""
        return {
            "connection_id": self.connection_id(), "actor": actor_of(self.request), "request_id": given["request_id"], "at": clock.now(),
        }  # fmt: skip


class GiveDay(_Mine):
    """When somebody comes."""

    title, verb = gettext_lazy("Donner le jour de la visite"), gettext_lazy("Donner ce jour")
    lead = gettext_lazy("Appelez d’abord la personne, si elle a laissé un numéro. Le guichet et la personne voient ce jour.")
    said = gettext_lazy("Le jour est donné.")
    form_class = day_form(gettext_lazy("Jour de la visite"))

    def operate(self, given: dict[str, Any]) -> None:
        operations.give_day(day=given["day"], **self.about(given))


class Activate(_Mine):
    """It works."""

    title, verb = gettext_lazy("Le logement est branché"), gettext_lazy("Dire que c’est branché")
    lead = gettext_lazy("Les mois se comptent depuis ce jour.")
    said = gettext_lazy("La connexion est branchée.")
    form_class = day_form(gettext_lazy("Branché depuis le"))

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"day": legal_day(clock.now())}

    def operate(self, given: dict[str, Any]) -> None:
        operations.activate(day=given["day"], **self.about(given))


class CouldNot(_Mine):
    """It could not be done."""

    title, verb = gettext_lazy("Cela n’a pas pu se faire"), gettext_lazy("Le dire")
    lead = gettext_lazy("Vous pourrez donner un autre jour.")
    said = gettext_lazy("C’est noté. Donnez un autre jour, ou arrêtez la demande.")
    form_class = choice_form(gettext_lazy("Pourquoi"), words.OBSTACLES)

    def operate(self, given: dict[str, Any]) -> None:
        operations.could_not_activate(reason=ObstacleReason(given["reason"]), **self.about(given))


class End(_Mine):
    """Stop it for good."""

    title, verb, kind = gettext_lazy("Arrêter cette connexion"), gettext_lazy("Arrêter"), "danger"
    said = gettext_lazy("La connexion est arrêtée.")
    form_class = choice_form(gettext_lazy("Pourquoi"), words.ENDS, with_day=gettext_lazy("Premier jour sans internet"))

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"day": legal_day(clock.now())}

    def operate(self, given: dict[str, Any]) -> None:
        operations.end(reason=EndReason(given["reason"]), day=given["day"], **self.about(given))


class _Broken(_Mine):
    def incident(self, given: dict[str, Any]) -> dict[str, Any]:
        """The incident that waits. Raises: IncidentUnknown."""
        view = queries.connection(actor=actor_of(self.request), connection_id=self.connection_id())
        if view.line.incident is None:
            raise IncidentUnknown
        return {
            "incident_id": view.line.incident.id, "actor": actor_of(self.request), "request_id": given["request_id"], "at": clock.now(),
        }  # fmt: skip


class Visit(_Broken):
    """When somebody comes about an incident."""

    title, verb = gettext_lazy("Dire quand on passe"), gettext_lazy("Donner ce jour")
    said = gettext_lazy("Le jour est donné.")
    form_class = day_form(gettext_lazy("Jour du passage"))

    def operate(self, given: dict[str, Any]) -> None:
        operations.plan_visit(day=given["day"], **self.incident(given))


class Mend(_Broken):
    """It works again."""

    title, verb = gettext_lazy("La panne est réglée"), gettext_lazy("Le dire")
    said = gettext_lazy("La panne est réglée.")
    form_class = choice_form(gettext_lazy("Ce qui l’a réglée"), _ANSWERS)

    def operate(self, given: dict[str, Any]) -> None:
        operations.mend(by=MendedBy(given["reason"]), **self.incident(given))


_see, _activate, _mend = door("connectivity.see-own"), door("connectivity.activate"), door("connectivity.mend")
_ONE = "connections/<int:connection_id>/"

urlpatterns = [
    path("connections/", _see(listed), name="connections"),
    path("connections/find/", _see(find), name="connection-find"),
    path("connections.<slug:kind>", _see(as_spreadsheet), name="connections-file"),
    path(_ONE, _see(one), name="connection"),
    path(_ONE + "day/", _activate(GiveDay.as_view()), name="connection-day"),
    path(_ONE + "activate/", _activate(Activate.as_view()), name="connection-activate"),
    path(_ONE + "could-not/", _activate(CouldNot.as_view()), name="connection-could-not"),
    path(_ONE + "end/", door("connectivity.end")(End.as_view()), name="connection-end"),
    path(_ONE + "visit/", _mend(Visit.as_view()), name="connection-visit"),
    path(_ONE + "mend/", _mend(Mend.as_view()), name="connection-mend"),
]
