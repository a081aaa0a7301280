"""Holding a run in hand before the bank: control what the timer prepared, stop, resume."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.settlement import operations, queries
from carnet.web.design.forms import OperationForm
from carnet.web.operator.payments._acts import BareForm, RunView


class StopForm(OperationForm):
    """Why, and (once the file was taken out) that the bank does not have it."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi ?"), max_length=200)
    is_not_at_bank = forms.BooleanField(
        label=gettext_lazy("Si le fichier a été téléchargé : il n’a pas été donné à la banque"), required=False
    )


class ControlView(RunView):
    """A person takes over what the timer prepared."""

    def words(self, line: queries.RunLine) -> dict[str, Any]:
        return {
            "title": _("Contrôler cet ordre préparé automatiquement"),
            "lead": _("Vérifiez le total et les virements. Ensuite, une autre personne approuve : ce ne sera pas vous."),
            "verb": _("C’est contrôlé"),
        }

    def act(self, form: BareForm) -> str:
        operations.control_run(**self.arguments(form))
        return _("Contrôlé. D’autres personnes doivent maintenant approuver.")


class StopView(RunView):
    """Hold a run back."""

    form_class = StopForm

    def get_form(self, form_class: type[StopForm] | None = None) -> StopForm:
        form: StopForm = super().get_form(form_class)
        if not self.page().line.is_written:
            del form.fields["is_not_at_bank"]
        return form

    def words(self, line: queries.RunLine) -> dict[str, Any]:
        return {
            "title": _("Arrêter cet ordre de paiement ?"),
            "lead": _("Rien ne part. Il reprendra où il en est, avec le même fichier. Les autres ordres continuent."),
            "verb": _("Arrêter"),
            "kind": "danger",
        }

    def act(self, form: StopForm) -> str:
        given = form.cleaned_data
        operations.stop_run(reason=given["reason"], is_not_at_bank=given.get("is_not_at_bank", False), **self.arguments(form))
        return _("L’ordre est arrêté. Rien n’en part tant que personne ne le reprend.")


class ResumeView(RunView):
    """Let it go on."""

    def words(self, line: queries.RunLine) -> dict[str, Any]:
        return {
            "title": _("Reprendre cet ordre de paiement ?"),
            "lead": _("Arrêté parce que : %(reason)s") % {"reason": line.stopped_reason},
            "verb": _("Reprendre"),
        }

    def act(self, form: BareForm) -> str:
        operations.resume_run(**self.arguments(form))
        return _("L’ordre reprend où il en était.")
