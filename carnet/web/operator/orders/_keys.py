"""The keys of a programme's codes: which versions there are, new ones for the next editions, the end of one that leaked."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import access as funding
from carnet.issuing.operations import keys as operations
from carnet.issuing.queries import keys as queries
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.orders._forms import ConfirmForm


def keys(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Every version of the keys, the one in service first."""
    name = funding.operated_programme(actor_of(request), programme_id).name
    found = queries.key_versions(programme_id)
    columns = [
        Column(_("Version")), Column(_("État")), Column(_("Tirée le")), Column(_("Éditions"), number=True), Column(_("Chèques"), number=True),
        Column(_("À faire")),
    ]  # fmt: skip
    rows = [
        [
            Cell(formats.number(each.version)),
            _state(each),
            formats.day(each.drawn_at) if each.drawn_at else _("avec le programme"),
            formats.number(each.series_count),
            formats.number(each.voucher_count),
            Cell(_("–"))
            if each.is_current or each.ended_at
            else Cell(_("Elle a fui ?"), url=reverse("operator:keys-end", args=[programme_id, each.version])),
        ]
        for each in found
    ]
    context = {
        "programme_id": programme_id,
        "programme_name": name,
        "table": Table(_("Versions des clés"), columns, rows),
        "is_empty": not found,
    }
    return render(request, "operator/orders/keys.html", context)


def _state(each: queries.KeyVersionView) -> Cell:
    if each.ended_at is not None:
        return Cell(_("terminée le %(day)s") % {"day": formats.day(each.ended_at)}, tone="danger")
    return Cell(_("en service"), tone="success") if each.is_current else Cell(_("ancienne, acceptée"), tone="neutral")


class _KeysView(OperationView):
    form_class = ConfirmForm
    template_name = "operator/confirm.html"

    @property
    def programme_name(self) -> str:
        return funding.operated_programme(actor_of(self.request), self.kwargs["programme_id"]).name

    def back_url(self) -> str:
        return reverse("operator:keys", args=[self.kwargs["programme_id"]])

    def words(self) -> dict[str, Any]:
        raise NotImplementedError(f"{type(self).__name__} must say what it does")

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        rows = [Row(_("Programme"), self.programme_name)]
        standard = {"kind": "", "rows": rows, "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words() | more))

    def told(self, form: ConfirmForm) -> dict[str, Any]:
        return {
            "programme_id": self.kwargs["programme_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }


class RotateView(_KeysView):
    """New keys for the next editions."""

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Tirer de nouvelles clés ?"),
            "lead": _("Elles servent aux prochaines éditions. Les chèques déjà faits restent bons, au guichet comme sans réseau."),
            "verb": _("Tirer de nouvelles clés"),
        }

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        version = operations.rotate_keys(**self.told(form))
        messages.success(
            self.request,
            _("La version %(version)s est en service. Sauvegardez maintenant le dossier des clés.") % {"version": formats.number(version)},
        )
        return redirect(self.back_url())


class EndView(_KeysView):
    """The end of a version that leaked."""

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Terminer la version %(version)s ?") % {"version": formats.number(self.kwargs["version"])},
            "lead": _(
                "Ses chèques restent bons : leur code tapé, et leur QR code lu avec le réseau. Sans réseau, plus aucun appareil ne les accepte, "
                "dès qu’il aura retrouvé le réseau une fois. Cela ne se défait pas."
            ),
            "verb": _("Terminer cette version"),
            "kind": "danger",
        }

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        operations.end_keys(version=self.kwargs["version"], **self.told(form))
        messages.success(self.request, _("Cette version est terminée."))
        return redirect(self.back_url())
