"""How many people approve, by amount: what is in force, each decision, and a new one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.settlement import operations, queries
from carnet.settlement.rules import PEOPLE_MOST, Band
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Row, Table
from carnet.web.design.forms import EurosField, OperationForm
from carnet.web.design.screens import OperationView, actor_of

_MOST_CENTS = 100_000_000_00


def _people(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=PEOPLE_MOST)


class BandsForm(OperationForm):
    """Three bands; an empty amount leaves its band out."""

    first_limit = EurosField(label=gettext_lazy("Jusqu’à"), most_cents=_MOST_CENTS, required=False)
    first_people = _people(gettext_lazy("Personnes qui approuvent"))
    second_limit = EurosField(label=gettext_lazy("Puis jusqu’à"), most_cents=_MOST_CENTS, required=False)
    second_people = _people(gettext_lazy("Personnes qui approuvent, entre les deux"))
    above_people = _people(gettext_lazy("Personnes qui approuvent au-dessus"))
    reason = forms.CharField(
        label=gettext_lazy("Qui l’a décidé, et pourquoi ?"), help_text=gettext_lazy("Gardé avec la décision."), max_length=200
    )

    def bands(self) -> tuple[Band, ...]:
        """The bands typed, from the smallest amount up."""
        given = self.cleaned_data
        limits = [(given["first_limit"], given["first_people"]), (given["second_limit"], given["second_people"])]
        return (*(Band(limit, people) for limit, people in limits if limit), Band(None, given["above_people"]))


def band_words(bands: Sequence[Band]) -> list[Row]:
    """Each band as a line."""
    rows = []
    for each in bands:
        people = ngettext("%(count)s personne", "%(count)s personnes", each.people) % {"count": each.people}
        if each.up_to_cents is not None:
            name = _("Jusqu’à %(amount)s") % {"amount": formats.euros(each.up_to_cents)}
        else:
            name = _("Au-dessus") if len(bands) > 1 else _("Quel que soit le montant")
        rows.append(Row(name, people))
    return rows


def bands(request: HttpRequest, programme_id: int) -> HttpResponse:
    """What is in force, and what was decided before."""
    actor = actor_of(request)
    funding_access.operated_programme(actor, programme_id)
    decided = queries.bands_decided(actor=actor, programme_id=programme_id)
    names = parties.names_of({each.set_by_id for each in decided if each.set_by_id})
    columns = [Column(_("Décidé le")), Column(_("Par")), Column(_("Combien de personnes")), Column(_("Pourquoi"))]
    rows = [
        [
            formats.moment(each.set_at) if each.set_at else "–",
            names.get(each.set_by_id or 0, ""),
            ", ".join(f"{row.label} : {row.value}" for row in band_words(each.bands)),
            each.reason,
        ]
        for each in decided
    ]
    context = {
        "programme": funding.programme(programme_id),
        "rows": band_words(queries.bands(actor=actor, programme_id=programme_id).bands),
        "table": Table(_("Décisions"), columns, rows, empty=_("Aucune décision : une personne approuve, en plus de celle qui prépare.")),
        "may_set": allowed(actor.roles, "settlement.set-bands"),
    }
    return render(request, "operator/payments/bands.html", context)


class SetBandsView(OperationView):
    """Decide how many people approve."""

    template_name = "operator/confirm.html"
    form_class = BandsForm

    def get_initial(self) -> dict[str, Any]:
        found = queries.bands(actor=actor_of(self.request), programme_id=self.kwargs["programme_id"]).bands
        limited = [each for each in found if each.up_to_cents is not None]
        # What is in force, written out: an amount alone changes nothing before its number of people does.
        initial: dict[str, Any] = dict.fromkeys(("first_people", "second_people", "above_people"), found[-1].people)
        for name, each in zip(("first", "second"), limited, strict=False):
            initial |= {f"{name}_limit": each.up_to_cents, f"{name}_people": each.people}
        return initial

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        programme = funding.programme(self.kwargs["programme_id"])
        funding_access.operated_programme(actor_of(self.request), programme.id)
        standard = {
            "title": _("Combien de personnes approuvent un paiement ?"),
            "lead": programme.name,
            "rows": [Row(_("S’applique"), _("aux ordres préparés ensuite ; ceux qui attendent gardent leur nombre"))],
            "verb": _("Décider"),
            "kind": "",
            "cancel_url": reverse("operator:payment-bands", args=[programme.id]),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: BandsForm) -> HttpResponseBase:
        operations.set_bands(
            programme_id=self.kwargs["programme_id"],
            bands=form.bands(),
            reason=form.cleaned_data["reason"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est décidé, pour les ordres préparés à partir de maintenant."))
        return HttpResponseRedirect(reverse("operator:payment-bands", args=[self.kwargs["programme_id"]]))
