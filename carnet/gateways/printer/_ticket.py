"""How a voucher looks: a stub that stays in the booklet, a line to tear along, then the ticket.

What every voucher of an edition shows is drawn once a file (`ticket_form`); over it comes what changes (`ticket`). Sizes follow
docs/sources/codes-on-paper.md: digits 12 mm high in six groups of three, a QR code far above 20 mm with its quiet zone, no text under
7.5 points. Everything that says something is written: colour only decorates.
"""

from carnet.gateways.printer._canvas import TICKET_HEIGHT_MM, Canvas, fitted, rounded, tinted, width_mm, wrapped
from carnet.gateways.printer._edition import Edition, PrintedVoucher
from carnet.gateways.printer._fonts import face

INK, WHITE, YELLOW = "#000000", "#FFFFFF", "#FFD84D"
SIMULATED = "ACTIVITÉ SIMULÉE"
DIGITS_HIGH_MM = 12
# The stub is bound with the booklet: a staple takes its first half.
STUB = 16
LEFT, RIGHT, TOP, BOTTOM = 20, 205, 5, 94
TEXT_LEFT, CODE_RIGHT = 25, 148
RULE = 152
BAND_BOTTOM = 19
QR_SIDE, QR_LEFT, QR_TOP = 42, 157.5, 11
MIDDLE = (RULE + RIGHT) / 2
GROUP_LEFTS = (27.5, 69.5, 111.5)
ROW_BASELINES = (62.2, 79.6)
DIGITS_POINTS = DIGITS_HIGH_MM / (face("B").cap_height / 1000) / 25.4 * 72
TITLE_MM, HELP_MM, VALIDITY_MM, LEGAL_MM, LEGAL_LINES = 94, 74, 123, 50, 3
TITLE_LEAST, HELP_LEAST, VALIDITY_LEAST, SMALLEST = 10, 9, 8, 7.5


def ticket_form(edition: Edition) -> Canvas:
    """What every voucher of the edition shows."""
    page = Canvas()
    _outline(page, edition)
    page.text(TEXT_LEFT, 14.6, edition.title, points=fitted(edition.title, "B", 15, TITLE_MM, least=TITLE_LEAST), font="B", colour=WHITE)
    page.text(TEXT_LEFT, 35.4, edition.value, points=34, font="B", colour=edition.accent)
    beside = TEXT_LEFT + width_mm(edition.value, "B", 34) + 6
    page.text(beside, 29.4, "pour apprendre à utiliser l’ordinateur,", points=11)
    page.text(beside, 34.6, "le téléphone et Internet", points=11)
    validity = fitted(edition.validity, "B", 11.5, VALIDITY_MM, least=VALIDITY_LEAST)
    page.text(TEXT_LEFT, 42.4, edition.validity, points=validity, font="B")
    page.box(LEFT + 3, 46, CODE_RIGHT - LEFT - 3, 37.6, radius=2.5, fill=tinted(edition.accent, 0.07))
    page.text(TEXT_LEFT, 90, help_line(edition), points=fitted(help_line(edition), "B", 11.5, HELP_MM, least=HELP_LEAST), font="B")
    page.text(MIDDLE, 69.6, "Visez ce carré avec un téléphone,", points=8.5, align="middle")
    page.text(MIDDLE, 73.6, "ou tapez les 18 chiffres.", points=8.5, align="middle")
    y = 79.6
    for line in wrapped(legal(edition), "R", SMALLEST, LEGAL_MM)[:LEGAL_LINES]:
        page.text(MIDDLE, y, line, points=SMALLEST, align="middle")
        y += 3.1
    page.upwards(14.2, 93, "Utilisé le …………………………  à ……………………………………", points=8.5)
    if edition.is_simulated:
        simulated(page, CODE_RIGHT, 42.6)
    return page


def help_line(edition: Edition) -> str:
    """Whom to ask, on every voucher."""
    return f"Une question\u00a0? Appelez le {edition.phone}" if edition.phone else edition.website


def legal(edition: Edition) -> str:
    """Who issued it, and what it is not."""
    return f"Émis par {edition.operator}. Ni vendu, ni échangé contre de l’argent."


def _outline(page: Canvas, edition: Edition) -> None:
    """A ticket with a band of the programme's colour, a rule before the square, and the line to tear along."""
    height, width = BOTTOM - TOP, RIGHT - LEFT
    with page.clipped(rounded(LEFT, TOP, width, height, 4)):
        page.box(LEFT, TOP, RULE - LEFT, BAND_BOTTOM - TOP, fill=edition.accent)
    page.box(LEFT, TOP, width, height, radius=4, stroke=edition.accent, line=1)
    page.line((RULE, TOP), (RULE, BOTTOM), colour=edition.accent, width=1)
    page.dots(STUB, 0, TICKET_HEIGHT_MM, colour="#666666")


def simulated(page: Canvas, right: float, y: float) -> None:
    """A demonstration says so on every page, in black on yellow."""
    width = width_mm(SIMULATED, "B", 9) + 5
    page.box(right - width, y - 4.2, width, 6, radius=1, fill=YELLOW, stroke=INK, line=0.6)
    page.text(right - 2.5, y, SIMULATED, points=9, font="B", align="right")


def over(text: str) -> Canvas:
    """A word over a whole ticket that is not one: in outlined letters, so that what is under stays readable."""
    page = Canvas()
    points = fitted(text, "B", 100, RIGHT - LEFT)
    page.outlined((LEFT + RIGHT - width_mm(text, "B", points)) / 2, 62, text, points=points)
    return page


def ticket(page: Canvas, edition: Edition, rank: int, voucher: PrintedVoucher) -> None:
    """What only this voucher shows: its place in the booklet, its code, its serial (on the stub too), its QR code."""
    number = f"N°\u00a0{voucher.serial}"
    page.text(CODE_RIGHT, 14.4, f"Chèque {rank} sur {edition.booklet_size}", points=11, font="B", colour=WHITE, align="right")
    page.grid(GROUP_LEFTS, ROW_BASELINES, voucher.code.split(" "), points=DIGITS_POINTS)
    page.text(CODE_RIGHT, 90, number, points=10, align="right")
    page.qr(QR_LEFT, QR_TOP, QR_SIDE, voucher.url)
    page.text(MIDDLE, 64, number, points=10, font="B", align="middle")
    page.upwards(9.6, 93, f"Chèque {rank} sur {edition.booklet_size}  –  {number}", points=9, font="B")
