"""The lead's space: helpers put forward, trained, stopped and let back; seats of trainings; families; what the structure did, in counts.

Also what every helper does for oneself: read the terms and accept them.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from carnet.kernel.refusals import Refusal
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.queries.habilitation import HelperLine, MyHelp
from carnet.mandates.rules import FAMILIES
from carnet.mandates.rules.habilitation import (
    MESSAGE_MAX,
    PROFESSIONAL,
    FileState,
    HelperSaid,
    HelperState,
    Position,
)
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.public.applications import AppealForm
from carnet.web.structures import (
    FILE_STATES,
    POSITIONS,
    counts_table,
    helper_rows,
    helper_state,
    left_words,
    messages_table,
    told,
    training_rows,
    when,
)

TEXT_FIELDS = dict.fromkeys(("structure-text-missing", "nir-in-text", "iban-in-text", "structure-messages-too-many"), "text")


class HelperForm(OperationForm):
    """Somebody the lead puts forward."""

    name = forms.CharField(label=gettext_lazy("Prénom et nom"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique au travail"),
        help_text=gettext_lazy("Personnelle, pas celle d’un service. Déjà aidant ailleurs ? La même adresse : sa formation compte ici."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    job = forms.CharField(label=gettext_lazy("Métier"), max_length=120, required=False)
    position = forms.ChoiceField(
        label=gettext_lazy("Statut"),
        help_text=gettext_lazy("Ni bénévole, ni service civique, ni apprenti, ni stagiaire, ni élu."),
        widget=forms.RadioSelect,
        choices=[(code.value, words) for code, words in POSITIONS.items() if code in PROFESSIONAL],
    )


class ReasonForm(OperationForm):
    """Why somebody stops helping."""

    reason = forms.CharField(
        label=gettext_lazy("Pourquoi"),
        help_text=gettext_lazy("Par exemple : changement de poste. Rien sur la santé ni la vie privée."),
        max_length=200,
        error_messages={"required": gettext_lazy("Dites pourquoi, en quelques mots.")},
    )


class FamiliesForm(OperationForm):
    """What the structure does."""

    families = forms.MultipleChoiceField(
        label=gettext_lazy("Les démarches que votre structure fait"),
        help_text=gettext_lazy("Une famille décochée n’est plus proposée. Les mandats déjà signés restent valables."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Gardez au moins une famille.")},
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        choices = [(family.value, f"{_(facts.label)} : {_(facts.description)}") for family, facts in FAMILIES.items()]
        self.fields["families"].choices = choices  # type: ignore[attr-defined]


class MessageForm(OperationForm):
    """A message to the programme."""

    text = forms.CharField(
        label=gettext_lazy("Votre message au programme"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MESSAGE_MAX,
        error_messages={"required": gettext_lazy("Écrivez quelques mots.")},
    )


class TermsForm(OperationForm):
    """A yes to the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    is_read = forms.BooleanField(
        label=gettext_lazy("J’ai lu ces conditions et je les accepte"),
        error_messages={"required": gettext_lazy("Cochez la case pour accepter.")},
    )


def home_tasks(request: HttpRequest) -> list[Task]:
    """What the helper's home page says of one's habilitation and, for a lead, of the structure."""
    actor, at = actor_of(request), clock.now()
    mine = queries.my_help(actor=actor, at=at)
    tasks = []
    if mine.state is HelperState.TO_ACCEPT or (mine.state is HelperState.INVITED and mine.terms is not None):
        tasks.append(
            Task(
                _("Lisez et acceptez les conditions des aidants"),
                _("Lire"),
                reverse("helper:terms"),
                tone="warning",
                tone_text=_("à faire"),
            )
        )
    if mine.structure in (FileState.SUSPENDED, FileState.ENDED):
        url = reverse("helper:team-programme" if allowed(actor.roles, "mandates.see-team") else "helper:home")
        title = _("Votre structure est suspendue, ou son habilitation terminée : rien ne se signe")
        tasks.append(Task(title, _("Voir"), url, tone="danger", tone_text=_("arrêtée")))
    if allowed(actor.roles, "mandates.see-team"):
        lines = queries.helpers_of(actor.organisation_id or 0, actor=actor, at=at)
        waiting = sum(each.state is HelperState.TO_TRAIN for each in lines)
        if waiting:
            title = ngettext("%(count)s aidant à inscrire en formation", "%(count)s aidants à inscrire en formation", waiting)
            tasks.append(Task(title % {"count": waiting}, _("Inscrire"), reverse("helper:team"), tone="warning", tone_text=_("à faire")))
    return tasks


def terms(request: HttpRequest) -> HttpResponseBase:
    """The terms in force, to be read and accepted, for the structure acted for."""
    actor = actor_of(request)
    mine: MyHelp = queries.my_help(actor=actor, at=clock.now())
    if mine.terms is None:
        raise Http404
    form = TermsForm(request.POST or None, initial={"request_id": uuid4(), "version": mine.terms.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operations.accept_terms(version=given["version"], actor=actor, request_id=given["request_id"], at=clock.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("C’est fait : vous êtes aidant pour cette structure."))
            return redirect("helper:home")
    is_accepted = mine.accepted_version >= mine.terms.version
    context = {"terms": mine.terms, "form": None if is_accepted else form, "is_accepted": is_accepted}
    return render(request, "helper/team/terms.html", context, status=422 if form.is_bound else 200)


def team(request: HttpRequest) -> HttpResponse:
    """The helpers of one's structure, how far each is, and what the structure still has to do."""
    actor, at = actor_of(request), clock.now()
    lines = queries.helpers_of(actor.organisation_id or 0, actor=actor, at=at)
    file = queries.own_structure_file(actor=actor, at=at)
    active = sum(each.state is HelperState.ACTIVE for each in lines)
    stopped = sum(each.state is HelperState.DEACTIVATED for each in lines)
    context = {
        "table": _table(lines),
        "figures": [
            Figure(formats.number(active), _("aidants actifs")),
            Figure(formats.number(len(lines) - active - stopped), _("en chemin")),
            Figure(formats.number(stopped), _("arrêtés")),
        ],
        "trainings": [(each, when(each), left_words(each)) for each in queries.trainings_to_come(actor=actor, at=at)],
        "state": FILE_STATES[file.state] if file is not None else None,
    }
    return render(request, "helper/team/team.html", context)


def _table(lines: Sequence[HelperLine]) -> Table:
    columns = [Column(_("Aidant")), Column(_("Métier")), Column(_("État"))]
    rows = [[Cell(line.name, url=reverse("helper:team-helper", args=[line.id])), line.job or "–", helper_state(line)] for line in lines]
    return Table(_("Aidants"), columns, rows, empty=_("Ajoutez un premier aidant."))


class Add(OperationView):
    """Put somebody forward."""

    template_name = "helper/team/confirm.html"
    form_class = HelperForm
    refusal_fields = {
        "helper-already-there": "email", "helper-name-missing": "email", "email-invalid": "email", "helper-not-professional": "position"
    }  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Il suivra la formation, passera le test, puis recevra une invitation.")
        standard = {"title": _("Ajouter un aidant"), "lead": lead, "verb": _("Ajouter"), "kind": "", "cancel_url": reverse("helper:team")}
        return super().get_context_data(**(standard | more))

    def perform(self, form: HelperForm) -> HttpResponseBase:
        given = form.cleaned_data
        said = HelperSaid(given["name"], given["email"], given["job"], Position(given["position"]))
        helper_id = operations.add_helper(said=said, actor=actor_of(self.request), request_id=given["request_id"], at=clock.now())
        messages.success(self.request, _("L’aidant est ajouté."))
        return redirect("helper:team-helper", helper_id)


def helper(request: HttpRequest, helper_id: int) -> HttpResponse:
    """One helper of one's structure, and what there is to do next."""
    actor, at = actor_of(request), clock.now()
    line = queries.helper(helper_id, actor=actor, at=at)
    trainings = queries.trainings_to_come(actor=actor, at=at)
    booked = next((each for each in trainings if each.id == line.session_id), None)
    context = {
        "line": line,
        "state": helper_state(line),
        "rows": helper_rows(line),
        "booked": booked,
        "booked_rows": training_rows(booked) if booked is not None else [],
        "choices": [(each, when(each), left_words(each), uuid4()) for each in trainings] if line.state is HelperState.TO_TRAIN else [],
        "is_to_train": line.state is HelperState.TO_TRAIN,
        "give_back_id": uuid4(),
        "is_stopped": line.state is HelperState.DEACTIVATED,
    }
    return render(request, "helper/team/helper.html", context)


@require_POST
def take_seat(request: HttpRequest, helper_id: int, session_id: int) -> HttpResponseBase:
    """A seat in a training."""

    def perform(given: dict[str, Any]) -> None:
        operations.take_seat(session_id=session_id, helper_id=helper_id, **given)

    return _seat(request, helper_id, perform, _("La place est réservée. Une lettre le dit à la personne."))


@require_POST
def give_seat_back(request: HttpRequest, helper_id: int, seat_id: int) -> HttpResponseBase:
    """A seat given back."""

    def perform(given: dict[str, Any]) -> None:
        operations.give_seat_back(seat_id=seat_id, **given)

    return _seat(request, helper_id, perform, _("La place est rendue."))


def _seat(request: HttpRequest, helper_id: int, perform: Callable[[dict[str, Any]], None], done: str) -> HttpResponseBase:
    form = OperationForm(request.POST)
    if form.is_valid():
        try:
            perform({"actor": actor_of(request), "request_id": form.cleaned_data["request_id"], "at": clock.now()})
        except Refusal as refusal:
            messages.error(request, sentence_for(refusal))
        else:
            messages.success(request, done)
    return redirect("helper:team-helper", helper_id)


class _OfHelper(OperationView):
    template_name = "helper/team/confirm.html"

    @cached_property
    def line(self) -> HelperLine:
        return queries.helper(self.kwargs["helper_id"], actor=actor_of(self.request), at=clock.now())

    @property
    def back(self) -> str:
        return reverse("helper:team-helper", args=[self.kwargs["helper_id"]])

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def given(self) -> dict[str, Any]:
        return {"helper_id": self.line.id, "actor": actor_of(self.request), "at": clock.now()}


class Stop(_OfHelper):
    """Stop a helper at once."""

    form_class = ReasonForm
    refusal_fields = dict.fromkeys(("structure-text-missing", "nir-in-text", "iban-in-text"), "reason")

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Arrêter %(name)s ?") % {"name": self.line.name},
            "lead": _("Son accès est refusé aussitôt. Les mandats sont ceux de la structure : ils restent."),
            "verb": _("Arrêter"), "kind": "danger", "cancel_url": self.back,
        }  # fmt: skip
        return super().get_context_data(**(standard | more))

    def perform(self, form: ReasonForm) -> HttpResponseBase:
        operations.deactivate_helper(**form.cleaned_data, **self.given())
        messages.success(self.request, _("L’aidant est arrêté."))
        return redirect(self.back)


class LetBack(_OfHelper):
    """Let a helper help again."""

    form_class = OperationForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Reprendre avec %(name)s ?") % {"name": self.line.name},
            "lead": _("Sa formation et son test comptent toujours."),
            "verb": _("Reprendre"), "kind": "", "cancel_url": self.back,
        }  # fmt: skip
        return super().get_context_data(**(standard | more))

    def perform(self, form: OperationForm) -> HttpResponseBase:
        operations.reactivate_helper(request_id=form.cleaned_data["request_id"], **self.given())
        messages.success(self.request, _("L’aidant peut reprendre."))
        return redirect(self.back)


class Families(OperationView):
    """The families of procedures of one's structure."""

    template_name = "helper/team/confirm.html"
    form_class = FamiliesForm
    refusal_fields = dict.fromkeys(("mandate-families-missing", "mandate-family-not-allowed"), "families")

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4(), "families": queries.my_help(actor=actor_of(self.request), at=clock.now()).families}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Ce que vos aidants peuvent proposer à une personne.")
        url = reverse("helper:team")
        standard = {"title": _("Le périmètre de la structure"), "lead": lead, "verb": _("Enregistrer"), "kind": "", "cancel_url": url}
        return super().get_context_data(**(standard | more))

    def perform(self, form: FamiliesForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.choose_families(
            families=tuple(given["families"]), actor=actor_of(self.request), request_id=given["request_id"], at=clock.now()
        )
        messages.success(self.request, _("Le périmètre est enregistré."))
        return redirect("helper:team")


def figures(request: HttpRequest) -> HttpResponse:
    """What the structure did, in counts."""
    found = queries.structure_figures(actor=actor_of(request), at=clock.now())
    live = _("moins de 5") if found.live_authorisations is None else formats.number(found.live_authorisations)
    context = {
        "figures": [
            Figure(formats.number(found.mandates), _("mandats signés")),
            Figure(live, _("autorisations en cours")),
            Figure(formats.number(found.uses), _("démarches faites")),
            Figure(formats.number(found.helpers_active), _("aidants actifs")),
        ],
        "families": counts_table(
            _("Démarches faites, par famille"),
            _("Famille"),
            [(_(FAMILIES[each].label), found.uses_by_family[each.value]) for each in FAMILIES],
        ),
        "months": counts_table(
            _("Mandats signés, par mois"),
            _("Mois"),
            [(formats.month(date.fromisoformat(f"{month}-01")), count) for month, count in found.mandates_by_month],
        ),
    }
    return render(request, "helper/team/figures.html", context)


def programme(request: HttpRequest) -> HttpResponseBase:
    """What was decided of one's structure, and what was written both ways."""
    actor = actor_of(request)
    view = queries.own_structure_file(actor=actor, at=clock.now())
    form = MessageForm(request.POST or None, initial={"request_id": uuid4()})
    if view is None:
        return render(request, "helper/team/programme.html", {"file": None})
    if request.method == "POST" and form.is_valid():
        try:
            operations.write_as_structure(**form.cleaned_data, actor=actor, at=clock.now())
        except Refusal as refusal:
            show_refusal(form, refusal, TEXT_FIELDS)
        else:
            messages.success(request, _("Votre message est envoyé."))
            return redirect("helper:team-programme")
    context = {
        "file": view,
        "state": FILE_STATES[view.state],
        "decisions": [told(each) for each in view.decisions],
        "said": messages_table(view),
        "appeal_waits": any(not each.is_answered for each in view.appeals),
        "form": form,
    }
    return render(request, "helper/team/programme.html", context, status=422 if form.is_bound else 200)


class Contest(OperationView):
    """Contest the latest decision about one's structure."""

    template_name = "helper/team/confirm.html"
    form_class = AppealForm
    refusal_fields = TEXT_FIELDS

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Contester la décision"), "lead": _("D’autres personnes que celles qui ont décidé vous répondront."),
            "verb": _("Envoyer mon recours"), "kind": "", "cancel_url": reverse("helper:team-programme"),
        }  # fmt: skip
        return super().get_context_data(**(standard | more))

    def perform(self, form: AppealForm) -> HttpResponseBase:
        operations.contest(**form.cleaned_data, actor=actor_of(self.request), at=clock.now())
        messages.success(self.request, _("Votre recours est envoyé. D’autres personnes y répondront."))
        return redirect("helper:team-programme")


_see, _manage, _book = door("mandates.see-team"), door("mandates.manage-team"), door("mandates.book-training")
_ONE = "team/<int:helper_id>/"
urlpatterns = [
    path("terms/", door("home.helper", post="mandates.accept-terms")(terms), name="terms"),
    path("team/", _see(team), name="team"),
    path("team/add/", _manage(Add.as_view()), name="team-add"),
    path("team/families/", _manage(Families.as_view()), name="team-families"),
    path("team/figures/", _see(figures), name="team-figures"),
    path("team/programme/", door("mandates.see-team", post="mandates.manage-team")(programme), name="team-programme"),
    path("team/programme/contest/", _manage(Contest.as_view()), name="team-contest"),
    path(_ONE, _see(helper), name="team-helper"),
    path(_ONE + "stop/", _manage(Stop.as_view()), name="team-stop"),
    path(_ONE + "let-back/", _manage(LetBack.as_view()), name="team-let-back"),
    path(_ONE + "trainings/<int:session_id>/", _book(take_seat), name="team-seat"),
    path(_ONE + "seats/<int:seat_id>/give-back/", _book(give_seat_back), name="team-seat-back"),
]
