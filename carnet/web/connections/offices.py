"""What landlords' and providers' offices have alike: a list of connections, one of them with its story, and a page for each gesture."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.connectivity import queries
from carnet.connectivity.queries import ConnectionLine, ConnectionView, OfferView
from carnet.connectivity.rules import Collector, ConnectionState, Proof
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.web.connections import words
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.spreadsheets import Sheet

_S = ConnectionState
# What is kept is the first day after the months; what is said is the last day with internet, as the person reads it.
_ONE_DAY = timedelta(days=1)

COLLECTORS = {
    Collector.LANDLORD: gettext_lazy("au bailleur, avec le loyer"),
    Collector.PROVIDER: gettext_lazy("au fournisseur"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice of a list: its word in the address, its words on the page, the states it shows."""

    slug: str
    label: Promise
    states: tuple[ConnectionState, ...]
    broken: bool = False


FILTERS = (
    Filter("", gettext_lazy("Toutes"), ()),
    Filter("reponse", gettext_lazy("À répondre"), (_S.APPLIED,)),
    Filter("brancher", gettext_lazy("À brancher"), (_S.ACCEPTED, _S.TO_ACTIVATE, _S.COULD_NOT)),
    Filter("pannes", gettext_lazy("En panne"), (), broken=True),
    Filter("branchees", gettext_lazy("Branchées"), (_S.ACTIVE, _S.SUSPENDED)),
    Filter("finies", gettext_lazy("Finies"), (_S.ENDED, _S.REFUSED, _S.WITHDRAWN)),
)


@dataclass(frozen=True, slots=True)
class Office:
    """Whose pages they are: ``landlord`` or ``provider``."""

    name: str
    filters: tuple[Filter, ...] = FILTERS

    def url(self, route: str, *arguments: Any) -> str:
        """The address of one of its pages."""
        return reverse(f"{self.name}:{route}", args=arguments)

    @property
    def base(self) -> str:
        """The page around."""
        return f"{self.name}/office.html"


LANDLORD = Office("landlord")
PROVIDER = Office("provider", tuple(each for each in FILTERS if each.slug != "reponse"))


def chosen(request: HttpRequest, office: Office) -> Filter:
    """The choice of a list's address; the first one when it says nothing known."""
    wanted = request.GET.get("etat", "")
    return next((each for each in office.filters if each.slug == wanted), office.filters[0])


def found_by(request: HttpRequest, choice: Filter, *, limit: int = 200) -> tuple[ConnectionLine, ...]:
    """The connections of a choice."""
    return queries.connections(actor=actor_of(request), states=choice.states, broken_only=choice.broken, limit=limit)


def listed(request: HttpRequest, office: Office) -> HttpResponse:
    """The connections of one's office, those whose change is oldest first."""
    choice = chosen(request, office)
    lines = found_by(request, choice)
    if office is PROVIDER:
        lines = tuple(each for each in lines if each.state is not _S.APPLIED)
    context = {
        "base": office.base,
        "choices": [(each.label, f"{office.url('connections')}?etat={each.slug}" if each.slug else office.url("connections"), each is choice)
                    for each in office.filters],
        "table": lines_table(str(choice.label), lines, office),
        "files": [(kind.upper(), f"{office.url('connections-file', kind)}?etat={choice.slug}") for kind in ("csv", "xlsx", "ods")]
        if lines
        else [],
        "find_url": office.url("connection-find"),
    }  # fmt: skip
    return render(request, "connections/office_list.html", context)


def lines_table(caption: str, lines: Iterable[ConnectionLine], office: Office) -> Table:
    """Connections, one a line: the number, the door, where it is."""
    columns = [Column(_("Connexion")), Column(_("Résidence")), Column(_("Porte")), Column(_("Où en est-elle")), Column(_("Depuis"))]
    rows = [
        [
            Cell(each.number.printed(), url=office.url("connection", each.id)), each.residence_name, door_of(each),
            state_cell(each), formats.day(each.incident.reported_at if each.incident else each.changed_at),
        ]
        for each in lines
    ]  # fmt: skip
    return Table(caption, columns, rows, empty=_("Aucune pour l’instant."))


def door_of(each: ConnectionLine) -> str:
    """The home as its landlord calls it, and what its door says."""
    return f"{each.home_reference} ({each.door})" if each.door else each.home_reference


def state_cell(each: ConnectionLine) -> Cell:
    """Where it is; what does not work comes first."""
    if each.incident is not None:
        return Cell(str(words.INCIDENTS[each.incident.kind]), tone="danger")
    label, tone, _drawing = words.STATES[each.state]
    text = str(label)
    if each.state is _S.TO_ACTIVATE and each.appointment_on is not None:
        text = _("Rendez-vous le %(day)s") % {"day": formats.day(each.appointment_on)}
    return Cell(text, tone=tone)


def sheet_of(lines: Collection[ConnectionLine]) -> Sheet:
    """The same lines for a spreadsheet."""
    columns = [
        _("Connexion"), _("État"), _("Raison"), _("Offre"), _("Résidence"), _("Adresse"), _("Commune (INSEE)"), _("Logement"), _("Porte"),
        _("Ordinateur demandé"), _("Demandée le"), _("Acceptée le"), _("Rendez-vous"), _("Branchée le"), _("Finit le"), _("Arrêtée le"),
        _("Panne depuis"),
    ]  # fmt: skip
    return Sheet(
        _("Connexions"), columns,
        lambda: (
            (
                each.number.printed(), str(words.STATES[each.state][0]), words.reason_words(each.state, each.reason), each.offer_name,
                each.residence_name, each.address, each.commune, each.home_reference, each.door, _("oui") if each.wants_computer else _("non"),
                each.applied_on, each.accepted_on, each.appointment_on, each.activated_on,
                each.ends_on - _ONE_DAY if each.ends_on else None, each.ended_on,
                each.incident.reported_at.date() if each.incident else None,
            )
            for each in lines
        ),
    )  # fmt: skip


def story_rows(view: ConnectionView) -> list[Row]:
    """What a connection is, for whoever may see its door."""
    line = view.line
    names = parties.organisations({line.landlord_id, line.provider_id, line.desk_id})
    said = (
        (_("Résidence"), f"{line.residence_name}, {line.address}"), (_("Logement"), door_of(line)), (_("Offre"), line.offer_name),
        (_("Bailleur"), names[line.landlord_id].name), (_("Fournisseur"), names[line.provider_id].name),
        (_("Demandée à"), names[line.desk_id].name), (_("Ordinateur prêté"), _("demandé") if line.wants_computer else ""),
        (_("Rendez-vous"), formats.weekday(line.appointment_on) if line.appointment_on and line.state is _S.TO_ACTIVATE else ""),
        (_("Téléphone de la personne"), formats.phone(view.phone)), (_("Branchée le"), formats.day(line.activated_on) if line.activated_on else ""),
        (_("Jusqu’au"), formats.day(line.ends_on - _ONE_DAY) if line.ends_on and not line.ended_on else ""),
        (_("Arrêtée le"), formats.day(line.ended_on) if line.ended_on else ""),
    )  # fmt: skip
    return [Row(label, value) for label, value in said if value]


def history(view: ConnectionView) -> Table:
    """Each step and each incident, the latest first."""
    lines = []
    for step in view.steps:
        why = words.reason_words(step.state, step.reason)
        lines.append((step.at, formats.day(step.on), str(words.STATES[step.state][0]), why))
    for each in view.incidents:
        lines.append((each.reported_at, formats.day(each.reported_at), str(words.INCIDENTS[each.kind]), ""))
        if each.mended_at is not None and each.mended_by is not None:
            lines.append((each.mended_at, formats.day(each.mended_at), str(words.MENDED[each.mended_by]), ""))
    columns = [Column(_("Jour")), Column(_("Ce qui s’est passé")), Column(_("Pourquoi"))]
    return Table(_("Histoire"), columns, [row[1:] for row in sorted(lines, key=lambda each: each[0], reverse=True)])


def one(
    request: HttpRequest, connection_id: int, office: Office, gestures: Callable[[ConnectionView], list[tuple[str, str, str]]]
) -> HttpResponse:
    """One connection: where it is, what may be done now, its story. `gestures`: words, address, kind of button."""
    view = queries.connection(actor=actor_of(request), connection_id=connection_id)
    label, tone, drawing = words.STATES[view.line.state]
    context = {
        "base": office.base, "view": view, "number": view.line.number.printed(), "state": (str(label), tone, drawing),
        "why": words.reason_words(view.line.state, view.line.reason),
        "broken": str(words.INCIDENTS[view.line.incident.kind]) if view.line.incident else "", "rows": story_rows(view),
        "gestures": gestures(view), "history": history(view), "back": office.url("connections"),
    }  # fmt: skip
    response = render(request, "connections/office_one.html", context)
    response["Cache-Control"] = "no-store"
    return response


def find(request: HttpRequest, office: Office) -> HttpResponseBase:
    """From what is printed on a paper to its connection. The number is in no address."""
    try:
        view = queries.connection_by_number(actor=actor_of(request), number=request.POST.get("number", "")[:40])
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect(office.url("connections"))
    return redirect(office.url("connection", view.line.id))


class Gesture(OperationView):
    """A page for one gesture about one connection. A subclass says its title, its verb, and calls its operation."""

    office: ClassVar[Office]
    template_name = "connections/office_gesture.html"
    form_class: type[OperationForm] = OperationForm
    title: ClassVar[Promise]
    lead: ClassVar[Promise | str] = ""
    verb: ClassVar[Promise]
    kind: ClassVar[str] = ""
    said: ClassVar[Promise]
    back: ClassVar[str] = "connection"

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def connection_id(self) -> int:
        """The connection it is about."""
        return int(self.kwargs["connection_id"])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        view = queries.connection(actor=actor_of(self.request), connection_id=self.connection_id())
        standard = {
            "base": self.office.base, "title": str(self.title), "lead": str(self.lead), "verb": str(self.verb), "kind": self.kind,
            "rows": [Row(_("Connexion"), view.line.number.printed()), *story_rows(view)[:3]],
            "cancel_url": self.office.url("connection", view.line.id),
        }  # fmt: skip
        return super().get_context_data(**(standard | more))

    def operate(self, given: dict[str, Any]) -> None:
        """Call the operation with what the form gave."""
        raise NotImplementedError

    def perform(self, form: OperationForm) -> HttpResponseBase:
        self.operate(form.cleaned_data)
        messages.success(self.request, str(self.said))
        return redirect(self.office.url("connection", self.connection_id()))


def choice_form(label: Any, choices: Mapping[Any, Any], *, with_day: Promise | None = None) -> type[OperationForm]:
    """A form that asks why, in one of the words there are; and a day if `with_day` names one."""
    fields: dict[str, Any] = {
        "reason": forms.ChoiceField(
            label=label, choices=[(each.value, text) for each, text in choices.items()], widget=forms.RadioSelect,
            error_messages={"required": gettext_lazy("Choisissez une réponse.")},
        ),
    }  # fmt: skip
    if with_day is not None:
        fields["day"] = DayField(label=with_day)
    return type("ReasonForm", (OperationForm,), fields)


def day_form(label: Promise, hint: Promise | str = "") -> type[OperationForm]:
    """A form that asks for a day."""
    return type("DayForm", (OperationForm,), {"day": DayField(label=label, help_text=hint)})


def offer_rows(view: OfferView, names: dict[int, Any], residences: Sequence[str] = ()) -> list[Row]:
    """An offer in words: who pays what, what comes, for whom."""
    said = view.terms
    rules = said.eligibility
    return [
        Row(_("Bailleur"), names[said.landlord_id].name), Row(_("Fournisseur"), names[said.provider_id].name),
        Row(_("Le locataire paie"), _("%(price)s par mois, %(who)s") % {
            "price": formats.euros(said.household_cents), "who": COLLECTORS[said.collector]}),
        Row(_("Le bailleur paie"), _("%(price)s par mois") % {"price": formats.euros(said.landlord_cents)}),
        Row(_("Les financeurs paient"), _("%(price)s par mois, et %(setup)s à l’installation") % {
            "price": formats.euros(said.funders_cents), "setup": formats.euros(said.setup_cents)}),
        Row(_("Mis de côté par logement"), formats.euros(said.reserved_cents)),
        Row(_("Débit"), _("%(down)s Mb/s, %(up)s Mb/s en envoi") % {"down": said.down_mbps, "up": said.up_mbps}),
        Row(_("Matériel"), _(", ").join(each for each in (
            _("une box") if said.has_box else "", _("un ordinateur en prêt") if said.lends_computer else "") if each) or "–"),
        Row(_("Durée"), ngettext("%(months)s mois", "%(months)s mois", said.months) % {"months": said.months}),
        Row(_("Logements au plus"), formats.number(said.home_limit)),
        Row(_("Demandes"), _("du %(first)s au %(last)s") % {
            "first": formats.day(said.opens_on), "last": formats.day(date.fromordinal(said.closes_on.toordinal() - 1))}),
        Row(_("Résidences"), _(", ").join(residences) if said.residence_ids else _("toutes celles du bailleur")),
        Row(_("Il faut"), words.grounds_words(rules.needed) or "–"),
        Row(_("Et au moins"), words.grounds_words(rules.one_of) or "–"),
        Row(_("Preuve"), words.papers_words(rules) if rules.proof is Proof.SHOWN else _("la parole de la personne suffit")),
        Row(_("D’où vient la règle"), rules.source),
        Row(_("Panne"), _("au-delà de %(days)s jours, chaque jour est déduit") % {"days": said.tolerated_days}),
    ]  # fmt: skip
