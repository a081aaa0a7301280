"""How our paper looks: a cover that explains, then vouchers drawn as tickets.

Each page is a form drawn once for the whole file and, over it, what changes from one to the next.
Sizes follow docs/sources/codes-on-paper.md: digits 12 mm high in six groups of
three, a QR code far above 20 mm with its quiet zone, no text under 7.5 points.
"""

from carnet.gateways.printer._canvas import (
    Canvas,
    arc_above,
    arc_below,
    at,
    fitted,
    rgb,
    rounded,
    tinted,
    width_mm,
    wrapped,
)
from carnet.gateways.printer._edition import Edition, PrintedBooklet, PrintedVoucher
from carnet.gateways.printer._fonts import face

INK = "#16202A"
WHITE = "#FFFFFF"
SIMULATED = "ACTIVITÉ SIMULÉE"
DIGITS_HIGH_MM = 12
MARGIN = 5
RIGHT, BOTTOM = 205, 94
RIGHT_EDGE = 143.5
PERFORATION = 147
QR_SIDE, QR_LEFT, QR_TOP = 46, 153, 13
GROUP_LEFTS = (13, 57, 101)
ROW_BASELINES = (62.6, 80)


def ticket_form(edition: Edition) -> Canvas:
    """What every voucher of the edition shows."""
    page = Canvas()
    _ticket_outline(page, edition)
    title = fitted(edition.title, "B", 15, 96)
    page.text(12, 14.6, edition.title, points=title, font="B", colour=WHITE)
    value_points = 34
    page.text(12, 36, edition.value, points=value_points, font="B", colour=edition.accent)
    beside = 12 + width_mm(edition.value, "B", value_points) + 6
    page.text(beside, 29.6, "pour apprendre à utiliser l’ordinateur,", points=10.5, colour=INK)
    page.text(beside, 34.6, "le téléphone et Internet", points=10.5, colour=INK)
    page.text(12, 42.6, edition.validity, points=fitted(edition.validity, "B", 11, 130), font="B", colour=INK)
    page.box(9.5, 46, 134, 38, radius=2.5, fill=tinted(edition.accent, 0.07))
    help_line = f"Une question\u00a0? Appelez le {edition.phone}" if edition.phone else edition.website
    page.text(12, 90.4, help_line, points=fitted(help_line, "B", 11, 76), font="B", colour=INK)
    middle = (PERFORATION + RIGHT) / 2
    page.text(middle, 71, "Flashez ce carré, ou", points=9, colour=INK, align="middle")
    page.text(middle, 75, "tapez les 18 chiffres", points=9, colour=INK, align="middle")
    y = 80.4
    for line in wrapped(_legal(edition), "R", 7.5, 50)[:3]:
        page.text(middle, y, line, points=7.5, colour=INK, align="middle")
        y += 3.1
    if edition.is_simulated:
        _simulated(page, RIGHT_EDGE, 42.8)
    return page


def _legal(edition: Edition) -> str:
    return f"Émis par {edition.operator}. Ni vendu, ni échangé contre de l’argent."


def _ticket_outline(page: Canvas, edition: Edition) -> None:
    """A ticket: rounded corners, two notches, a line of perforation, and a band of the programme's colour."""
    radius, notch = 4, 3
    band = 20
    page.put(f"q {rounded(MARGIN, MARGIN, RIGHT - MARGIN, BOTTOM - MARGIN, radius)} W n")
    page.box(MARGIN, MARGIN, PERFORATION - MARGIN, band - MARGIN, fill=edition.accent)
    page.put("Q")
    page.box(MARGIN, MARGIN, RIGHT - MARGIN, BOTTOM - MARGIN, radius=radius, stroke=edition.accent, line=1)
    for y, arc in ((MARGIN, arc_below), (BOTTOM, arc_above)):
        # The notch hides the outline, then draws its own edge.
        page.dot(PERFORATION, y, notch, fill=WHITE)
        start = PERFORATION - notch if y == MARGIN else PERFORATION + notch
        page.put(f"{_stroke(edition.accent)} {_move(start, y)} {arc(PERFORATION, y, notch)} S")
    page.put(
        f"q {_stroke(edition.accent)} [1.2 2.6] 0 d {_move(PERFORATION, MARGIN + notch + 1.5)} {_line(PERFORATION, BOTTOM - notch - 1.5)} S Q"
    )


def _simulated(page: Canvas, right: float, y: float) -> None:
    """A demonstration says so on every page, in black on yellow."""
    width = width_mm(SIMULATED, "B", 9) + 5
    page.box(right - width, y - 4.2, width, 6, radius=1, fill="#FFD84D", stroke=INK, line=0.6)
    page.text(right - 2.5, y, SIMULATED, points=9, font="B", colour=INK, align="right")


def ticket(page: Canvas, edition: Edition, booklet: PrintedBooklet, rank: int, voucher: PrintedVoucher) -> None:
    """What only this voucher shows: its place in the booklet, its code, its serial, its QR code."""
    page.text(RIGHT_EDGE, 14.4, f"Chèque {rank} sur {edition.booklet_size}", points=11, colour=WHITE, align="right")
    points = DIGITS_HIGH_MM / (face("B").cap_height / 1000) / 25.4 * 72
    groups = voucher.code.split(" ")
    for position, group in enumerate(groups):
        page.text(GROUP_LEFTS[position % 3], ROW_BASELINES[position // 3], group, points=points, font="B")
    page.text(RIGHT_EDGE, 90.4, f"N°\u00a0{voucher.serial}", points=10, colour=INK, align="right")
    page.qr(QR_LEFT, QR_TOP, QR_SIDE, voucher.url)
    middle = (PERFORATION + RIGHT) / 2
    page.text(middle, 66, f"N°\u00a0{voucher.serial}", points=9, font="B", colour=INK, align="middle")


def cover_form(edition: Edition) -> Canvas:
    """What every cover of the edition shows: what this is, how to use it, who to call, who pays."""
    page = Canvas()
    page.put(f"q {rounded(MARGIN, MARGIN, RIGHT - MARGIN, BOTTOM - MARGIN, 4)} W n")
    page.box(MARGIN, MARGIN, 67, BOTTOM - MARGIN, fill=edition.accent)
    page.put("Q")
    page.box(MARGIN, MARGIN, RIGHT - MARGIN, BOTTOM - MARGIN, radius=4, stroke=edition.accent, line=1)
    _cover_left(page, edition)
    _cover_steps(page, edition)
    _cover_foot(page, edition)
    return page


def _cover_left(page: Canvas, edition: Edition) -> None:
    y = 17.5
    for line in wrapped(edition.title, "B", 17, 57)[:2]:
        page.text(11, y, line, points=17, font="B", colour=WHITE)
        y += 7.2
    count = f"{edition.booklet_size} chèques"
    page.text(11, y + 11.5, count, points=fitted(count, "B", 32, 56), font="B", colour=WHITE)
    worth = f"de {edition.value}"
    page.text(11, y + 25, worth, points=fitted(worth, "B", 32, 56), font="B", colour=WHITE)
    page.box(11, 68, 55, 20.5, radius=2, fill=WHITE)


def _cover_steps(page: Canvas, edition: Edition) -> None:
    """Three numbered steps in short words."""
    left, width = 90, 108
    steps = (
        ("Choisissez un lieu près de chez vous.", f"La liste est sur {edition.website}" + (" ou au téléphone." if edition.phone else ".")),
        ("Allez-y avec ce carnet.", _help_with(edition, width)),
        ("Payez avec vos chèques.", "Vous ne payez rien d’autre. Gardez les autres chèques pour plus tard."),
    )
    page.text(78, 15.5, "Comment utiliser ce carnet\u00a0?", points=15, font="B", colour=edition.accent)
    y = 24.5
    for number, (heading, detail) in enumerate(steps, start=1):
        page.dot(82.2, y - 0.4, 4.2, fill=edition.accent)
        page.text(82.2, y + 1.4, str(number), points=13, font="B", colour=WHITE, align="middle")
        page.text(left, y, heading, points=11.5, font="B", colour=INK)
        y = page.paragraph(left, y + 4.7, detail, points=10, most_mm=width, leading_mm=4.3, colour=INK) + 3.1


def _help_with(edition: Edition, most_mm: float) -> str:
    """As many services as one line holds."""
    sentence = "On vous aide, ou on vous apprend"
    named: list[str] = []
    for service in edition.services:
        if width_mm(f"{sentence}\u00a0: {', '.join([*named, service])}…", "R", 10) > most_mm:
            break
        named.append(service)
    return f"{sentence}\u00a0: {', '.join(named)}…" if named else f"{sentence}."


def _cover_foot(page: Canvas, edition: Edition) -> None:
    if edition.phone:
        page.box(78, 57, 121, 12.5, radius=2.5, fill=tinted(edition.accent, 0.1))
        question = "Une question\u00a0? Carnet perdu\u00a0?"
        page.text(82, 64.9, question, points=11, colour=INK)
        page.text(195.5, 65.4, edition.phone, points=20, font="B", colour=edition.accent, align="right")
    page.text(78, 75.6, edition.validity, points=fitted(edition.validity, "B", 11, 121), font="B", colour=INK)
    notice = edition.notice or "Ce carnet est à vous. Il est gratuit. Il ne peut être ni vendu ni échangé contre de l’argent."
    foot = 80.2
    for line in wrapped(notice, "R", 8.5, 121)[:2]:
        page.text(78, foot, line, points=8.5, colour=INK)
        foot += 3.7
    paid = "Payé par " + _listed(edition.funders) + f". Émis par {edition.operator}."
    foot = 91.4 - 3.5 * (len(wrapped(paid, "R", 8, 121)[:2]) - 1)
    for line in wrapped(paid, "R", 8, 121)[:2]:
        page.text(78, foot, line, points=8, colour=INK)
        foot += 3.5
    if edition.is_simulated:
        _simulated(page, 199, 15.4)


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} et {names[-1]}"


def cover(page: Canvas, edition: Edition, booklet: PrintedBooklet) -> None:
    """What only this booklet's cover shows: its serial, in letters and as a barcode."""
    page.bars(15, 71, 47, 10.5, booklet.barcode)
    page.text(38.5, 86.2, f"Carnet n°\u00a0{booklet.serial}", points=9, font="B", colour=INK, align="middle")


def _stroke(colour: str) -> str:
    return f"{rgb(colour)} RG 1 w"


def _move(x: float, y: float) -> str:
    return f"{at(x, y)} m"


def _line(x: float, y: float) -> str:
    return f"{at(x, y)} l"
