"""A question asked of one's place: what is asked and by when, answering with papers, the decision, the appeal. Short sentences."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4, uuid5

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.controls.operations import cases as operations
from carnet.controls.queries import cases as queries
from carnet.controls.queries.cases import CaseLine, CasePage
from carnet.controls.rules.cases import CaseState, StepKind, Wish
from carnet.funding import queries as funding
from carnet.gateways.documents import BYTES_MAX
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.settlement.queries import cases as waiting
from carnet.web import cases as words
from carnet.web import clock
from carnet.web.applications import attachment
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.forms import OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.place import counter

_SAID = {
    "nir-in-text": "words", "iban-in-text": "words", "card-in-text": "words", "code-in-text": "words", "case-words-missing": "words",
    "document-too-heavy": "paper", "document-unreadable": "paper", "document-locked": "paper", "case-papers-too-many": "paper",
}  # fmt: skip


class AnswerForm(OperationForm):
    """One's side, a paper if there is one, and whether one would rather speak."""

    words = forms.CharField(
        label=gettext_lazy("Votre réponse"),
        help_text=gettext_lazy("Racontez simplement. Sans nom de personne, sans code de chèque."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
    )
    paper = WeighedFileField(
        label=gettext_lazy("Un papier, si vous en avez"),
        help_text=gettext_lazy("PDF ou photo, 8 Mo au plus. Vous pourrez en ajouter d’autres."),
        most_bytes=BYTES_MAX,
        accept=".pdf,image/*",
        required=False,
    )


class AppealForm(AnswerForm):
    """Why the decision should change, and a paper if there is one."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["words"].label = _("Pourquoi la décision devrait changer")


class FirstAnswerForm(AnswerForm):
    """The same, before the decision."""

    wish = forms.ChoiceField(
        label=gettext_lazy("Voulez-vous aussi en parler ?"),
        widget=forms.RadioSelect,
        initial=Wish.WRITTEN.value,
        choices=[(each.value, label) for each, label in words.WISHES.items()],
    )


def cases(request: HttpRequest) -> HttpResponse:
    """The questions asked of this house's places, the latest first."""
    actor, at = actor_of(request), clock.now()
    counter.own_places(request, counter.organisation_of(actor), at)
    lines = queries.own_cases(actor, at=at)
    names = places.names_of({line.place_id for line in lines})
    columns = [Column(_("Lieu")), Column(_("Depuis le")), Column(_("De quoi il s’agit")), Column(_("Où en est-ce"))]
    rows = [
        [
            Cell(names.get(line.place_id, ""), url=reverse("place:case", args=[line.id])),
            formats.day(line.opened_at),
            words.counted(line.voucher_count, line.cents),
            Cell(*_state(line)),
        ]
        for line in lines
    ]
    table = Table(_("Questions de l’opérateur"), columns, rows, empty=_("Aucune question : tout va bien."))
    return render(request, "place/cases/cases.html", {"table": table})


def _state(line: CaseLine) -> tuple[str, str, str]:
    text, tone = words.OWN_STATES[line.state]
    found = words.final(line)
    if line.state is CaseState.CLOSED and found is not None:
        return str(words.DECISIONS[found]), "", tone
    return str(text), "", tone


def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One question: what is asked, what waits, what was said, what may be done now."""
    actor, at = actor_of(request), clock.now()
    counter.own_places(request, counter.organisation_of(actor), at)
    page = queries.own_case(actor, case_id, at=at)
    line = page.line
    road, current = words.road(line.state)
    may_answer = allowed(actor.roles, operations.ANSWER)
    passages, pages = words.passages(request, page.redemptions, _("Les passages dont il s’agit"))
    context = {
        "case": page,
        "place": places.names_of([line.place_id]).get(line.place_id, ""),
        "state": _state(line)[0::2],
        "road": road,
        "current": current,
        "told": list(_told(page, counter.organisation_of(actor), at)),
        "rows": _rows(page),
        "steps": [
            (*words.step_words(each), each.words, each.by_place) for each in page.steps if each.words and each.kind is not StepKind.OPENED
        ],
        "papers": [(each, reverse("place:case-paper", args=[case_id, each.rank])) for each in page.papers],
        "passages": passages,
        "pages": pages,
        "may_answer": may_answer and line.is_answerable,
        "may_appeal": may_answer and line.is_appealable(at),
    }
    return render(request, "place/cases/case.html", context)


def _told(page: CasePage, organisation_id: int, at: datetime) -> Iterator[str]:
    """Where it stands, one short sentence after another."""
    line = page.line
    if line.is_answerable:
        yield _("Rien n’est décidé. Votre réponse est attendue jusqu’au %(day)s.") % {"day": words.last_day(line.answer_until)}
    for _programme, kept in waiting.waiting_of_place(organisation_id=organisation_id, at=at):
        if kept.case_id == line.id:
            yield _("%(counted)s en attente.") % {"counted": words.counted(kept.voucher_count, kept.cents)}
            yield _("Sans décision le %(day)s, cette somme est payée.") % {"day": words.last_day(kept.until)}
            yield _("Vos autres paiements continuent.")
    if line.is_appealable(at) and line.appeal_until is not None:
        yield _("Vous pouvez faire un recours jusqu’au %(day)s. Rien n’est repris avant.") % {"day": words.last_day(line.appeal_until)}
    if line.state is CaseState.APPEALED:
        yield _("Une personne qui n’a ni ouvert ni décidé ce dossier va répondre.")
    if line.recovered_cents:
        yield _("%(amount)s ont été repris.") % {"amount": formats.euros(line.recovered_cents)}


def _rows(page: CasePage) -> list[Row]:
    line = page.line
    rows = [
        Row(_("Programme"), funding.programme(line.programme_id).name),
        Row(_("Jours"), words.days(page)),
        Row(_("Passages"), words.counted(line.voucher_count, line.cents)),
        Row(_("Pour en parler"), page.phone),
    ]
    if page.wish is not None and page.wish is not Wish.WRITTEN:
        rows.append(Row(_("Vous avez demandé"), str(words.WISHES[page.wish])))
    if line.decision is not None:
        rows.append(Row(_("Décision"), str(words.DECISIONS[line.decision])))
    if line.appeal_decision is not None:
        rows.append(Row(_("Réponse au recours"), str(words.DECISIONS[line.appeal_decision])))
    return rows


def paper(request: HttpRequest, case_id: int, rank: int) -> HttpResponse:
    """One's own paper, to save."""
    content, media_type = operations.look_at_paper(case_id=case_id, rank=rank, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    return attachment(content, media_type, f"dossier-{case_id}-{rank}")


class _SayView(OperationView):
    template_name = "place/cases/say.html"
    refusal_fields = _SAID

    @cached_property
    def page(self) -> CasePage:
        return queries.own_case(actor_of(self.request), self.kwargs["case_id"], at=clock.now())

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        counter.own_places(self.request, counter.organisation_of(actor), clock.now())
        back = reverse("place:case", args=[self.kwargs["case_id"]])
        return super().get_context_data(**more) | {"case": self.page, "back": back} | self.said()

    def said(self) -> dict[str, Any]:
        raise NotImplementedError

    def keep_paper(self, form: AnswerForm, facts: dict[str, Any]) -> None:
        """Keep the paper before the words: a paper that cannot be read leaves nothing half said."""
        file = form.cleaned_data["paper"]
        if file is not None:
            operations.add_paper(content=file.read(), **(facts | {"request_id": uuid5(facts["request_id"], "paper")}))

    def facts(self, form: OperationForm) -> dict[str, Any]:
        return {
            "case_id": self.kwargs["case_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }


class Answer(_SayView):
    """Say one's side."""

    form_class = FirstAnswerForm

    def said(self) -> dict[str, Any]:
        return {"title": _("Votre réponse"), "text": self.page.asked, "verb": _("Envoyer ma réponse")}

    def perform(self, form: FirstAnswerForm) -> HttpResponseBase:
        facts = self.facts(form)
        self.keep_paper(form, facts)
        operations.answer_case(words=form.cleaned_data["words"], wish=Wish(form.cleaned_data["wish"]), **facts)
        messages.success(self.request, _("Votre réponse est envoyée. Un message vous préviendra de la suite."))
        return redirect("place:case", case_id=self.kwargs["case_id"])


class Appeal(_SayView):
    """Ask a third person to look again."""

    form_class = AppealForm

    def said(self) -> dict[str, Any]:
        decided = next((each.words for each in reversed(self.page.steps) if each.kind.value == "DECIDED"), "")
        return {"title": _("Votre recours"), "text": decided, "verb": _("Envoyer mon recours")}

    def perform(self, form: AppealForm) -> HttpResponseBase:
        facts = self.facts(form)
        self.keep_paper(form, facts)
        operations.appeal_case(words=form.cleaned_data["words"], **facts)
        messages.success(self.request, _("Votre recours est envoyé. Une autre personne va répondre."))
        return redirect("place:case", case_id=self.kwargs["case_id"])


def tasks(actor: Actor, at: datetime) -> list[Task]:
    """Questions that wait for an answer, and decisions that may be appealed."""
    if not allowed(actor.roles, operations.ANSWER):
        return []
    found = []
    for line in queries.own_cases(actor, at=at):
        url = reverse("place:case", args=[line.id])
        if line.state is CaseState.OPEN:
            detail = _("Réponse attendue jusqu’au %(day)s.") % {"day": words.last_day(line.answer_until)}
            found.append(Task(_("L’opérateur vous pose une question"), _("Répondre"), url, line.opened_at, detail))
        elif line.is_appealable(at) and line.appeal_until is not None:
            detail = _("Recours possible jusqu’au %(day)s.") % {"day": words.last_day(line.appeal_until)}
            found.append(Task(_("L’opérateur a répondu"), _("Lire la réponse"), url, line.decided_at, detail))
    return found


urlpatterns = [
    path("cases/", door("controls.see-own")(cases), name="cases"),
    path("cases/<int:case_id>/", door("controls.see-own")(case), name="case"),
    path("cases/<int:case_id>/answer/", door("controls.answer")(Answer.as_view()), name="case-answer"),
    path("cases/<int:case_id>/appeal/", door("controls.answer")(Appeal.as_view()), name="case-appeal"),
    path("cases/<int:case_id>/papers/<int:rank>/", door("controls.see-own")(paper), name="case-paper"),
]
