"""The slip of a visit: what was done, the number to keep, what comes next. Typed, printed, forgotten: no row, no journal, no cache."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from carnet.kernel.identifiers import check_free_text
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.mandates.queries.papers import MandatePrinted, printed_mandate
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.forms import DayField
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.mandate_papers.content import House, check_url
from carnet.web.mandate_papers.made import house_of
from carnet.web.slips.content import Block, Line, Paper, qr_of
from carnet.web.slips.languages import LANGUAGES, Speaker, speaker_of
from carnet.web.slips.views import never_kept, paper_words, pdf_answer

DONE_MAX, NEXT_MAX, REFERENCE_MAX = 240, 240, 60


class VisitForm(forms.Form):
    """What the person takes home. Never kept."""

    done = forms.CharField(
        label=_("Ce qui est fait"),
        help_text=_("Quelques mots simples. Exemple : la demande de logement est envoyée."),
        max_length=DONE_MAX,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={"required": _("Dites ce qui est fait.")},
    )
    reference = forms.CharField(
        label=_("Le numéro à garder"),
        help_text=_("Le numéro de dossier que le site a donné. Vide s’il n’y en a pas."),
        max_length=REFERENCE_MAX,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    next = forms.CharField(
        label=_("La suite"),
        help_text=_("Ce que la personne doit faire, ou attendre. Vide si c’est fini."),
        max_length=NEXT_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    before = DayField(label=_("Avant quel jour ?"), required=False)
    language = forms.ChoiceField(label=_("Langue de la fiche"), choices=[(each.code, each.name) for each in LANGUAGES], required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("done", "next"):
            try:
                check_free_text(given.get(name, ""))
            except Refusal as refusal:
                self.add_error(name, forms.ValidationError(sentence_for(refusal), code=refusal.code))
        return given


@sensitive_post_parameters("done", "reference", "next")
def visit(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """The form, then the slip as a page that prints, or as a PDF."""
    at = clock.now()
    printed = printed_mandate(actor_of(request), mandate_id)
    form = VisitForm(request.POST if request.method == "POST" else None, initial={"language": printed.asked.language})
    context: dict[str, Any] = {"form": form, "number": printed.number, "back_url": reverse("helper:mandate", args=[mandate_id])}
    if form.is_bound and form.is_valid() and "again" not in request.POST:
        paper = _paper(form.cleaned_data, printed, at)
        if "pdf" in request.POST:
            return pdf_answer(paper, at=at, name="visite")
        context |= paper_words(paper) | {"sent": {name: request.POST.get(name, "") for name in form.fields}}
    status = 422 if form.is_bound and form.errors else 200
    return never_kept(render(request, "mandate_papers/visit.html", context, status=status))


def _paper(given: dict[str, Any], printed: MandatePrinted, at: datetime) -> Paper:
    say = speaker_of(given["language"] or printed.asked.language)
    house, url = house_of(printed.asked), check_url(printed.check_code)
    blocks = [
        Block("calendar", say.weekday(legal_day(at)), (Line(say.fact(house.name)), Line(say.fact(house.address)))),
        Block("check", say("visit-done"), _lines(say, given["done"])),
    ]
    if given["reference"]:
        reference = Line(say.figure(given["reference"]), is_big=True)
        blocks.append(Block("number", say("visit-reference"), (reference, Line(say("visit-reference-use")))))
    blocks.append(Block("arrow-next", say("visit-next"), _next(say, given["next"], given["before"])))
    blocks += _call(say, house)
    return Paper(
        language=say.language,
        title=say("visit"),
        blocks=tuple(blocks),
        address=url,
        qr=qr_of(url),
        qr_words=say("paper-check"),
        foot=(say("visit-keep"), say("visit-passwords")),
        mark=say.mark(),
    )


def _lines(say: Speaker, typed: str) -> tuple[Line, ...]:
    return tuple(Line(say.fact(line.strip()), is_big=True) for line in typed.splitlines() if line.strip())


def _next(say: Speaker, typed: str, before: date | None) -> tuple[Line, ...]:
    if not typed:
        return (Line(say("visit-nothing"), is_big=True),)
    until = (Line(say("visit-before", day=say.day(before)), is_big=True),) if before else ()
    return _lines(say, typed) + until


def _call(say: Speaker, house: House) -> list[Block]:
    phone = formats.phone(house.phone) if house.phone else ""
    return [Block("phone", say("call"), (Line(say.figure(phone), is_big=True),))] if phone else []
