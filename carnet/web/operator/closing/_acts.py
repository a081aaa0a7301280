"""What is done about a closing: count what goes back, approve it, give it up, record what the bank did."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.periods import legal_day
from carnet.settlement import operations, queries
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.payments._acts import AgreementView, BareForm, ReasonForm


class RepaidForm(OperationForm):
    """What the bank says of the repayment."""

    reference = forms.CharField(label=gettext_lazy("Référence donnée par la banque"), max_length=140)
    paid_on = DayField(label=gettext_lazy("Remboursé le"))


class PrepareView(AgreementView):
    form_class: type[OperationForm] = BareForm

    def back_url(self) -> str:
        return reverse("operator:agreement-closing", args=[self.kwargs["agreement_id"]])

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Clore la saison et compter ce qui revient aux financeurs ?"),
            "rows": [
                Row(_("Les chèques non utilisés"), _("deviennent périmés, pour toujours")),
                Row(_("Ce qui est dû aux lieux"), _("reste dû et sera payé")),
                Row(_("Ensuite"), _("une autre personne approuve, puis la banque rembourse")),
            ],
            "verb": _("Clore et compter"),
        }

    def perform(self, form: BareForm) -> HttpResponseBase:
        closing_id = operations.prepare_closing(
            agreement_id=self.kwargs["agreement_id"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        return self.done(_("C’est compté. Une autre personne doit approuver."), reverse("operator:closing", args=[closing_id]))


class ClosingView(OperationView):
    """One act on one closing."""

    template_name = "operator/confirm.html"
    form_class: type[OperationForm] = BareForm

    def words(self, page: queries.ClosingPage) -> dict[str, Any]:
        raise NotImplementedError

    def act(self, form: Any) -> str:
        raise NotImplementedError

    def arguments(self, form: Any) -> dict[str, Any]:
        """What every operation on a closing is given."""
        return {
            "closing_id": self.kwargs["closing_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }

    def back_url(self) -> str:
        return reverse("operator:closing", args=[self.kwargs["closing_id"]])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        page = queries.closing_page(actor=actor_of(self.request), closing_id=self.kwargs["closing_id"])
        rows = [Row(each.funder, formats.euros(each.cents)) for each in page.repayments]
        standard = {"kind": "", "lead": page.agreement, "rows": rows, "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words(page) | more))

    def perform(self, form: Any) -> HttpResponseBase:
        messages.success(self.request, self.act(form))
        return HttpResponseRedirect(self.back_url())


class ApproveView(ClosingView):
    def words(self, page: queries.ClosingPage) -> dict[str, Any]:
        return {"title": _("Approuver ce qui est rendu ?"), "verb": _("Approuver %(amount)s") % {"amount": formats.euros(page.cents)}}

    def act(self, form: BareForm) -> str:
        operations.approve_closing(**self.arguments(form))
        return _("Approuvé. Faites les virements, puis notez la référence de la banque.")


class CancelView(ClosingView):
    form_class = ReasonForm

    def words(self, page: queries.ClosingPage) -> dict[str, Any]:
        return {"title": _("Annuler ce calcul ?"), "verb": _("Annuler ce calcul"), "kind": "danger"}

    def act(self, form: ReasonForm) -> str:
        operations.cancel_closing(reason=form.cleaned_data["reason"], **self.arguments(form))
        return _("Le calcul est annulé. Rien n’a été rendu.")


class RepaidView(ClosingView):
    form_class = RepaidForm

    def get_initial(self) -> dict[str, Any]:
        return {"paid_on": legal_day(clock.now())}

    def words(self, page: queries.ClosingPage) -> dict[str, Any]:
        return {"title": _("Les financeurs sont remboursés ?"), "verb": _("Enregistrer le remboursement")}

    def act(self, form: RepaidForm) -> str:
        typed = form.cleaned_data
        operations.record_repayments(reference=typed["reference"], paid_on=typed["paid_on"], **self.arguments(form))
        return _("Enregistré. La convention est close, les états des comptes sont prêts à signer.")
