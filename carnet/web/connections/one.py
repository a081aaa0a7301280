"""One application, then one connection, at the desk that made it: what to say, the paper, what does not work, and how it is stopped."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from carnet.connectivity import operations
from carnet.connectivity.queries import told as queries
from carnet.connectivity.queries.told import ToldConnection
from carnet.connectivity.rules import LIVE, ConnectionState, EndReason, IncidentKind
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.connections import near, papers, telling, words
from carnet.web.connections.forms import EndForm, IncidentForm
from carnet.web.connections.sides import Side
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.slips.languages import LANGUAGES
from carnet.web.slips.views import language_of, never_kept, paper_words, pdf_answer

LISTED_MAX = 200
ENDABLE = LIVE - {ConnectionState.APPLIED}


def listed(request: HttpRequest, *, side: Side) -> HttpResponse:
    """What was asked for here: what waits first, then the rest."""
    actor = actor_of(request)
    found = queries.desk_connections(actor, most=LISTED_MAX)
    columns = [Column(_("Numéro")), Column(_("Où")), Column(_("Demandé le")), Column(_("Où en est-on ?"))]
    rows = [_line(each, side) for each in found]
    context = {
        "base": side.base(actor),
        "table": Table(_("Demandes de connexion"), columns, rows, empty=_("Aucune demande n’a encore été faite ici.")),
        "new_url": side.url("new"),
        "letters_url": side.url("letters"),
        "letters": queries.letters_count(actor, at=clock.now()),
        "find_url": side.url("find"),
    }
    return render(request, "connections/list.html", context)


def _line(each: queries.ListedConnection, side: Side) -> list[Any]:
    label, tone, _drawing = words.STATES[each.state]
    state = Cell(str(words.INCIDENTS[each.broken]), tone="danger") if each.broken else Cell(str(label), tone=tone)
    return [Cell(each.printed, url=side.url("one", each.id)), f"{each.residence}, {each.door}", formats.day(each.applied_on), state]


@require_POST
def find(request: HttpRequest, *, side: Side) -> HttpResponseBase:
    """From the number a person says to their connection. The number is in no address."""
    try:
        told = queries.numbered_connection(actor_of(request), request.POST.get("number", "")[:40])
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect(side.url("list"))
    return redirect(side.url("one", told.id))


@never_cache
def one(request: HttpRequest, connection_id: int, *, side: Side) -> HttpResponse:
    """Where it is, what to say to the person, what can be done now."""
    actor = actor_of(request)
    return _shown(request, queries.desk_connection(actor, connection_id), side, clock.now())


def _shown(request: HttpRequest, told: ToldConnection, side: Side, at: datetime, *, form: IncidentForm | None = None) -> HttpResponse:
    actor, is_renewed = actor_of(request), "code" in request.GET
    is_new = is_renewed or "new" in request.GET
    names = parties.organisations({told.landlord_id, told.provider_id, told.desk_id})
    card = telling.card(told, landlord=names[told.landlord_id].name, provider=names[told.provider_id].name)
    lessons, are_own = near.told(place_id=told.place_id, commune=told.commune, at=at)
    is_ours = told.desk_id == actor.organisation_id
    context = {
        "base": side.base(actor),
        "told": told,
        "card": card,
        "state": words.STATES[told.state],
        "rows": _rows(told, names[told.landlord_id].name, names[told.provider_id].name, names[told.desk_id].name),
        "history": _history(told),
        "is_new": is_new,
        "is_renewed": is_renewed,
        "is_ours": is_ours,
        "code": operations.paper_of(connection_id=told.id, actor=actor).code.printed() if is_ours and is_new else "",
        "paper_url": side.url("paper", told.id),
        "incident_form": form or IncidentForm(initial={"request_id": uuid4()}),
        "incident_url": side.url("incident", told.id),
        "renew_url": side.url("code", told.id),
        "withdraw_url": side.url("withdraw", told.id),
        "end_form": EndForm(initial={"request_id": uuid4()}) if told.state in ENDABLE else None,
        "end_url": side.url("end", told.id),
        "may_withdraw": is_ours and told.state is ConnectionState.APPLIED,
        "request_id": uuid4(),
        "lessons": lessons if not card.is_over else [],
        "are_own": are_own,
        "books": side.books,
        "list_url": side.url("list"),
        "new_url": side.url("new"),
        "by_phone": side.prefix == "line-",
    }
    return never_kept(render(request, "connections/one.html", context, status=422 if form is not None else 200))


def _rows(told: ToldConnection, landlord: str, provider: str, desk: str) -> list[Row]:
    offer = told.offer.terms
    found = (
        (_("Logement"), f"{told.residence}, {told.door}, {told.address}"),
        (_("Bailleur"), landlord),
        (_("Fournisseur"), provider),
        (_("Prix pour la personne"), _("%(price)s par mois") % {"price": formats.euros(offer.household_cents)}),
        (_("Ordinateur prêté"), _("Oui") if told.wants_computer else ""),
        (_("Ce que la personne a dit"), words.grounds_words(told.grounds)),
        (_("Téléphone"), _("Donné pour le rendez-vous") if told.has_phone else _("Pas donné")),
        (_("Demande faite par"), desk),
    )
    return [Row(label, value) for label, value in found if value]


def _history(told: ToldConnection) -> list[str]:
    """Each change and each incident, the latest first, in a sentence."""
    lines = []
    for step in told.steps:
        label, why = str(words.STATES[step.state][0]), words.reason_words(step.state, step.reason)
        lines.append((step.at, _("%(day)s : %(what)s") % {"day": formats.day(step.on), "what": f"{label}. {why}" if why else label}))
    for each in told.incidents:
        lines.append(
            (each.reported_at, _("%(day)s : %(what)s") % {"day": formats.day(each.reported_at), "what": words.INCIDENTS[each.kind]})
        )
        if each.mended_at is not None and each.mended_by is not None:
            mended = words.MENDED[each.mended_by]
            lines.append((each.mended_at, _("%(day)s : %(what)s") % {"day": formats.day(each.mended_at), "what": mended}))
    return [text for _at, text in sorted(lines, key=lambda each: each[0], reverse=True)]


def paper(request: HttpRequest, connection_id: int, *, side: Side) -> HttpResponse:
    """The slip as a page that prints: with the number and the code. For the desk that made the application only."""
    actor, at, language = actor_of(request), clock.now(), language_of(request)
    drawn = _paper(actor, connection_id, language, at)
    here = side.url("paper", connection_id)
    context = paper_words(drawn) | {
        "base": side.base(actor),
        "languages": [(each, f"{here}?language={each.code}") for each in LANGUAGES],
        "pdf_url": f"{side.url('paper-pdf', connection_id)}?language={language}",
        "back_url": side.url("one", connection_id),
    }
    return never_kept(render(request, "connections/paper.html", context))


def paper_pdf(request: HttpRequest, connection_id: int, *, side: Side) -> HttpResponse:
    """The same on one page of A4. PDF/UA-1."""
    at = clock.now()
    return pdf_answer(_paper(actor_of(request), connection_id, language_of(request), at), at=at, name="connexion")


def _paper(actor: Actor, connection_id: int, language: str, at: datetime) -> papers.Paper:
    applied = operations.paper_of(connection_id=connection_id, actor=actor)
    told = queries.desk_connection(actor, connection_id)
    provider = parties.organisations({told.provider_id})[told.provider_id].name
    found, _own = near.sessions(place_id=told.place_id, commune=told.commune, at=at)
    return papers.slip(told, code=applied.code.printed(), provider=provider, lessons=found, language=language, at=at)


@require_POST
def incident(request: HttpRequest, connection_id: int, *, side: Side) -> HttpResponseBase:
    """It does not work: said once, the provider is told."""
    actor, at, form = actor_of(request), clock.now(), IncidentForm(request.POST)
    told = queries.desk_connection(actor, connection_id)
    try:
        if form.is_valid():
            operations.report_incident(
                connection_id=told.id, kind=IncidentKind(form.cleaned_data["kind"]), actor=actor,
                request_id=form.cleaned_data["request_id"], at=at,
            )  # fmt: skip
            messages.success(request, _("C’est dit au fournisseur."))
            return redirect(side.url("one", told.id))
    except Refusal as refusal:
        show_refusal(form, refusal)
    return _shown(request, told, side, at, form=form)


@require_POST
def withdraw(request: HttpRequest, connection_id: int, *, side: Side) -> HttpResponseBase:
    """The person changed their mind before the landlord answered."""
    operations.withdraw(connection_id=connection_id, actor=actor_of(request), request_id=_request_id(request), at=clock.now())
    messages.success(request, _("La demande est retirée. Le téléphone est effacé."))
    return redirect(side.url("one", connection_id))


@require_POST
def end(request: HttpRequest, connection_id: int, *, side: Side) -> HttpResponseBase:
    """The person stops, or moves: from today. What was set aside for it goes back."""
    form, at = EndForm(request.POST), clock.now()
    if form.is_valid():
        operations.end(
            connection_id=connection_id, reason=EndReason(form.cleaned_data["reason"]), day=legal_day(at), actor=actor_of(request),
            request_id=form.cleaned_data["request_id"], at=at,
        )  # fmt: skip
        messages.success(request, _("C’est fini à partir d’aujourd’hui. Dites à la personne de rendre ce qui est prêté."))
    else:
        messages.error(request, _("Choisissez pourquoi."))
    return redirect(side.url("one", connection_id))


@require_POST
def code(request: HttpRequest, connection_id: int, *, side: Side) -> HttpResponseBase:
    """The paper is lost: another code, and the earlier one opens nothing."""
    operations.renew_code(connection_id=connection_id, actor=actor_of(request), request_id=_request_id(request), at=clock.now())
    messages.success(request, _("L’ancien code n’ouvre plus rien. Imprimez la nouvelle fiche."))
    return redirect(side.url("one", connection_id) + "?code")


def _request_id(request: HttpRequest) -> UUID:
    form = OperationForm(request.POST)
    return form.cleaned_data["request_id"] if form.is_valid() else uuid4()
