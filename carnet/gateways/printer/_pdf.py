"""Booklets written to a PDF file: what an edition shares is drawn once, then light pages only add what changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

from carnet.gateways.printer import _cover as cover
from carnet.gateways.printer import _sheets as sheets
from carnet.gateways.printer import _ticket as ticket
from carnet.gateways.printer._canvas import POINTS_PER_MM, TICKET_HEIGHT_MM, TICKET_WIDTH_MM, Canvas
from carnet.gateways.printer._edition import Edition, NearPlace, Paper, PrintedBooklet
from carnet.gateways.printer._file import PdfFile, text_string, written
from carnet.gateways.printer._fonts import embed

Page = tuple[bytes, bool]


def write_pdf(path: Path | BinaryIO, edition: Edition, booklets: Iterable[PrintedBooklet], *, paper: Paper, marks: bool) -> int:
    """Behind the package's `write_pdf`, which says what it promises."""
    with written(path) as file:
        return Printing(PdfFile(file), edition, paper, marks).whole(booklets)


@dataclass(slots=True)
class Printing:
    """One file being written: what its pages share, and the insides drawn so far."""

    file: PdfFile
    edition: Edition
    paper: Paper
    marks: bool
    over: str = ""
    fonts: bytes = b""
    resources: int = 0
    forms: dict[str, int] = field(default_factory=dict)
    insides: dict[tuple[NearPlace, ...], str] = field(default_factory=dict)
    streams: dict[bytes, int] = field(default_factory=dict)

    def whole(self, booklets: Iterable[PrintedBooklet]) -> int:
        """Every booklet, then the end of the file; returns its number of pages."""
        self.start()
        if self.paper is Paper.A4:
            self._on_sheets(list(booklets))
        else:
            for booklet in booklets:
                for content, is_torn in self._pages(booklet):
                    self._on_page(content, is_torn=is_torn)
        self.finish(f"{self.edition.title} : carnets")
        return self.file.pages

    def start(self) -> None:
        """What pages share."""
        self.resources = self.file.reserve()
        self.fonts = b"/Font<<%b>>" % b"".join(b"/%b %d 0 R" % (key.encode(), embed(self.file, key)) for key in ("R", "B"))
        pictures = {f"L{rank}": logo for rank, logo in enumerate(self.edition.logos, start=1)}
        numbers = {
            name: self.file.stream(
                logo.rgb,
                b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8" % (logo.width_px, logo.height_px),
            )
            for name, logo in pictures.items()
        }
        sizes = {name: (logo.width_px, logo.height_px) for name, logo in pictures.items()}
        self.form("F", cover.front_form(self.edition, sizes), numbers)
        self.form("I", cover.inside_form(self.edition))
        self.form("T", ticket.ticket_form(self.edition))
        if self.over:
            self.form("O", ticket.over(self.over))
        if self.marks:
            self.form("M", sheets.ticket_marks(self.edition, torn=False) if self.paper is Paper.DL else sheets.sheet_marks())
            self.form("P", sheets.ticket_marks(self.edition, torn=True))

    def form(self, name: str, drawn: Canvas, pictures: dict[str, int] | None = None) -> None:
        """Something drawn once and used by many pages."""
        named = b"".join(b"/%b %d 0 R" % (key.encode(), number) for key, number in (pictures or {}).items())
        resources = self.fonts + (b"/XObject<<%b>>" % named if named else b"")
        around = 20 * POINTS_PER_MM
        reach = (-around, -around, TICKET_WIDTH_MM * POINTS_PER_MM + around, 3 * TICKET_HEIGHT_MM * POINTS_PER_MM)
        box = b"[%.2f %.2f %.2f %.2f]" % reach
        self.forms[name] = self.file.stream(drawn.content, b"/Type/XObject/Subtype/Form/BBox%b/Resources<<%b>>" % (box, resources))

    def _pages(self, booklet: PrintedBooklet) -> Iterator[Page]:
        """The tickets of one booklet, and whether a stub is torn from each."""
        over = b"\n/O Do" if self.over else b""
        for content, is_torn in self._drawn(booklet):
            yield content + over, is_torn

    def _drawn(self, booklet: PrintedBooklet) -> Iterator[Page]:
        yield self._front(booklet), False
        yield b"/I Do\n/%b Do" % self._inside(booklet.nearest), False
        for rank, voucher in enumerate(booklet.vouchers, start=1):
            page = Canvas()
            page.use("T")
            ticket.ticket(page, self.edition, rank, voucher)
            yield page.content, True

    def _front(self, booklet: PrintedBooklet) -> bytes:
        page = Canvas()
        page.use("F")
        cover.front(page, booklet)
        return page.content

    def _inside(self, places: tuple[NearPlace, ...]) -> bytes:
        """The form of the places near one desk, drawn the first time they come."""
        name = self.insides.get(places)
        if name is None:
            name = self.insides[places] = f"N{len(self.insides)}"
            self.form(name, cover.nearest_form(self.edition, places))
        return name.encode()

    def _on_page(self, content: bytes, *, is_torn: bool) -> None:
        if self.marks:
            marks = b"/P Do\n" if is_torn else b"/M Do\n"
            content = sheets.moved(marks + content, sheets.AROUND_MM, sheets.AROUND_MM)
        self._page(content)

    def _on_sheets(self, booklets: list[PrintedBooklet]) -> None:
        """Three booklets a sheet, so that a pile cut in three makes three piles of whole booklets, to be put one on another in order."""
        high = -(-len(booklets) // sheets.PER_SHEET)
        for rank in range(high):
            beside = [self._pages(each) for each in booklets[rank::high]]
            for tickets in zip_longest(*beside, fillvalue=(b"", False)):
                drawn = [
                    sheets.moved(content, 0, (sheets.PER_SHEET - 1 - row) * TICKET_HEIGHT_MM)
                    for row, (content, _torn) in enumerate(tickets)
                    if content
                ]
                if self.marks:
                    drawn.append(sheets.moved(b"/M Do", 0, 0))
                self._page(b"\n".join(drawn))

    def _page(self, content: bytes) -> None:
        # Every inside of one packing is the same stream.
        number = self.streams.get(content)
        if number is None:
            number = self.file.stream(content)
            if len(content) < 100:
                self.streams[content] = number
        self.file.page(b"/Contents %d 0 R%b" % (number, sheets.boxes(self.paper, self.marks)))

    def finish(self, title: str) -> None:
        """The end of the file."""
        named = b"".join(b"/%b %d 0 R" % (name.encode(), number) for name, number in self.forms.items())
        self.file.put(self.resources, b"<<%b/XObject<<%b>>>>" % (self.fonts, named))
        title += " (activité simulée)" if self.edition.is_simulated else ""
        self.file.finish(
            inherited=b"/Resources %d 0 R%b" % (self.resources, sheets.media(self.paper, self.marks)),
            catalogue=b"/Lang(fr-FR)/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>",
            about=b"/Title%b/Producer(Carnet)" % text_string(title),
        )
