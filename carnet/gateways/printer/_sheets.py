"""How pages are laid on paper: one ticket a page with what a press cuts and tears by, or three of them on a sheet of A4.

DL: the ticket is cut at 210 by 99 mm (TrimBox); colours that reach its edge go on 3 mm beyond (BleedBox); crop marks and the mark of the
perforation stand outside both. A4: three tickets of 210 by 99 mm are exactly a sheet. Marks are ticks at the edges, within the margin.
"""

from carnet.gateways.printer._canvas import POINTS_PER_MM, TICKET_HEIGHT_MM, TICKET_WIDTH_MM, Canvas
from carnet.gateways.printer._edition import Edition, Paper
from carnet.gateways.printer._ticket import STUB

BLEED_MM, AROUND_MM, MARK_MM, AWAY_MM = 3, 12, 6, 4
PER_SHEET = 3
GREY = "#000000"
_HAIR = 0.4


def boxes(paper: Paper, marks: bool) -> bytes:
    """Where a page is cut, as entries of its dictionary; the size of the paper itself is `media`."""
    if paper is Paper.A4 or not marks:
        return b""
    return b"/TrimBox%b/BleedBox%b" % (_box(AROUND_MM), _box(AROUND_MM - BLEED_MM))


def media(paper: Paper, marks: bool) -> bytes:
    """The size of every page."""
    if paper is Paper.A4:
        return b"/MediaBox[0 0 %.2f %.2f]" % (TICKET_WIDTH_MM * POINTS_PER_MM, PER_SHEET * TICKET_HEIGHT_MM * POINTS_PER_MM)
    around = AROUND_MM if marks else 0
    size = ((TICKET_WIDTH_MM + 2 * around) * POINTS_PER_MM, (TICKET_HEIGHT_MM + 2 * around) * POINTS_PER_MM)
    return b"/MediaBox[0 0 %.2f %.2f]" % size


def _box(inset: float) -> bytes:
    far = ((TICKET_WIDTH_MM + 2 * AROUND_MM - inset) * POINTS_PER_MM, (TICKET_HEIGHT_MM + 2 * AROUND_MM - inset) * POINTS_PER_MM)
    return b"[%.2f %.2f %.2f %.2f]" % (inset * POINTS_PER_MM, inset * POINTS_PER_MM, *far)


def moved(content: bytes, dx_mm: float, dy_mm: float) -> bytes:
    """A ticket drawn elsewhere than in the bottom left corner."""
    return b"q 1 0 0 1 %.2f %.2f cm\n%b\nQ" % (dx_mm * POINTS_PER_MM, dy_mm * POINTS_PER_MM, content)


def ticket_marks(edition: Edition, *, torn: bool) -> Canvas:
    """Crop marks at the four corners, the mark of the perforation, and in words what they are."""
    page, width, height = Canvas(), TICKET_WIDTH_MM, TICKET_HEIGHT_MM
    near, far = AWAY_MM, AWAY_MM + MARK_MM
    for x in (0, width):
        page.line((x, -near), (x, -far), width=_HAIR)
        page.line((x, height + near), (x, height + far), width=_HAIR)
    for y in (0, height):
        page.line((-near, y), (-far, y), width=_HAIR)
        page.line((width + near, y), (width + far, y), width=_HAIR)
    said = f"{edition.title} – coupe 210 × 99 mm, fond perdu 3 mm"
    if torn:
        for top, bottom in ((-far, -near), (height + near, height + far)):
            page.dots(STUB, top, bottom, colour="#000000")
        page.text(STUB + 2, -near - 1.4, "perforation", points=7.5)
        page.text(STUB + 2, height + near + 3.6, "perforation", points=7.5)
        said += f", perforation à {STUB} mm du bord gauche"
    page.text(width - 2, -near - 1.4, said, points=7.5, align="right")
    return page


def sheet_marks() -> Canvas:
    """Ticks where a sheet of A4 is cut in three, and where its stubs are torn. Millimetres go from the top of the sheet's last ticket."""
    page = Canvas()
    for y in (0, -TICKET_HEIGHT_MM):
        for start, end in ((0, 5), (TICKET_WIDTH_MM - 5, TICKET_WIDTH_MM)):
            page.line((start, y), (end, y), width=_HAIR)
    return page
