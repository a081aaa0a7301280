"""Report an error on the page of a place, and read the answer: no account, no name."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.refusals import Refusal
from carnet.places import operations, queries
from carnet.places.queries import ReportView
from carnet.places.rules.errors import CONTACT_MAX, COUNTED_OVER, SAID_MAX, SUBJECT_BY_CODE, SUBJECTS, TooManyReports
from carnet.web import clock, lessons, tries
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.offers.reports import state_words
from carnet.workshops.rules import TooManyTries

COUNTED = "place-reports"
WRONG_NUMBERS = ("place-report-number-mistyped", "place-report-unknown")


class ReportForm(OperationForm):
    """What is wrong, and how to be answered if one wishes."""

    about = forms.ChoiceField(
        label=gettext_lazy("Qu’est-ce qui est faux ?"),
        widget=forms.RadioSelect,
        choices=[],
        error_messages={"required": gettext_lazy("Choisissez ce qui est faux.")},
    )
    said = forms.CharField(
        label=gettext_lazy("Dites ce qui est juste, si vous le savez"),
        help_text=gettext_lazy("Quelques mots suffisent. N’écrivez aucun nom, aucun numéro de sécurité sociale."),
        max_length=SAID_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Écrivez quelques mots.")},
    )
    contact = forms.CharField(
        label=gettext_lazy("Votre courriel ou votre téléphone"),
        help_text=gettext_lazy("Seulement si vous voulez être prévenu de la réponse. Il est effacé dès que le lieu a répondu."),
        required=False,
        max_length=CONTACT_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["about"].choices = [(each.code, _(each.label)) for each in SUBJECTS]  # type: ignore[attr-defined]


class NumberForm(forms.Form):
    """The number of a report."""

    number = forms.CharField(
        label=gettext_lazy("Le numéro de votre signalement"),
        help_text=gettext_lazy("Vous l’avez noté en signalant l’erreur, comme K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le numéro.")},
    )


def report(request: HttpRequest, place_id: int) -> HttpResponse:
    """Say what is wrong on the page of a place. GET shows the form; POST sends it and gives the number."""
    at = clock.now()
    place = queries.place_card(place_id, at=at).summary
    form = ReportForm(
        request.POST if request.method == "POST" else None, initial={"request_id": uuid4(), "about": request.GET.get("about")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = operations.report_error(
                place_id=place_id,
                about=form.cleaned_data["about"],
                said=form.cleaned_data["said"],
                contact=form.cleaned_data["contact"],
                from_here=tries.so_far(request, COUNTED, seconds=int(COUNTED_OVER.total_seconds())),
                actor=actor_of(request),
                request_id=form.cleaned_data["request_id"],
                at=at,
            )
        except Refusal as refusal:
            fields = {"nir-in-text": "said", "iban-in-text": "said", "place-report-empty": "said"}
            show_refusal(form, refusal, fields)
        else:
            _count(request)
            return render(
                request, "public/reported.html", {"place": place, "number": done.number, "has_contact": form.cleaned_data["contact"]}
            )
    status = 200 if request.method != "POST" else 429 if form.has_error(NON_FIELD_ERRORS, TooManyReports.code) else 422
    return render(request, "public/report.html", {"place": place, "form": form}, status=status)


def read(request: HttpRequest) -> HttpResponse:
    """The answer to a report, by its number, which is in no address; and what became of all of them, in counts."""
    at = clock.now()
    form = NumberForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "counts": count_rows(), "found": None}
    if request.method != "POST":
        return render(request, "public/report_read.html", context)
    try:
        lessons.check_tries(request)
        if form.is_valid():
            found = queries.report_by_number(form.cleaned_data["number"], at=at)
            state, tone = state_words(found)
            return render(
                request, "public/report_read.html", context | {"found": found, "state": state, "tone": tone, "rows": _rows(found)}
            )
    except Refusal as refusal:
        if refusal.code in WRONG_NUMBERS:
            lessons.note_wrong(request)
        show_refusal(form, refusal, dict.fromkeys(WRONG_NUMBERS, "number"))
    status = 429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422
    return render(request, "public/report_read.html", context, status=status)


def _rows(found: ReportView) -> list[Row]:
    rows = [
        Row(_("Numéro"), found.number),
        Row(_("Lieu"), found.place),
        Row(_("Ce qui est faux"), _(SUBJECT_BY_CODE[found.about].label)),
        Row(_("Ce que vous avez écrit"), found.said),
        Row(_("Signalé le"), formats.day(found.reported_at)),
    ]
    return [*rows, Row(_("Répondu le"), formats.day(found.answered_at))] if found.answered_at else rows


def count_rows(place_id: int | None = None) -> list[Row]:
    """What became of a year's reports, in words."""
    counts = queries.report_counts(at=clock.now(), place_id=place_id)
    rows = [
        Row(_("Erreurs signalées depuis un an"), formats.number(counts.reported)),
        Row(_("Corrigées"), formats.number(counts.accepted)),
        Row(_("Rien à corriger, et pourquoi"), formats.number(counts.refused)),
        Row(_("En attente de réponse"), formats.number(counts.waiting)),
    ]
    if counts.days_to_answer is not None:
        rows.append(Row(_("Réponse en moyenne"), _("en %(days)s jours au plus") % {"days": counts.days_to_answer}))
    return rows


def _count(request: HttpRequest) -> None:
    tries.note(request, COUNTED, seconds=int(COUNTED_OVER.total_seconds()))
