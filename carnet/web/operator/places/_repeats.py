"""Places that look like one: the list, two of them side by side, one made of them, and how that is undone."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.kernel.refusals import Refusal
from carnet.places import queries
from carnet.places.operations import merge_places, part_places, tell_apart
from carnet.places.queries import Difference, PlaceSummary, Repeat
from carnet.places.rules import FaultCode, RepeatOfItself
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.place_fields import LABELS

LIKENESSES = {
    FaultCode.PLACE_TWICE: gettext_lazy("Même nom, même adresse"),
    FaultCode.PLACE_NEAR: gettext_lazy("Presque le même nom, à moins de 150 m"),
    FaultCode.PIVOT_TWICE: gettext_lazy("Même numéro SIRET ou RNA"),
}
TONES = {FaultCode.PLACE_TWICE: "danger", FaultCode.PLACE_NEAR: "warning", FaultCode.PIVOT_TWICE: "neutral"}
KEPT, OTHER = "kept", "other"


class RepeatsForm(forms.Form):
    """Which pairs to look at."""

    likeness = forms.ChoiceField(label=gettext_lazy("Ressemblance"), required=False, choices=[])
    department = forms.RegexField(
        r"^(\d{2,3}|2[AB])$",
        label=gettext_lazy("Département"),
        help_text=gettext_lazy("Son numéro, comme 44. Vide : tous."),
        required=False,
        max_length=3,
        error_messages={"invalid": gettext_lazy("Un département s’écrit 44, 2A ou 974.")},
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["likeness"].choices = [("", _("Peu importe")), *LIKENESSES.items()]  # type: ignore[attr-defined]


def repeats(request: HttpRequest) -> HttpResponse:
    """Pairs nobody decided about, the surest first."""
    form = RepeatsForm(request.GET)
    number = request.GET.get("page", "1")
    said = form.cleaned_data if form.is_valid() else {}
    found = queries.repeats(
        at=clock.now(),
        department=said.get("department") or None,
        likeness=FaultCode(said["likeness"]) if said.get("likeness") else None,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )
    context = {
        "form": form,
        "figures": [Figure(formats.number(found.counts[code]), str(words)) for code, words in LIKENESSES.items()],
        "table": _table(found.shown),
        "page_of": Paginator(range(found.total), queries.REPEATS_PER_PAGE).get_page(found.page),
    }
    return render(request, "operator/places/repeats.html", context, status=200 if form.is_valid() else 422)


def _table(shown: tuple[Repeat, ...]) -> Table:
    rows = [
        [
            Cell(each.kept.name, url=reverse("operator:place-merge", args=[each.kept.place_id, each.other.place_id])),
            _where(each.kept),
            each.other.name,
            _where(each.other),
            Cell(str(LIKENESSES[each.likeness]), tone=TONES[each.likeness]),
        ]
        for each in shown
    ]
    columns = [Column(_("Un lieu")), Column(_("Où")), Column(_("L’autre")), Column(_("Où")), Column(_("Ressemblance"))]
    return Table(_("Lieux qui se ressemblent"), columns, rows, empty=_("Aucun lieu ne ressemble à un autre."))


def _where(place: PlaceSummary) -> str:
    return f"{place.address}, {place.postcode} {place.commune}"


class MergeForm(OperationForm):
    """For each thing two places do not say alike, which of the two is right."""

    def __init__(self, *arguments: Any, differences: tuple[Difference, ...], **options: Any) -> None:
        super().__init__(*arguments, **options)
        for each in differences:
            self.fields[each.name] = forms.ChoiceField(
                label=LABELS[each.name],
                choices=[(KEPT, each.kept or _("rien")), (OTHER, each.other or _("rien"))],
                initial=OTHER if each.is_proposed else KEPT,
                widget=forms.RadioSelect,
                error_messages={"required": gettext_lazy("Choisissez l’un des deux.")},
            )

    @property
    def taken(self) -> tuple[str, ...]:
        """What is taken from the other place."""
        return tuple(name for name, choice in self.cleaned_data.items() if choice == OTHER)


class MergeView(OperationView):
    """Two places side by side: the one that stays on the left, what it takes from the other ticked."""

    template_name = "operator/places/merge.html"
    form_class = MergeForm

    def _ids(self) -> tuple[int, int]:
        kept_id, other_id = self.kwargs["kept_id"], self.kwargs["other_id"]
        if kept_id == other_id:
            raise RepeatOfItself(place_id=kept_id)
        return kept_id, other_id

    def get_form_kwargs(self) -> dict[str, Any]:
        kept_id, other_id = self._ids()
        return {**super().get_form_kwargs(), "differences": queries.differences(kept_id=kept_id, other_id=other_id)}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        (kept_id, other_id), at = self._ids(), clock.now()
        kept, other = (queries.place_card(each, at=at) for each in (kept_id, other_id))
        agreeing = queries.agreeing_count(kept_id=kept_id, other_id=other_id)
        both = [
            Row(_("Reste"), f"{kept.summary.name} — {_where(kept.summary)}"),
            Row(_("Venu de"), _("%(source)s, à jour du %(day)s") % {"source": kept.provenance, "day": formats.day(kept.updated_on)}),
            Row(_("Disparaît"), f"{other.summary.name} — {_where(other.summary)}"),
            Row(_("Venu de"), _("%(source)s, à jour du %(day)s") % {"source": other.provenance, "day": formats.day(other.updated_on)}),
        ]
        alike = ngettext("%(count)s autre donnée est la même.", "%(count)s autres données sont les mêmes.", agreeing) % {"count": agreeing}
        return super().get_context_data(
            kept=kept.summary,
            other=other.summary,
            rows=both,
            alike=alike if agreeing else "",
            swap_url=reverse("operator:place-merge", args=[other_id, kept_id]),
            back_url=reverse("operator:places-repeats"),
            **context,
        )

    def perform(self, form: MergeForm) -> HttpResponseBase:
        kept_id, other_id = self._ids()
        merge_places(
            kept_id=kept_id,
            other_id=other_id,
            taken=form.taken,
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est un seul lieu. L’adresse de l’ancienne page mène ici. Vous pouvez encore les séparer."))
        return redirect("operator:place", kept_id)


def apart(request: HttpRequest, kept_id: int, other_id: int) -> HttpResponse:
    """They are two: said once, told no more."""
    if request.method == "POST":
        try:
            tell_apart(place_ids=(kept_id, other_id), actor=actor_of(request), request_id=uuid4(), at=clock.now())
            messages.success(request, _("C’est noté : ce sont deux lieux. Ils ne vous seront plus proposés."))
        except Refusal as refusal:
            messages.error(request, sentence_for(refusal))
    return redirect("operator:places-repeats")


def part(request: HttpRequest, place_id: int) -> HttpResponse:
    """A merge undone."""
    if request.method != "POST":
        return redirect("operator:place", place_id)
    try:
        kept_id = part_places(other_id=place_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect("operator:place", place_id)
    messages.success(request, _("Les deux lieux sont de nouveau séparés, comme avant."))
    return redirect("operator:place", kept_id)
