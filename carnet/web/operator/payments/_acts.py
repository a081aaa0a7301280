"""What a person does to payments: one form, one operation each."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.parties.rules import allowed
from carnet.settlement import operations, queries
from carnet.settlement.queries.channels import channel_of_run
from carnet.settlement.rules import latest_cut_off, next_bank_day
from carnet.settlement.rules.channels import PaymentChannel
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.payments._words import bank_reason, held_cents


class BareForm(OperationForm):
    """Nothing to say but yes."""


class PrepareForm(OperationForm):
    """The day the bank pays."""

    execute_on = DayField(
        label=gettext_lazy("Jour du paiement"),
        help_text=gettext_lazy("Un jour ouvré pour les banques ; sinon, le suivant est pris."),
    )


class ReasonForm(OperationForm):
    """Why it is given up."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi ?"), max_length=200)


class PayAgainForm(OperationForm):
    """Whether the account that failed is right after all."""

    same_account = forms.BooleanField(
        label=gettext_lazy("J’ai vérifié avec le bénéficiaire : le compte est bon, payer le même compte"), required=False
    )


class AgreementView(OperationView):
    """One act on one agreement's payments."""

    template_name = "operator/confirm.html"

    def facts(self) -> funding.AgreementFacts:
        actor = actor_of(self.request)
        funding_access.operated_agreement(actor, self.kwargs["agreement_id"])
        return funding.agreement(actor, self.kwargs["agreement_id"], at=clock.now())

    def words(self) -> dict[str, Any]:
        raise NotImplementedError

    def back_url(self) -> str:
        return reverse("operator:agreement-payments", args=[self.kwargs["agreement_id"]])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        facts = self.facts()
        standard = {"kind": "", "lead": f"{facts.programme_name}, {facts.name}", "rows": [], "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words() | more))

    def done(self, sentence: str, url: str = "") -> HttpResponseBase:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(url or self.back_url())


class ClaimsView(AgreementView):
    form_class: type[OperationForm] = BareForm

    def words(self) -> dict[str, Any]:
        rules = funding.rules_for_redemption(self.facts().programme_id)
        until = latest_cut_off(at=clock.now(), frequency=rules.payment_frequency, undo_window=timedelta(minutes=rules.undo_window_minutes))
        return {
            "title": _("Faire le décompte de ce qui est dû aux lieux"),
            "rows": [Row(_("Chèques utilisés jusqu’au"), formats.last_day(until))],
            "verb": _("Faire le décompte"),
        }

    def perform(self, form: BareForm) -> HttpResponseBase:
        drawn = operations.build_claims(
            programme_id=self.facts().programme_id,
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        if not drawn.claim_count:
            return self.done(_("Rien de nouveau à payer jusqu’au %(day)s.") % {"day": formats.last_day(drawn.until)})
        sentence = ngettext("%(count)s lieu à payer : %(amount)s.", "%(count)s lieux à payer : %(amount)s.", drawn.claim_count)
        return self.done(sentence % {"count": formats.number(drawn.claim_count), "amount": formats.euros(drawn.cents)})


class CheckView(AgreementView):
    form_class: type[OperationForm] = BareForm

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Recompter ce qui attend"),
            "lead": _("Chaque décompte est comparé aux chèques utilisés, et chaque compte bancaire est vérifié."),
            "verb": _("Recompter"),
        }

    def perform(self, form: BareForm) -> HttpResponseBase:
        set_aside = operations.check_claims(
            agreement_id=self.kwargs["agreement_id"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        if not set_aside:
            return self.done(_("Tout correspond : personne n’est mis de côté."))
        sentence = ngettext("%(count)s décompte mis de côté.", "%(count)s décomptes mis de côté.", len(set_aside))
        return self.done(sentence % {"count": formats.number(len(set_aside))})


class PrepareView(AgreementView):
    form_class = PrepareForm

    def get_initial(self) -> dict[str, Any]:
        return {"execute_on": next_bank_day(legal_day(clock.now()))}

    def words(self) -> dict[str, Any]:
        actor = actor_of(self.request)
        (waiting,) = (
            each
            for each in queries.waiting_payments(actor=actor, programme_ids=[self.facts().programme_id], at=clock.now())
            if each.agreement_id == self.kwargs["agreement_id"]
        )
        return {
            "title": _("Préparer un ordre de paiement"),
            "rows": [
                Row(_("À payer"), formats.euros(waiting.ready_cents)),
                Row(_("Paiements"), formats.number(waiting.ready_count)),
                *self._set_aside(len(waiting.set_aside)),
                Row(_("Ensuite"), _("une autre personne approuve, puis l’ordre part")),
            ],
            "verb": _("Préparer"),
        }

    @staticmethod
    def _set_aside(count: int) -> list[Row]:
        """Preparing counts them again: those whose reason is over are paid too, above what the page says."""
        words = _("%(count)s, recomptés en préparant : ceux dont la raison est finie sont payés aussi")
        return [Row(_("Mis de côté"), words % {"count": formats.number(count)})] if count else []

    def perform(self, form: PrepareForm) -> HttpResponseBase:
        prepared = operations.prepare_run(
            agreement_id=self.kwargs["agreement_id"],
            execute_on=form.cleaned_data["execute_on"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        sentence = _("Ordre de %(amount)s préparé. Une autre personne doit l’approuver.") % {"amount": formats.euros(prepared.cents)}
        return self.done(sentence, reverse("operator:payment", args=[prepared.run_id]))


class RunView(OperationView):
    """One act on one payment run."""

    template_name = "operator/confirm.html"
    form_class: type[OperationForm] = BareForm

    def page(self) -> queries.RunPage:
        return queries.run_page(actor=actor_of(self.request), run_id=self.kwargs["run_id"])

    def words(self, line: queries.RunLine) -> dict[str, Any]:
        raise NotImplementedError

    def back_url(self) -> str:
        return reverse("operator:payment", args=[self.kwargs["run_id"]])

    def act(self, form: Any) -> str:
        raise NotImplementedError

    def arguments(self, form: Any) -> dict[str, Any]:
        """What every operation on a run is given."""
        return {
            "run_id": self.kwargs["run_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        page = self.page()
        line = page.line
        held = queries.held_claims(page, at=clock.now())
        kept_back = f"{formats.number(len(held))}, {formats.euros(held_cents(page, held))}"
        standard = {
            "kind": "",
            "lead": line.agreement,
            "rows": [
                Row(_("Total"), formats.euros(line.cents)),
                Row(_("Paiements"), formats.number(line.transfer_count)),
                Row(_("Exécuté le"), formats.weekday(line.execute_on)),
                *([Row(_("Mis de côté"), kept_back)] if held else []),
                Row(_("Payé depuis"), f"{page.debtor}, {page.debtor_masked_iban}"),
            ],
            "cancel_url": self.back_url(),
        }
        return super().get_context_data(**(standard | self.words(line) | more))

    def perform(self, form: Any) -> HttpResponseBase:
        messages.success(self.request, self.act(form))
        return HttpResponseRedirect(self.back_url())


class ApproveView(RunView):
    def words(self, line: queries.RunLine) -> dict[str, Any]:
        return {"title": _("Approuver cet ordre de paiement ?"), "verb": _("Approuver %(amount)s") % {"amount": formats.euros(line.cents)}}

    def act(self, form: BareForm) -> str:
        missing = operations.approve_run(**self.arguments(form))
        if missing:
            sentence = ngettext(
                "Noté. Encore %(count)s personne doit approuver.", "Noté. Encore %(count)s personnes doivent approuver.", missing
            )
            return sentence % {"count": formats.number(missing)}
        return _("Approuvé. Il peut être téléchargé et envoyé.")


class CancelView(RunView):
    form_class = ReasonForm

    def words(self, line: queries.RunLine) -> dict[str, Any]:
        return {
            "title": _("Ne pas payer cet ordre ?"),
            "lead": _("Rien n’est perdu : les lieux attendent le prochain ordre."),
            "verb": _("Annuler cet ordre"),
            "kind": "danger",
        }

    def act(self, form: ReasonForm) -> str:
        operations.cancel_run(reason=form.cleaned_data["reason"], **self.arguments(form))
        return _("L’ordre est annulé. Ce qui est dû attend le prochain.")


class SentView(RunView):
    def words(self, line: queries.RunLine) -> dict[str, Any]:
        if channel_of_run(line.id, line.agreement_id) is PaymentChannel.ORDERS:
            return {
                "title": _("Les mandats ont été remis au comptable ?"),
                "lead": _("Chaque lieu sera prévenu de ce qu’il reçoit, et du jour."),
                "verb": _("Oui, ils sont chez le comptable"),
            }
        return {
            "title": _("Le fichier a été donné à la banque ?"),
            "lead": _("Chaque lieu sera prévenu de ce qu’il reçoit, et du jour."),
            "verb": _("Oui, il est à la banque"),
        }

    def act(self, form: BareForm) -> str:
        operations.mark_sent(**self.arguments(form))
        return _("Noté. Revenez lire la réponse.")


class PayAgainView(OperationView):
    """A transfer that came back: its claim waits for the next run."""

    template_name = "operator/confirm.html"
    form_class = PayAgainForm

    def line(self) -> queries.ReturnedLine:
        return queries.returned_transfer(actor=actor_of(self.request), transfer_id=self.kwargs["transfer_id"], at=clock.now())

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        line = self.line()
        may_see = allowed(actor_of(self.request).roles, "parties.see-bank-account")
        account = reverse("accounts:bank-account-of", args=[line.organisation_id]) if may_see else ""
        standard = {
            "title": _("Payer de nouveau %(payee)s ?") % {"payee": line.payee},
            "lead": ""
            if line.is_mended
            else _("Le compte qui a échoué est toujours celui du bénéficiaire : faites-le corriger, ou confirmez qu’il est bon."),
            "rows": [
                Row(_("Montant"), formats.euros(line.cents)),
                Row(_("Compte qui a échoué"), line.masked_iban),
                Row(_("Raison de la banque"), bank_reason(line.reason_code)),
                Row(_("Compte corrigé"), _("oui") if line.is_mended else _("non"), account, _("Voir") if account else ""),
            ],
            "verb": _("Remettre dans le prochain ordre"),
            "kind": "",
            "cancel_url": reverse("operator:agreement-payments", args=[line.agreement_id]),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: PayAgainForm) -> HttpResponseBase:
        line = self.line()
        operations.repay_returned(
            transfer_id=line.transfer_id,
            same_account=form.cleaned_data["same_account"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("%(payee)s sera payé par le prochain ordre.") % {"payee": line.payee})
        return HttpResponseRedirect(reverse("operator:agreement-payments", args=[line.agreement_id]))
