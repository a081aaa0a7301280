"""What a person of the operator does: one form, one operation each."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.continuity.operations import clearing as operations
from carnet.continuity.queries import clearing as queries
from carnet.continuity.queries.clearing import PartnerView
from carnet.continuity.rules.clearing.identities import IDENTITY_BYTES_MAX
from carnet.funding import queries as funding
from carnet.kernel.identifiers import Siret
from carnet.kernel.periods import PARIS, add_months
from carnet.web import clock
from carnet.web.clearing import words
from carnet.web.design import formats
from carnet.web.design.components import Download, Row
from carnet.web.design.forms import DayField, EurosField, OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of


class BareForm(OperationForm):
    """Nothing to say but yes."""


class ProposeForm(OperationForm):
    """The document of another operator, and which of our programmes its places may take."""

    file = WeighedFileField(
        label=gettext_lazy("Document de l’autre opérateur"),
        help_text=gettext_lazy("Celui que donne son installation, en JSON."),
        most_bytes=2 * IDENTITY_BYTES_MAX,
        accept=".json,application/json",
    )
    programmes = forms.MultipleChoiceField(
        label=gettext_lazy("Nos programmes que ses lieux peuvent prendre"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["programmes"].choices = choices  # type: ignore[attr-defined]


class FingerprintForm(OperationForm):
    """What was heard on the telephone."""

    heard = forms.CharField(
        label=gettext_lazy("Empreinte lue au téléphone"),
        help_text=gettext_lazy("Appelez un numéro que vous connaissez, et tapez ce que l’autre opérateur lit."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ReasonForm(OperationForm):
    """Why it is refused."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi ?"), max_length=200)


class EndDecisionForm(OperationForm):
    """Yes, or no and why."""

    reason = forms.CharField(
        label=gettext_lazy("Pour refuser, dites pourquoi"), max_length=200, required=False, help_text=gettext_lazy("Vide : c’est d’accord.")
    )


class StatementForm(OperationForm):
    """Whose debt, which month."""

    side = forms.ChoiceField(
        label=gettext_lazy("Quels chèques ?"),
        choices=[("theirs", gettext_lazy("Les siens, pris dans nos lieux")), ("ours", gettext_lazy("Les nôtres, pris dans ses lieux"))],
        widget=forms.RadioSelect,
    )
    month = forms.ChoiceField(label=gettext_lazy("Mois"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["month"].choices = choices  # type: ignore[attr-defined]


class TransferForm(OperationForm):
    """A transfer, as the bank shows it."""

    cents = EurosField(label=gettext_lazy("Montant"))
    moved_on = DayField(label=gettext_lazy("Le"))
    reference = forms.CharField(label=gettext_lazy("Référence du virement"), max_length=60)


class OwnMoneyForm(OperationForm):
    """An amount of the operator's own."""

    cents = EurosField(label=gettext_lazy("Montant"))
    reference = forms.CharField(label=gettext_lazy("D’où vient cet argent"), max_length=60, required=False)


class ReturnForm(OperationForm):
    """What the bank said."""

    returned_on = DayField(label=gettext_lazy("Refusé ou rendu par la banque le"))
    reason = forms.CharField(label=gettext_lazy("Motif écrit par la banque"), max_length=200)


class BookForm(OperationForm):
    """The day the bank paid."""

    booked_on = DayField(label=gettext_lazy("Payé par la banque le"))


class _Act(OperationView):
    """One act: its words, and where to go back."""

    template_name = "clearing/act.html"
    form_class: type[OperationForm] = BareForm

    def words(self) -> dict[str, Any]:
        raise NotImplementedError

    def back_url(self) -> str:
        return reverse("clearing:partner", args=[self.kwargs["partner_id"]])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {"office": words.office_of(actor_of(self.request)), "kind": "", "lead": "", "rows": [], "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words() | more))

    def given(self, form: OperationForm) -> dict[str, Any]:
        """What every operation asks: who, under which request, when."""
        return {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}

    def of_partner(self, form: OperationForm) -> dict[str, Any]:
        """The same, about the partner of the address."""
        return {"partner_id": self.kwargs["partner_id"], **self.given(form)}

    def partner(self) -> PartnerView:
        return queries.partner(actor=actor_of(self.request), partner_id=self.kwargs["partner_id"])

    def done(self, sentence: str, url: str = "") -> HttpResponseBase:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(url or self.back_url())


class ProposeView(_Act):
    """Propose another operator as a partner."""

    form_class = ProposeForm

    def back_url(self) -> str:
        return reverse("clearing:home")

    def get_form_kwargs(self) -> dict[str, Any]:
        own = funding.programmes_of_operator(actor_of(self.request).organisation_id or 0)
        return super().get_form_kwargs() | {"choices": [(str(each.id), each.name) for each in own if each.ended_at is None]}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Proposer un opérateur partenaire"),
            "lead": _("Une autre personne relira l’empreinte de ses clés au téléphone, puis acceptera."),
            "verb": _("Proposer"), "has_file": True,
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        made = operations.propose_partner(
            document=form.cleaned_data["file"].read(),
            programme_ids=[int(each) for each in form.cleaned_data["programmes"]],
            **self.given(form),
        )
        return self.done(_("C’est proposé. Une autre personne doit accepter."), reverse("clearing:partner", args=[made]))


class AgreeView(_Act):
    """Agree to a partner, its fingerprint heard on the telephone."""

    form_class = FingerprintForm
    refusal_fields = {"fingerprint-differs": "heard"}

    def words(self) -> dict[str, Any]:
        found = self.partner()
        return {
            "title": _("Accepter %(name)s comme partenaire") % {"name": found.name},
            # The fingerprint itself is not shown: it is heard, never copied.
            "rows": [Row(_("SIRET"), Siret(found.siret).printed()), Row(_("Adresse de son installation"), found.address)],
            "verb": _("Accepter"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        operations.agree_partner(heard=form.cleaned_data["heard"], **self.of_partner(form))
        return self.done(_("C’est accepté : ses chèques peuvent être pris dans nos lieux, et les nôtres dans les siens."))


class RefuseView(_Act):
    """Refuse a partner."""

    form_class = ReasonForm

    def words(self) -> dict[str, Any]:
        return {"title": _("Refuser %(name)s") % {"name": self.partner().name}, "verb": _("Refuser"), "kind": "danger"}

    def perform(self, form: Any) -> HttpResponseBase:
        operations.refuse_partner(reason=form.cleaned_data["reason"], **self.of_partner(form))
        return self.done(_("C’est refusé."))


class EndView(_Act):
    """Propose to end clearing with a partner."""

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Terminer la compensation avec %(name)s") % {"name": self.partner().name},
            "lead": _("Plus aucun chèque nouveau. Ce qui est dû reste dû, et se paie. Une autre personne doit accepter."),
            "verb": _("Proposer de terminer"), "kind": "danger",
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        operations.ask_end(**self.of_partner(form))
        return self.done(_("C’est proposé. Une autre personne doit accepter."))


class AgreeEndView(_Act):
    """Agree to the end, or not."""

    form_class = EndDecisionForm

    def words(self) -> dict[str, Any]:
        return {"title": _("Terminer la compensation avec %(name)s ?") % {"name": self.partner().name}, "verb": _("Répondre")}

    def perform(self, form: Any) -> HttpResponseBase:
        reason = form.cleaned_data["reason"].strip() or None
        operations.agree_end(refused_because=reason, **self.of_partner(form))
        return self.done(_("La compensation est terminée.") if reason is None else _("La compensation continue."))


class StatementView(_Act):
    """State a month."""

    form_class = StatementForm

    def get_form_kwargs(self) -> dict[str, Any]:
        months = queries.months_to_state(actor=actor_of(self.request), partner_id=self.kwargs["partner_id"], at=clock.now())
        return super().get_form_kwargs() | {"choices": [(each.isoformat(), formats.month(each)) for each in months]}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Envoyer un relevé à %(name)s") % {"name": self.partner().name},
            "lead": _("Il compare avec son propre compte, et répond : égal, ou chaque différence."), "verb": _("Envoyer"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        first = datetime.strptime(form.cleaned_data["month"], "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not a moment
        since = datetime.combine(first, time.min, PARIS)
        until = min(datetime.combine(add_months(first, 1), time.min, PARIS), clock.now())
        operations.send_statement(is_issuer=form.cleaned_data["side"] == "ours", since=since, until=until, **self.of_partner(form))
        return self.done(_("Le relevé part. La réponse s’affichera ici."))


class AnnounceView(_Act):
    """Announce a transfer to a partner: the oldest that the bank paid and that it was not told is there already."""

    form_class = TransferForm

    def get_initial(self) -> dict[str, Any]:
        waiting = queries.to_announce(actor=actor_of(self.request), partner_id=self.kwargs["partner_id"])
        said = {"reference": waiting[0].reference, "cents": waiting[0].cents, "moved_on": waiting[0].booked_on} if waiting else {}
        return super().get_initial() | said

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Annoncer un virement à %(name)s") % {"name": self.partner().name},
            "lead": _("Ce que la banque a payé pour nos chèques pris dans ses lieux : voyez les paiements."), "verb": _("Annoncer"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        said = form.cleaned_data
        operations.announce_transfer(reference=said["reference"], cents=said["cents"], paid_on=said["moved_on"], **self.of_partner(form))
        return self.done(_("Le virement est annoncé."))


class CoverView(_Act):
    """Write what came."""

    form_class = TransferForm

    def words(self) -> dict[str, Any]:
        found = self.partner()
        owed = found.standing.owed_cents if found.standing else 0
        return {
            "title": _("Écrire un virement reçu de %(name)s") % {"name": found.name},
            "rows": [Row(_("Il nous doit"), formats.euros(owed))], "verb": _("Écrire"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        said = form.cleaned_data
        operations.record_cover(reference=said["reference"], cents=said["cents"], received_on=said["moved_on"], **self.of_partner(form))
        return self.done(_("C’est écrit : les lieux peuvent être payés."))


class AdvanceView(_Act):
    """Put in one's own money."""

    form_class = OwnMoneyForm

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Avancer l’argent de %(name)s") % {"name": self.partner().name},
            "lead": _("De l’argent de l’opérateur lui-même, jamais d’une convention."), "verb": _("Avancer"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        operations.advance(cents=form.cleaned_data["cents"], reference=form.cleaned_data["reference"], **self.of_partner(form))
        return self.done(_("C’est avancé : les lieux peuvent être payés."))


class TakeBackView(_Act):
    """Take back one's own money."""

    form_class = OwnMoneyForm

    def words(self) -> dict[str, Any]:
        found = self.partner()
        advanced = found.standing.advanced_cents if found.standing else 0
        return {
            "title": _("Reprendre une avance"), "rows": [Row(_("Avancé par nous"), formats.euros(advanced))],
            "lead": _("Quand l’argent du partenaire est arrivé."), "verb": _("Reprendre"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        operations.take_back_advance(cents=form.cleaned_data["cents"], reference=form.cleaned_data["reference"], **self.of_partner(form))
        return self.done(_("L’avance est reprise."))


class PrepareView(_Act):
    """Prepare what places are paid."""

    def words(self) -> dict[str, Any]:
        found = self.partner()
        available = found.standing.available_cents if found.standing else 0
        return {
            "title": _("Payer nos lieux pour les chèques de %(name)s") % {"name": found.name},
            "lead": _("Les plus anciens d’abord, autant que l’argent arrivé le permet. Une autre personne doit approuver."),
            "rows": [Row(_("Disponible"), formats.euros(available))], "verb": _("Préparer"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        operations.prepare_payments(**self.of_partner(form))
        return self.done(_("C’est préparé. Une autre personne doit approuver."))


class _PaymentAct(_Act):
    def back_url(self) -> str:
        return reverse("clearing:partner", args=[self.payment().partner_id])

    def payment(self) -> queries.PaymentView:
        return queries.payment(actor=actor_of(self.request), payment_id=self.kwargs["payment_id"])

    def rows(self) -> list[Row]:
        found = self.payment()
        return [
            Row(_("Lieu"), found.organisation), Row(_("Chèques"), formats.number(found.claim_count)), Row(_("Somme"), formats.euros(found.cents)),
            Row(_("Compte"), found.iban),
        ]  # fmt: skip


class AgreePaymentView(_PaymentAct):
    """Agree to a payment, or go and refuse it."""

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Approuver ce paiement ?"), "rows": self.rows(), "verb": _("Approuver"),
            "other_url": reverse("clearing:refuse-payment", args=[self.kwargs["payment_id"]]), "other_verb": _("Refuser"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        back = self.back_url()
        operations.agree_payment(payment_id=self.kwargs["payment_id"], **self.given(form))
        return self.done(_("C’est approuvé."), back)


class RefusePaymentView(_PaymentAct):
    """Refuse a payment."""

    form_class = ReasonForm

    def words(self) -> dict[str, Any]:
        return {"title": _("Refuser ce paiement"), "rows": self.rows(), "verb": _("Refuser"), "kind": "danger"}

    def perform(self, form: Any) -> HttpResponseBase:
        back = self.back_url()
        operations.refuse_payment(payment_id=self.kwargs["payment_id"], reason=form.cleaned_data["reason"], **self.given(form))
        return self.done(_("C’est refusé."), back)


class BookView(_PaymentAct):
    """The bank's file, then the day it paid."""

    form_class = BookForm

    def words(self) -> dict[str, Any]:
        file = Download(_("Fichier pour la banque"), reverse("clearing:payment-file", args=[self.kwargs["payment_id"]]), "XML")
        return {
            "title": _("Donner ce paiement à la banque"), "rows": self.rows(), "files": [file],
            "lead": _("Quand le relevé de la banque le montre, écrivez le jour."), "verb": _("Il est payé"),
            "other_url": reverse("clearing:return-payment", args=[self.kwargs["payment_id"]]), "other_verb": _("La banque l’a refusé"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        back = self.back_url()
        operations.book_payment(payment_id=self.kwargs["payment_id"], booked_on=form.cleaned_data["booked_on"], **self.given(form))
        return self.done(_("C’est écrit : le lieu est payé."), back)


class ReturnView(_PaymentAct):
    """The bank refused a payment, or gave it back."""

    form_class = ReturnForm
    refusal_fields = {"reason-missing": "reason"}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Paiement refusé ou rendu par la banque"), "rows": self.rows(), "kind": "danger",
            "lead": _("Le lieu n’est pas payé : ses chèques lui sont dus de nouveau, et se préparent une autre fois."),
            "verb": _("Il n’est pas payé"),
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        back, said = self.back_url(), form.cleaned_data
        operations.return_payment(
            payment_id=self.kwargs["payment_id"], returned_on=said["returned_on"], reason=said["reason"], **self.given(form)
        )
        return self.done(_("C’est écrit : ses chèques sont dus de nouveau."), back)
