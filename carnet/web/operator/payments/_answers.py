"""What the bank or the accountant answers: reading it, and the page that says what each line did and what is left to do."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.gateways.bank.accountant import SIZE_MAX as LIST_SIZE_MAX
from carnet.gateways.bank.documents import SIZE_MAX
from carnet.parties.rules import allowed
from carnet.settlement import operations
from carnet.settlement.queries.channels import AnswerLine, AnswerPage, OrderPage, answer_page, order_page
from carnet.settlement.rules.channels import NOTE_MAX, ORDER_NUMBER_MAX
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.forms import DayField, OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.payments._acts import AgreementView
from carnet.web.operator.payments._words import OUTCOMES, REMARKS, bank_reason

BANK_FILE_REFUSALS = (
    "bank-file-already-read",
    "bank-file-other-account",
    "bank-file-other-payment",
    "bank-file-empty",
    "bank-file-too-large",
    "bank-file-packed",
    "bank-file-hostile",
    "bank-file-encoding",
    "bank-file-malformed",
    "order-list-columns-missing",
    "bank-file-wrong-type",
)


class BankFileForm(OperationForm):
    """The file as the bank gave it."""

    file = WeighedFileField(
        label=gettext_lazy("Fichier de la banque"),
        help_text=gettext_lazy("Un compte rendu pain.002 ou un relevé camt.053, en XML, tel que la banque l’a donné."),
        most_bytes=SIZE_MAX,
        accept=".xml,text/xml,application/xml",
    )


class OrderListForm(OperationForm):
    """The list of payment orders as the accountant gave it back."""

    file = WeighedFileField(
        label=gettext_lazy("Liste rendue par le comptable"),
        help_text=gettext_lazy("Le fichier mandats.csv, avec ses trois dernières colonnes remplies."),
        most_bytes=LIST_SIZE_MAX,
        accept=".csv,text/csv",
    )


class OrderAnswerForm(OperationForm):
    """What the accountant said of one payment order: paid, or rejected."""

    number = forms.CharField(
        label=gettext_lazy("Numéro du mandat"),
        max_length=ORDER_NUMBER_MAX,
        required=False,
        help_text=gettext_lazy("Payé : son numéro et le jour."),
    )
    paid_on = DayField(label=gettext_lazy("Payé le"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Motif du rejet"),
        max_length=NOTE_MAX,
        required=False,
        help_text=gettext_lazy("Rejeté : recopiez le motif. Sinon, laissez vide."),
    )


class BankFileView(AgreementView):
    """One answer of the bank."""

    form_class: type[OperationForm] = BankFileForm
    refusal_fields = dict.fromkeys(BANK_FILE_REFUSALS, "file")
    template_name = "operator/payments/bank_file.html"

    def words(self) -> dict[str, Any]:
        return {"title": _("Lire la réponse de la banque"), "verb": _("Lire le fichier")}

    def read(self, **arguments: Any) -> operations.BankFileRead:
        return operations.import_bank_file(**arguments)

    def perform(self, form: OperationForm) -> HttpResponseBase:
        read = self.read(
            agreement_id=self.kwargs["agreement_id"],
            content=form.cleaned_data["file"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        return HttpResponseRedirect(reverse("operator:bank-file", args=[read.bank_file_id]))


class OrderListView(BankFileView):
    """The accountant's answer to a list of payment orders."""

    form_class = OrderListForm

    def words(self) -> dict[str, Any]:
        return {"title": _("Lire la réponse du comptable"), "verb": _("Lire la liste")}

    def read(self, **arguments: Any) -> operations.BankFileRead:
        return operations.import_order_answers(**arguments)


class OrderAnswerView(OperationView):
    """The accountant's answer to one payment order."""

    template_name = "operator/confirm.html"
    form_class = OrderAnswerForm
    refusal_fields = {"order-answered-in-future": "paid_on"}

    def order(self) -> OrderPage:
        return order_page(actor=actor_of(self.request), transfer_id=self.kwargs["transfer_id"])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        order = self.order()
        standard = {
            "title": _("Mandat de %(payee)s") % {"payee": order.payee},
            "lead": _("Qu’a répondu le comptable ?"),
            "rows": [Row(_("Montant"), formats.euros(order.cents)), Row(_("Référence"), order.reference)],
            "verb": _("Enregistrer la réponse"),
            "kind": "",
            "cancel_url": reverse("operator:payment", args=[order.run_id]),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: OrderAnswerForm) -> HttpResponseBase:
        read = operations.record_order_answer(
            transfer_id=self.kwargs["transfer_id"],
            number=form.cleaned_data["number"],
            paid_on=form.cleaned_data["paid_on"],
            reason=form.cleaned_data["reason"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        return HttpResponseRedirect(reverse("operator:bank-file", args=[read.bank_file_id]))


def answer(request: HttpRequest, bank_file_id: int) -> HttpResponse:
    """One answer: what is left to do, what a person must look at, then what each line did."""
    actor = actor_of(request)
    page = answer_page(actor=actor, bank_file_id=bank_file_id)
    context = {
        "read": page,
        "back_url": reverse("operator:agreement-payments", args=[page.agreement_id]),
        "figures": [
            Figure(formats.euros(page.paid_cents), _("Payé"), formats.number(page.paid_count)),
            Figure(formats.euros(page.came_back_cents), _("Revenu"), formats.number(page.came_back_count)),
            Figure(formats.number(page.known_count), _("Déjà connu")),
        ],
        "left": _left(page, may_pay=allowed(actor.roles, "settlement.prepare-payment")),
        "to_look": _to_look(page),
        "done": _done(page),
    }
    return render(request, "operator/payments/answer.html", context)


def _left(page: AnswerPage, *, may_pay: bool) -> list[str]:
    """What remains for a person, in sentences."""
    left = []
    if page.to_look_count:
        words = ngettext(
            "%(count)s ligne à regarder : elle n’a rien changé.",
            "%(count)s lignes à regarder : elles n’ont rien changé.",
            page.to_look_count,
        )
        left.append(words % {"count": formats.number(page.to_look_count)})
    if page.returned_count and may_pay:
        words = ngettext(
            "%(count)s virement revenu à payer de nouveau : faites corriger le compte.",
            "%(count)s virements revenus à payer de nouveau : faites corriger les comptes.",
            page.returned_count,
        )
        left.append(words % {"count": formats.number(page.returned_count)})
    if page.waiting_count:
        words = ngettext(
            "%(count)s virement encore sans réponse : %(amount)s.",
            "%(count)s virements encore sans réponse : %(amount)s.",
            page.waiting_count,
        )
        left.append(words % {"count": formats.number(page.waiting_count), "amount": formats.euros(page.waiting_cents)})
    return left


def _to_look(page: AnswerPage) -> Table:
    columns = [Column(_("Référence")), Column(_("Ce qui ne va pas")), Column(_("Montant"), number=True), Column(_("Raison"))]
    rows = [
        [
            each.reference or "–",
            str(REMARKS[each.verdict]),
            formats.euros(each.cents) if each.cents is not None else "–",
            each.note or bank_reason(each.reason_code) or "–",
        ]
        for each in page.to_look
    ]
    return Table(_("Lignes qui n’ont rien changé"), columns, rows, empty=_("Chaque ligne a été comprise."))


def _done(page: AnswerPage) -> Table:
    columns = [
        Column(_("À payer à")),
        Column(_("Montant"), number=True),
        Column(_("Ce qui est fait")),
        Column(_("Jour")),
        Column(_("Raison")),
    ]
    rows = [_done_row(each) for each in page.done]
    return Table(_("Ce que chaque ligne a fait"), columns, rows, empty=_("Aucune ligne n’a changé un paiement."))


def _done_row(line: AnswerLine) -> list[Cell | str]:
    words, tone = OUTCOMES[line.verdict]
    numbered = _("mandat %(number)s") % {"number": line.order_number} if line.order_number else ""
    return [
        Cell(line.payee, url=reverse("operator:claim", args=[line.claim_id])),
        formats.euros(line.cents or 0),
        Cell(str(words), tone=tone),
        formats.day(line.booked_on) if line.booked_on else "–",
        ", ".join(part for part in (numbered, line.note or bank_reason(line.reason_code)) if part) or "–",
    ]
