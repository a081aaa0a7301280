"""The screens of sheets: numbered and printed, typed line by line beside their photographs, finished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.redemption import operations
from carnet.redemption import queries as redemption
from carnet.redemption.queries import CodeRead, SheetFacts, SheetPage
from carnet.redemption.rules import SHEET_LINES, placed
from carnet.web import clock, theming
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.design.sentences import sentence_of_code
from carnet.web.doors import door
from carnet.web.figures import service_words
from carnet.web.sheets._pdf import numbered, sheets_pdf
from carnet.web.sheets.forms import LineForm, PictureForm, PrintForm, line_forms


@dataclass(frozen=True, slots=True)
class Desk:
    """Where sheets are typed: a place's counter, or an operator's office. `base` is its page, `routes` its names of routes."""

    base: str
    routes: str
    action: str

    def url(self, name: str, *args: int) -> str:
        """The address of one of its screens."""
        return reverse(f"{self.routes}:{name}", args=args)


PLACE = Desk("place/counter.html", "place", "redemption.redeem")
OPERATOR = Desk("operator/office.html", "operator", "redemption.type-paper")


def routes(desk: Desk) -> list[URLPattern]:
    """The addresses of one desk, each behind its door."""
    within, opened = door(desk.action), {"desk": desk}
    return [
        path("sheets/", within(sheets), opened, name="sheets"),
        path("sheets/open/", within(open_sheets), opened, name="sheets-open"),
        path("sheets/<int:sheet_id>/", within(sheet), opened, name="sheet"),
        path("sheets/<int:sheet_id>/sheet.pdf", within(blank), opened, name="sheet-blank"),
        path("sheets/<int:sheet_id>/pictures/", within(add_picture), opened, name="sheet-pictures"),
        path("sheets/<int:sheet_id>/pictures/<int:rank>.jpg", within(picture), opened, name="sheet-picture"),
        path("sheets/<int:sheet_id>/finish/", within(finish), opened, name="sheet-finish"),
        path("sheets/<int:sheet_id>/entrust/", within(entrust), opened, name="sheet-entrust"),
    ]


def sheets(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """The sheets open and finished, and (for a place) printing new ones."""
    return render(request, "sheets/sheets.html", _list(request, desk))


def _list(request: HttpRequest, desk: Desk, form: PrintForm | None = None) -> dict[str, Any]:
    found = redemption.sheets(actor_of(request))
    names = places.names_of({each.place_id for each in found})
    tables = [
        _table(_("À saisir"), [each for each in found if each.finished_at is None], names, desk, _("Aucune feuille ouverte.")),
        _table(_("Terminées"), [each for each in found if each.finished_at is not None], names, desk, _("Aucune feuille terminée.")),
    ]
    choices = _own_places(request, desk)
    return {"base": desk.base, "desk": desk, "tables": tables, "form": form or (PrintForm(places=choices) if choices else None)}


def _own_places(request: HttpRequest, desk: Desk) -> list[tuple[int, str]]:
    actor = actor_of(request)
    if desk is not PLACE or actor.organisation_id is None:
        return []
    at = clock.now()
    own = [each for each in places.places_of([actor.organisation_id], at=at) if each.acceptances]
    theming.carry_of_places(request, own, at)
    return [(each.place_id, each.name) for each in own]


def _table(caption: str, found: Sequence[SheetFacts], names: dict[int, str], desk: Desk, empty: str) -> Table:
    rows = [
        [
            Cell(_("Feuille n° %(number)s") % {"number": formats.number(each.number)}, url=desk.url("sheet", each.id)),
            names.get(each.place_id, ""),
            formats.day(each.opened_at),
            _("%(accepted)s sur %(lines)s") % {"accepted": each.accepted_count, "lines": SHEET_LINES},
            formats.number(each.picture_count),
        ]
        for each in found
    ]
    columns = [
        Column(_("Feuille")), Column(_("Lieu")), Column(_("Ouverte le")), Column(_("Chèques acceptés"), number=True), Column(_("Photos"), number=True),
    ]  # fmt: skip
    return Table(caption, columns, rows, empty=empty)


@require_POST
def open_sheets(request: HttpRequest, *, desk: Desk) -> HttpResponseBase:
    """Number new sheets; `print` gives them as a PDF, else the first is opened to be typed."""
    actor, at = actor_of(request), clock.now()
    choices = _own_places(request, desk) or _named_place(request)
    form = PrintForm(request.POST, places=choices)
    if not form.is_valid():
        return render(request, "sheets/sheets.html", _list(request, desk, form), status=422)
    given = form.cleaned_data
    try:
        opened = operations.open_sheets(
            place_id=given["place_id"], count=given["count"], actor=actor, request_id=given["request_id"], at=at
        )  # fmt: skip
    except Refusal as refusal:
        show_refusal(form, refusal, {"sheets-too-many": "count"})
        return render(request, "sheets/sheets.html", _list(request, desk, form), status=409)
    return _pdf(opened) if "print" in request.POST else redirect(desk.url("sheet", opened[0].id))


def _named_place(request: HttpRequest) -> list[tuple[int, str]]:
    """For an operator: the place its page named; the operation says whether it may."""
    typed = request.POST.get("place_id", "")
    known = places.names_of([int(typed)]) if typed.isascii() and typed.isdigit() and len(typed) < 19 else {}
    return list(known.items())


def blank(request: HttpRequest, sheet_id: int, *, desk: Desk) -> HttpResponse:
    """One sheet again, blank, to print."""
    return _pdf([redemption.sheet(actor_of(request), sheet_id)])


def _pdf(opened: Sequence[SheetFacts]) -> HttpResponse:
    first, at = opened[0], clock.now()
    name = places.names_of([first.place_id]).get(first.place_id, "")
    content = sheets_pdf(opened, place_name=name, service_codes=_services(first.place_id), at=at)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="carnet-feuilles-{first.number}-{opened[-1].number}.pdf"'
    return answer


def _services(place_id: int) -> list[str]:
    return sorted({code for each in places.accepted(place_id, at=clock.now()) for code in each.service_codes})


def sheet(request: HttpRequest, sheet_id: int, *, desk: Desk) -> HttpResponseBase:
    """The grid. Sent, each line is answered on its own: what is good is done, what is not stays to be mended."""
    page = redemption.sheet_page(actor_of(request), sheet_id)
    forms = _line_forms(page, request.POST if request.method == "POST" else None)
    if request.method != "POST" or page.facts.finished_at is not None:
        return _grid(request, desk, page, forms)
    lines = [form for form in forms.values() if form.is_valid() and not form.is_blank]
    answers = operations.type_sheet(
        sheet_id=sheet_id, lines=[form.typed() for form in lines], actor=actor_of(request), request_id=uuid4(), at=clock.now()
    )  # fmt: skip
    for answer in answers:
        forms[answer.position].show(answer)
    _tell(request, [answer.accepted.value_cents for answer in answers if answer.accepted is not None])
    if all(form.is_blank for form in forms.values() if form.is_valid()) and not any(form.errors for form in forms.values()):
        messages.warning(request, _("Aucune ligne n’était remplie : rien n’a été saisi."))
    if any(form.errors for form in forms.values()):
        return _grid(request, desk, redemption.sheet_page(actor_of(request), sheet_id), forms, status=422)
    return redirect(desk.url("sheet", sheet_id))


def _line_forms(page: SheetPage, data: Mapping[str, Any] | None = None) -> dict[int, LineForm]:
    services = [(code, f"{number} – {word}") for number, word, code in numbered(_services(page.facts.place_id))]
    return line_forms(data, services=services, accepted=[line.position for line in page.accepted], read=_read_lines(page))


def _read_lines(page: SheetPage) -> dict[int, CodeRead]:
    """Codes that can be taken, on the first free lines."""
    good = [code for code in page.codes if code.outcome == "redeemable"]
    lines = placed(len(good), taken=[line.position for line in page.accepted])
    return dict(zip(lines, good, strict=False))


def _tell(request: HttpRequest, cents: Sequence[int]) -> None:
    if cents:
        text = ngettext("%(count)s chèque accepté : %(amount)s.", "%(count)s chèques acceptés : %(amount)s.", len(cents))
        messages.success(request, text % {"count": len(cents), "amount": formats.euros(sum(cents))})


def _grid(request: HttpRequest, desk: Desk, page: SheetPage, forms: dict[int, LineForm], *, status: int = 200) -> HttpResponse:
    _own_places(request, desk)  # the page carries its programme's name
    done = {line.position: line for line in page.accepted}
    rows = [
        {"position": rank, "form": None if rank in done else forms.get(rank), "done": _done(done.get(rank))}
        for rank in range(1, SHEET_LINES + 1)
    ]
    kept = [each for each in page.pictures if each.erased_at is None]
    context = {
        "base": desk.base,
        "desk": desk,
        "facts": page.facts,
        "place_name": places.names_of([page.facts.place_id]).get(page.facts.place_id, ""),
        "rows": rows,
        "is_open": page.facts.finished_at is None,
        "mend": [_mend(rank, forms[rank]) for rank in forms if rank not in done and forms[rank].is_bound and forms[rank].errors],
        "pictures": [{"rank": each.rank, "url": desk.url("sheet-picture", page.facts.id, each.rank)} for each in kept],
        "picture_form": PictureForm(),
        "not_taken": _not_taken(page, done),
        "request_id": uuid4(),
        "list_url": desk.url("sheets"),
        "blank_url": desk.url("sheet-blank", page.facts.id),
        "pictures_url": desk.url("sheet-pictures", page.facts.id),
        "finish_url": desk.url("sheet-finish", page.facts.id),
        "entrust_url": desk.url("sheet-entrust", page.facts.id),
        "operators": _operators(request, page, desk),
        "entrusted": _entrusted(page),
    }
    answer = render(request, "sheets/sheet.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _done(line: redemption.AcceptedLine | None) -> dict[str, str] | None:
    if line is None:
        return None
    words = service_words([line.service])
    return {
        "serial": line.voucher_serial,
        "amount": formats.euros(line.value_cents),
        "service": words[0] if words else line.service,
        "day": formats.day(line.attended_on),
    }


def _mend(rank: int, form: LineForm) -> dict[str, str]:
    name = next(iter(form.errors))
    return {"rank": str(rank), "text": str(form.errors[name][0]), "target": form[name].id_for_label}


def _not_taken(page: SheetPage, done: dict[int, redemption.AcceptedLine]) -> list[str]:
    """What photographs show that no line can take, and why."""
    told = [
        _("Photo %(rank)s, chèque %(serial)s : %(why)s")
        % {"rank": code.rank, "serial": code.serial or _("inconnu"), "why": _why(code.outcome)}
        for code in page.codes
        if code.outcome != "redeemable"
    ]
    left = sum(code.outcome == "redeemable" for code in page.codes) - (SHEET_LINES - len(done))
    if left > 0:
        text = ngettext(
            "%(count)s chèque de plus : ouvrez une autre feuille.", "%(count)s chèques de plus : ouvrez une autre feuille.", left
        )
        told.append(text % {"count": left})
    return told


def _why(outcome: str) -> str:
    return sentence_of_code(outcome, {})


def _operators(request: HttpRequest, page: SheetPage, desk: Desk) -> list[dict[str, Any]]:
    """Whom the place may entrust this sheet to."""
    if desk is not PLACE or page.facts.finished_at is not None or page.facts.operator_id is not None:
        return []
    found = parties.organisations(redemption.operators_of_place(page.facts.place_id, at=clock.now()))
    return [{"id": each.id, "name": each.name} for each in found.values()]


def _entrusted(page: SheetPage) -> str:
    operator_id = page.facts.operator_id
    return parties.organisations([operator_id])[operator_id].name if operator_id is not None else ""


@require_POST
def add_picture(request: HttpRequest, sheet_id: int, *, desk: Desk) -> HttpResponseBase:
    """Keep a photograph and read its QR codes."""
    page = redemption.sheet_page(actor_of(request), sheet_id)
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            count = operations.add_picture(
                sheet_id=sheet_id, content=given["picture"].read(), actor=actor_of(request), request_id=given["request_id"], at=clock.now()
            )
        except Refusal as refusal:
            show_refusal(form, refusal, dict.fromkeys(("photograph-unreadable", "photograph-too-heavy", "pictures-too-many"), "picture"))
        else:
            none = _("Aucun QR code lu : tapez les lignes en regardant la photo.")
            text = ngettext("Photo gardée : %(count)s chèque lu.", "Photo gardée : %(count)s chèques lus.", count) % {"count": count}
            messages.success(request, text if count else none)
            return redirect(desk.url("sheet", sheet_id))
    for errors in form.errors.values():
        messages.error(request, str(errors[0]))
    return _grid(request, desk, page, _line_forms(page), status=422)


def picture(request: HttpRequest, sheet_id: int, rank: int, *, desk: Desk) -> HttpResponse:
    """One photograph. Each look is journalled, and nothing on the way may keep it."""
    jpeg = operations.look_at_picture(sheet_id=sheet_id, rank=rank, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    answer = HttpResponse(jpeg, content_type="image/jpeg")
    answer["Cache-Control"] = "no-store, private"
    return answer


@require_POST
def finish(request: HttpRequest, sheet_id: int, *, desk: Desk) -> HttpResponseBase:
    """Nothing more will be typed: the photographs go."""
    operations.finish_sheet(sheet_id=sheet_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    messages.success(request, _("La feuille est terminée, ses photos sont effacées. Détruisez le papier."))
    return redirect(desk.url("sheets"))


@require_POST
def entrust(request: HttpRequest, sheet_id: int, *, desk: Desk) -> HttpResponseBase:
    """Let the operator of one of the place's programmes see and type this sheet."""
    typed = request.POST.get("operator_id", "")
    operator_id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    operations.entrust_sheet(sheet_id=sheet_id, operator_id=operator_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    messages.success(request, _("L’opérateur voit maintenant cette feuille et ses photos, et peut la saisir pour vous."))
    return redirect(desk.url("sheet", sheet_id))
