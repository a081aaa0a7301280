"""What a person does with a bill: one form, one operation each."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.connectivity.operations import bill_payments, bills
from carnet.connectivity.queries import bills as queries
from carnet.connectivity.queries.bills import AgreementAccount, BillFacts, LandlordAccount
from carnet.connectivity.rules import BillState
from carnet.gateways.bank.documents import SIZE_MAX
from carnet.kernel.periods import add_months, legal_day
from carnet.web import clock
from carnet.web.connection_bills import words
from carnet.web.design import formats
from carnet.web.design.components import Download, Row
from carnet.web.design.forms import DayField, EurosField, OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.spreadsheets import KINDS

_FILE_REFUSALS = (
    "bank-file-empty", "bank-file-too-large", "bank-file-packed", "bank-file-hostile", "bank-file-encoding", "bank-file-malformed",
    "bank-file-wrong-type", "connection-bank-says-otherwise",
)  # fmt: skip


class BareForm(OperationForm):
    """Nothing to say but yes."""


class SubmitForm(OperationForm):
    """What the provider counts itself."""

    total_cents = EurosField(
        label=gettext_lazy("Votre total"), help_text=gettext_lazy("Ce que vous comptez vous-même. Il est comparé aux mois ci-dessus.")
    )
    reference = forms.CharField(label=gettext_lazy("Votre numéro de facture"), max_length=40, required=False)


class CheckForm(OperationForm):
    """The day the bank pays."""

    execute_on = DayField(label=gettext_lazy("Jour du paiement"), help_text=gettext_lazy("Un jour ouvré ; sinon, le suivant est pris."))


class ReasonForm(OperationForm):
    """Why a bill is refused."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi ?"), max_length=200)


class AnswerForm(OperationForm):
    """The file as the bank gave it."""

    file = WeighedFileField(
        label=gettext_lazy("Fichier de la banque"),
        help_text=gettext_lazy("Un compte rendu pain.002 ou un relevé camt.053, en XML, tel que la banque l’a donné."),
        most_bytes=SIZE_MAX,
        accept=".xml,text/xml,application/xml",
    )


class PaymentForm(OperationForm):
    """The line of the bank, as it reads."""

    cents = EurosField(label=gettext_lazy("Montant reçu"))
    received_on = DayField(label=gettext_lazy("Reçu le"))
    reference = forms.CharField(label=gettext_lazy("Référence donnée par la banque"), max_length=60, required=False)


class _Act(OperationView):
    """One act: its words, and where to go back."""

    template_name = "connection_bills/act.html"
    form_class: type[OperationForm] = BareForm

    def words(self) -> dict[str, Any]:
        raise NotImplementedError

    def back_url(self) -> str:
        return reverse("bills:home")

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {"office": words.office_of(actor_of(self.request)), "kind": "", "lead": "", "rows": [], "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words() | more))

    def given(self, form: OperationForm) -> dict[str, Any]:
        """What every operation asks: who, under which request, when."""
        return {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}

    def done(self, sentence: str, url: str = "") -> HttpResponseBase:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(url or self.back_url())


class SubmitView(_Act):
    """A provider asks for its months."""

    form_class = SubmitForm
    refusal_fields = {"connection-bill-differs": "total_cents"}

    def words(self) -> dict[str, Any]:
        actor, at = actor_of(self.request), clock.now()
        months = [(each.number, each.due) for each in queries.lines_to_bill(actor=actor, agreement_id=self.kwargs["agreement_id"], at=at)]
        month = add_months(legal_day(at).replace(day=1), -1)
        files = [
            Download(_("Ces mois"), reverse("bills:new-file", args=[self.kwargs["agreement_id"], kind]), kind.upper()) for kind in KINDS
        ]
        return {
            "title": _("Demander le paiement des mois de connexion"),
            "lead": _("Tous les mois finis au %(day)s. Une personne contrôle, une autre approuve.")
            % {"day": formats.day(add_months(month, 1) - timedelta(days=1))},
            "table": words.months_table(_("Mois de connexion"), months),
            "files": files if months else [],
            "has_nothing": not months,
            "verb": _("Envoyer la facture"),
        }

    def perform(self, form: SubmitForm) -> HttpResponseBase:
        month = add_months(legal_day(clock.now()).replace(day=1), -1)
        bill_id = bills.submit_bill(
            agreement_id=self.kwargs["agreement_id"], month=month, total_cents=form.cleaned_data["total_cents"],
            reference=form.cleaned_data["reference"], **self.given(form),
        )  # fmt: skip
        return self.done(_("La facture est envoyée. Vous verrez ici quand elle est payée."), reverse("bills:bill", args=[bill_id]))


class _BillAct(_Act):
    """One act on one bill."""

    def bill(self) -> BillFacts:
        return queries.bill(actor=actor_of(self.request), bill_id=self.kwargs["bill_id"])

    def back_url(self) -> str:
        return reverse("bills:bill", args=[self.kwargs["bill_id"]])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = self.bill()
        shown = found.pay_cents if found.is_balance or found.checked_at else found.asked_cents
        months = [] if found.is_balance else [Row(_("Mois de connexion"), formats.number(found.line_count))]
        rows = [Row(_("Fournisseur"), found.provider), *months, Row(_("Montant"), formats.euros(shown))]
        return super().get_context_data(**({"lead": words.title_of(found), "rows": rows} | more))


class CheckView(_BillAct):
    """Count a bill again, and prepare its payment."""

    form_class = CheckForm

    def get_initial(self) -> dict[str, Any]:
        return {"execute_on": legal_day(clock.now())}

    def words(self) -> dict[str, Any]:
        return {"title": _("Contrôler cette facture ?"), "verb": _("Contrôler et préparer le paiement")}

    def perform(self, form: CheckForm) -> HttpResponseBase:
        cents = bills.check_bill(bill_id=self.kwargs["bill_id"], execute_on=form.cleaned_data["execute_on"], **self.given(form))
        return self.done(
            _("Tout correspond. %(amount)s seront payés quand une autre personne aura approuvé.") % {"amount": formats.euros(cents)}
        )


class ApproveView(_BillAct):
    """Another person agrees."""

    def words(self) -> dict[str, Any]:
        found = self.bill()
        lead = (
            _("Compte payé : %(holder)s.") % {"holder": found.creditor_name} if found.pay_cents else _("Rien n’est à virer pour l’instant.")
        )
        return {"title": _("Approuver cette facture ?"), "verb": _("Approuver"), "explain": lead}

    def perform(self, form: BareForm) -> HttpResponseBase:
        bills.approve_bill(bill_id=self.kwargs["bill_id"], **self.given(form))
        if self.bill().is_balance:
            return self.done(_("Le solde est approuvé : il peut partir à la banque."))
        return self.done(_("La facture est approuvée : ces mois sont dus au fournisseur."))


class RefuseView(_BillAct):
    """Somebody says no."""

    form_class = ReasonForm

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Refuser cette facture ?"),
            "verb": _("Refuser"),
            "kind": "danger",
            "explain": _("Le fournisseur lira la raison. Il pourra envoyer une autre facture pour ces mois."),
        }

    def perform(self, form: ReasonForm) -> HttpResponseBase:
        bills.refuse_bill(bill_id=self.kwargs["bill_id"], reason=form.cleaned_data["reason"], **self.given(form))
        return self.done(_("La facture est refusée."))


class FileView(_BillAct):
    """The bank's file: taking it out is journalled, so it is asked for by a form."""

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Télécharger le fichier pour la banque"),
            "explain": _("Déposez-le tel quel sur le site de votre banque, puis revenez dire qu’il est envoyé."),
            "verb": _("Télécharger"),
        }

    def perform(self, form: BareForm) -> HttpResponseBase:
        name, content = bill_payments.payment_file(bill_id=self.kwargs["bill_id"], **self.given(form))
        return HttpResponse(content, content_type="application/xml", headers={"Content-Disposition": f'attachment; filename="{name}"'})


class SentView(_BillAct):
    """The file is with the bank."""

    def words(self) -> dict[str, Any]:
        return {"title": _("Le fichier est à la banque ?"), "verb": _("Oui, il est à la banque")}

    def perform(self, form: BareForm) -> HttpResponseBase:
        bill_payments.mark_sent(bill_id=self.kwargs["bill_id"], **self.given(form))
        return self.done(_("C’est noté. Lisez ici la réponse de la banque quand elle arrive."))


class AnswerView(_BillAct):
    """What the bank says became of the payment."""

    form_class = AnswerForm
    refusal_fields = dict.fromkeys(_FILE_REFUSALS, "file")

    def words(self) -> dict[str, Any]:
        return {"title": _("Lire la réponse de la banque"), "verb": _("Lire le fichier"), "has_file": True}

    def perform(self, form: AnswerForm) -> HttpResponseBase:
        state = bill_payments.read_bank_answer(bill_id=self.kwargs["bill_id"], content=form.cleaned_data["file"], **self.given(form))
        if state is BillState.PAID:
            return self.done(_("La banque a payé. Le fournisseur le voit sur cette page."))
        if state is BillState.SENT:
            return self.done(_("La banque a bien pris l’ordre. Elle dira dans un relevé si elle a payé."))
        return self.done(_("Le virement est revenu. Vérifiez le compte, puis contrôlez de nouveau cette facture."))


class LandlordPaymentView(_Act):
    """Record what a landlord paid in."""

    form_class = PaymentForm
    refusal_fields = {"connection-payment-more-than-due": "cents", "amount-not-positive": "cents"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.account() is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def account(self) -> LandlordAccount | None:
        wanted = (self.kwargs["agreement_id"], self.kwargs["landlord_id"])
        found = queries.landlord_accounts(actor=actor_of(self.request))
        return next((each for each in found if (each.agreement_id, each.landlord_id) == wanted), None)

    def get_initial(self) -> dict[str, Any]:
        return {"received_on": legal_day(clock.now())}

    def words(self) -> dict[str, Any]:
        found = self.account()
        rows = [Row(_("Bailleur"), found.landlord), Row(_("Reste dû"), formats.euros(found.due_cents))] if found else []
        return {
            "title": _("Enregistrer un paiement du bailleur"),
            "explain": _("La part des ménages est comptée d’abord : le bailleur ne fait que la transmettre."),
            "rows": rows,
            "verb": _("Enregistrer"),
        }

    def perform(self, form: PaymentForm) -> HttpResponseBase:
        bill_payments.record_landlord_payment(
            agreement_id=self.kwargs["agreement_id"], landlord_id=self.kwargs["landlord_id"], cents=form.cleaned_data["cents"],
            received_on=form.cleaned_data["received_on"], reference=form.cleaned_data["reference"], **self.given(form),
        )  # fmt: skip
        return self.done(_("Le paiement est enregistré. Il partira au fournisseur avec la prochaine facture, ou par un solde."))


class BalanceView(_Act):
    """Pay a provider what landlords paid in after their bills."""

    form_class = CheckForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.kwargs["provider_id"] not in {each for each, _name, _stand in self.account().providers}:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def account(self) -> AgreementAccount:
        return queries.agreement_account(actor=actor_of(self.request), agreement_id=self.kwargs["agreement_id"], at=clock.now())

    def get_initial(self) -> dict[str, Any]:
        return {"execute_on": legal_day(clock.now())}

    def back_url(self) -> str:
        return reverse("bills:agreement", args=[self.kwargs["agreement_id"]])

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Payer au fournisseur ce que les bailleurs ont versé"),
            "explain": _("Seulement ce qui est arrivé sur le compte. Une autre personne approuve, puis l’ordre part."),
            "rows": [Row(_("Fournisseur"), name) for each, name, _stand in self.account().providers if each == self.kwargs["provider_id"]],
            "verb": _("Préparer le solde"),
        }

    def perform(self, form: CheckForm) -> HttpResponseBase:
        bill_id = bills.prepare_balance(
            agreement_id=self.kwargs["agreement_id"], provider_id=self.kwargs["provider_id"],
            execute_on=form.cleaned_data["execute_on"], **self.given(form),
        )  # fmt: skip
        return self.done(_("Le solde est prêt : une autre personne doit l’approuver."), reverse("bills:bill", args=[bill_id]))
