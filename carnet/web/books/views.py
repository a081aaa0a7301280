"""The books of an agreement: chosen by period, read on the screen, taken as PDF or CSV, frozen by the treasurer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.parties.rules import allowed
from carnet.settlement import operations, queries
from carnet.settlement.queries import BookPage
from carnet.settlement.rules import Book, BookPeriod, BookTable, CellKind, book_period, periods_around
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Row, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.statements import book_csv, book_pdf, words

ROWS_SHOWN = 60
_SLUGS = {book.value.lower(): book for book in Book}
_PDF, _CSV = "application/pdf", "text/csv; charset=utf-8"


def home(request: HttpRequest) -> HttpResponse:
    """Every agreement whose books one reads."""
    actor = actor_of(request)
    found = list(reversed(funding.agreements(actor, actor.programme_ids, at=clock.now())))
    columns = [Column(_("Convention")), Column(_("Programme")), Column(_("Signée le")), Column(_("État"))]
    rows = [
        [
            Cell(each.name, url=reverse("books:agreement", args=[each.id])),
            each.programme_name,
            formats.day(each.signed_on),
            Cell(_("close"), tone="neutral") if each.closed_at else Cell(_("en cours"), tone="success"),
        ]
        for each in found
    ]
    table = Table(_("Conventions"), columns, rows, empty=_("Aucune convention."))
    return render(request, "books/home.html", {"table": table})


def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """The four books of one period, and those drawn up for good."""
    actor, at = actor_of(request), clock.now()
    facts = funding.agreement(actor, agreement_id, at=at)
    period = _period(request)
    kept = queries.kept_books(actor=actor, agreement_id=agreement_id)
    context = {
        "agreement": facts,
        "period": period,
        "period_words": words.period_words(period),
        "is_over": period.is_over(at),
        "periods": [(each.name, words.period_words(each)) for each in _choices(period)],
        "books": [
            {
                "title": words.BOOKS[book],
                "lead": words.LEADS[book],
                "url": _url("book", agreement_id, book, period),
                "files": _files(agreement_id, book, period),
            }
            for book in Book
        ],
        "kept": _kept_table(kept),
    }
    return render(request, "books/agreement.html", context)


def book(request: HttpRequest, agreement_id: int, book: str) -> HttpResponse:
    """One book on the screen, counted now; or as it was frozen."""
    actor, at, period = actor_of(request), clock.now(), _period(request)
    frozen_id = _frozen(request, agreement_id, book)
    if frozen_id is not None:
        return redirect("books:kept", book_id=frozen_id)
    page = queries.book_of(actor=actor, agreement_id=agreement_id, book=_book(book), period=period, at=at)
    may_freeze = period.is_over(at) and allowed(actor.roles, "settlement.draw-up-books")
    context = _page_context(page) | {
        "files": _files(agreement_id, page.book, period),
        "back_url": f"{reverse('books:agreement', args=[agreement_id])}?period={period.name}",
        "draw_up_url": _url("draw-up", agreement_id, page.book, period) if may_freeze else "",
    }
    return render(request, "books/book.html", context)


def kept(request: HttpRequest, book_id: int) -> HttpResponse:
    """A book as it was drawn up, and whether the ledger still gives the same figures today."""
    actor = actor_of(request)
    page = queries.kept_book(actor=actor, book_id=book_id)
    now = queries.book_of(actor=actor, agreement_id=page.agreement_id, book=page.book, period=page.period, at=clock.now())
    context = _page_context(page) | {
        "files": [
            Download(_("Le compte arrêté, à signer"), reverse("books:kept-paper", args=[book_id]), "PDF"),
            Download(_("Les mêmes chiffres"), reverse("books:kept-file", args=[book_id]), "CSV"),
        ],
        "back_url": f"{reverse('books:agreement', args=[page.agreement_id])}?period={page.period.name}",
        "is_kept": True,
        "is_same_today": now.tables == page.tables,
    }
    return render(request, "books/book.html", context)


def book_paper(request: HttpRequest, agreement_id: int, book: str) -> HttpResponse:
    page = _asked(request, agreement_id, book)
    return _attached(book_pdf(page), _PDF, f"{words.file_name(page)}.pdf")


def book_file(request: HttpRequest, agreement_id: int, book: str) -> HttpResponse:
    page = _asked(request, agreement_id, book)
    return _attached(book_csv(page), _CSV, f"{words.file_name(page)}.csv")


def kept_paper(request: HttpRequest, book_id: int) -> HttpResponse:
    page = queries.kept_book(actor=actor_of(request), book_id=book_id)
    return _attached(book_pdf(page), _PDF, f"{words.file_name(page)}.pdf")


def kept_file(request: HttpRequest, book_id: int) -> HttpResponse:
    page = queries.kept_book(actor=actor_of(request), book_id=book_id)
    return _attached(book_csv(page), _CSV, f"{words.file_name(page)}.csv")


class DrawUpForm(OperationForm):
    """Nothing to say but yes."""


class DrawUp(OperationView):
    """Freeze a book: a number, an imprint, and figures that never change."""

    template_name = "books/draw_up.html"
    form_class = DrawUpForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        page = _asked(self.request, self.kwargs["agreement_id"], self.kwargs["book"])
        context = {
            "title": _("Arrêter ce compte ?"),
            "lead": words.title_of(page),
            "rows": [
                Row(_("Ensuite"), _("il ne change plus, et porte un numéro")),
                Row(_("Contrôle"), words.equal_words(page)),
            ],
            "cancel_url": _url("book", page.agreement_id, page.book, page.period),
        }
        return super().get_context_data(**(context | more))

    def perform(self, form: DrawUpForm) -> HttpResponseBase:
        book_id = operations.draw_up_book(
            agreement_id=self.kwargs["agreement_id"],
            book=_book(self.kwargs["book"]),
            period=_period(self.request),
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le compte est arrêté. Il ne changera plus."))
        return HttpResponseRedirect(reverse("books:kept", args=[book_id]))


def _frozen(request: HttpRequest, agreement_id: int, book: str) -> int | None:
    """The book of that period drawn up for good, if it was."""
    wanted = (_book(book), _period(request))
    kept = queries.kept_books(actor=actor_of(request), agreement_id=agreement_id)
    return next((each.id for each in kept if (each.book, each.period) == wanted), None)


def _asked(request: HttpRequest, agreement_id: int, book: str) -> BookPage:
    actor, frozen_id = actor_of(request), _frozen(request, agreement_id, book)
    if frozen_id is not None:
        return queries.kept_book(actor=actor, book_id=frozen_id)
    return queries.book_of(actor=actor, agreement_id=agreement_id, book=_book(book), period=_period(request), at=clock.now())


def _book(slug: str) -> Book:
    if slug not in _SLUGS:
        raise Http404
    return _SLUGS[slug]


def _period(request: HttpRequest) -> BookPeriod:
    return book_period(request.GET.get("period") or str(legal_day(clock.now()).year))


def _choices(chosen: BookPeriod) -> list[BookPeriod]:
    found = list(periods_around(legal_day(clock.now())))
    return found if chosen in found else [chosen, *found]


def _url(route: str, agreement_id: int, book: Book, period: BookPeriod) -> str:
    return f"{reverse(f'books:{route}', args=[agreement_id, book.value.lower()])}?period={period.name}"


def _files(agreement_id: int, book: Book, period: BookPeriod) -> list[Download]:
    return [
        Download(str(words.BOOKS[book]), _url("book-paper", agreement_id, book, period), "PDF"),
        Download(_("Les mêmes chiffres"), _url("book-file", agreement_id, book, period), "CSV"),
    ]


def _kept_table(kept: list[queries.KeptBook]) -> Table:
    columns = [Column(_("Compte")), Column(_("Période")), Column(_("Numéro"), number=True), Column(_("Arrêté le")), Column(_("Intact"))]
    rows = [
        [
            Cell(str(words.BOOKS[each.book]), url=reverse("books:kept", args=[each.id])),
            words.period_words(each.period),
            formats.number(each.number),
            formats.day(each.made_at),
            Cell(_("oui"), tone="success") if each.is_untouched else Cell(_("non"), tone="danger"),
        ]
        for each in kept
    ]
    return Table(_("Comptes arrêtés"), columns, rows, empty=_("Aucun compte arrêté pour l’instant."))


def _page_context(page: BookPage) -> dict[str, Any]:
    return {
        "shown": page,
        "is_kept": False,
        "is_same_today": False,
        "draw_up_url": "",
        "title": words.title_of(page),
        "lead": words.LEADS[page.book],
        "standing": words.standing_of(page),
        "equal": words.equal_words(page),
        "tables": [_shown(table) for table in page.tables],
        "reckonings": _reckonings(page),
    }


def _shown(table: BookTable) -> dict[str, Any]:
    columns = [
        Column(heading, number=kind in (CellKind.NUMBER, CellKind.EUROS))
        for heading, (_name, kind) in zip(words.headings(table), table.columns, strict=True)
    ]
    rows = [words.cells_of(table, row) for row in table.rows[:ROWS_SHOWN]]
    total = words.cells_of(table, table.total) if table.total is not None and rows else []
    hidden = len(table.rows) - len(rows)
    more = ngettext("%(count)s ligne de plus dans le fichier.", "%(count)s lignes de plus dans le fichier.", hidden) % {"count": hidden}
    shown = Table(str(words.TABLES[table.key]), columns, rows, total, empty=_("Rien pendant cette période."))
    return {"table": shown, "more": more if hidden else ""}


def _reckonings(page: BookPage) -> Table:
    columns = [Column(_("Comparé")), Column(_("Ce compte"), number=True), Column(_("Grand livre"), number=True), Column(_("Égal"))]
    rows = [
        [
            words.reckoned(each),
            words.shown(each.kind, each.book),
            words.shown(each.kind, each.ledger),
            Cell(_("oui"), tone="success") if each.is_equal else Cell(_("non"), tone="danger"),
        ]
        for each in page.reckonings
    ]
    return Table(_("Contrôle avec le grand livre"), columns, rows)


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
