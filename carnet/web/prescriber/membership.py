"""A desk's own part in a programme: what it still has to do, its agreement, its points, its training, its leaving."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from carnet.distribution import operations, queries
from carnet.distribution.queries import AgreementView, DeskLineView, DeskView
from carnet.distribution.rules.joining import TRAINING, AgreementKind, AgreementNotNow, DeskState, Todo, TodoState, point_said, typed_of
from carnet.distribution.rules.points import PointUnknown
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row, Task
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.desks import (
    AGREEMENTS,
    DESK_STATES,
    TODO_STATES,
    TODOS,
    agreement_rows,
    agreement_state,
    commune_words,
    last_day,
    point_rows,
    told,
)
from carnet.web.doors import door
from carnet.web.points import REFUSALS, PointForm
from carnet.web.prescriber.desk import organisation_of

VERBS = {
    Todo.AGREEMENT: gettext_lazy("Lire et signer"),
    Todo.LEAD: gettext_lazy("Voir l’équipe"),
    Todo.POINTS: gettext_lazy("Ajouter un point"),
    Todo.TRAINING: gettext_lazy("Se former"),
}
# Items of the training that are pages of this site.
LESSONS = {"guide": "rehearsal:guide", "rehearsal": "rehearsal:start"}


class SignForm(OperationForm):
    """Somebody, named, signs."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    signer_title = forms.CharField(
        label=gettext_lazy("En quelle qualité signez-vous ?"),
        help_text=gettext_lazy("Par exemple : présidente ; maire ; directeur, par délégation."),
        max_length=200,
    )
    regisseur_act = forms.CharField(
        label=gettext_lazy("L’acte qui nomme le régisseur"),
        help_text=gettext_lazy("Son numéro ou son titre, par exemple : arrêté 2026-12 du maire."),
        max_length=200,
    )
    regisseur_act_on = DayField(label=gettext_lazy("Le jour de cet acte"))
    is_read = forms.BooleanField(
        label=gettext_lazy("J’ai lu la convention et je la signe au nom de ma structure."),
        error_messages={"required": gettext_lazy("Cochez pour signer.")},
    )

    def __init__(self, *arguments: Any, kind: AgreementKind, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if kind is not AgreementKind.REGIE:
            del self.fields["regisseur_act"], self.fields["regisseur_act_on"]


class YesForm(OperationForm):
    """A yes."""


def mine(request: HttpRequest, programme_id: int) -> DeskView:
    """The desk of this page. Raises: NotPrescriber (shown as a page)."""
    actor = actor_of(request)
    return queries.desk(programme_id=programme_id, organisation_id=organisation_of(actor), actor=actor, at=clock.now())


def parts(request: HttpRequest) -> HttpResponseBase:
    """The programmes this desk takes part in; the page of the only one, when there is one."""
    found = queries.own_desks(actor=actor_of(request), at=clock.now())
    if len(found) == 1:
        return redirect("prescriber:part", found[0].programme_id)
    lines = [(each, _programme_name(each), DESK_STATES[each.state]) for each in found]
    return render(request, "prescriber/membership/parts.html", {"lines": lines})


def part(request: HttpRequest, programme_id: int) -> HttpResponse:
    """One part whole: the checklist in order, then what is there already."""
    actor, view = actor_of(request), mine(request, programme_id)
    today, may_keep = legal_day(clock.now()), allowed(actor.roles, "distribution.keep-points")
    context = {
        "view": view,
        "state": DESK_STATES[view.line.state],
        "todos": list(checklist(view.line)),
        "agreements": [(each, AGREEMENTS[each.kind][0], agreement_state(each, today)) for each in view.agreements],
        "offers": [(text, *AGREEMENTS[text.kind]) for text in view.texts] if view.may_sign else [],
        "may_sign": view.may_sign and allowed(actor.roles, "distribution.sign-agreement"),
        "ends_on": last_day(view.line.agreed_until) if view.line.agreed_until else "",
        "regularise_on": formats.day(view.regularise_until) if view.regularise_until else "",
        "points": [(point, point_rows(point, today)) for point in view.points if point.closed_at is None],
        "may_keep": may_keep,
        "training": _training(view, actor),
        "decisions": [told(each) for each in view.decisions],
        "may_leave": allowed(actor.roles, "distribution.leave"),
        "request_id": uuid4(),
    }
    return render(request, "prescriber/membership/part.html", context)


def _training(view: DeskView, actor: Actor) -> list[dict[str, Any]]:
    ticked = {each.item: each for each in view.training}
    names = parties.names_of([each.ticked_by for each in view.training])
    return [
        {
            "item": item,
            "tick": ticked.get(item.code),
            "by": names.get(ticked[item.code].ticked_by, "") if item.code in ticked else "",
            "url": reverse(LESSONS[item.code]) if item.code in LESSONS else "",
        }
        for item in TRAINING
    ]


def checklist(line: DeskLineView) -> Iterator[Task]:
    """What a desk has to do, in order, as tasks: done ones stay, so that one sees how far one is."""
    page = reverse("prescriber:part", args=[line.programme_id])
    anchors = {Todo.AGREEMENT: "#convention", Todo.POINTS: "#points", Todo.TRAINING: "#formation"}
    for todo, state in line.todos.items():
        words, tone = TODO_STATES[state]
        is_left = state in (TodoState.TO_DO, TodoState.SOON)
        url = reverse("accounts:members") if todo is Todo.LEAD else page + anchors[todo]
        yield Task(str(TODOS[todo]), str(VERBS[todo]) if is_left else _("Voir"), url, tone=tone, tone_text=str(words))


@dataclass(frozen=True, slots=True)
class PartToDo:
    """What the home page says of one part that is not whole: its state, what is missing in order, and where to do it."""

    programme: str
    url: str
    state: str
    tone: str
    sentence: str
    tasks: Sequence[Task]


def parts_to_do(actor: Actor) -> list[PartToDo]:
    """The parts of this desk that lack something, or must be renewed soon. Nothing when all is done."""
    if not allowed(actor.roles, "distribution.see-own-joining"):
        return []
    found = []
    for line in queries.own_desks(actor=actor, at=clock.now()):
        is_soon = TodoState.SOON in line.todos.values()
        if line.missing or is_soon or line.state in (DeskState.SUSPENDED, DeskState.LEAVING):
            words, tone = DESK_STATES[line.state]
            left = [task for task in checklist(line) if task.tone != "success"]
            url = reverse("prescriber:part", args=[line.programme_id])
            found.append(PartToDo(_programme_name(line), url, str(words), tone, _sentence(line), left))
    return found


def _sentence(line: DeskLineView) -> str:
    """What the state means for whoever stands at the desk, when it means something."""
    if TodoState.SOON in line.todos.values() and line.agreed_until is not None:
        return _("Votre convention finit le %(day)s inclus. Renouvelez-la.") % {"day": last_day(line.agreed_until)}
    said = {
        DeskState.UNSIGNED: _("Vos remises sont refusées tant que la convention n’est pas signée."),
        DeskState.TO_REGULARISE: _("Vous pouvez remettre des carnets. Il reste à signer la convention."),
        DeskState.SUSPENDED: _("Vos remises sont refusées. Vous pouvez rendre vos carnets."),
        DeskState.LEAVING: _("Vous quittez ce programme : rendez vos carnets."),
        DeskState.INCOMPLETE: _("Vous pouvez remettre des carnets. Il reste ceci à faire."),
    }
    return said.get(line.state, "")


def _programme_name(line: DeskLineView) -> str:
    return funding.programme(line.programme_id).name


class Sign(OperationView):
    """Read the agreement whole, then sign it. The door has asked for a recent proof of who one is."""

    template_name = "prescriber/membership/sign.html"
    form_class = SignForm
    refusal_fields = {
        "desk-signer-title-missing": "signer_title",
        "desk-regisseur-act-missing": "regisseur_act",
        "nir-in-text": "signer_title",
        "iban-in-text": "signer_title",
        "secret-in-text": "signer_title",
    }

    @cached_property
    def desk(self) -> DeskView:
        return mine(self.request, self.kwargs["programme_id"])

    @property
    def kind(self) -> AgreementKind:
        try:
            return AgreementKind(self.kwargs["kind"].upper())
        except ValueError:
            raise Http404 from None

    @property
    def text(self) -> queries.DeskTextView:
        found = next((each for each in self.desk.texts if each.kind is self.kind), None)
        if found is None:
            raise Http404
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"kind": self.kind}

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.text.version, "request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        if not self.desk.may_sign:
            raise AgreementNotNow
        return super().get_context_data(view=self.desk, text=self.text, name=AGREEMENTS[self.kind][0], **more)

    def perform(self, form: SignForm) -> HttpResponseBase:
        given, actor = form.cleaned_data, actor_of(self.request)
        operations.sign_agreement(
            programme_id=self.desk.programme.id,
            organisation_id=organisation_of(actor),
            kind=self.kind,
            version=given["version"],
            signer_title=given["signer_title"],
            regisseur_act=given.get("regisseur_act", ""),
            regisseur_act_on=given.get("regisseur_act_on"),
            actor=actor,
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est signé. Le programme signe à son tour, puis vous êtes prévenu."))
        return redirect("prescriber:part", self.desk.programme.id)


def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """One agreement as it was signed, to read or print."""
    found: AgreementView = queries.agreement(agreement_id, actor=actor_of(request))
    context = {
        "agreement": found,
        "name": AGREEMENTS[found.kind][0],
        "state": agreement_state(found, legal_day(clock.now())),
        "rows": agreement_rows(found),
        "back": reverse("prescriber:part", args=[found.programme_id]),
    }
    return render(request, "prescriber/membership/agreement.html", context)


class NewPoint(OperationView):
    """Open a point. The first is proposed at the organisation's own address."""

    template_name = "prescriber/membership/point.html"
    form_class = PointForm
    refusal_fields = REFUSALS

    def get_initial(self) -> dict[str, Any]:
        view = mine(self.request, self.kwargs["programme_id"])
        if any(point.closed_at is None for point in view.points):
            return {}
        card = parties.organisation(view.line.organisation_id)
        return {"name": card.name, "street": card.street, "postcode": card.postcode, "commune": card.city, "phone": card.contact_phone}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        back = reverse("prescriber:part", args=[self.kwargs["programme_id"]])
        return super().get_context_data(title=_("Ouvrir un point d’accueil"), back=back, **more)

    def perform(self, form: PointForm) -> HttpResponseBase:
        actor = actor_of(self.request)
        operations.open_point(
            programme_id=self.kwargs["programme_id"],
            organisation_id=organisation_of(actor),
            said=point_said(form.typed_point()),
            actor=actor,
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le point d’accueil est ouvert."))
        return redirect("prescriber:part", self.kwargs["programme_id"])


class ChangePoint(OperationView):
    """Change what is said of a point."""

    template_name = "prescriber/membership/point.html"
    form_class = PointForm
    refusal_fields = REFUSALS

    @cached_property
    def point(self) -> queries.DeskPointView:
        view = mine(self.request, self.kwargs["programme_id"])
        found = next((each for each in view.points if each.id == self.kwargs["point_id"] and each.closed_at is None), None)
        if found is None:
            raise PointUnknown
        return found

    def get_initial(self) -> dict[str, Any]:
        typed = typed_of(self.point)
        return {**typed, "communes": commune_words(self.point.commune_codes), "request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        back = reverse("prescriber:part", args=[self.kwargs["programme_id"]])
        return super().get_context_data(title=self.point.name, back=back, point=self.point, **more)

    def perform(self, form: PointForm) -> HttpResponseBase:
        operations.change_point(
            point_id=self.point.id,
            said=point_said(form.typed_point()),
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le point d’accueil est corrigé."))
        return redirect("prescriber:part", self.kwargs["programme_id"])


class _Confirm(OperationView):
    """A page that asks once more, then does one thing."""

    template_name = "prescriber/membership/confirm.html"
    form_class = YesForm

    @cached_property
    def desk(self) -> DeskView:
        return mine(self.request, self.kwargs["programme_id"])

    @property
    def about(self) -> dict[str, Any]:
        return {"programme_id": self.desk.programme.id, "organisation_id": self.desk.line.organisation_id}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(back=reverse("prescriber:part", args=[self.kwargs["programme_id"]]), **more)

    def done(self, words: str) -> HttpResponseBase:
        messages.success(self.request, words)
        return redirect("prescriber:part", self.kwargs["programme_id"])


class ClosePoint(_Confirm):
    """Close a point: it is published no more."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = next((each for each in self.desk.points if each.id == self.kwargs["point_id"]), None)
        if found is None:
            raise PointUnknown
        return super().get_context_data(
            title=_("Fermer ce point d’accueil ?"), lead=found.name, rows=[Row(_("Adresse"), f"{found.street}, {found.commune}")],
            verb=_("Fermer"), kind="danger", **more,
        )  # fmt: skip

    def perform(self, form: YesForm) -> HttpResponseBase:
        operations.close_point(
            point_id=self.kwargs["point_id"], actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )
        return self.done(_("Le point d’accueil est fermé."))


class Leave(_Confirm):
    """Say that the desk leaves."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Quitter « %(programme)s » ?") % {"programme": self.desk.programme.name},
            lead=_("Vos remises seront refusées aussitôt. Vous rendez vos carnets, puis votre participation se termine."),
            rows=[Row(_("Carnets à rendre"), formats.number(self.desk.left_to_return))],
            verb=_("Quitter"), kind="danger", **more,
        )  # fmt: skip

    def perform(self, form: YesForm) -> HttpResponseBase:
        given = {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}
        operations.leave(**self.about, **given)
        return self.done(_("Votre départ est noté. Rendez vos carnets : le colis est préparé dans « Mon stock »."))


class Stay(_Confirm):
    """Change one's mind."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Rester finalement ?"), lead=_("Vous pourrez de nouveau remettre des carnets. Les carnets déjà rendus restent rendus."),
            rows=[], verb=_("Rester"), kind="", **more,
        )  # fmt: skip

    def perform(self, form: YesForm) -> HttpResponseBase:
        given = {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}
        operations.stay(**self.about, **given)
        return self.done(_("Vous restez guichet."))


@require_POST
def tick(request: HttpRequest, programme_id: int) -> HttpResponseBase:
    """Tick an item of the training, or take the tick off."""
    actor, form = actor_of(request), YesForm(request.POST)
    if form.is_valid():
        operations.tick_training(
            programme_id=programme_id,
            organisation_id=organisation_of(actor),
            item=request.POST.get("item", ""),
            is_done=request.POST.get("done") == "1",
            actor=actor,
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
    return redirect(reverse("prescriber:part", args=[programme_id]) + "#formation")


_see = door("distribution.see-own-joining")
_keep = door("distribution.keep-points")
_leave = door("distribution.leave")

urlpatterns = [
    path("part/", _see(parts), name="parts"),
    path("part/<int:programme_id>/", _see(part), name="part"),
    path("part/<int:programme_id>/sign/<slug:kind>/", door("distribution.sign-agreement")(Sign.as_view()), name="part-sign"),
    path("part/<int:programme_id>/points/new/", _keep(NewPoint.as_view()), name="point-new"),
    path("part/<int:programme_id>/points/<int:point_id>/", _keep(ChangePoint.as_view()), name="point"),
    path("part/<int:programme_id>/points/<int:point_id>/close/", _keep(ClosePoint.as_view()), name="point-close"),
    path("part/<int:programme_id>/training/", door("distribution.tick-training")(tick), name="part-training"),
    path("part/<int:programme_id>/leave/", _leave(Leave.as_view()), name="part-leave"),
    path("part/<int:programme_id>/stay/", _leave(Stay.as_view()), name="part-stay"),
    path("agreements/<int:agreement_id>/", _see(agreement), name="agreement"),
]
