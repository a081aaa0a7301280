"""The State's part by the rule of 2019, while an agreement is drafted: what it would bear and why; taken, or another share with its reason."""

import re
from fractions import Fraction
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import access, operations, queries
from carnet.funding.rules import (
    MEANS,
    CoFinancingCase,
    Component,
    PovertyReading,
    Scale,
    ShareTerms,
    StatePart,
    state_part_2019,
)
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Row, Table
from carnet.web.design.forms import EurosField, OperationForm
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.operator.programmes._forms import PortionField

SCALES = {
    Scale.EPCI: gettext_lazy("une intercommunalité"),
    Scale.DEPARTMENT: gettext_lazy("un département"),
    Scale.INTERDEPARTMENT: gettext_lazy("plusieurs départements"),
    Scale.REGION: gettext_lazy("une région"),
}
COMPONENTS = {
    Component.TARGET_PUBLIC: gettext_lazy("Un public éloigné du numérique est visé"),
    Component.STRUCTURED: gettext_lazy("Les acteurs locaux sont organisés"),
    Component.TERRITORY: gettext_lazy("Territoire peuplé, peu dense ou pauvre"),
    Component.HUB: gettext_lazy("Un hub est présent"),
    Component.JOINT: gettext_lazy("Achat avec d’autres collectivités"),
    Component.EUROPE: gettext_lazy("Argent européen"),
}
TERRITORY_MAX = 1000
COMMUNE_DIGITS = 5
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,15})?")


class FigureField(forms.CharField):
    """A measure typed by a person, kept exact: ``152,1``."""

    default_error_messages: ClassVar[dict[str, Any]] = {"unreadable": gettext_lazy("Écrivez un nombre, par exemple 152,1.")}

    def clean(self, value: Any) -> Fraction | None:  # type: ignore[override]
        typed = re.sub(r"[\s%]", "", super().clean(value) or "")
        if not typed:
            return None
        if not _NUMBER.fullmatch(typed):
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        return Fraction(typed.replace(",", "."))


class StateShareForm(OperationForm):
    """The project as the call of 2019 asks it, then the choice."""

    territory = forms.CharField(
        label=gettext_lazy("Codes du territoire"),
        help_text=gettext_lazy("Département (44), intercommunalité (244400404) ou communes : la population se remplit toute seule."),
        max_length=TERRITORY_MAX,
        required=False,
    )
    scale = forms.ChoiceField(label=gettext_lazy("L’acheteur est"), choices=[(scale.value, words) for scale, words in SCALES.items()])
    population = forms.IntegerField(label=gettext_lazy("Habitants"), min_value=1, max_value=100_000_000, required=False)
    density = FigureField(
        label=gettext_lazy("Habitants par km²"), help_text=gettext_lazy("INSEE, « Densité de population »."), max_length=20
    )
    poverty = FigureField(
        label=gettext_lazy("Taux de pauvreté, en %"),
        help_text=gettext_lazy("INSEE, « Taux de pauvreté ». Par exemple 11,9."),
        max_length=20,
    )
    own_budget = EurosField(label=gettext_lazy("Ce que les acheteurs apportent eux-mêmes"))
    has_target_public = forms.BooleanField(label=COMPONENTS[Component.TARGET_PUBLIC], required=False, initial=True)
    is_structured = forms.BooleanField(label=COMPONENTS[Component.STRUCTURED], required=False)
    has_hub = forms.BooleanField(label=COMPONENTS[Component.HUB], required=False)
    is_joint = forms.BooleanField(label=COMPONENTS[Component.JOINT], required=False)
    has_european_money = forms.BooleanField(label=COMPONENTS[Component.EUROPE], required=False)
    portion = PortionField(
        label=gettext_lazy("Une autre part que celle de la règle"),
        help_text=gettext_lazy("Vide : la part de la règle. Par exemple 50 %, comme dans l’appel de 2020."),
        required=False,
    )
    reason = forms.CharField(label=gettext_lazy("Pourquoi une autre part"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("population") is None and "population" not in self.errors:
            cleaned["population"] = population_of(cleaned.get("territory", ""))
            if not cleaned["population"]:
                self.add_error("population", forms.ValidationError(_("Écrivez combien d’habitants il y a."), code="required"))
        return cleaned

    def case(self) -> CoFinancingCase:
        """The project as the rule reads it."""
        given = self.cleaned_data
        flags = ("has_target_public", "is_structured", "has_hub", "is_joint", "has_european_money")
        return CoFinancingCase(
            scale=Scale(given["scale"]),
            population=given["population"],
            density=given["density"],
            poverty=given["poverty"] / 100,
            own_budget_cents=given["own_budget"],
            **{name: given[name] for name in flags},
        )


def population_of(code: str) -> int:
    """The inhabitants of a département, an EPCI or a commune, from the communes that ship with the programme; 0 when it is none."""
    codes = [each for each in re.split(r"[\s,;]+", code.strip().upper()) if each]
    found = [places.commune(each) for each in places.territory(codes)] if codes else []
    return sum(each.population for each in found if each is not None)


class StateShareView(OperationView):
    """Sent with "preview" it only shows; otherwise the choice is kept, and the agreement's first step takes it."""

    template_name = "operator/programmes/state_share.html"
    form_class = StateShareForm
    refusal_fields: ClassVar[dict[str, str]] = {
        "own-budget-not-positive": "own_budget",
        "other-share-unexplained": "reason",
        "share-not-positive": "portion",
    }

    def get_initial(self) -> dict[str, Any]:
        terms = access.operated_programme(actor_of(self.request), self.kwargs["programme_id"]).terms
        # A perimeter of communes is counted together; otherwise its first territory is the buyer's.
        first = terms.perimeter[0]
        codes = ", ".join(terms.perimeter)[:TERRITORY_MAX] if len(first) == COMMUNE_DIGITS else first
        scale = Scale.DEPARTMENT if len(codes) <= 3 else Scale.EPCI
        return {"territory": codes, "scale": scale.value, "population": population_of(codes) or None}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        programme = access.operated_programme(actor_of(self.request), self.kwargs["programme_id"])
        more |= {"programme": programme.name, "back_url": reverse("operator:agreement-new", args=[programme.id])}
        return super().get_context_data(**more)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        access.operated_programme(actor_of(request), self.kwargs["programme_id"])
        form = self.get_form()
        if "preview" not in request.POST or not form.is_valid():
            return super().post(request, *args, **kwargs)
        try:
            answer = told(form.case())
        except Refusal as refusal:
            show_refusal(form, refusal, self.refusal_fields)
            return self.form_invalid(form)
        if not form.data.get("population"):
            form.data = form.data.copy()
            form.data["population"] = str(form.cleaned_data["population"])
        return self.render_to_response(self.get_context_data(form=form, answer=answer))

    def perform(self, form: StateShareForm) -> HttpResponseBase:
        given = form.cleaned_data
        study_id = operations.decide_state_share(
            programme_id=self.kwargs["programme_id"],
            case=form.case(),
            territory=given["territory"],
            portion=given["portion"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("La part de l’État est gardée, avec ses raisons. Complétez la convention."))
        return HttpResponseRedirect(f"{reverse('operator:agreement-new', args=[self.kwargs['programme_id']])}?study={study_id}")


def told(case: CoFinancingCase) -> dict[str, Any]:
    """What the rule answers, in words: the amounts, each component, each figure beside its mean, and where text and code differ."""
    answer, by_text = state_part_2019(case), state_part_2019(case, reading=PovertyReading.TEXT)
    return {
        "rate": formats.basis_points(answer.rate_percent * 100),
        "rows": [
            Row(_("L’État apporterait"), formats.euros(answer.state_cents, short=True)),
            Row(_("Les acheteurs apportent"), formats.euros(case.own_budget_cents, short=True)),
            Row(_("En tout"), formats.euros(answer.total_cents, short=True)),
            Row(_("De quoi faire, frais déduits"), _("%(passes)s chèques de 10 €, pour %(people)s personnes") % _counts(answer)),
        ],
        "is_capped": answer.is_capped,
        "is_refused": not case.has_target_public,
        "components": _components(answer),
        "figures": _figures(case, answer, by_text),
        "text": _difference(answer, by_text),
    }


def state_lines(actor: Actor, study: queries.StateShareFacts) -> list[ShareTerms]:
    """The lines an agreement starts from: the State's share, capped at what the rule says when it is the rule's, then what is left."""
    states = parties.organisations_registered_by(actor=actor, kind=OrganisationKind.STATE)
    is_rule = study.portion == Fraction(study.rate_percent, 100)
    lines = []
    if study.portion:
        cap = study.state_cents if is_rule else None
        lines.append(ShareTerms(states[0].id if len(states) == 1 else 0, portion=study.portion, cap_cents=cap))
    if study.portion < 1:
        lines.append(ShareTerms(0, portion=1 - study.portion))
    return lines


def study_sentence(study: queries.StateShareFacts | None) -> str:
    """What an agreement's page says of the study it came from."""
    if study is None:
        return ""
    facts = {"rate": formats.basis_points(study.rate_percent * 100), "euros": formats.euros(study.state_cents, short=True)}
    if not study.reason:
        return _("La part de l’État vient de la règle de 2019 : %(rate)s, soit %(euros)s.") % facts
    facts["reason"] = study.reason
    return _("La règle de 2019 donnait %(rate)s à l’État, soit %(euros)s. Une autre part a été choisie : %(reason)s") % facts


def _counts(answer: StatePart) -> dict[str, str]:
    return {"passes": formats.number(answer.passes), "people": formats.number(answer.people)}


def _components(answer: StatePart) -> Table:
    rows = [[str(COMPONENTS[component]), formats.basis_points(percent * 100)] for component, percent in answer.components]
    total = [_("Part de l’État"), formats.basis_points(answer.rate_percent * 100)]
    return Table(_("Pourquoi cette part"), [Column(_("Raison")), Column(_("Part"), number=True)], rows, total if rows else [])


def _figures(case: CoFinancingCase, answer: StatePart, by_text: StatePart) -> Table:
    means = MEANS[case.scale]
    columns = [
        Column(_("Chiffre")),
        Column(_("Ici"), number=True),
        Column(_("Moyenne nationale"), number=True),
        Column(_("Points"), number=True),
    ]
    poverty_points = formats.number(answer.poverty_points)
    if by_text.poverty_points != answer.poverty_points:
        poverty_points = _("%(code)s (par le texte : %(text)s)") % {"code": poverty_points, "text": formats.number(by_text.poverty_points)}
    rows = [
        [
            _("Habitants"),
            formats.number(case.population),
            formats.number(round(means.population)),
            formats.number(answer.population_points),
        ],
        [_("Habitants par km²"), _decimal(case.density), _decimal(means.density), formats.number(answer.density_points)],
        [_("Taux de pauvreté, en %"), _decimal(case.poverty * 100), _decimal(means.poverty * 100), poverty_points],
    ]
    return Table(_("Le territoire, à côté de la moyenne de son échelle"), columns, rows)


def _decimal(figure: Fraction) -> str:
    return formats.decimal(float(figure))


def _difference(answer: StatePart, by_text: StatePart) -> str:
    if answer.poverty_points == by_text.poverty_points:
        return ""
    if answer.rate_percent == by_text.rate_percent:
        return _("Le texte de l’appel et le simulateur de l’État ne comptent pas la pauvreté pareil. Ici, la part est la même.")
    facts = {"rate": formats.basis_points(by_text.rate_percent * 100), "euros": formats.euros(by_text.state_cents, short=True)}
    return (
        _(
            "Le texte de l’appel compte la pauvreté en écart relatif, le simulateur de l’État en points. Par le texte, la part serait de %(rate)s,"
            " soit %(euros)s. La part montrée est celle du simulateur, qui a répondu aux cas publiés."
        )
        % facts
    )
