"""Recording money received under an agreement, and taking a mistake back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import access, operations, queries
from carnet.funding.rules import Pays, ReceiptUnknown
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.programmes._forms import ReasonForm, ReceiveForm


class AgreementActView(OperationView):
    """One act under one agreement, on its own page."""

    template_name = "operator/confirm.html"

    def facts(self) -> queries.AgreementFacts:
        actor = actor_of(self.request)
        access.operated_agreement(actor, self.kwargs["agreement_id"])
        return queries.agreement(actor, self.kwargs["agreement_id"], at=clock.now())

    def words(self) -> dict[str, Any]:
        raise NotImplementedError

    def back_url(self) -> str:
        return reverse("operator:agreement", args=[self.kwargs["agreement_id"]])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        facts = self.facts()
        standard = {"kind": "", "lead": f"{facts.programme_name}, {facts.name}", "rows": [], "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words() | more))

    def done(self, sentence: str) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(self.back_url())


class ReceiveView(AgreementActView):
    form_class = ReceiveForm

    def get_form_kwargs(self) -> dict[str, Any]:
        in_advance = [share.funder_id for share in self.facts().version.shares if share.pays is Pays.IN_ADVANCE]
        names = parties.organisations(in_advance)
        return super().get_form_kwargs() | {"funders": [(each, names[each].name) for each in in_advance]}

    def get_initial(self) -> dict[str, Any]:
        missing = [line for line in queries.commitments_by_funder(self.kwargs["agreement_id"]) if line.missing_cents]
        first = missing[0] if len(missing) == 1 else None
        return {"received_on": legal_day(clock.now()), **({"funder": first.funder_id} if first else {})}

    def words(self) -> dict[str, Any]:
        return {"title": _("Enregistrer un virement reçu"), "verb": _("Enregistrer")}

    def perform(self, form: ReceiveForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.record_money_received(
            agreement_id=self.kwargs["agreement_id"],
            funder_id=given["funder"],
            cents=given["amount"],
            received_on=given["received_on"],
            bank_reference=given["bank_reference"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return self.done(_("%(amount)s enregistrés.") % {"amount": formats.euros(given["amount"])})


class WithdrawView(AgreementActView):
    form_class = ReasonForm

    def words(self) -> dict[str, Any]:
        found = [each for each in queries.receipts(self.facts().id) if each.id == self.kwargs["receipt_id"]]
        if not found:
            raise ReceiptUnknown(receipt=self.kwargs["receipt_id"])
        receipt = found[0]
        return {
            "title": _("Retirer cette somme, enregistrée par erreur ?"),
            "rows": [
                Row(_("Montant"), formats.euros(receipt.cents)),
                Row(_("Référence"), receipt.bank_reference),
                Row(_("Reçu le"), formats.day(receipt.received_on)),
            ],
            "verb": _("Retirer cette somme"),
            "kind": "danger",
        }

    def perform(self, form: ReasonForm) -> HttpResponseBase:
        operations.withdraw_money_received(
            receipt_id=self.kwargs["receipt_id"],
            reason=form.cleaned_data["reason"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        return self.done(_("La somme est retirée ; l’écriture contraire est au journal."))
