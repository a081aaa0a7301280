"""A desk without network: sheets to print and fill in by hand, and the screen where they are typed, line by line, nothing lost."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.distribution.operations.papers import finish_paper, open_papers, type_paper
from carnet.distribution.queries import papers as queries
from carnet.distribution.queries.papers import PaperFacts, PaperLineView
from carnet.distribution.rules.papers import PAPER_LINES
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.places.rules.procedures import PROCEDURES
from carnet.web import at_desk, clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.slips.paper_forms import AGES, LACKS, PLACES, LineForm, PrintForm, line_forms
from carnet.web.slips.pdf import compiled
from carnet.web.ticks import AGE_BANDS, AREAS


def papers(request: HttpRequest) -> HttpResponse:
    """The sheets open and finished, and printing new ones."""
    return _list(request, PrintForm())


def _list(request: HttpRequest, form: PrintForm, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    at_desk.programmes(request, at_desk.organisation_of(actor), clock.now())
    found = queries.papers(actor)
    tables = [
        _table(_("À saisir"), [each for each in found if each.finished_at is None], _("Aucune feuille ouverte.")),
        _table(_("Terminées"), [each for each in found if each.finished_at is not None], _("Aucune feuille terminée.")),
    ]
    return render(request, "slips/papers.html", {"form": form, "tables": tables}, status=status)


def _table(caption: str, found: Sequence[PaperFacts], empty: str) -> Table:
    rows = [
        [
            Cell(_("Feuille n° %(number)s") % {"number": formats.number(each.number)}, url=reverse("slips:paper", args=[each.id])),
            formats.day(each.opened_at),
            _("%(accepted)s sur %(lines)s") % {"accepted": each.accepted_count, "lines": PAPER_LINES},
        ]
        for each in found
    ]
    return Table(caption, [Column(_("Feuille")), Column(_("Ouverte le")), Column(_("Lignes saisies"), number=True)], rows, empty=empty)


@require_POST
def open_sheets(request: HttpRequest) -> HttpResponseBase:
    """Number new sheets; `print` gives them as a PDF, else the first is opened to be typed."""
    form = PrintForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    at, given = clock.now(), form.cleaned_data
    try:
        opened = open_papers(count=given["count"], actor=actor_of(request), request_id=given["request_id"], at=at)
    except Refusal as refusal:
        show_refusal(form, refusal, {"papers-too-many": "count"})
        return _list(request, form, status=409)
    return _pdf(opened, at) if "print" in request.POST else redirect("slips:paper", opened[0].id)


def blank(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """One sheet again, blank, to print."""
    return _pdf([queries.paper(actor_of(request), sheet_id)], clock.now())


def paper(request: HttpRequest, sheet_id: int) -> HttpResponseBase:
    """The grid. Sent, each line is answered on its own: what is good is done, what is not stays to be mended."""
    actor, at = actor_of(request), clock.now()
    facts = queries.paper(actor, sheet_id)
    done = {line.position: line for line in queries.paper_lines(facts.id)}
    if request.method != "POST" or facts.finished_at is not None:
        return _grid(request, facts, done, line_forms(None, accepted=done))
    forms = line_forms(request.POST, accepted=done)
    lines = [form.typed() for form in forms.values() if form.is_valid() and not form.is_blank]
    for answer in type_paper(sheet_id=facts.id, lines=lines, actor=actor, request_id=uuid4(), at=at) if lines else ():
        if answer.position in forms:
            forms[answer.position].show(answer)
    after = {line.position: line for line in queries.paper_lines(facts.id)}
    _tell(request, sum(line.voucher_count for position, line in after.items() if position not in done))
    if any(form.errors for form in forms.values()):
        return _grid(request, facts, after, forms, status=422)
    if not lines:
        messages.warning(request, _("Aucune ligne n’était remplie : rien n’a été saisi."))
    return redirect("slips:paper", sheet_id)


def _tell(request: HttpRequest, vouchers: int) -> None:
    if vouchers:
        text = ngettext("%(count)s chèque noté comme remis.", "%(count)s chèques notés comme remis.", vouchers)
        messages.success(request, text % {"count": formats.number(vouchers)})


def _grid(
    request: HttpRequest, facts: PaperFacts, done: dict[int, PaperLineView], forms: dict[int, LineForm], *, status: int = 200
) -> HttpResponse:
    at_desk.programmes(request, facts.organisation_id, clock.now())
    rows = [
        {"position": rank, "form": None if rank in done else forms.get(rank), "done": _done(done.get(rank))}
        for rank in range(1, PAPER_LINES + 1)
    ]
    context = {
        "facts": facts,
        "rows": rows,
        "is_open": facts.finished_at is None,
        "mend": [_mend(rank, form) for rank, form in forms.items() if rank not in done and form.is_bound and form.errors],
        "wants": list(enumerate((_(each.label) for each in PROCEDURES), 1)),
        "lacks": [(letter, words) for letter, words in LACKS.values()],
    }
    return render(request, "slips/paper_sheet.html", context, status=status)


def _done(line: PaperLineView | None) -> dict[str, str] | None:
    if line is None:
        return None
    text = ngettext("%(count)s chèque", "%(count)s chèques", line.voucher_count) % {"count": line.voucher_count}
    return {
        "serial": line.serial,
        "count": text,
        "day": formats.day(line.given_on),
        "url": reverse("prescriber:given", args=[line.hand_over_id]),
    }


def _mend(rank: int, form: LineForm) -> dict[str, str]:
    name = next(iter(form.errors))
    return {"rank": str(rank), "text": str(form.errors[name][0]), "target": form[name].id_for_label}


@require_POST
def finish(request: HttpRequest, sheet_id: int) -> HttpResponseBase:
    """Nothing more will be typed."""
    finish_paper(sheet_id=sheet_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    messages.success(request, _("La feuille est terminée. Détruisez le papier."))
    return redirect("slips:papers")


def _pdf(opened: Sequence[PaperFacts], at: datetime) -> HttpResponse:
    """The sheets as one file to print. PDF/UA-1."""
    name = parties.organisation(opened[0].organisation_id).name
    answer = HttpResponse(compiled("desk_sheet.typ", "sheets", _words(opened, name), at=at), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="carnet-guichet-{opened[0].number}-{opened[-1].number}.pdf"'
    return answer


def _words(opened: Sequence[PaperFacts], name: str) -> dict[str, Any]:
    return {
        "language": (get_language() or "fr")[:2],
        "title": _("Feuille de remise, %(desk)s") % {"desk": name},
        "footer": _("Carnet : feuille à saisir sur le site, page « Feuilles ». Jamais de nom, jamais d’adresse, jamais de téléphone."),
        "warning": _("Aucun nom sur cette feuille. Saisissez-la dès que le réseau revient : avant, un lieu refuse ces chèques."),
        "steps": [
            _("1. Une ligne par personne : le jour, et le numéro de la couverture (recopié ou collé)."),
            _("2. Quelques chèques seulement ? Le numéro du premier, et combien."),
            _("3. La personne ne veut rien dire ? Laissez le reste vide."),
        ],
        "columns": [
            _("N°"), _("Jour / mois"), _("Numéro du carnet"), _("Chèques (vide : tous)"),
            _("Veut faire (1 à %(most)s)") % {"most": len(PROCEDURES)},
            _("Mail envoyé ces 3 mois"), _("Fichier joint ou déplacé ces 3 mois"), _("Il manque"), _("Âge (entourez)"), _("Habite (entourez)"),
            _("Cherche un emploi, peu diplômé"), _("Déjà venue pour de l’aide numérique"),
        ],
        "yes_no": [_("oui"), _("non")],
        "lacks": [letter for letter, _words in LACKS.values()],
        "lacks_title": _("Il manque"),
        "lacks_words": [(letter, str(words)) for letter, words in LACKS.values()],
        "wants_title": _("Veut faire"),
        "wants": [_(each.label) for each in PROCEDURES],
        "ages_title": _("Âge"),
        "ages": [str(AGE_BANDS[each]) for each in AGES],
        "areas_title": _("Habite"),
        "areas": [str(AREAS[each]) for each in PLACES],
        "lines": PAPER_LINES,
        "sheets": [{"title": _("Feuille de remise n° %(number)s") % {"number": formats.number(each.number)}, "desk": name} for each in opened],
    }  # fmt: skip


_gives = door("distribution.hand-over")
urlpatterns = [
    path("prescriber/papers/", _gives(papers), name="papers"),
    path("prescriber/papers/open/", _gives(open_sheets), name="papers-open"),
    path("prescriber/papers/<int:sheet_id>/", _gives(paper), name="paper"),
    path("prescriber/papers/<int:sheet_id>/feuille.pdf", _gives(blank), name="paper-blank"),
    path("prescriber/papers/<int:sheet_id>/finish/", _gives(finish), name="paper-finish"),
]
