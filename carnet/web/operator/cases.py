"""Cases about payments to places: opened from signals or from what a person saw, heard, decided by another, appealed to a third."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from carnet.controls.operations import cases as operations
from carnet.controls.operations.cases import Question
from carnet.controls.queries import cases as queries
from carnet.controls.queries.cases import CaseLine, CasePage
from carnet.controls.queries.signals import SignalFacts, SignalFilter, signals_called
from carnet.controls.queries.signals import signals as signals_of
from carnet.controls.rules.cases import ANSWER_DAYS, ANSWER_DAYS_LEAST, ANSWER_DAYS_MOST, CaseState, Decision
from carnet.controls.rules.signals import Outcome
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import end_of_day, start_of_day
from carnet.parties import queries as parties
from carnet.parties.rules import SecondFactorNeeded, allowed, check_allowed_now
from carnet.places import queries as places
from carnet.redemption import queries as redemption
from carnet.web import cases as words
from carnet.web import clock
from carnet.web.applications import attachment
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table, Task
from carnet.web.design.forms import DayField, EurosField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import ask_for_proof, door
from carnet.web.signals import behind
from carnet.web.signals import words as signal_words
from carnet.web.spreadsheets import as_file

FOUND = [
    (Outcome.HONEST.value, gettext_lazy("Tout était en ordre")),
    (Outcome.SLOPPY.value, gettext_lazy("Des erreurs, sans intention")),
    (Outcome.CONFIRMED.value, gettext_lazy("Des services qui n’ont pas été rendus")),
]
_SAID = {"nir-in-text": "words", "iban-in-text": "words", "card-in-text": "words", "code-in-text": "words", "case-words-missing": "words"}


class Words(forms.CharField):
    """A few sentences."""

    def __init__(self, label: Any, hint: Any = "") -> None:
        super().__init__(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": 5}), max_length=2000)


class OpenForm(OperationForm):
    """What is asked, about which days, and what waits meanwhile."""

    place = forms.ChoiceField(label=gettext_lazy("Lieu"))
    signals = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Les signaux de ce lieu à joindre"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    since_on = DayField(label=gettext_lazy("Du"))
    last_on = DayField(label=gettext_lazy("Au (ce jour compris)"))
    reason = Words(gettext_lazy("Ce que vous avez vu (pour l’opérateur seulement)"))
    asked = Words(
        gettext_lazy("La question, comme le lieu la lira"),
        gettext_lazy("Sans accuser. Par exemple : « Comment s’est passé l’atelier du 10 mars ? Avez-vous la feuille de présence ? »"),
    )
    phone = forms.CharField(label=gettext_lazy("Le téléphone que le lieu peut appeler"), max_length=30)
    answer_days = forms.IntegerField(
        label=gettext_lazy("Jours pour répondre"),
        help_text=gettext_lazy("15 d’habitude, jamais moins de 8."),
        min_value=ANSWER_DAYS_LEAST,
        max_value=ANSWER_DAYS_MOST,
        initial=ANSWER_DAYS,
    )
    hold = forms.ChoiceField(
        label=gettext_lazy("Et les paiements, en attendant ?"),
        widget=forms.RadioSelect,
        initial="none",
        choices=[
            ("none", gettext_lazy("Rien n’est retenu")),
            ("all", gettext_lazy("Retenir les passages en question")),
            ("some", gettext_lazy("Retenir un montant")),
        ],
    )
    amount = EurosField(label=gettext_lazy("Ce montant"), required=False)

    def __init__(
        self,
        *arguments: Any,
        places: Iterable[tuple[str, str]] = (),
        signals: Iterable[tuple[int, str]] = (),
        may_hold: bool = False,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]
        self.fields["signals"].choices = list(signals)  # type: ignore[attr-defined]
        if not self.fields["signals"].choices:  # type: ignore[attr-defined]
            del self.fields["signals"]
        if not may_hold:
            del self.fields["hold"], self.fields["amount"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("hold") == "some" and not given.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Dites combien."))
        return given


class HoldForm(OperationForm):
    """How much waits."""

    amount = EurosField(label=gettext_lazy("Combien retenir, au plus ?"))


class ReleaseForm(OperationForm):
    """Why it is let go; the place reads it."""

    words = Words(gettext_lazy("Pourquoi ? Le lieu le lira."))


class NoteForm(OperationForm):
    """What was said in a call or at a meeting."""

    words = Words(gettext_lazy("Ce qui a été dit"), gettext_lazy("Le lieu le lira aussi. Sans nom ni numéro de personne."))


class DecideForm(OperationForm):
    """What becomes of the redemptions, why, and what was found."""

    decision = forms.ChoiceField(label=gettext_lazy("La décision"), widget=forms.RadioSelect)
    taken_back = forms.MultipleChoiceField(
        label=gettext_lazy("Les passages repris"),
        help_text=gettext_lazy("Seulement si une partie est reprise. Un service payé de plusieurs chèques est repris entier."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    found = forms.ChoiceField(
        label=gettext_lazy("Ce qui a été trouvé (pour l’opérateur seulement)"), widget=forms.RadioSelect, choices=FOUND
    )
    words = Words(gettext_lazy("Vos raisons, pour le lieu"), gettext_lazy("Répondez à ce que le lieu a dit. Sans nom de personne."))

    def __init__(self, *arguments: Any, page: CasePage, is_appeal: bool = False, **named: Any) -> None:
        super().__init__(*arguments, **named)
        labels = {
            Decision.RELEASE: gettext_lazy("Rien n’est repris : tout est payé"),
            Decision.PARTLY: gettext_lazy("Une partie est reprise, le reste est payé"),
            Decision.RECOVER: gettext_lazy("La décision reste") if is_appeal else gettext_lazy("Tout est repris"),
        }
        shown = [each for each in page.redemptions if not is_appeal or each.taken_back]
        choices = [(each.value, labels[each]) for each in Decision if each is not Decision.PARTLY or len(shown) > 1]
        self.fields["decision"].choices = choices  # type: ignore[attr-defined]
        self.fields["taken_back"].choices = [  # type: ignore[attr-defined]
            (str(each.id), f"{redemption.serial_of(each.key[0], each.key[1])}, {formats.moment(each.redeemed_at)}") for each in shown
        ]
        if len(shown) < 2:
            del self.fields["taken_back"]

    def said(self) -> dict[str, Any]:
        """What the operation is given."""
        given = self.cleaned_data
        decision = Decision(given["decision"])
        chosen = [int(each) for each in given.get("taken_back", [])] if decision is Decision.PARTLY else []
        return {"decision": decision, "taken_back": chosen, "found": Outcome(given["found"]), "words": given["words"]}


def cases(request: HttpRequest) -> HttpResponse:
    """The cases of the programmes one runs or audits, what waits first; and what they came to."""
    actor, at = actor_of(request), clock.now()
    programmes = {each.id: each for each in funding.programmes(actor.programme_ids)}
    lines = queries.cases(actor, programme_ids=list(programmes), at=at)
    lines.sort(key=lambda line: (line.state is CaseState.CLOSED, not line.waits_for_decision(at), -line.id))
    context = {
        "table": _table(lines, {each.id: each.name for each in programmes.values()}),
        "measures": [
            (each.name, _figures(queries.measures(actor, each.id, at=at))) for each in programmes.values() if _any(lines, each.id)
        ],
        "may_open": allowed(actor.roles, operations.OPEN),
    }
    return render(request, "operator/cases/cases.html", context)


def _any(lines: list[CaseLine], programme_id: int) -> bool:
    return any(line.programme_id == programme_id for line in lines)


def _table(lines: list[CaseLine], programmes: dict[int, str]) -> Table:
    names = places.names_of({line.place_id for line in lines})
    columns = [
        Column(_("Lieu")),
        Column(_("Programme")),
        Column(_("Ouvert le")),
        Column(_("En question")),
        Column(_("Retenu"), number=True),
        Column(_("État")),
    ]
    rows = [
        [
            Cell(names.get(line.place_id, ""), url=reverse("operator:case", args=[line.id])),
            programmes.get(line.programme_id, ""),
            formats.day(line.opened_at),
            words.counted(line.voucher_count, line.cents),
            formats.euros(line.held_cents) if line.held_cents else "–",
            Cell(*_state(line)),
        ]
        for line in lines
    ]
    return Table(pgettext("controls", "Dossiers"), columns, rows, empty=_("Aucun dossier : aucun lieu n’a été questionné."))


def _state(line: CaseLine) -> tuple[str, str, str]:
    at = clock.now()
    if line.waits_for_decision(at):
        return _("à décider"), "", "warning"
    if line.waits_to_be_carried_out(at):
        return _("à exécuter"), "", "warning"
    text, tone = words.STATES[line.state]
    if line.state is CaseState.CLOSED and words.final(line) is not None:
        return str(words.DECISIONS[words.final(line)]), "", tone  # type: ignore[index]
    return str(text), "", tone


def _figures(found: queries.Measures) -> list[Figure]:
    median = "–" if found.median_days is None else formats.number(found.median_days)
    return [
        Figure(formats.number(found.opened_count), _("dossiers ouverts")),
        Figure(median, _("jours pour décider, la moitié du temps")),
        Figure(formats.euros(found.holding_cents), _("retenus aujourd’hui")),
        Figure(formats.euros(found.held_in_error_cents), _("retenus puis rendus")),
        Figure(formats.euros(found.recovered_cents), _("repris")),
    ]


def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case: what was asked, what was said, what waits, what may be done now and by whom."""
    actor, at = actor_of(request), clock.now()
    page = queries.case_page(actor, case_id, at=at)
    line = page.line
    road, current = words.road(line.state)
    people = parties.names_of({each.person_id for each in page.steps if each.person_id and not each.by_place})
    passages, pages = behind.of_case(request, page)
    context = {
        "case": page,
        "place": places.names_of([line.place_id]).get(line.place_id, ""),
        "state": _state(line)[0::2],
        "road": road,
        "current": current,
        "rows": _rows(page),
        "signals": [
            (
                f"{signal_words.name_of(each.rule)}, {signal_words.period(each.from_on, each.until_on)}",
                reverse("signals:signal", args=[each.id]),
            )
            for each in page.signals
        ],
        "steps": [
            (*words.step_words(each), each.words, people.get(each.person_id or 0, "") if not each.by_place else _("le lieu"))
            for each in page.steps
        ],
        "papers": [(each, reverse("operator:case-paper", args=[case_id, each.rank])) for each in page.papers],
        "passages": passages,
        "pages": pages,
        "file_url": reverse("operator:case-passages", args=[case_id]),
        "actions": _actions(page, actor, at),
        "another": _needs_another(page, actor, at),
    }
    return render(request, "operator/cases/case.html", context)


def passages_file(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Every redemption of a case, for a spreadsheet."""
    actor = actor_of(request)
    page = queries.case_page(actor, case_id, at=clock.now())
    return as_file("csv", f"dossier-{case_id}-passages", behind.sheet_of_case(page), actor)


def _rows(page: CasePage) -> list[Row]:
    line = page.line
    rows = [
        Row(_("Programme"), funding.programme(line.programme_id).name),
        Row(_("Jours"), words.days(page)),
        Row(_("En question"), words.counted(line.voucher_count, line.cents)),
        Row(_("Retenu"), _held(line)),
        Row(_("Réponse du lieu"), _("jusqu’au %(day)s") % {"day": words.last_day(line.answer_until)}),
        Row(_("Question posée"), page.asked),
        Row(_("Ce qui a été vu"), page.reason),
        Row(_("Téléphone donné au lieu"), page.phone),
    ]
    if page.wish is not None:
        rows.append(Row(_("Le lieu demande"), str(words.WISHES[page.wish])))
    if line.decision is not None:
        rows.append(Row(_("Décision"), str(words.DECISIONS[line.decision])))
    if line.appeal_until is not None:
        rows.append(Row(_("Recours possible"), _("jusqu’au %(day)s") % {"day": words.last_day(line.appeal_until)}))
    if line.appeal_decision is not None:
        rows.append(Row(_("Réponse au recours"), str(words.DECISIONS[line.appeal_decision])))
    if page.found is not None:
        rows.append(Row(_("Ce qui a été trouvé"), str(dict(FOUND)[page.found.value])))
    if line.recovered_cents:
        rows.append(Row(_("Repris"), formats.euros(line.recovered_cents)))
    return rows


def _held(line: CaseLine) -> str:
    if line.held_until is None:
        return _("rien")
    facts = {"amount": formats.euros(line.held_cents), "day": words.last_day(line.held_until)}
    return _("%(amount)s au plus, jusqu’au %(day)s. Ensuite, tout est payé sans autre geste.") % facts


def _actions(page: CasePage, actor: Actor, at: datetime) -> list[tuple[str, str, str]]:
    """What this person may do now: the words, the address, the kind of button."""
    line = page.line
    is_opener = actor.person_id == line.opened_by_id
    was_held = any(each.kind.value == "HELD" for each in page.steps)
    offers = [
        (
            line.waits_for_decision(at) and not is_opener and allowed(actor.roles, operations.DECIDE),
            _("Décider"),
            "case-decide",
            "",
        ),
        (
            line.is_answerable and not line.waits_for_decision(at) and not is_opener and allowed(actor.roles, operations.DECIDE),
            _("Tout libérer dès maintenant"),
            "case-decide",
            "secondary",
        ),
        (
            line.state is CaseState.APPEALED
            and actor.person_id not in (line.opened_by_id, line.decided_by_id)
            and allowed(actor.roles, operations.DECIDE_APPEAL),
            _("Répondre au recours"),
            "case-appeal",
            "",
        ),
        (
            line.waits_to_be_carried_out(at) and not is_opener and allowed(actor.roles, operations.DECIDE),
            _("Exécuter la décision"),
            "case-carry-out",
            "",
        ),
        (line.is_answerable and allowed(actor.roles, operations.OPEN), _("Noter un appel ou un rendez-vous"), "case-note", "secondary"),
        (
            line.is_answerable and not was_held and at < line.decide_until and allowed(actor.roles, operations.HOLD),
            _("Retenir des paiements"),
            "case-hold",
            "secondary",
        ),
        (bool(line.held_cents) and allowed(actor.roles, operations.HOLD), _("Libérer les paiements"), "case-release", "secondary"),
    ]
    return [(text, reverse(f"operator:{route}", args=[line.id]), kind) for may, text, route, kind in offers if may]


def _needs_another(page: CasePage, actor: Actor, at: datetime) -> str:
    line = page.line
    if actor.person_id == line.opened_by_id and (line.waits_for_decision(at) or line.waits_to_be_carried_out(at)):
        return _("Vous avez ouvert ce dossier : une autre personne décide.")
    if line.state is CaseState.APPEALED and actor.person_id in (line.opened_by_id, line.decided_by_id):
        return _("Vous avez ouvert ou décidé ce dossier : une troisième personne répond au recours.")
    return ""


def paper(request: HttpRequest, case_id: int, rank: int) -> HttpResponse:
    """A paper of a case, to save. Each look is journalled."""
    content, media_type = operations.look_at_paper(case_id=case_id, rank=rank, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    return attachment(content, media_type, f"dossier-{case_id}-{rank}")


class OpenView(OperationView):
    """Ask a place, from signals (`?signal=`) or from what one saw (`?place=`)."""

    template_name = "operator/confirm.html"
    form_class = OpenForm
    refusal_fields = {
        "case-period-wrong": "since_on", "case-nothing-in-question": "since_on", "case-too-many-redemptions": "last_on",
        "case-hold-too-much": "amount", "case-answer-days-wrong": "answer_days",
    }  # fmt: skip

    @cached_property
    def signals(self) -> list[SignalFacts]:
        """Those asked for that one runs the programme of, all of one place."""
        ids = [int(each) for each in self.request.GET.getlist("signal") if each.isascii() and each.isdigit()][:50]
        found = [each for each in signals_called(ids) if each.case_id is None]
        for each in found:
            funding_access.operated_programme(actor_of(self.request), each.programme_id)
        return [each for each in found if (each.programme_id, each.place_id) == (found[0].programme_id, found[0].place_id)]

    @cached_property
    def of_place(self) -> list[SignalFacts]:
        """Every signal of that place that is in no case yet, those asked for included."""
        if not self.signals:
            return []
        which = SignalFilter(place_id=self.signals[0].place_id)
        found = signals_of(actor_of(self.request), programme_ids=[self.signals[0].programme_id], which=which).signals
        return sorted({each.id: each for each in (*found, *self.signals) if each.case_id is None}.values(), key=lambda each: each.id)

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """A place of a programme one runs, as the form names it."""
        if self.signals:
            pairs = [(self.signals[0].programme_id, self.signals[0].place_id)]
        else:
            operated = funding.programmes_of_operator(actor_of(self.request).organisation_id or 0)
            pairs = [(each.id, place_id) for each in operated for place_id in redemption.places_used(programme_id=each.id)]
        names = places.names_of({place_id for _programme, place_id in pairs})
        programmes = {programme_id: funding.programme(programme_id).name for programme_id in {pair[0] for pair in pairs}}
        told = [(f"{pair[0]}-{pair[1]}", f"{names.get(pair[1], '')} ({programmes[pair[0]]})") for pair in pairs]
        return sorted(told, key=lambda choice: choice[1])

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_initial()
        wanted = self.request.GET.get("place", "")
        place = next((value for value, _label in self.choices if value.endswith(f"-{wanted}")), self.choices[0][0] if self.choices else "")
        programme_id = int(place.partition("-")[0]) if place else None
        if self.signals:
            initial["signals"] = [each.id for each in self.signals]
            initial["since_on"] = min(each.from_on for each in self.signals)
            initial["last_on"] = max(each.until_on for each in self.signals) - timedelta(days=1)
        if programme_id is not None:
            initial |= {"place": place, "phone": funding.programme(programme_id).terms.phone}
        return initial

    def get_form_kwargs(self) -> dict[str, Any]:
        may_hold = allowed(actor_of(self.request).roles, operations.HOLD)
        return super().get_form_kwargs() | {
            "places": self.choices,
            "signals": [
                (each.id, f"{signal_words.name_of(each.rule)}, {signal_words.period(each.from_on, each.until_on)}")
                for each in self.of_place
            ],
            "may_hold": may_hold,
        }

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Le lieu est prévenu et répond. Une autre personne que vous décide. Les bénéficiaires ne sont pas concernés.")
        return super().get_context_data(**more) | {
            "title": _("Poser une question à un lieu"),
            "lead": lead,
            "verb": _("Ouvrir le dossier"),
            "kind": "",
            "cancel_url": reverse("operator:cases"),
        }

    def perform(self, form: OpenForm) -> HttpResponseBase:
        given = form.cleaned_data
        programme_id, place_id = (int(part) for part in given["place"].split("-"))
        hold = given.get("hold", "none")
        if hold != "none":
            try:
                check_allowed_now(actor_of(self.request), operations.HOLD, clock.now())
            except SecondFactorNeeded:
                return ask_for_proof(self.request)
        case_id = operations.open_case(
            programme_id=programme_id,
            question=Question(
                place_id,
                start_of_day(given["since_on"]),
                # Today's redemptions so far, when the last day is today.
                min(end_of_day(given["last_on"]), max(clock.now(), start_of_day(given["last_on"]))),
                given["reason"],
                given["asked"],
                given["phone"],
                given["answer_days"],
            ),
            signal_ids=given.get("signals", []),
            hold_cents=given["amount"] if hold == "some" else None,
            hold_all=hold == "all",
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le dossier est ouvert. Le lieu est prévenu."))
        return redirect("operator:case", case_id=case_id)


class _CaseView(OperationView):
    template_name = "operator/confirm.html"
    refusal_fields = _SAID

    @cached_property
    def page(self) -> CasePage:
        return queries.case_page(actor_of(self.request), self.kwargs["case_id"], at=clock.now())

    def words(self) -> dict[str, Any]:
        raise NotImplementedError

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {"kind": "", "lead": "", "rows": [], "cancel_url": reverse("operator:case", args=[self.kwargs["case_id"]])}
        return super().get_context_data(**(standard | self.words() | more))

    def facts(self, form: OperationForm) -> dict[str, Any]:
        return {
            "case_id": self.kwargs["case_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }

    def done(self, sentence: str) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(reverse("operator:case", args=[self.kwargs["case_id"]]))


class HoldView(_CaseView):
    """Keep a part of the place's payments waiting."""

    form_class = HoldForm
    refusal_fields = {"case-hold-too-much": "amount"}

    def get_initial(self) -> dict[str, Any]:
        return {"amount": self.page.line.cents}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Retenir des paiements de ce lieu ?"),
            "lead": _("Le reste est payé comme d’habitude. Les chèques en circulation ne changent pas. Le lieu est prévenu."),
            "rows": [
                Row(_("En question"), words.counted(self.page.line.voucher_count, self.page.line.cents)),
                Row(_("Fin au plus tard"), words.last_day(self.page.line.decide_until)),
            ],
            "verb": _("Retenir"),
            "kind": "danger",
        }

    def perform(self, form: HoldForm) -> HttpResponseBase:
        operations.hold_payments(cents=form.cleaned_data["amount"], **self.facts(form))
        return self.done(_("Retenu. Le lieu est prévenu."))


class ReleaseView(_CaseView):
    """Let what waits be paid."""

    form_class = ReleaseForm

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Libérer les paiements ?"),
            "lead": _("Ce qui attendait part avec le prochain paiement. Le dossier continue."),
            "verb": _("Libérer"),
        }

    def perform(self, form: ReleaseForm) -> HttpResponseBase:
        operations.release_payments(reason=form.cleaned_data["words"], **self.facts(form))
        return self.done(_("Libéré. Le lieu est prévenu."))


class NoteView(_CaseView):
    """Write down a call or a meeting."""

    form_class = NoteForm

    def words(self) -> dict[str, Any]:
        return {"title": _("Ce que le lieu a dit"), "verb": _("Noter")}

    def perform(self, form: NoteForm) -> HttpResponseBase:
        operations.note_hearing(words=form.cleaned_data["words"], **self.facts(form))
        return self.done(_("C’est noté. Le lieu peut le lire."))


class DecideView(_CaseView):
    """Somebody else than who opened the case decides."""

    form_class = DecideForm
    refusal_fields = _SAID | {"case-choice-wrong": "taken_back", "case-still-to-be-heard": "decision"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"page": self.page}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Décider"),
            "lead": _("Ce qui n’est pas repris est payé tout de suite. Le lieu a 30 jours pour un recours ; rien n’est repris avant."),
            "rows": [
                Row(_("Question posée"), self.page.asked),
                Row(_("En question"), words.counted(self.page.line.voucher_count, self.page.line.cents)),
                *[Row(words.step_words(each)[0], each.words) for each in self.page.steps if each.kind.value in ("ANSWERED", "NOTED")],
            ],
            "is_mine": self.page.line.opened_by_id == actor_of(self.request).person_id,
            "verb": _("Décider"),
        }

    def perform(self, form: DecideForm) -> HttpResponseBase:
        operations.decide_case(**form.said(), **self.facts(form))
        return self.done(_("C’est décidé. Le lieu est prévenu, avec vos raisons."))


class AppealView(_CaseView):
    """A third person answers the appeal."""

    form_class = DecideForm
    refusal_fields = _SAID | {"case-choice-wrong": "taken_back", "case-appeal-worse": "taken_back"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"page": self.page, "is_appeal": True}

    def words(self) -> dict[str, Any]:
        people = (self.page.line.opened_by_id, self.page.line.decided_by_id)
        return {
            "title": _("Répondre au recours"),
            "lead": _("Un recours ne reprend jamais plus que la décision."),
            "rows": [Row(*pair) for pair in self._said()],
            "is_mine": actor_of(self.request).person_id in people,
            "verb": _("Répondre"),
        }

    def _said(self) -> list[tuple[str, str]]:
        shown = ("ANSWERED", "NOTED", "DECIDED", "APPEALED")
        return [(words.step_words(each)[0], each.words) for each in self.page.steps if each.kind.value in shown]

    def perform(self, form: DecideForm) -> HttpResponseBase:
        operations.decide_appeal(**form.said(), **self.facts(form))
        return self.done(_("C’est décidé. Le lieu est prévenu, avec vos raisons."))


class CarryOutView(_CaseView):
    """What stands is carried out."""

    form_class = OperationForm

    def words(self) -> dict[str, Any]:
        taken = [each for each in self.page.redemptions if each.taken_back]
        return {
            "title": _("Exécuter la décision ?"),
            "lead": _(
                "Ce qui n’est pas encore décompté est annulé, et le chèque peut resservir. Le reste est retenu sur les prochains paiements."
            ),
            "rows": [Row(_("Repris"), words.counted(len(taken), sum(each.cents for each in taken)))],
            "is_mine": self.page.line.opened_by_id == actor_of(self.request).person_id,
            "verb": _("Exécuter"),
            "kind": "danger",
        }

    def perform(self, form: OperationForm) -> HttpResponseBase:
        cents = operations.carry_out(**self.facts(form))
        return self.done(_("C’est fait : %(amount)s repris. Le dossier est fini.") % {"amount": formats.euros(cents)})


def tasks(actor: Actor, programme_ids: Iterable[int], at: datetime) -> list[Task]:
    """Cases that wait for this person: to decide, to answer an appeal, to carry out."""
    if not (allowed(actor.roles, operations.DECIDE) or allowed(actor.roles, operations.DECIDE_APPEAL)):
        return []
    found = []
    for line in queries.cases(actor, programme_ids=list(programme_ids), at=at, is_open=True):
        others = actor.person_id != line.opened_by_id
        url = reverse("operator:case", args=[line.id])
        name = places.names_of([line.place_id]).get(line.place_id, "")
        if line.waits_for_decision(at) and others:
            found.append(Task(_("Dossier de %(place)s à décider") % {"place": name}, _("Décider"), url, line.opened_at))
        elif line.state is CaseState.APPEALED and others and actor.person_id != line.decided_by_id:
            found.append(Task(_("Recours de %(place)s") % {"place": name}, _("Répondre"), url, line.appealed_at))
        elif line.waits_to_be_carried_out(at) and others:
            found.append(Task(_("Décision à exécuter pour %(place)s") % {"place": name}, _("Exécuter"), url, line.decided_at))
    return found


urlpatterns = [
    path("cases/", door("controls.see")(cases), name="cases"),
    path("cases/new/", door("controls.sort-signals")(OpenView.as_view()), name="case-new"),
    path("cases/<int:case_id>/", door("controls.see")(case), name="case"),
    path("cases/<int:case_id>/passages.csv", door("controls.see")(passages_file), name="case-passages"),
    path("cases/<int:case_id>/papers/<int:rank>/", door("controls.see")(paper), name="case-paper"),
    path("cases/<int:case_id>/hold/", door("controls.hold")(HoldView.as_view()), name="case-hold"),
    path("cases/<int:case_id>/release/", door("controls.hold")(ReleaseView.as_view()), name="case-release"),
    path("cases/<int:case_id>/note/", door("controls.sort-signals")(NoteView.as_view()), name="case-note"),
    path("cases/<int:case_id>/decide/", door("controls.decide-case")(DecideView.as_view()), name="case-decide"),
    path("cases/<int:case_id>/appeal/", door("controls.decide-appeal")(AppealView.as_view()), name="case-appeal"),
    path("cases/<int:case_id>/carry-out/", door("controls.decide-case")(CarryOutView.as_view()), name="case-carry-out"),
]
