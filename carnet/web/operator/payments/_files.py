"""What leaves with a run: the bank's file, or the payment orders of a public accountant; and which of them an agreement uses."""

import tempfile
from typing import Any

from django import forms
from django.http import FileResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.settlement import operations
from carnet.settlement.queries import RunLine
from carnet.settlement.queries.channels import channel_of
from carnet.settlement.rules.channels import PaymentChannel
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of
from carnet.web.operator.payments._acts import AgreementView, BareForm, RunView
from carnet.web.operator.payments._words import CHANNELS
from carnet.web.payment_orders import archive


class ChannelForm(OperationForm):
    """One of the three ways to pay."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Comment les lieux sont payés"),
        choices=[(each.value, words) for each, words in CHANNELS.items()],
        widget=forms.RadioSelect,
    )


class ChannelView(AgreementView):
    """How an agreement pays."""

    form_class = ChannelForm

    def get_initial(self) -> dict[str, Any]:
        return {"channel": channel_of(self.kwargs["agreement_id"]).value}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Choisir comment les lieux sont payés"),
            "lead": _("Demandez à votre banque quelle version elle prend. Une collectivité paie par son comptable public."),
            "verb": _("Enregistrer"),
        }

    def perform(self, form: ChannelForm) -> HttpResponseBase:
        channel = PaymentChannel(form.cleaned_data["channel"])
        operations.choose_channel(
            agreement_id=self.kwargs["agreement_id"],
            channel=channel,
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        return self.done(_("Enregistré : %(channel)s.") % {"channel": CHANNELS[channel]})


class FileView(RunView):
    """The file itself: taking it out is journalled, so it is asked for by a form."""

    def words(self, line: RunLine) -> dict[str, Any]:
        return {
            "title": _("Télécharger le fichier pour la banque"),
            "lead": _("Déposez-le tel quel sur le site de votre banque, puis revenez dire qu’il est envoyé."),
            "verb": _("Télécharger"),
        }

    def perform(self, form: BareForm) -> HttpResponseBase:
        file = operations.open_payment_file(**self.arguments(form))
        return FileResponse(file, as_attachment=True, filename=f"{self.page().message_id}.xml", content_type="application/xml")


class OrdersView(RunView):
    """The payment orders and their papers, in one archive that is never whole in memory."""

    def words(self, line: RunLine) -> dict[str, Any]:
        return {
            "title": _("Télécharger les mandats"),
            "lead": _("Une archive : la liste à importer, le bordereau à signer, et les pièces de chaque mandat."),
            "verb": _("Télécharger"),
        }

    def perform(self, form: BareForm) -> HttpResponseBase:
        operations.take_out_orders(**self.arguments(form))
        actor, run_id = actor_of(self.request), self.kwargs["run_id"]
        # On the disk, then sent: papers are composed inside the request. Composed while the server waits for the next piece of
        # an answer, they never end (granian and the composer each wait for the other).
        held = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it once sent
        for piece in archive(actor=actor, run_id=run_id):
            held.write(piece)
        held.seek(0)
        return FileResponse(held, as_attachment=True, filename=f"{self.page().message_id}-mandats.zip", content_type="application/zip")
