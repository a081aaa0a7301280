"""Payments held back: who, why, what the place is told, until when; placed, decided again, let go."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.settlement import operations, queries
from carnet.settlement.rules import HOLD_DAYS_MOST, HoldWords
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of


class DaysField(forms.IntegerField):
    """How long, in days."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Pendant combien de jours ?"),
            help_text=gettext_lazy("30 au plus. Ensuite la retenue finit toute seule, sauf nouvelle décision."),
            min_value=1,
            max_value=HOLD_DAYS_MOST,
            initial=10,
        )


class HoldForm(OperationForm):
    """Why, what the place reads, whom it rings."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi ? (pour l’opérateur seulement)"), max_length=500)
    words = forms.CharField(
        label=gettext_lazy("Ce que le lieu lira"),
        help_text=gettext_lazy("Une phrase, sans accuser. Par exemple : « Une leçon du 10 mars doit être vérifiée. »"),
        max_length=300,
    )
    phone = forms.CharField(label=gettext_lazy("Le téléphone que le lieu peut appeler"), max_length=30)
    days = DaysField()


class RenewForm(OperationForm):
    """Decide again."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi attendre encore ?"), max_length=200)
    days = DaysField()


class LetGoForm(OperationForm):
    """Let it go."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi ?"), max_length=200)


def holds(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The holds of a programme: those that hold first."""
    actor, at = actor_of(request), clock.now()
    lines = queries.holds(actor=actor, programme_id=programme_id, at=at)
    names = parties.names_of({line.placed_by_id for line in lines})
    columns = [
        Column(_("Lieu")),
        Column(_("Quoi")),
        Column(_("Pourquoi")),
        Column(_("Posée par")),
        Column(_("Jusqu’au")),
        Column(_("État")),
    ]
    rows = [
        [
            Cell(line.payee, url=reverse("operator:hold", args=[line.id])),
            _("décompte nº %(claim)s") % {"claim": line.claim_id} if line.claim_id else _("tous ses paiements"),
            line.reason,
            names.get(line.placed_by_id, ""),
            formats.moment(line.until),
            Cell(_("retenu"), tone="warning") if line.is_open else Cell(_("fini"), tone="neutral"),
        ]
        for line in lines
    ]
    context = {
        "programme": funding.programme(programme_id),
        "table": Table(_("Retenues"), columns, rows, empty=_("Aucun paiement n’est retenu.")),
    }
    return render(request, "operator/payments/holds.html", context)


def hold(request: HttpRequest, hold_id: int) -> HttpResponse:
    """One hold, and what may be done about it."""
    actor, at = actor_of(request), clock.now()
    line = queries.hold(actor=actor, hold_id=hold_id, at=at)
    names = parties.names_of({each for each in (line.placed_by_id, line.released_by_id) if each})
    rows = [
        Row(_("Lieu"), line.payee),
        Row(_("Pourquoi"), line.reason),
        Row(_("Ce que le lieu lit"), line.words),
        Row(_("Téléphone donné au lieu"), line.phone),
        Row(_("Posée"), f"{names.get(line.placed_by_id, '')}, {formats.moment(line.placed_at)}"),
        Row(_("Jusqu’au"), formats.moment(line.until)),
        Row(_("Décidée de nouveau"), formats.number(line.renewal_count)),
    ]
    if line.released_at is not None:
        rows.append(
            Row(_("Levée"), f"{names.get(line.released_by_id or 0, '')} {formats.moment(line.released_at)} {line.released_because}")
        )
    context = {"hold": line, "rows": rows, "may_decide": line.is_open and allowed(actor.roles, "settlement.hold-payment")}
    return render(request, "operator/payments/hold.html", context)


class _HoldView(OperationView):
    template_name = "operator/confirm.html"

    def back_url(self) -> str:
        return reverse("operator:hold", args=[self.kwargs["hold_id"]])

    def words(self) -> dict[str, Any]:
        raise NotImplementedError

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {"kind": "", "lead": "", "rows": [], "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words() | more))

    def done(self, sentence: str, url: str) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(url)


class PlaceView(_HoldView):
    """Hold back what one claim's payee is owed: that claim, or everything."""

    form_class = HoldForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.claim = queries.claim_page(actor=actor_of(request), claim_id=kwargs["claim_id"], at=clock.now())
        funding_access.operated_programme(actor_of(request), self.claim.programme_id)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"phone": funding.programme(self.claim.programme_id).terms.phone}

    def back_url(self) -> str:
        return reverse("operator:claim", args=[self.kwargs["claim_id"]])

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Retenir les paiements de ce lieu ?"),
            "lead": _("Les autres lieux sont payés comme prévu. Le lieu est prévenu, avec vos mots."),
            "rows": [Row(_("À payer à"), parties.organisation_name(self.claim.organisation_id))],
            "verb": _("Retenir"),
            "kind": "danger",
        }

    def perform(self, form: HoldForm) -> HttpResponseBase:
        given = form.cleaned_data
        hold_id = operations.place_hold(
            programme_id=self.claim.programme_id,
            organisation_id=self.claim.organisation_id,
            words=HoldWords(given["reason"], given["words"], given["phone"]),
            days=given["days"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return self.done(_("Retenu. Le lieu est prévenu."), reverse("operator:hold", args=[hold_id]))


class RenewView(_HoldView):
    """Decide to wait longer."""

    form_class = RenewForm

    def words(self) -> dict[str, Any]:
        return {"title": _("Attendre encore ?"), "verb": _("Décider d’attendre")}

    def perform(self, form: RenewForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.renew_hold(
            hold_id=self.kwargs["hold_id"],
            days=given["days"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return self.done(_("Décidé."), self.back_url())


class LetGoView(_HoldView):
    """Let the payments go."""

    form_class = LetGoForm

    def words(self) -> dict[str, Any]:
        return {"title": _("Lever cette retenue ?"), "lead": _("Ce qui est dû part avec le prochain ordre."), "verb": _("Lever la retenue")}

    def perform(self, form: LetGoForm) -> HttpResponseBase:
        operations.release_hold(
            hold_id=self.kwargs["hold_id"],
            reason=form.cleaned_data["reason"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        return self.done(_("La retenue est levée. Le lieu est prévenu."), self.back_url())
