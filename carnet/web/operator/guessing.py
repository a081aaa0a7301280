"""Who guesses codes, and the serials that wrong secrets locked: looked at by a person, who unlocks them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import VoucherSerial
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.redemption import operations, queries
from carnet.redemption.queries import LockedSerial
from carnet.redemption.rules import SerialNotLocked
from carnet.web import clock
from carnet.web.channels import CHANNELS
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door


class UnlockForm(OperationForm):
    """Why a serial may be asked with its secret again."""

    reason = forms.CharField(
        label=gettext_lazy("Ce que vous avez vérifié"), help_text=gettext_lazy("Sans nom ni numéro de personne."), max_length=200
    )


def guessing(request: HttpRequest) -> HttpResponse:
    """Unknown and mistyped codes of the last quarter of an hour by programme, and the serials locked."""
    context = {"guesses": _guesses(), "locked": _locked(actor_of(request)), "holders": _holders()}
    return render(request, "operator/guessing.html", context)


def _holders() -> list[Row]:
    """The page *What is left?*, which belongs to no programme."""
    found = queries.balance_guessing(at=clock.now())
    state = _("Freiné") if found.is_pressing else _("Habituel")
    return [
        Row(_("Essais faux, depuis un quart d’heure"), formats.number(found.lately_count)),
        Row(_("Essais faux, depuis 24 heures"), formats.number(found.today_count)),
        Row(_("État"), state),
    ]


def _guesses() -> Table:
    found = queries.guessing(at=clock.now())
    names = places.names_of({place_id for each in found for place_id in each.place_ids})
    columns = [Column(_("Programme")), Column(_("Essais"), number=True), Column(_("Lieux")), Column(_("État"))]
    rows = [
        [
            funding.programme(each.programme_id).name,
            formats.number(each.guess_count),
            ", ".join(sorted(names.get(place_id, "") for place_id in each.place_ids)),
            Cell(_("Freiné"), tone="danger") if each.is_pressing else Cell(_("Habituel"), tone="neutral"),
        ]
        for each in found
        if each.programme_id
    ]
    return Table(_("Codes inconnus ou mal tapés, depuis un quart d’heure"), columns, rows, empty=_("Aucun."))


def _locked(actor: Actor) -> Table:
    may_unlock = allowed(actor.roles, "redemption.unlock-serial")
    columns = [
        Column(_("Chèque"), code=True),
        Column(_("Programme")),
        Column(_("Bloqué le")),
        Column(_("Comment")),
        Column(_("Mauvais codes"), number=True),
    ]
    rows = [
        [
            Cell(each.serial, url=_address(each)) if may_unlock else each.serial,
            funding.programme(each.programme_id).name,
            formats.moment(each.locked_at),
            str(CHANNELS.get(each.channel, each.channel)),
            formats.number(each.wrong_count),
        ]
        for each in queries.locked_serials()
    ]
    return Table(_("Chèques bloqués après trop de mauvais codes"), columns, rows, empty=_("Aucun chèque bloqué."))


class Unlock(OperationView):
    """Let a serial be asked with its secret again."""

    template_name = "operator/confirm.html"
    form_class = UnlockForm
    refusal_fields = {"reason-missing": "reason", "nir-in-text": "reason", "iban-in-text": "reason"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = queries.locked_serial(VoucherSerial.parse(self.kwargs["serial"]))
        if found is None:
            raise SerialNotLocked(serial=self.kwargs["serial"])
        return super().get_context_data(**kwargs) | {
            "title": _("Débloquer un chèque"),
            "lead": _("Son numéro et son code pourront de nouveau être donnés ensemble, par SMS ou sur une feuille."),
            "rows": _summary(found),
            "verb": _("Débloquer"),
            "kind": "",
            "cancel_url": reverse("operator:guessing"),
        }

    def perform(self, form: UnlockForm) -> HttpResponse:
        given = form.cleaned_data
        operations.unlock_serial(
            serial=self.kwargs["serial"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le chèque %(serial)s est débloqué.") % {"serial": self.kwargs["serial"]})
        return redirect("operator:guessing")


def _summary(found: LockedSerial) -> list[Row]:
    names = sorted(parties.organisation_name(each) for each in found.organisation_ids)
    return [
        Row(_("Chèque"), found.serial),
        Row(_("Programme"), funding.programme(found.programme_id).name),
        Row(_("Bloqué le"), formats.moment(found.locked_at)),
        Row(_("Mauvais codes"), formats.number(found.wrong_count)),
        Row(_("Donnés par"), ", ".join(names) or "–"),
    ]


def tasks(actor: Actor) -> list[Task]:
    """Serials that wait for a person to look into them."""
    if not allowed(actor.roles, "redemption.unlock-serial"):
        return []
    locked = queries.locked_serials()
    if not locked:
        return []
    title = ngettext("%(count)s chèque bloqué après de mauvais codes", "%(count)s chèques bloqués après de mauvais codes", len(locked))
    since = min(each.locked_at for each in locked)
    return [Task(title % {"count": len(locked)}, _("Vérifier"), reverse("operator:guessing"), since)]


def _address(found: LockedSerial) -> str:
    return reverse("operator:serial-unlock", args=[found.serial])


urlpatterns = [
    path("guessing/", door("redemption.see-guessing")(guessing), name="guessing"),
    path("guessing/<str:serial>/unlock/", door("redemption.unlock-serial")(Unlock.as_view()), name="serial-unlock"),
]
