"""What a place was paid, paper by paper, and what it owes back: kept from the next payment, or asked for by a note."""

from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.helpline.rules import ComplaintKind
from carnet.kernel.actors import Actor
from carnet.places import queries as places
from carnet.settlement.queries import advices, debts
from carnet.settlement.rules.debts import NoteState
from carnet.web import clock, remittances
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table, Task
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.place import counter
from carnet.web.remittances import STEPS, attached
from carnet.web.statements import remittance


def owed_banners(actor: Actor) -> list[str]:
    """The sentences of `owed_words`, for the page of payments."""
    return remittances.owed_words(debts.own_debts(actor=actor))


def tasks(actor: Actor, today: date) -> list[Task]:
    """The debit notes that wait for this house: money asked of it is said where it looks first, with the day."""
    return [
        Task(
            _("%(amount)s à rendre avant le %(day)s") % {"amount": formats.euros(each.cents), "day": formats.day(each.due_on)},
            _("Voir la note de débit"),
            reverse("place:debit-note", args=[each.id]),
            detail=each.number,
            tone="danger" if each.due_on < today else "warning",
            tone_text=_("en retard") if each.due_on < today else _("à payer"),
        )
        for each in debts.debit_notes(actor=actor)
        if each.state is NoteState.ISSUED
    ]


def home(request: HttpRequest) -> HttpResponse:
    """Every advice of this house, the latest first."""
    _own(request)
    table = remittances.advices_table(advices.own_advices(actor=actor_of(request)))
    return render(request, "place/advices.html", {"table": table})


def advice(request: HttpRequest, advice_id: int) -> HttpResponse:
    """One advice, voucher by voucher, to read and to take away."""
    _own(request)
    page = advices.advice_page(actor=actor_of(request), advice_id=advice_id)
    return render(request, "place/advice.html", remittances.advice_context(page, "place"))


def advice_pdf(request: HttpRequest, advice_id: int) -> HttpResponse:
    """The paper of an advice."""
    page = advices.advice_page(actor=actor_of(request), advice_id=advice_id)
    return attached(remittance.advice_pdf(page), "application/pdf", f"{page.line.number}.pdf")


def advice_csv(request: HttpRequest, advice_id: int) -> HttpResponse:
    """The same lines for a spreadsheet."""
    page = advices.advice_page(actor=actor_of(request), advice_id=advice_id)
    return attached(remittance.advice_csv(page), "text/csv; charset=utf-8", f"{page.line.number}.csv")


def owed(request: HttpRequest) -> HttpResponse:
    """What this house owes back, voucher by voucher, and the notes that ask for it."""
    _own(request)
    actor = actor_of(request)
    groups = debts.own_debts(actor=actor)
    lines = [line for each in groups for line in each.lines]
    names = places.names_of({line.place_id for line in lines})
    columns = [
        Column(_("Chèque"), code=True),
        Column(_("Jour")),
        Column(_("Lieu")),
        Column(_("Contestation")),
        Column(_("Montant"), number=True),
        Column(_("Où en est-ce")),
    ]
    rows = [[*remittance.debt_cells(line, names), Cell(str(STEPS[line.step][0]), tone=STEPS[line.step][1])] for line in lines]
    context = {
        "sentences": remittances.owed_words(groups),
        "why": remittance.why_kept() if lines else "",
        "table": Table(_("Payé en trop"), columns, rows, empty=_("Vous ne devez rien.")),
        "notes": remittances.notes_table(debts.debit_notes(actor=actor), "place"),
    }
    return render(request, "place/owed.html", context)


def note(request: HttpRequest, note_id: int) -> HttpResponse:
    """One debit note: what, when and how to pay, whom to telephone, how to contest."""
    _own(request)
    page = debts.debit_note(actor=actor_of(request), note_id=note_id)
    about = urlencode({"motif": ComplaintKind.OTHER.value, "about": page.line.number})
    context = remittances.note_context(page, "place") | {"contest_url": f"{reverse('place:complaint-new')}?{about}"}
    return render(request, "place/debit_note.html", context)


def note_pdf(request: HttpRequest, note_id: int) -> HttpResponse:
    """The paper of a debit note."""
    page = debts.debit_note(actor=actor_of(request), note_id=note_id)
    return attached(remittance.debit_note_pdf(page), "application/pdf", f"{page.line.number}.pdf")


def _own(request: HttpRequest) -> None:
    counter.own_places(request, counter.organisation_of(actor_of(request)), clock.now())


see = door("settlement.see-own")
urlpatterns = [
    path("payments/advices/", see(home), name="advices"),
    path("payments/advices/<int:advice_id>/", see(advice), name="advice"),
    path("payments/advices/<int:advice_id>/advice.pdf", see(advice_pdf), name="advice-pdf"),
    path("payments/advices/<int:advice_id>/advice.csv", see(advice_csv), name="advice-csv"),
    path("payments/owed/", see(owed), name="owed"),
    path("payments/owed/notes/<int:note_id>/", see(note), name="debit-note"),
    path("payments/owed/notes/<int:note_id>/note.pdf", see(note_pdf), name="debit-note-pdf"),
]
