"""The operator's side: announce, word a programme's messages, invite those of last season."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carnet.distribution import operations
from carnet.distribution import queries as distribution
from carnet.distribution.rules.inviting import InvitedAs
from carnet.funding import queries as funding
from carnet.funding.access import operated_programme
from carnet.funding.queries import ProgrammeFacts
from carnet.jobs import wording
from carnet.kernel.periods import end_of_day, legal_day, start_of_day
from carnet.kernel.refusals import Refusal
from carnet.notices import queries as notices
from carnet.notices.operations import Words
from carnet.notices.rules.texts import Medium, check_text, editable
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.reminders import words
from carnet.web.reminders.forms import AnnouncementForm, InviteForm, WordsForm

FIELDS_OF_REFUSALS = {
    "text-field-unknown": "body", "text-missing": "body", "text-too-many-segments": "body", "stop-missing": "body",
    "nir-in-text": "body", "iban-in-text": "body",
}  # fmt: skip


def _own(request: HttpRequest) -> list[ProgrammeFacts]:
    """The operator's programmes that are not over, the latest first."""
    at = clock.now()
    return [each for each in funding.programmes_of_operator(actor_of(request).organisation_id or 0) if each.is_open_at(at)]


# --- announcements ------------------------------------------------------------------------------------


def announcements(request: HttpRequest) -> HttpResponse:
    """What was announced, to whom, and until when."""
    at = clock.now()
    names = {each.id: each.name for each in funding.programmes_of_operator(actor_of(request).organisation_id or 0)}
    lines = []
    for each in notices.announcements_of(organisation_id=actor_of(request).organisation_id or 0):
        state, tone = _announced(each, at)
        programmes = ", ".join(names[number] for number in each.programme_ids if number in names)
        lines.append(
            {
                "line": each, "for": words.audiences_of(each.roles), "programmes": programmes, "state": state, "tone": tone,
                "last": formats.last_day(each.until_at), "may_end": each.ended_at is None and at < each.until_at,
            }
        )  # fmt: skip
    return render(request, "reminders/announcements.html", {"lines": lines})


def _announced(each: notices.AnnouncementLine, at: datetime) -> tuple[str, str]:
    if each.ended_at is not None:
        return _("Retirée"), "neutral"
    if at < each.from_at:
        return _("À venir"), "info"
    return (_("Affichée"), "success") if at < each.until_at else (_("Terminée"), "neutral")


class Announce(OperationView):
    """Write one."""

    template_name = "reminders/announce.html"
    form_class = AnnouncementForm
    refusal_fields = {
        "announcement-empty": "text_fr", "announcement-days": "last_on", "announcement-for-nobody": "audiences",
        "nir-in-text": "text_fr", "iban-in-text": "text_fr",
    }  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        programmes = [(each.id, each.name) for each in _own(self.request)]
        return super().get_form_kwargs() | {"programmes": programmes, "today": legal_day(clock.now())}

    def perform(self, form: AnnouncementForm) -> HttpResponseBase:
        said, at = form.cleaned_data, clock.now()
        # The first day chosen today begins now, not at last midnight.
        from_at = max(start_of_day(said["from_on"]), min(at, start_of_day(said["last_on"])))
        operations.announce(
            words=Words(said["title_fr"], said["text_fr"], said["title_en"], said["text_en"]), roles=form.roles,
            programme_ids=said["programme_ids"], from_at=from_at, until_at=end_of_day(said["last_on"]), by_email=said["by_email"],
            actor=actor_of(self.request), request_id=said["request_id"], at=at,
        )  # fmt: skip
        messages.success(self.request, _("C’est annoncé."))
        return redirect("reminders:announcements")


@require_POST
def end(request: HttpRequest, announcement_id: int) -> HttpResponseBase:
    """Take it back."""
    operations.end_announcement(announcement_id=announcement_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    messages.success(request, _("L’annonce est retirée."))
    return redirect("reminders:announcements")


# --- a programme's own words --------------------------------------------------------------------------


def texts(request: HttpRequest) -> HttpResponse:
    """Every message a programme may word, and which it does."""
    sections = []
    for programme in _own(request):
        own = notices.kinds_with_own_words(programme_id=programme.id)
        rows: list[list[Any]] = []
        for kind, name in words.MESSAGES.items():
            rows.append([str(name), *(_words_cell(programme.id, kind, language, own) for language in words.LANGUAGES)])
        columns = [Column(_("Message")), Column(_("En français")), Column(_("En anglais"))]
        sections.append(Table(programme.name, columns, rows))
    return render(request, "reminders/texts.html", {"sections": sections})


def _words_cell(programme_id: int, kind: str, language: str, own: set[tuple[str, str]]) -> Cell:
    is_own = (kind, language) in own
    url = reverse("reminders:text", args=[programme_id, kind, language])
    return Cell(_("Vos mots") if is_own else _("Mots ordinaires"), url=url, tone="success" if is_own else "")


def text(request: HttpRequest, programme_id: int, kind: str, language: str) -> HttpResponseBase:
    """Write one message: fields, preview with pretend values, versions."""
    actor = actor_of(request)
    operated_programme(actor, programme_id)
    about = editable(kind)
    language = language if language in words.LANGUAGES else "fr"
    own = notices.own_text(programme_id=programme_id, kind=kind, language=language)
    usual = {"subject": own.subject if own else "", "body": own.body if own else wording.ordinary(kind, language=language)}
    form = WordsForm(request.POST or None, about=about, initial={"request_id": uuid4(), **usual})
    status = 200
    if request.method == "POST":
        done = _word(request, form, programme_id, kind, language)
        if done is not None:
            return done
        status = 422 if form.errors else 200
    shown = {name: (form.data.get(name, "") if form.is_bound else usual[name]) for name in ("subject", "body")}
    subject, body, count = wording.pretend(kind, **shown)
    context = {
        "form": form,
        "programme": funding.programme(programme_id),
        "message": words.MESSAGES[kind],
        "language": words.LANGUAGES[language],
        "fields": [(f"{{{name}}}", words.FIELDS[name], value) for name, value in about.pretend.items()],
        "preview": {"subject": subject, "body": body, "count": count, "is_text": about.medium is Medium.TEXT},
        "is_own": own is not None,
        "versions": _versions(programme_id, kind, language),
    }
    return render(request, "reminders/text.html", context, status=status)


def _word(request: HttpRequest, form: WordsForm, programme_id: int, kind: str, language: str) -> HttpResponseBase | None:
    """Save, or go back to the ordinary words; None: only look at what was typed."""
    if not form.is_valid():
        return None
    said, actor, at = form.cleaned_data, actor_of(request), clock.now()
    facts: dict[str, Any] = {"programme_id": programme_id, "kind": kind, "language": language, "actor": actor, "at": at}
    try:
        if "reset" in request.POST:
            operations.use_ordinary_words(**facts, request_id=said["request_id"])
            messages.success(request, _("Les mots ordinaires sont de retour."))
        elif "preview" in request.POST:
            check_text(kind, subject=said.get("subject", ""), body=said["body"])
            return None
        else:
            operations.word_message(**facts, subject=said.get("subject", ""), body=said["body"], request_id=said["request_id"])
            messages.success(request, _("Vos mots seront employés dès le prochain message."))
    except Refusal as refusal:
        show_refusal(form, refusal, FIELDS_OF_REFUSALS)
        return None
    return redirect("reminders:text", programme_id, kind, language)


def _versions(programme_id: int, kind: str, language: str) -> Table:
    found = [each for each in notices.text_versions(programme_id=programme_id, kind=kind) if each.language == language]
    names = parties.names_of(each.written_by_id for each in found if each.written_by_id is not None)
    rows = [
        [
            formats.number(each.version), formats.moment(each.written_at), names.get(each.written_by_id or 0, "–"),
            each.body or _("Mots ordinaires"),
        ]
        for each in found
    ]  # fmt: skip
    columns = [Column(_("Version"), number=True), Column(_("Quand")), Column(_("Qui")), Column(_("Texte"))]
    return Table(_("Versions"), columns, rows, empty=_("Personne n’a encore changé ce message."))


# --- those of last season -----------------------------------------------------------------------------


def invite(request: HttpRequest) -> HttpResponseBase:
    """Choose two seasons, see who is missing, one tap: each gets its letter, once."""
    actor, at = actor_of(request), clock.now()
    current = _own(request)
    every = funding.programmes_of_operator(actor.organisation_id or 0)
    programme = next((each for each in current if str(each.id) == request.GET.get("programme")), current[0] if current else None)
    others = [each for each in every if programme is None or each.id != programme.id]
    earlier = next((each for each in others if str(each.id) == request.GET.get("earlier")), others[0] if others else None)
    context: dict[str, Any] = {"programme": programme, "earlier": earlier, "programmes": current, "others": others}
    if programme is None or earlier is None:
        return render(request, "reminders/invite.html", context)
    found = distribution.invitable(programme_id=programme.id, earlier_id=earlier.id, at=at)
    names = parties.organisations({number for each in found.values() for number in each.left})
    choices = {
        kind: [(number, names[number].name) for number in each.left if number in names and not names[number].has_ended]
        for kind, each in found.items()
    }
    form = InviteForm(request.POST or None, desks=choices[InvitedAs.DESK], places=choices[InvitedAs.PLACE], initial={"request_id": uuid4()})
    status = 200
    if request.method == "POST":
        done = _invite(request, form, programme, earlier)
        if done is not None:
            return done
        status = 422
    context |= {"form": form, "has_anybody": any(choices.values()), "answers": _answers(programme.id)}
    return render(request, "reminders/invite.html", context, status=status)


def _invite(request: HttpRequest, form: InviteForm, programme: ProgrammeFacts, earlier: ProgrammeFacts) -> HttpResponseBase | None:
    if not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        count = operations.invite_again(
            programme_id=programme.id, earlier_id=earlier.id, desk_ids=said.get("desk_ids", []),
            place_organisation_ids=said.get("place_ids", []), actor=actor_of(request), request_id=said["request_id"], at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        show_refusal(form, refusal)
        return None
    text = ngettext("%(count)s organisation est invitée, par lettre.", "%(count)s organisations sont invitées, par lettre.", count)
    messages.success(request, text % {"count": formats.number(count)})
    return redirect(f"{reverse('reminders:invite')}?programme={programme.id}&earlier={earlier.id}")


def _answers(programme_id: int) -> Table:
    found = distribution.season_invitations(programme_id=programme_id)
    names = parties.organisations({each.organisation_id for each in found})
    rows = [
        [
            names[each.organisation_id].name if each.organisation_id in names else "–",
            _("Guichet") if each.invited_as is InvitedAs.DESK else _("Lieu"), formats.day(each.invited_at), _answer_cell(each, programme_id),
        ]
        for each in found
    ]  # fmt: skip
    columns = [Column(_("Organisation")), Column(_("Comme")), Column(_("Invitée le")), Column(_("Réponse"))]
    return Table(_("Déjà invitées"), columns, rows, empty=_("Personne n’a encore été invité."))


def _answer_cell(each: distribution.SeasonInvitationView, programme_id: int) -> Cell:
    if each.is_accepted is None:
        return Cell(_("Pas encore"))
    if not each.is_accepted:
        return Cell(_("Non"), tone="warning")
    if each.invited_as is InvitedAs.DESK:
        return Cell(_("Oui : admettre ce guichet"), url=f"{reverse('operator:desk-admit')}?programme={programme_id}", tone="success")
    return Cell(_("Oui : accepter ses lieux"), url=reverse("operator:places"), tone="success")


_say = door("notices.announce")
_word_door = door("notices.edit-texts")
urlpatterns = [
    path("operator/announcements/", _say(announcements), name="announcements"),
    path("operator/announcements/new/", _say(Announce.as_view()), name="announce"),
    path("operator/announcements/<int:announcement_id>/end/", _say(end), name="announcement-end"),
    path("operator/texts/", _word_door(texts), name="texts"),
    path("operator/texts/<int:programme_id>/<str:kind>/<str:language>/", _word_door(text), name="text"),
    path("operator/invite/", door("distribution.invite-again")(invite), name="invite"),
]
