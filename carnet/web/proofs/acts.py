"""One act on one order's design or proof, each on a page of its own that says what it does."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.issuing.operations import proofs as operations
from carnet.issuing.queries import proofs as queries
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.proofs import words
from carnet.web.proofs.forms import LogoForm, ReopenForm, SendForm


class _ActView(OperationView):
    """What every act has in common."""

    form_class: type = OperationForm
    template_name = "proofs/act.html"

    def order_id(self) -> int:
        found: int = self.kwargs["order_id"]
        return found

    def back_url(self) -> str:
        return reverse("proofs:order", args=[self.order_id()])

    def words(self) -> dict[str, Any]:
        raise NotImplementedError(f"{type(self).__name__} must say what it does")

    def told(self, form: Any) -> dict[str, Any]:
        return {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {"office": words.office_of(actor_of(self.request)), "cancel_url": self.back_url(), "kind": "", "lead": "", "rows": []}
        return super().get_context_data(**(standard | self.words() | more))

    def done(self, sentence: str) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return redirect(self.back_url())


class SendView(_ActView):
    form_class = SendForm
    refusal_fields = {"proof-of-nobody": "asked_of"}

    def page(self) -> queries.DesignPage:
        return queries.design(actor_of(self.request), self.order_id())

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"asked": [(each.organisation_id, each.name) for each in self.page().asked]}

    def words(self) -> dict[str, Any]:
        page = self.page()
        version = (page.proofs[0].version if page.proofs else 0) + 1
        return {
            "title": _("Envoyer l’épreuve ?"),
            "lead": _("Tant qu’elle attend une réponse, rien n’en change."),
            "rows": [Row(_("Programme"), page.programme_name), Row(_("Version"), formats.number(version))],
            "verb": _("Envoyer l’épreuve"),
        }

    def perform(self, form: SendForm) -> HttpResponseBase:
        proof_id = operations.send_proof(order_id=self.order_id(), asked_of_id=form.cleaned_data["asked_of"], **self.told(form))
        messages.success(self.request, _("L’épreuve est envoyée. Une autre personne dira si elle est bonne à tirer."))
        return redirect("proofs:proof", proof_id)


class WithdrawView(_ActView):
    def order_id(self) -> int:
        return queries.proof(actor_of(self.request), self.kwargs["proof_id"]).line.order_id

    def words(self) -> dict[str, Any]:
        line = queries.proof(actor_of(self.request), self.kwargs["proof_id"]).line
        return {
            "title": _("Reprendre l’épreuve ?"),
            "lead": _("Plus personne n’aura à y répondre. Vous corrigez, puis vous envoyez une autre version."),
            "rows": [Row(_("Version"), formats.number(line.version)), Row(_("Envoyée à"), line.asked_of)],
            "verb": _("Reprendre l’épreuve"),
        }

    def perform(self, form: Any) -> HttpResponseBase:
        operations.withdraw_proof(proof_id=self.kwargs["proof_id"], **self.told(form))
        return self.done(_("L’épreuve est reprise."))


class ReopenView(_ActView):
    form_class = ReopenForm
    refusal_fields = {"reason-missing": "reason"}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Rouvrir ce qui était bon à tirer ?"),
            "lead": _("Seulement avant d’imprimer. Il faudra une autre épreuve, et une autre réponse."),
            "verb": _("Rouvrir"),
            "kind": "danger",
        }

    def perform(self, form: ReopenForm) -> HttpResponseBase:
        operations.reopen_design(order_id=self.order_id(), reason=form.cleaned_data["reason"], **self.told(form))
        return self.done(_("C’est rouvert. Qui avait donné le bon à tirer est prévenu."))


class LogoView(_ActView):
    form_class = LogoForm
    refusal_fields = {
        **dict.fromkeys(
            ("logo-too-heavy", "logo-unreadable", "logo-is-drawing", "logo-too-small", "logo-too-pale", "logo-too-long", "too-many-logos"), "picture"
        ),
        "logo-unnamed": "name", "print-text-too-long": "name",
    }  # fmt: skip

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Ajouter un logo"),
            "lead": _("L’image est jugée avant d’être gardée : ce qui s’imprimerait mal est refusé."),
            "verb": _("Ajouter ce logo"),
            "has_file": True,
        }

    def perform(self, form: LogoForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.add_logo(order_id=self.order_id(), content=given["picture"].read(), name=given["name"], **self.told(form))
        return self.done(_("Le logo est ajouté."))


class RemoveLogoView(_ActView):
    def words(self) -> dict[str, Any]:
        draft = queries.design(actor_of(self.request), self.order_id()).draft
        named = [each.name for each in draft.logos if each.logo_id == self.kwargs["logo_id"]] if draft else []
        return {
            "title": _("Retirer ce logo ?"),
            "rows": [Row(_("Logo"), named[0] if named else "–")],
            "verb": _("Retirer ce logo"),
            "kind": "danger",
        }

    def perform(self, form: Any) -> HttpResponseBase:
        operations.remove_logo(order_id=self.order_id(), logo_id=self.kwargs["logo_id"], **self.told(form))
        return self.done(_("Le logo est retiré."))
