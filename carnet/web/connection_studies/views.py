"""Feasibility studies, as pages and files. Loaded by the first page that is asked (see `urls`): it needs numpy."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.connectivity.operations.studies import make_study, try_again
from carnet.connectivity.queries import studies
from carnet.connectivity.rules.study.assumptions import Choices, ranges_given
from carnet.connectivity.rules.study.refusals import StudiedEstateWrong
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed, home_of
from carnet.web import clock
from carnet.web.connection_studies import drawn, examples, files, reading, words
from carnet.web.connection_studies.forms import CHOSEN, KeepForm, NewStudyForm, TrialForm, initial_of
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Row, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.spreadsheets import KINDS, as_file

_MAKE = "connectivity.make-study"


def home(request: HttpRequest) -> HttpResponse:
    """The studies one made or was shown, to open or put side by side."""
    actor = actor_of(request)
    found = studies.studies(actor)
    names = _names(found)
    columns = [
        Column(_("Étude")),
        Column(_("Faite par")),
        Column(_("Le")),
        Column(_("Logements"), number=True),
        Column(_("Ménages attendus"), number=True),
        Column(_("Reste à financer"), number=True),
    ]
    rows: list[list[Any]] = [
        [
            Cell(each.name, url=reverse("studies:study", args=[each.id])),
            names.get(each.organisation_id, ""),
            formats.day(each.made_at),
            formats.number(each.dwellings),
            formats.number(each.homes),
            words.round_euros(each.left_cents),
        ]
        for each in found
    ]
    context = {
        "office": _office(actor),
        "table": Table(_("Études gardées"), columns, rows, empty=_("Aucune étude encore.")),
        "comparable": found[: studies.LISTED_MAX] if len(found) >= studies.COMPARED_MIN else [],
        "may_make": allowed(actor.roles, _MAKE),
    }
    return render(request, "connection_studies/home.html", context)


class NewStudy(OperationView):
    """Bring an estate, choose, study."""

    template_name = "connection_studies/new.html"
    form_class = NewStudyForm
    refusal_fields = {
        "connection-study-estate-wrong": "estate",
        "connection-study-column-missing": "estate",
        "connection-study-estate-empty": "estate",
        "connection-study-estate-too-large": "estate",
        "place-file-empty": "estate",
        "place-file-unreadable": "estate",
        "connection-study-not-shareable": "shared",
        "connection-study-name-missing": "name",
    }
    faults: tuple[str, ...] = ()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | _offered(actor_of(self.request))

    def get_initial(self) -> dict[str, Any]:
        return initial_of(Choices(), {})

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        more |= {"office": _office(actor_of(self.request)), "faults": self.faults}
        more["columns"] = [Row(name, meaning) for name, meaning in words.COLUMN_WORDS]
        more["files"] = [Download(_("Un fichier d’exemple"), reverse("studies:example"), "CSV")]
        return super().get_context_data(**more)

    def perform(self, form: NewStudyForm) -> HttpResponseBase:
        given, actor = form.cleaned_data, actor_of(self.request)
        if given["estate"]:
            try:
                estate = reading.read_estate_file(given["estate"])
            except StudiedEstateWrong as refusal:
                self.faults = tuple(words.fault_lines(refusal.facts["faults"]))
                raise
        else:
            estate = studies.registered_estate(actor, int(given["registered"]))
        programme_id, landlord_id = _shared(given.get("shared", ""))
        study_id = make_study(
            name=given["name"],
            residences=estate,
            ranges=ranges_given(),
            choices=form.chosen(),
            programme_id=programme_id,
            landlord_id=landlord_id,
            actor=actor,
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("L’étude est faite, et gardée."))
        return redirect("studies:study", study_id)


new_study = NewStudy.as_view()


def study(request: HttpRequest, study_id: int) -> HttpResponse:
    """What it would cost, who would pay, how sure that is, and everything it was made from."""
    actor = actor_of(request)
    kept = studies.study(actor, study_id)
    context = {
        "office": _office(actor),
        "study": kept,
        "made_on": formats.day(kept.made_at),
        "said": words.said(kept.studied, kept.choices),
        "figures": drawn.figures(kept.studied),
        "intervals": drawn.interval_chart(kept.studied),
        "heaviest": drawn.weight_chart(kept.studied),
        "weights": drawn.weights(kept.studied),
        "scenarios": drawn.scenarios(kept.studied),
        "residences": drawn.residences(kept),
        "chosen": [Row(label, value) for label, value in words.choice_words(kept.choices)],
        "assumptions": drawn.assumptions(kept.ranges),
        "supposed": words.supposed(),
        "files": _files(kept.id),
        "shared_with": _shared_with(kept),
    }
    return render(request, "connection_studies/study.html", context)


def try_out(request: HttpRequest, study_id: int) -> HttpResponseBase:
    """Other choices and assumptions for the same residences: read from the address, kept only when asked."""
    actor = actor_of(request)
    kept = studies.study(actor, study_id)
    form = TrialForm(request.GET) if "months" in request.GET else TrialForm(initial=initial_of(kept.choices, kept.ranges))
    keep = KeepForm(request.POST or None, initial={"name": _("%(name)s, essai") % {"name": kept.name[:100]}})
    tried = None
    if form.is_bound and form.is_valid():
        if request.method == "POST" and keep.is_valid():
            return _keep_trial(request, kept, form, keep)
        tried = studies.studied(kept.residences, form.supposed(), form.chosen(), seed=kept.studied.seed)
    context = {
        "office": _office(actor),
        "study": kept,
        "form": form,
        "choices_fields": [form[name] for name in CHOSEN],
        "groups": [(title, [form[key.value] for key in keys]) for title, keys in words.GROUPS],
        "opened": form.is_bound and any(name in form.errors for name in (key.value for _title, keys in words.GROUPS for key in keys)),
        "keep": keep if tried and allowed(actor.roles, _MAKE) else None,
        "tried": tried,
        "said": words.said(tried, form.chosen()) if tried else [],
        "changes": drawn.changes(kept.studied, tried) if tried else None,
        "heaviest": drawn.weight_chart(tried) if tried else None,
    }
    return render(request, "connection_studies/try.html", context, status=422 if form.is_bound and not form.is_valid() else 200)


def _keep_trial(request: HttpRequest, kept: studies.KeptStudy, form: TrialForm, keep: KeepForm) -> HttpResponseBase:
    study_id = try_again(
        study_id=kept.id,
        name=keep.cleaned_data["name"],
        ranges=form.supposed(),
        choices=form.chosen(),
        actor=actor_of(request),
        request_id=keep.cleaned_data["request_id"],
        at=clock.now(),
    )
    messages.success(request, _("L’étude est faite, et gardée."))
    return redirect("studies:study", study_id)


def compare(request: HttpRequest) -> HttpResponse:
    """Two to four studies side by side: what differs in what they suppose, then what each comes to."""
    actor = actor_of(request)
    asked = [int(each) for each in request.GET.getlist("study") if each.isdecimal() and len(each) < 19]
    found = studies.compared(actor, asked)
    table = drawn.comparison([(each.name, reverse("studies:study", args=[each.id]), each) for each in found])
    return render(request, "connection_studies/compare.html", {"office": _office(actor), "table": table})


def published(request: HttpRequest) -> HttpResponse:
    """What Nantes and Brest published, what these figures come to, and what nobody said."""
    cases = [examples.told(case) for case in examples.CASES]
    return render(request, "connection_studies/published.html", {"office": _office(actor_of(request)), "cases": cases})


def study_pdf(request: HttpRequest, study_id: int) -> HttpResponse:
    """The same on paper, tagged."""
    kept = studies.study(actor_of(request), study_id)
    response = HttpResponse(files.study_paper(kept), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="etude-{kept.id}.pdf"'
    return response


def results_file(request: HttpRequest, study_id: int, kind: str) -> HttpResponseBase:
    """Every number, to take away."""
    actor = actor_of(request)
    kept = studies.study(actor, study_id)
    return as_file(_known(kind), f"etude-{kept.id}", files.results_sheet(kept), actor)


def residences_file(request: HttpRequest, study_id: int, kind: str) -> HttpResponseBase:
    """Every residence, to take away or to study again."""
    actor = actor_of(request)
    kept = studies.study(actor, study_id)
    return as_file(_known(kind), f"residences-{kept.id}", files.residences_sheet(kept), actor)


def example(_request: HttpRequest) -> HttpResponse:
    """An invented estate, in the documented columns."""
    response = HttpResponse(reading.example_file(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="residences-exemple.csv"'
    return response


def _offered(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """The estates and the sharings the actor may choose among."""
    known = studies.sharing(actor)
    own = {actor.organisation_id} if actor.organisation_id is not None else set()
    landlords = {landlord_id for landlord_id, _programme in known.landlords} | own
    houses = {key: card.name for key, card in parties.organisations(list(landlords)).items()}
    programmes = {each.id: each.name for each in funding.programmes(known.programme_ids)} if known.programme_ids else {}
    registered = [(str(each), houses.get(each, "?")) for each in sorted(landlords) if studies.registered_estate(actor, each)]
    shared = [(f"{each}", programmes.get(each, "?")) for each in known.programme_ids]
    shared += [
        (f"{programme_id}-{landlord_id}", f"{programmes.get(programme_id, '?')}, {houses.get(landlord_id, '?')}")
        for landlord_id, programme_id in known.landlords
    ]
    return {"registered": registered, "shared": shared}


def _shared(value: str) -> tuple[int | None, int | None]:
    programme, _mark, landlord = value.partition("-")
    return (int(programme) if programme else None, int(landlord) if landlord else None)


def _shared_with(kept: studies.KeptStudy) -> str:
    """With whom a study is shared, in words; empty: with nobody."""
    programmes = [each.name for each in funding.programmes([kept.programme_id])] if kept.programme_id is not None else []
    houses = [parties.organisation_name(kept.landlord_id)] if kept.landlord_id is not None else []
    return ", ".join([*programmes, *houses])


def _names(found: list[studies.StudyCard]) -> dict[int, str]:
    known = parties.organisations(list({each.organisation_id for each in found})) if found else {}
    return {key: card.name for key, card in known.items()}


def _files(study_id: int) -> list[Download]:
    paper = Download(_("L’étude, pour le conseil"), reverse("studies:pdf", args=[study_id]), "PDF")
    results = [Download(_("Tous les chiffres"), reverse("studies:results", args=[study_id, kind]), kind.upper()) for kind in KINDS]
    estate = [Download(_("Les résidences"), reverse("studies:residences", args=[study_id, kind]), kind.upper()) for kind in KINDS]
    return [paper, *results, *estate]


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise Http404
    return kind


def _office(actor: Actor) -> str:
    return f"{home_of(actor.roles).split(':')[0]}/office.html"
