"""The structure's side of what people see by themselves: the paper with their code, the letters to post, consent asked by text message."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.gateways import sms
from carnet.jobs import texts
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.mandates import operations as mandates
from carnet.mandates.operations import consents, telling, visits
from carnet.mandates.queries import consents as consent_queries
from carnet.mandates.queries import own
from carnet.mandates.queries.consents import ConsentView
from carnet.mandates.queries.own import LetterToPost
from carnet.mandates.queries.papers import printed_mandate
from carnet.mandates.rules import Protection, last_day
from carnet.mandates.rules.consents import ConsentState, ConsentStep
from carnet.mandates.rules.telling import About, spoken
from carnet.parties import queries as parties
from carnet.parties.rules import SecondFactorNeeded, allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.identity.exchange import address
from carnet.web.mandate_papers import made
from carnet.web.mandate_papers.content import OwnCode
from carnet.web.mandate_papers.views import pdf_file
from carnet.web.own import texts as own_texts
from carnet.web.own import words

ASK_AGAIN_SECONDS = 15  # how soon a page that waits for an answer looks again
STEPS = {
    ConsentStep.RECAP_SENT: gettext_lazy("Premier SMS envoyé : de quoi il s’agit"),
    ConsentStep.REQUEST_SENT: gettext_lazy("Second SMS envoyé : la question"),
    ConsentStep.ASKED_AGAIN: gettext_lazy("Question reposée"),
    ConsentStep.SAID_YES: gettext_lazy("La personne a répondu oui"),
    ConsentStep.SAID_NO: gettext_lazy("La personne a répondu non"),
    ConsentStep.UNCLEAR: gettext_lazy("Réponse reçue, ni oui ni non"),
    ConsentStep.EXPIRED: gettext_lazy("Le délai est passé"),
    ConsentStep.CANCELLED: gettext_lazy("Demande annulée"),
    ConsentStep.SIGNED: gettext_lazy("Mandat signé sur ce oui"),
}
STATES = {
    ConsentState.ASKED: (gettext_lazy("En attente de la réponse"), "info"),
    ConsentState.AGREED: (gettext_lazy("La personne a dit oui"), "success"),
    ConsentState.REFUSED: (gettext_lazy("La personne a dit non. Rien n’est signé."), "warning"),
    ConsentState.EXPIRED: (gettext_lazy("Personne n’a répondu à temps. Rien n’est signé."), "warning"),
    ConsentState.CANCELLED: (gettext_lazy("Demande annulée. Rien n’est signé."), "warning"),
    ConsentState.SIGNED: (gettext_lazy("Le mandat est signé."), "success"),
}


# --- the paper -------------------------------------------------------------------------------------------------


def paper(request: HttpRequest, person_id: int) -> HttpResponse:
    """What became of somebody's own paper, and what can be done."""
    return render(request, "own/paper_desk.html", {"paper": own.own_paper(actor_of(request), person_id), "request_id": uuid4()})


@never_cache
@require_POST
def paper_print(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """The mandate with the person's code on it: once. PDF/UA-1, for the printer and the person's hands."""
    actor, at = actor_of(request), clock.now()
    found = own.own_paper(actor, person_id)
    try:
        code = visits.print_paper_code(person_id=person_id, actor=actor, request_id=_request_id(request), at=at)
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect("own:paper-desk", person_id=person_id)
    if found.mandate_id is None:
        return redirect("own:paper-desk", person_id=person_id)
    printed = printed_mandate(actor, found.mandate_id)
    names = parties.names_of(each for each in (printed.helper_id, printed.second_helper_id) if each is not None)
    where = address("own:mandates").split("//", 1)[-1]
    return pdf_file(made.mandate_pdf(printed, names, own=OwnCode(code, where)), f"mandat-{printed.number}")


@require_POST
def paper_act(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Let the paper work again, or make its code worth nothing."""
    is_renewal = "renew" in request.POST
    act = visits.renew_paper_code if is_renewal else visits.unlock_paper
    try:
        act(person_id=person_id, actor=actor_of(request), request_id=_request_id(request), at=clock.now())
        done = _("L’ancien code n’ouvre plus rien. Imprimez le nouveau papier.") if is_renewal else _("Le papier marche de nouveau.")
        messages.success(request, done)
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect("own:paper-desk", person_id=person_id)


def _request_id(request: HttpRequest) -> UUID:
    form = OperationForm(request.POST)
    return form.cleaned_data["request_id"] if form.is_valid() else uuid4()


# --- letters ---------------------------------------------------------------------------------------------------


def tasks(actor: Actor) -> list[Task]:
    """The letters a structure is to post, in one line."""
    if actor.organisation_id is None or not allowed(actor.roles, "mandates.post-letters"):
        return []
    count = own.letters_waiting(actor)
    told = ngettext("%(count)s lettre à poster à une personne", "%(count)s lettres à poster à des personnes", count)
    return [Task(told % {"count": formats.number(count)}, _("Voir"), reverse("own:letters"))] if count else []


def letters(request: HttpRequest) -> HttpResponse:
    """The letters that wait: one a page on paper, one card each on the screen."""
    actor = actor_of(request)
    house = parties.organisation(actor.organisation_id or 0)
    phone = spoken(house.contact_phone)
    shown = [{"letter": each, "said": _said(each, house.name, phone)} for each in own.letters_to_post(actor)]
    return render(request, "own/letters.html", {"letters": shown, "house": house, "today": clock.now()})


def _said(letter: LetterToPost, house: str, phone: str) -> list[str]:
    call = _("Une question ? Vous voulez arrêter ? Appelez le %(phone)s.") % {"phone": phone} if phone else ""
    if letter.about is About.MONEY:
        done = ", ".join(formats.within(words.procedure_name(each)) for each in letter.procedures)
        said = [
            _("%(house)s a fait pour vous une démarche d’argent.") % {"house": house},
            _("Le jour : %(day)s. La démarche : %(done)s.") % {"day": formats.day(letter.about_on), "done": done},
            _("Vous ne la reconnaissez pas ? Appelez tout de suite."),
        ]
    else:
        said = [
            _("%(house)s peut agir pour vous jusqu’au %(day)s.") % {"house": house, "day": formats.day(last_day(letter.about_on))},
            _("Après ce jour, elle ne peut plus rien faire pour vous."),
            _("Vous voulez continuer ? Venez signer de nouveau."),
        ]
    return [*said, call] if call else said


@require_POST
def letter_done(request: HttpRequest, telling_id: int) -> HttpResponseBase:
    """One tap says that a letter was posted, or that the person was told otherwise."""
    try:
        telling.note_letter(
            telling_id=telling_id,
            is_posted="posted" in request.POST,
            actor=actor_of(request),
            request_id=_request_id(request),
            at=clock.now(),
        )
        messages.success(request, _("C’est noté."))
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect("own:letters")


# --- consent from afar -----------------------------------------------------------------------------------------


class AskForm(OperationForm):
    """The person's own mobile telephone."""

    number = forms.CharField(
        label=gettext_lazy("Le téléphone mobile de la personne"),
        help_text=gettext_lazy("Le sien, jamais celui d’un aidant. Elle reçoit deux SMS et répond oui ou non."),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "class": "short"}),
        error_messages={"required": gettext_lazy("Écrivez le numéro de la personne.")},
    )


class SignForm(OperationForm):
    """The one question asked aloud, on the telephone."""

    protection = forms.ChoiceField(
        label=gettext_lazy("Un juge protège-t-il la personne ?"),
        help_text=gettext_lazy("Tutelle, curatelle ou sauvegarde de justice. Posez la question au téléphone."),
        widget=forms.RadioSelect,
        choices=[(Protection.NONE.value, gettext_lazy("Non")), (Protection.MEASURE.value, gettext_lazy("Oui"))],
        error_messages={"required": gettext_lazy("Posez la question, puis choisissez.")},
    )


@never_cache
def consent(request: HttpRequest, draft_id: int) -> HttpResponseBase:
    """Ask the person by text message, wait for the answer, sign on a yes. The page looks again by itself while it waits."""
    actor, at = actor_of(request), clock.now()
    found = consent_queries.consent_of_draft(actor, draft_id, at=at)
    form: OperationForm = AskForm(initial={"request_id": uuid4()})
    if found is not None and found.state is ConsentState.AGREED:
        form = SignForm(initial={"request_id": uuid4()})
    if request.method == "POST":
        form = (SignForm if "sign" in request.POST else AskForm)(request.POST)
        done = _perform(form, draft_id, actor, at) if form.is_valid() else False
        if done:
            return redirect("own:consent", draft_id=draft_id)
    status = 422 if form.is_bound else 200
    return render(request, "own/consent.html", _consent_page(actor, draft_id, found, form), status=status)


def _perform(form: OperationForm, draft_id: int, actor: Actor, at: datetime) -> bool:
    given = form.cleaned_data
    try:
        if isinstance(form, SignForm):
            mandates.sign_draft(
                draft_id=draft_id, protection=Protection(given["protection"]), has_agreed=True, from_afar=True, actor=actor,
                request_id=given["request_id"], at=at,
            )  # fmt: skip
        else:
            consents.ask_from_afar(
                draft_id=draft_id, number=given["number"], write=own_texts.asking, actor=actor, request_id=given["request_id"], at=at
            )
            texts.enqueue()
    except SecondFactorNeeded:
        raise  # the door asks for it, then comes back
    except Refusal as refusal:
        show_refusal(form, refusal, {"phone-number-invalid": "number", "mandate-person-protected": "protection"})
        return False
    return True


def _consent_page(actor: Actor, draft_id: int, found: ConsentView | None, form: OperationForm) -> dict[str, Any]:
    state, tone = STATES[found.state] if found is not None else ("", "")
    waits = found is not None and found.state is ConsentState.ASKED
    over = found is None or found.state in (ConsentState.REFUSED, ConsentState.EXPIRED, ConsentState.CANCELLED)
    return {
        "draft_id": draft_id,
        "found": found,
        "state": state,
        "tone": tone,
        "until": formats.moment(found.expires_at) if found is not None and (waits or found.state is ConsentState.AGREED) else "",
        "lines": [(STEPS[each.step], formats.moment(each.at), each.words) for each in found.lines] if found is not None else [],
        "form": form if over or (found is not None and found.state is ConsentState.AGREED) else None,
        "asks": over,
        "waits": waits,
        "looks_again": ASK_AGAIN_SECONDS if waits and not form.is_bound else 0,
        "is_open": consent_queries.is_remote_open(actor.organisation_id or 0),
        "cancels": found is not None and found.state in (ConsentState.ASKED, ConsentState.AGREED),
        "request_id": uuid4(),
    }


@require_POST
def consent_cancel(request: HttpRequest, draft_id: int, consent_id: int) -> HttpResponseBase:
    """Take the question back."""
    try:
        consents.cancel_consent(consent_id=consent_id, actor=actor_of(request), request_id=_request_id(request), at=clock.now())
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect("own:consent", draft_id=draft_id)


# --- the operator's setting -----------------------------------------------------------------------------------


def remote(request: HttpRequest, programme_id: int) -> HttpResponseBase:
    """Turn consent by text message on or off for the structures of a programme."""
    actor = actor_of(request)
    funding_access.operated_programme(actor, programme_id)
    if request.method == "POST":
        is_on = "on" in request.POST
        consents.allow_remote_consent(
            programme_id=programme_id, is_on=is_on, actor=actor, request_id=_request_id(request), at=clock.now()
        )  # fmt: skip
        messages.success(request, _("L’accord par SMS est ouvert.") if is_on else _("L’accord par SMS est fermé."))
        return redirect("own:remote", programme_id=programme_id)
    context = {
        "programme": funding.programme(programme_id),
        "is_on": consent_queries.is_remote_on(programme_id),
        "has_gateway": sms.is_offered(),
        "request_id": uuid4(),
    }
    return render(request, "own/remote.html", context)
