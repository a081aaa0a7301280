"""What is done to samples: promised, drawn, checked one redemption at a time, closed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from carnet.controls.operations import samples as operations
from carnet.controls.queries import samples as queries
from carnet.controls.rules.samples import SIZE_LEAST, SIZE_MOST, Evidence, Finding, Method
from carnet.funding import queries as funding
from carnet.places import queries as places
from carnet.redemption import queries as redemption
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.sampling import words

USUAL_SIZE = 60


class PromiseForm(OperationForm):
    """Which redemptions, how many, and how."""

    programme = forms.TypedChoiceField(label=gettext_lazy("Programme"), coerce=int)
    from_on = DayField(label=gettext_lazy("Premier jour de la période"))
    last_on = DayField(
        label=gettext_lazy("Dernier jour de la période"),
        help_text=gettext_lazy("De préférence à venir : ce qui sera utilisé ne peut pas connaître le tirage."),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Comment tirer ?"),
        choices=[
            (Method.RANDOM.value, gettext_lazy("Au hasard : chaque chèque a la même chance")),
            (Method.RISK.value, gettext_lazy("Selon le risque : plus de chances où des signaux existent, jamais plus de dix fois")),
        ],
        widget=forms.RadioSelect,
        initial=Method.RANDOM.value,
    )
    size = forms.IntegerField(
        label=gettext_lazy("Chèques à vérifier"),
        help_text=gettext_lazy("Avec 60 chèques tous prouvés, la part non prouvée est sous 6 %, 95 fois sur 100."),
        min_value=SIZE_LEAST,
        max_value=SIZE_MOST,
        initial=USUAL_SIZE,
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["programme"].choices = choices  # type: ignore[attr-defined]


class PromiseView(OperationView):
    """Promise a sample: its seed is drawn now, its fingerprint shown, the seed itself only at the draw."""

    form_class = PromiseForm
    template_name = "sampling/new.html"
    refusal_fields = {"control-sample-period": "last_on", "control-sample-size": "size"}

    def get_form_kwargs(self) -> dict[str, Any]:
        found = funding.programmes(actor_of(self.request).programme_ids)
        return {**super().get_form_kwargs(), "choices": [(str(each.id), each.name) for each in found]}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**context) | {"office": words.office_of(actor_of(self.request))}

    def perform(self, form: Any) -> HttpResponseBase:
        said = form.cleaned_data
        sample_id = operations.promise_sample(
            programme_id=said["programme"],
            method=Method(said["method"]),
            size=said["size"],
            from_on=said["from_on"],
            until_on=said["last_on"] + timedelta(days=1),
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le sondage est promis. L’empreinte de sa graine est publiée."))
        return HttpResponseRedirect(reverse("sampling:sample", args=[sample_id]))


@require_POST
def draw(request: HttpRequest, sample_id: int) -> HttpResponse:
    """Draw it, once its period is over."""
    count = operations.draw_sample(sample_id=sample_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    said = ngettext("%(count)s chèque est tiré.", "%(count)s chèques sont tirés.", count) % {"count": formats.number(count)}
    messages.success(request, said)
    return HttpResponseRedirect(reverse("sampling:sample", args=[sample_id]))


@require_POST
def close(request: HttpRequest, sample_id: int) -> HttpResponse:
    """Make its result final."""
    operations.close_sample(sample_id=sample_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    messages.success(request, _("Le sondage est clos : son résultat ne change plus."))
    return HttpResponseRedirect(reverse("sampling:sample", args=[sample_id]))


class FindingForm(OperationForm):
    """What was found, and what was looked at. No room for a name."""

    finding = forms.ChoiceField(
        label=gettext_lazy("Qu’avez-vous constaté ?"),
        choices=[(each.value, text) for each, (text, _tone) in words.FINDINGS.items()],
        widget=forms.RadioSelect,
    )
    evidence = forms.MultipleChoiceField(
        label=gettext_lazy("Qu’avez-vous regardé ?"),
        help_text=gettext_lazy("Cochez tout ce que vous avez vu. Aucun nom n’est noté."),
        choices=[(each.value, text) for each, text in words.EVIDENCE.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class CheckView(OperationView):
    """One redemption that was drawn; then the next."""

    form_class = FindingForm
    template_name = "sampling/check.html"
    refusal_fields = {"control-evidence-missing": "evidence"}

    def get_initial(self) -> dict[str, Any]:
        unit = self._unit()
        return {"finding": unit.finding.value if unit.finding else "", "evidence": [each.value for each in unit.evidence]}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        actor, unit = actor_of(self.request), self._unit()
        receipt = redemption.receipts_of([unit.number]).get(unit.number)
        rows = [
            Row(_("Numéro d’usage"), unit.number),
            Row(_("Lieu"), places.names_of([unit.place_id]).get(unit.place_id, "–")),
            Row(_("Valeur"), formats.euros(unit.cents)),
        ]
        if receipt is not None:
            rows += [
                Row(_("Chèque"), receipt.serial),
                Row(_("Jour de la leçon"), formats.day(receipt.attended_on)),
                Row(_("Chèque utilisé le"), formats.moment(receipt.redeemed_at)),
            ]
        view = queries.sample(actor, self.kwargs["sample_id"])
        return super().get_context_data(**context) | {
            "office": words.office_of(actor), "unit": unit, "sample": view, "rows": rows, "left": view.missing,
        }  # fmt: skip

    def perform(self, form: Any) -> HttpResponseBase:
        actor, sample_id, rank = actor_of(self.request), self.kwargs["sample_id"], self.kwargs["rank"]
        operations.write_finding(
            sample_id=sample_id,
            rank=rank,
            finding=Finding(form.cleaned_data["finding"]),
            evidence=[Evidence(each) for each in form.cleaned_data["evidence"]],
            actor=actor,
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        following = queries.next_to_check(actor, sample_id, after=rank)
        if following is None:
            return HttpResponseRedirect(reverse("sampling:sample", args=[sample_id]))
        return HttpResponseRedirect(reverse("sampling:check", args=[sample_id, following]))

    def _unit(self) -> queries.UnitView:
        return queries.unit(actor_of(self.request), self.kwargs["sample_id"], self.kwargs["rank"])
