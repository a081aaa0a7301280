"""What an agreement's account held: the bank's statements say it, or one person with a paper and another who reads the same."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import operations, queries
from carnet.funding.queries import BalanceFacts, StatedFacts
from carnet.funding.rules import BalanceSource
from carnet.gateways.documents import BYTES_MAX
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.applications import attachment
from carnet.web.design import formats
from carnet.web.design.components import Column, Row, Table
from carnet.web.design.forms import DayField, EurosField, InlineRadioSelect, OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.payments._acts import AgreementView

PAPER_REFUSALS = dict.fromkeys(("document-too-heavy", "document-unreadable", "document-locked"), "paper")
SOURCES = {
    BalanceSource.STATEMENT: gettext_lazy("relevé de la banque"),
    BalanceSource.STATED: gettext_lazy("deux personnes, avec un papier"),
}


class StateForm(OperationForm):
    """A day, an amount and the paper that says so."""

    day = DayField(label=gettext_lazy("À la fin du jour"), help_text=gettext_lazy("Au plus tard hier."))
    amount = EurosField(label=gettext_lazy("Le compte contenait"), least_cents=0)
    overdrawn = forms.BooleanField(label=gettext_lazy("Le compte était à découvert de ce montant"), required=False)
    paper = WeighedFileField(
        label=gettext_lazy("Le papier qui le dit"),
        help_text=gettext_lazy("Un relevé du comptable public, en PDF ou en photo. Gardé sous clé, lu par qui répond."),
        most_bytes=BYTES_MAX,
        accept=".pdf,application/pdf,image/jpeg,image/png",
    )


class DecideForm(OperationForm):
    """Yes, or no and why."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Le papier dit-il la même chose ?"),
        choices=[("yes", gettext_lazy("Oui, ce solde est le bon")), ("no", gettext_lazy("Non"))],
        widget=InlineRadioSelect(),
        initial="yes",
    )
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi, si c’est non"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500, required=False
    )


class StateView(AgreementView):
    """One balance, stated by one person."""

    form_class = StateForm
    refusal_fields = {"balance-in-future": "day", "balance-too-large": "amount", **PAPER_REFUSALS}
    template_name = "operator/payments/bank_file.html"

    def words(self) -> dict[str, Any]:
        return {"title": _("Dire ce qu’il y a sur le compte"), "verb": _("Demander à une deuxième personne")}

    def perform(self, form: OperationForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.state_balance(
            agreement_id=self.kwargs["agreement_id"],
            day=given["day"],
            cents=-given["amount"] if given["overdrawn"] else given["amount"],
            paper=given["paper"].read(),
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return self.done(_("Une autre personne doit lire le même papier. Le solde comptera ensuite."))


class DecideView(OperationView):
    """One stated balance; the second person answers on it."""

    template_name = "operator/payments/balance.html"
    form_class = DecideForm
    refusal_fields = {"reason-missing": "reason"}

    @cached_property
    def found(self) -> StatedFacts:
        return queries.stated_balance(actor_of(self.request), self.kwargs["stated_id"])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor, found = actor_of(self.request), self.found
        names = parties.names_of({found.stated_by, found.decided_by or 0})
        waits = found.decided_at is None
        rows = [
            Row(_("Convention"), f"{found.programme}, {found.agreement}"),
            Row(_("À la fin du jour"), formats.day(found.day)),
            Row(_("Le compte contenait"), formats.euros(found.cents)),
            Row(_("Dit par"), f"{names.get(found.stated_by, '')}, {formats.moment(found.stated_at)}"),
        ]
        if found.decided_at is not None:
            words = _("Accepté par") if found.is_agreed else _("Refusé par")
            rows.append(Row(words, f"{names.get(found.decided_by or 0, '')}, {formats.moment(found.decided_at)}"))
        mine = found.stated_by == actor.person_id
        return super().get_context_data(
            rows=rows, is_mine=waits and mine, may_decide=waits and not mine and allowed(actor.roles, "funding.approve-balance"),
            paper=reverse("operator:stated-paper", args=[found.id]), back=reverse("operator:agreement-payments", args=[found.agreement_id]),
            **more,
        )  # fmt: skip

    def perform(self, form: DecideForm) -> HttpResponseBase:
        given = form.cleaned_data
        told: dict[str, Any] = {"stated_id": self.found.id, "actor": actor_of(self.request), "at": clock.now()}
        if given["answer"] == "yes":
            operations.approve_balance(request_id=given["request_id"], **told)
            messages.success(self.request, _("Le solde compte : il paraît sur la page publique."))
        else:
            operations.refuse_balance(reason=given["reason"], request_id=given["request_id"], **told)
            messages.success(self.request, _("Le solde est refusé : il ne compte pas."))
        return HttpResponseRedirect(reverse("operator:agreement-payments", args=[self.found.agreement_id]))


def paper(request: HttpRequest, stated_id: int) -> HttpResponse:
    """The paper that says it."""
    content, media_type = queries.stated_paper(actor_of(request), stated_id)
    return attachment(content, media_type, f"solde-{stated_id}")


def balances_table(found: list[BalanceFacts]) -> Table:
    """What the account held, day by day."""
    columns = [Column(_("À la fin du jour")), Column(_("Sur le compte"), number=True), Column(_("Dit par"))]
    rows = [[formats.day(each.day), formats.euros(each.cents), str(SOURCES[each.source])] for each in found]
    return Table(_("Ce que contenait le compte"), columns, rows, empty=_("Aucun relevé lu."))
