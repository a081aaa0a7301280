"""What places owe back: kept from their next payments, then asked for by a debit note that two people see paid."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.settlement import operations
from carnet.settlement.queries import advices, debts
from carnet.settlement.queries.debts import DebtStep, NotePage, PlaceDebts
from carnet.settlement.rules.debts import ASK_AFTER_DAYS_MOST, DUE_WITHIN_DAYS_MOST, NoteState
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table, Task
from carnet.web.design.forms import DayField, EurosField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.operator.payments._acts import BareForm, ReasonForm
from carnet.web.remittances import STEPS, advice_context, attached, debts_table, note_context, notes_table
from carnet.web.statements import remittance


class TermsForm(OperationForm):
    """When to ask, and how long to give."""

    ask_after_days = forms.IntegerField(
        label=gettext_lazy("Jours sans décompte avant de demander"),
        help_text=gettext_lazy("D’ici là, la somme est retenue sur les paiements du lieu."),
        min_value=1,
        max_value=ASK_AFTER_DAYS_MOST,
    )
    due_within_days = forms.IntegerField(label=gettext_lazy("Jours laissés pour payer"), min_value=1, max_value=DUE_WITHIN_DAYS_MOST)


class PaymentForm(OperationForm):
    """The line of the bank, as it reads."""

    cents = EurosField(label=gettext_lazy("Montant reçu"))
    paid_on = DayField(label=gettext_lazy("Reçu le"))
    reference = forms.CharField(label=gettext_lazy("Référence donnée par la banque"), max_length=140)


def home(request: HttpRequest) -> HttpResponse:
    """What every place owes back, then the notes that ask for it."""
    actor = actor_of(request)
    groups = debts.debts_of_places(actor=actor, programme_ids=actor.programme_ids)
    context = {
        "figures": _figures(groups),
        "table": debts_table(groups, "operator"),
        "notes": notes_table(debts.debit_notes(actor=actor, programme_ids=actor.programme_ids), "operator"),
        "programmes": [(reverse("operator:recovery-terms", args=[each.id]), each.name) for each in funding.programmes(actor.programme_ids)]
        if allowed(actor.roles, "settlement.prepare-payment")
        else [],
    }
    return render(request, "operator/debts/home.html", context)


def _figures(groups: list[PlaceDebts]) -> list[Figure]:
    return [
        Figure(formats.euros(sum(each.waiting_cents + each.kept_cents for each in groups)), _("À retenir")),
        Figure(formats.euros(sum(each.asked_cents for each in groups)), _("Demandé par une note")),
        Figure(formats.euros(sum(each.back_cents for each in groups)), _("Rendu")),
    ]


def _group(actor: Actor, agreement_id: int, organisation_id: int) -> PlaceDebts:
    for each in debts.debts_of_places(actor=actor, programme_ids=actor.programme_ids):
        if (each.agreement_id, each.organisation_id) == (agreement_id, organisation_id):
            return each
    raise Http404


def debt(request: HttpRequest, agreement_id: int, organisation_id: int) -> HttpResponse:
    """What one place owes back under one agreement, voucher by voucher, and what may be done now."""
    actor = actor_of(request)
    group = _group(actor, agreement_id, organisation_id)
    names = places.names_of({line.place_id for line in group.lines})
    columns = [
        Column(_("Chèque"), code=True),
        Column(_("Jour")),
        Column(_("Lieu")),
        Column(_("Contestation")),
        Column(_("Montant"), number=True),
        Column(_("Où en est-ce")),
        Column(_("Par quoi")),
    ]
    rows = [
        [
            *remittance.debt_cells(line, names)[:3],
            Cell(line.dispute, url=reverse("operator:dispute", args=[line.dispute])),
            formats.euros(line.cents),
            Cell(str(STEPS[line.step][0]), tone=STEPS[line.step][1]),
            _by_what(line),
        ]
        for line in group.lines
    ]
    today = legal_day(clock.now())
    context = {
        "group": group,
        "figures": _figures([group]),
        "table": Table(_("Chèque par chèque"), columns, rows),
        "may_ask": bool(group.ask_on and group.ask_on <= today and allowed(actor.roles, "settlement.prepare-payment")),
        "ask_on": group.ask_on if group.ask_on and group.ask_on > today else None,
    }
    return render(request, "operator/debts/debt.html", context)


def _by_what(line: debts.DebtLine) -> Cell | str:
    if line.note_id is not None:
        return Cell(_("note de débit"), url=reverse("operator:debit-note", args=[line.note_id]))
    if line.claim_id is not None:
        return Cell(_("décompte nº %(claim)s") % {"claim": line.claim_id}, url=reverse("operator:claim", args=[line.claim_id]))
    return "–"


class Ask(OperationView):
    """Send a debit note."""

    template_name = "operator/confirm.html"
    form_class = BareForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        group = _group(actor_of(self.request), self.kwargs["agreement_id"], self.kwargs["organisation_id"])
        terms = debts.recovery_terms(group.programme_id)
        return super().get_context_data(**kwargs) | {
            "title": _("Demander cette somme au lieu ?"),
            "lead": _("Elle ne sera plus retenue sur ses paiements : elle est demandée une fois, d’une seule façon."),
            "rows": [
                Row(_("À"), group.payee),
                Row(_("Convention"), group.agreement),
                Row(_("Montant"), formats.euros(group.waiting_cents)),
                Row(_("Jours pour payer"), formats.number(terms.due_within_days)),
            ],
            "verb": _("Envoyer la note de débit"),
            "kind": "",
            "cancel_url": reverse("operator:debt", args=[group.agreement_id, group.organisation_id]),
        }

    def perform(self, form: BareForm) -> HttpResponseBase:
        note_id = operations.issue_debit_note(
            agreement_id=self.kwargs["agreement_id"],
            organisation_id=self.kwargs["organisation_id"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("La note de débit est envoyée. Elle se lit et s’imprime ici."))
        return HttpResponseRedirect(reverse("operator:debit-note", args=[note_id]))


class SetTerms(OperationView):
    """How long a programme waits, and how long it gives."""

    template_name = "operator/confirm.html"
    form_class = TermsForm
    operated = "programme_id"
    refusal_fields = {"recovery-terms-invalid": "ask_after_days"}

    def get_initial(self) -> dict[str, Any]:
        terms = debts.recovery_terms(self.kwargs["programme_id"])
        return {"ask_after_days": terms.ask_after_days, "due_within_days": terms.due_within_days}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "title": _("Quand demander une somme à rendre"),
            "lead": funding.programme(self.kwargs["programme_id"]).name,
            "verb": _("Enregistrer"),
            "kind": "",
            "cancel_url": reverse("operator:debts"),
        }

    def perform(self, form: TermsForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.set_recovery_terms(
            programme_id=self.kwargs["programme_id"],
            ask_after_days=given["ask_after_days"],
            due_within_days=given["due_within_days"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est enregistré."))
        return HttpResponseRedirect(reverse("operator:debts"))


def note(request: HttpRequest, note_id: int) -> HttpResponse:
    """One debit note, and its next step."""
    actor = actor_of(request)
    page = debts.debit_note(actor=actor, note_id=note_id)
    told = page.line.state is NoteState.PAYMENT_TOLD
    names = parties.names_of(each for each in (page.told_by_id, page.confirmed_by_id) if each is not None)
    may_tell = allowed(actor.roles, "settlement.prepare-payment")
    may_confirm = allowed(actor.roles, "settlement.approve-payment")
    context = note_context(page, "operator")
    who = [
        Row(_("Demandée à"), page.line.payee),
        *([Row(_("Paiement enregistré par"), names.get(page.told_by_id, "–"))] if page.told_by_id else []),
        *([Row(_("Paiement confirmé par"), names.get(page.confirmed_by_id, "–"))] if page.confirmed_by_id else []),
        *([Row(_("Paiement non retrouvé"), page.refused_reason)] if page.refused_reason else []),
    ]
    context |= {
        "rows": [*who, *context["rows"]],
        "may_tell": page.line.state is NoteState.ISSUED and may_tell,
        "may_withdraw": page.line.state is NoteState.ISSUED and may_tell,
        "may_confirm": told and may_confirm and page.told_by_id != actor.person_id,
        "waits_for_another": told and page.told_by_id == actor.person_id,
    }
    return render(request, "operator/debts/note.html", context)


def note_pdf(request: HttpRequest, note_id: int) -> HttpResponse:
    """The paper that was sent."""
    page = debts.debit_note(actor=actor_of(request), note_id=note_id)
    return attached(remittance.debit_note_pdf(page), "application/pdf", f"{page.line.number}.pdf")


class NoteView(OperationView):
    """One act on one debit note."""

    template_name = "operator/confirm.html"
    form_class: type[OperationForm] = BareForm
    title: Any = ""
    verb: Any = ""
    kind = ""
    done: Any = ""

    def page(self) -> NotePage:
        return debts.debit_note(actor=actor_of(self.request), note_id=self.kwargs["note_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = self.page().line
        return super().get_context_data(**kwargs) | {
            "title": str(self.title),
            "lead": line.number,
            "rows": [Row(_("Demandée à"), line.payee), Row(_("Montant"), formats.euros(line.cents))],
            "verb": str(self.verb),
            "kind": self.kind,
            "cancel_url": self.back_url(),
        }

    def back_url(self) -> str:
        return reverse("operator:debit-note", args=[self.kwargs["note_id"]])

    def act(self, form: Any, given: dict[str, Any]) -> None:
        raise NotImplementedError

    def perform(self, form: Any) -> HttpResponseBase:
        given = {
            "note_id": self.kwargs["note_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }
        self.act(form, given)
        messages.success(self.request, str(self.done))
        return HttpResponseRedirect(self.back_url())


class Tell(NoteView):
    form_class = PaymentForm
    title = gettext_lazy("Le paiement de cette note est arrivé ?")
    verb = gettext_lazy("Enregistrer le paiement")
    done = gettext_lazy("Enregistré. Une autre personne doit retrouver cette ligne à la banque.")
    refusal_fields = {
        "debit-note-payment-differs": "cents",
        "debit-note-reference-missing": "reference",
        "debit-note-reference-used": "reference",
        "debit-note-payment-future": "paid_on",
    }

    def act(self, form: PaymentForm, given: dict[str, Any]) -> None:
        typed = form.cleaned_data
        operations.record_note_payment(cents=typed["cents"], paid_on=typed["paid_on"], reference=typed["reference"], **given)


class Confirm(NoteView):
    title = gettext_lazy("Vous voyez cette ligne à la banque ?")
    verb = gettext_lazy("Oui, l’argent est là")
    done = gettext_lazy("Confirmé : le lieu ne doit plus cette somme.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, page = super().get_context_data(**kwargs), self.page()
        paid_on = formats.day(page.line.paid_on) if page.line.paid_on else "–"
        context["rows"] += [Row(_("Reçu le"), paid_on), Row(_("Référence"), page.reference or "–")]
        return context

    def act(self, form: BareForm, given: dict[str, Any]) -> None:
        operations.confirm_note_payment(**given)


class Refuse(NoteView):
    form_class = ReasonForm
    title = gettext_lazy("Ce paiement n’est pas à la banque ?")
    verb = gettext_lazy("Le paiement n’y est pas")
    kind = "danger"
    done = gettext_lazy("Noté : la note attend toujours son paiement.")

    def act(self, form: ReasonForm, given: dict[str, Any]) -> None:
        operations.refuse_note_payment(reason=form.cleaned_data["reason"], **given)


class Withdraw(NoteView):
    form_class = ReasonForm
    title = gettext_lazy("Retirer cette note de débit ?")
    verb = gettext_lazy("Retirer la note")
    kind = "danger"
    done = gettext_lazy("Retirée. La somme sera de nouveau retenue sur les prochains paiements.")

    def act(self, form: ReasonForm, given: dict[str, Any]) -> None:
        operations.withdraw_debit_note(reason=form.cleaned_data["reason"], **given)


def advice(request: HttpRequest, advice_id: int) -> HttpResponse:
    """The advice a payment left with, as its place reads it."""
    page = advices.advice_page(actor=actor_of(request), advice_id=advice_id)
    context = advice_context(page, "operator") | {"back": reverse("operator:claim", args=[page.line.claim_id])}
    return render(request, "operator/debts/advice.html", context)


def advice_pdf(request: HttpRequest, advice_id: int) -> HttpResponse:
    """Its paper."""
    page = advices.advice_page(actor=actor_of(request), advice_id=advice_id)
    return attached(remittance.advice_pdf(page), "application/pdf", f"{page.line.number}.pdf")


def advice_csv(request: HttpRequest, advice_id: int) -> HttpResponse:
    """Its lines."""
    page = advices.advice_page(actor=actor_of(request), advice_id=advice_id)
    return attached(remittance.advice_csv(page), "text/csv; charset=utf-8", f"{page.line.number}.csv")


def tasks(actor: Actor, *, at: Any) -> list[Task]:
    """What waits for this person: sums to ask for, payments of notes to confirm."""
    found: list[Task] = []
    if allowed(actor.roles, "settlement.prepare-payment"):
        groups = debts.debts_of_places(actor=actor, programme_ids=actor.programme_ids)
        ripe = [each for each in groups if each.ask_on and each.ask_on <= legal_day(at)]
        if ripe:
            title = ngettext("%(count)s lieu doit rendre une somme", "%(count)s lieux doivent rendre une somme", len(ripe))
            since = min(line.owed_at for each in ripe for line in each.lines if line.step is DebtStep.WAITS)
            found.append(Task(title % {"count": len(ripe)}, _("Demander"), reverse("operator:debts"), since))
    if allowed(actor.roles, "settlement.approve-payment"):
        told = [each for each in debts.debit_notes(actor=actor, programme_ids=actor.programme_ids) if each.state is NoteState.PAYMENT_TOLD]
        if told:
            title = ngettext("%(count)s note de débit dite payée", "%(count)s notes de débit dites payées", len(told))
            found.append(Task(title % {"count": len(told)}, _("Contrôler"), reverse("operator:debts"), at))
    return found


see, prepare, approve = door("settlement.see"), door("settlement.prepare-payment"), door("settlement.approve-payment")
urlpatterns = [
    path("debts/", see(home), name="debts"),
    path("debts/agreements/<int:agreement_id>/<int:organisation_id>/", see(debt), name="debt"),
    path("debts/agreements/<int:agreement_id>/<int:organisation_id>/ask/", prepare(Ask.as_view()), name="debt-ask"),
    path("debts/programmes/<int:programme_id>/terms/", prepare(SetTerms.as_view()), name="recovery-terms"),
    path("debts/notes/<int:note_id>/", see(note), name="debit-note"),
    path("debts/notes/<int:note_id>/note.pdf", see(note_pdf), name="debit-note-pdf"),
    path("debts/notes/<int:note_id>/payment/", prepare(Tell.as_view()), name="debit-note-payment"),
    path("debts/notes/<int:note_id>/confirm/", approve(Confirm.as_view()), name="debit-note-confirm"),
    path("debts/notes/<int:note_id>/refuse/", approve(Refuse.as_view()), name="debit-note-refuse"),
    path("debts/notes/<int:note_id>/withdraw/", prepare(Withdraw.as_view()), name="debit-note-withdraw"),
    path("payments/advices/<int:advice_id>/", see(advice), name="advice"),
    path("payments/advices/<int:advice_id>/advice.pdf", see(advice_pdf), name="advice-pdf"),
    path("payments/advices/<int:advice_id>/advice.csv", see(advice_csv), name="advice-csv"),
]
