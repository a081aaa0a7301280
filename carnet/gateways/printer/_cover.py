"""How a cover looks: a front that explains the booklet in three signs, and an inside that says where to go.

The front says what it is, how to use it, whom to call and who pays. The inside names the places nearest to the desk that will hand the
booklet out: the same page for every booklet of one packing, drawn once for all of them.
"""

from dataclasses import dataclass

from carnet.gateways.printer import _ticket as ticket
from carnet.gateways.printer._canvas import TICKET_HEIGHT_MM, Canvas, fitted, tinted, width_mm, wrapped
from carnet.gateways.printer._edition import NEAREST_MAX, Edition, NearPlace, PrintedBooklet
from carnet.gateways.printer._logos import BOX_HEIGHT_MM, BOX_WIDTH_MM

HOW_TO_USE = "Comment utiliser ce carnet\u00a0?"
QUESTION = "Une question\u00a0? Carnet perdu\u00a0?"
NEAR_HERE, WHERE_TO_GO = "Où aller, près d’ici\u00a0?", "Où aller\u00a0?"
OTHER_DAYS, ASK_HOURS = "Et d’autres jours.", "Demandez les horaires au lieu."
THEY_ACCEPT = "Ces lieux acceptent vos chèques."
ASK = "Demandez à la personne qui vous remet ce carnet."
BLEED = 3
PANEL_LEFT, PANEL_RIGHT, PANEL_TEXT_MM = 19, 80, 57
SIDE_LEFT, SIDE_RIGHT = 87, 205
SIDE_MM = SIDE_RIGHT - SIDE_LEFT
STEP_MM, STEP_GAP = 36.5, 4.25
TITLE_LINES, VALIDITY_LINES, PERIMETER_LINES, PAID_LINES, NOTICE_LINES = 2, 3, 2, 2, 2
INSIDE_LEFT, INSIDE_RIGHT = 20, 204
INSIDE_MM = INSIDE_RIGHT - INSIDE_LEFT
NEAR_BASELINE, CARDS_TOP, CARD_GAP, CARD_HIGH = 12.6, 15.8, 2.2, 25.5
FOOT_TOP, NOTICE_BASELINE, NOTICE_LEADING = 70.8, 94.8, 3.9
QUESTION_MM, PHONE_MM = 54, 40
LOGO_GAP = 6
NOTICE_MM, ELSE_MM = 122, 58
TITLE_POINTS, VALIDITY_POINTS, PAID_POINTS, NOTICE_POINTS = 17, 11, 8, 9.5
SERVICES, SERVICES_LEFT, SERVICES_BASELINE = "On vous aide, ou on vous apprend\u00a0:", INSIDE_LEFT + 11, 75.2
# Lines above the box of the other places are wide, those beside it narrow.
WIDE_MM, NARROW_MM = INSIDE_RIGHT - SERVICES_LEFT, 111
SERVICES_LEAST, SERVICES_LINES = 9.5, 4


@dataclass(frozen=True, slots=True)
class _Size:
    """Letters for the services, as many lines as they leave room for, and how many of those are wide."""

    points: float
    lines: int
    wide: int
    leading: float


# Large letters as long as they hold every service. More than the second size holds are refused when they are chosen; the last two are for
# designs approved before that, of which nothing is left out either.
_SIZES = (_Size(11, 3, 1, 4.4), _Size(SERVICES_LEAST, SERVICES_LINES, 2, 3.85), _Size(8.5, 4, 2, 3.85), _Size(7.5, 5, 2, 2.9))
_LEAST = _SIZES[1]
BULLET_MM, BETWEEN_MM = 3.4, 4


def front_form(edition: Edition, logos: dict[str, tuple[int, int]]) -> Canvas:
    """What every front shows. `logos`: each picture's name in the file, and its size in pixels."""
    page = Canvas()
    page.box(-BLEED, -BLEED, PANEL_RIGHT + BLEED, TICKET_HEIGHT_MM + 2 * BLEED, fill=edition.accent)
    _panel(page, edition)
    page.text(SIDE_LEFT, 14, HOW_TO_USE, points=16, font="B", colour=edition.accent)
    for rank, (sign, heading, detail) in enumerate(steps(edition)):
        _step(page, edition, SIDE_LEFT + rank * (STEP_MM + STEP_GAP), rank + 1, sign, heading, detail)
    _call(page, edition, SIDE_LEFT, 58.6, SIDE_MM, QUESTION)
    _payers(page, edition, logos)
    if edition.is_simulated:
        ticket.simulated(page, SIDE_RIGHT, 13)
    return page


def _panel(page: Canvas, edition: Edition) -> None:
    """What it is, until when, where."""
    white, y = ticket.WHITE, 15.6
    for line in wrapped(edition.title, "B", 17, PANEL_TEXT_MM)[:TITLE_LINES]:
        page.text(PANEL_LEFT, y, line, points=17, font="B", colour=white)
        y += 7
    for words in (f"{edition.booklet_size} chèques", f"de {edition.value}"):
        page.text(PANEL_LEFT, y + 6.6, words, points=fitted(words, "B", 30, PANEL_TEXT_MM), font="B", colour=white)
        y += 11.6
    y += 5.2
    for sign, text, font, most in (("calendar", edition.validity, "B", VALIDITY_LINES), ("place", edition.perimeter, "R", PERIMETER_LINES)):
        if not text:
            continue
        page.pictogram(PANEL_LEFT - 0.5, y - 4, 6, sign, colour=white)
        for line in wrapped(text, font, 11, PANEL_TEXT_MM - 8)[:most]:
            page.text(PANEL_LEFT + 8, y, line, points=11, font=font, colour=white)
            y += 4.6
        y += 2.2
    page.box(PANEL_LEFT, 76.4, PANEL_TEXT_MM, 17.6, radius=2, fill=white)


def steps(edition: Edition) -> tuple[tuple[str, str, str], ...]:
    """How to use a booklet: the sign, what to do, and how."""
    listed = "Des lieux sont à la page suivante."
    return (
        ("place", "Choisissez un lieu.", listed + (" Ou appelez-nous." if edition.phone else "")),
        ("way", "Allez-y avec ce carnet.", "On vous aide, ou on vous apprend."),
        ("ticket", "Payez avec vos chèques.", "Rien d’autre à payer. Gardez les autres."),
    )


def _step(page: Canvas, edition: Edition, x: float, number: int, sign: str, heading: str, detail: str) -> None:
    page.box(x, 18, STEP_MM, 16.6, radius=2.5, fill=tinted(edition.accent, 0.09))
    page.pictogram(x + STEP_MM / 2 - 4, 19.1, 14.4, sign, colour=edition.accent, width=1.6)
    page.dot(x + 6.2, 26.3, 4.4, fill=edition.accent)
    page.text(x + 6.2, 28.2, str(number), points=15, font="B", colour=ticket.WHITE, align="middle")
    y = 39.8
    for line in wrapped(heading, "B", 11.5, STEP_MM):
        page.text(x, y, line, points=11.5, font="B")
        y += 4.7
    page.paragraph(x, y + 0.4, detail, points=10, most_mm=STEP_MM, leading_mm=4.1)


def _call(page: Canvas, edition: Edition, x: float, y: float, width: float, question: str) -> None:
    """The telephone, larger than anything around it."""
    if not edition.phone:
        return
    page.box(x, y, width, 13.2, radius=2.5, fill=ticket.WHITE, stroke=edition.accent, line=1.4)
    page.pictogram(x + 2.6, y + 2.4, 8.4, "phone", colour=edition.accent, width=2)
    page.text(x + 13.4, y + (6 if edition.phone_hours else 8.2), question, points=10.5, font="B")
    if edition.phone_hours:
        hours = fitted(edition.phone_hours, "R", 9.5, QUESTION_MM, least=ticket.SMALLEST)
        page.text(x + 13.4, y + 10.4, edition.phone_hours, points=hours)
    points = fitted(edition.phone, "B", 23, PHONE_MM)
    page.text(x + width - 3.4, y + 9.4, edition.phone, points=points, font="B", colour=edition.accent, align="right")


def _payers(page: Canvas, edition: Edition, logos: dict[str, tuple[int, int]]) -> None:
    """Who pays: by their logos, and in words always."""
    lines = wrapped(paid_by(edition), "R", 8, SIDE_MM)[:PAID_LINES]
    y = 94.2 - 3.4 * (len(lines) - 1)
    if logos:
        bottom = y - 4
        room = min(BOX_WIDTH_MM, (SIDE_MM - LOGO_GAP * (len(logos) - 1)) / len(logos))
        x = float(SIDE_LEFT)
        for name, (wide, high) in logos.items():
            scale = min(room / wide, BOX_HEIGHT_MM / high)
            page.image(x, bottom - (BOX_HEIGHT_MM + high * scale) / 2, wide * scale, high * scale, name)
            x += wide * scale + LOGO_GAP
    else:
        page.line((SIDE_LEFT, y - 5), (SIDE_RIGHT, y - 5), colour=edition.accent)
    for line in lines:
        page.text(SIDE_LEFT, y, line, points=8)
        y += 3.4


def paid_by(edition: Edition) -> str:
    """Who pays and who issues, as one sentence each."""
    return f"Payé par {_listed(edition.funders)}. Émis par {edition.operator}."


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} et {names[-1]}"


def front(page: Canvas, booklet: PrintedBooklet) -> None:
    """What only this booklet's front shows: its serial, in letters and as a barcode."""
    middle = PANEL_LEFT + PANEL_TEXT_MM / 2
    page.bars(PANEL_LEFT + 5, 78.4, PANEL_TEXT_MM - 10, 9.4, booklet.barcode)
    page.text(middle, 92, f"Carnet n°\u00a0{booklet.serial}", points=10, font="B", align="middle")


def inside_form(edition: Edition) -> Canvas:
    """What every inside shows: what can be learnt, what the booklet is, whom to call."""
    page = Canvas()
    page.box(-BLEED, -BLEED, ticket.STUB + BLEED, TICKET_HEIGHT_MM + 2 * BLEED, fill=edition.accent)
    page.line((INSIDE_LEFT, FOOT_TOP), (INSIDE_RIGHT, FOOT_TOP), colour=edition.accent)
    if edition.services:
        _services(page, edition)
    lines = wrapped(notice(edition), "R", NOTICE_POINTS, NOTICE_MM)[:NOTICE_LINES]
    y = NOTICE_BASELINE - NOTICE_LEADING * (len(lines) - 1)
    for line in lines:
        page.text(INSIDE_LEFT, y, line, points=NOTICE_POINTS)
        y += NOTICE_LEADING
    _where_else(page, edition)
    if edition.is_simulated:
        ticket.simulated(page, INSIDE_RIGHT, 11.2)
    return page


def _services(page: Canvas, edition: Edition) -> None:
    """What can be learnt or done: every service named, each after a dot."""
    page.pictogram(INSIDE_LEFT, FOOT_TOP + 1.2, 8, "computer", colour=edition.accent)
    laid = ((size, _lines(edition.services, size)) for size in _SIZES)
    size, lines = next((size, lines) for size, lines in laid if len(lines) <= size.lines or size is _SIZES[-1])
    for rank, line in enumerate(lines):
        y = SERVICES_BASELINE + rank * size.leading
        for x, words in line:
            if words == SERVICES:
                page.text(SERVICES_LEFT, y, words, points=size.points, font="B")
                continue
            page.dot(SERVICES_LEFT + x + 1.1, y - size.points * 0.11, 0.8, fill=edition.accent)
            page.text(SERVICES_LEFT + x + BULLET_MM, y, words, points=size.points)


def services_lines(services: tuple[str, ...]) -> int:
    """How many lines all the services take in the smallest letters that are chosen for them."""
    return len(_lines(services, _LEAST))


def _lines(services: tuple[str, ...], size: _Size) -> list[list[tuple[float, str]]]:
    """What is said before the services, then each of them, in lines: how far from the left each begins. None is cut in two."""
    lines: list[list[tuple[float, str]]] = [[(0.0, SERVICES)]]
    end = width_mm(SERVICES, "B", size.points)
    for words in services:
        long = BULLET_MM + width_mm(words, "R", size.points)
        if end + BETWEEN_MM + long <= (WIDE_MM if len(lines) <= size.wide else NARROW_MM):
            lines[-1].append((end + BETWEEN_MM, words))
            end += BETWEEN_MM + long
        else:
            lines.append([(0.0, words)])
            end = long
    return lines


def _where_else(page: Canvas, edition: Edition) -> None:
    """All the places, for whoever none of those above suits."""
    x, width = INSIDE_RIGHT - ELSE_MM, ELSE_MM
    page.box(x, 80.6, width, 14.4, radius=2.5, fill=ticket.WHITE, stroke=edition.accent, line=1.4)
    page.text(x + 4, 84.8, "Tous les autres lieux", points=9.5, font="B")
    if edition.phone:
        page.text(x + 4, 89.8, edition.phone, points=fitted(edition.phone, "B", 15, width - 8), font="B", colour=edition.accent)
    site = 93.6 if edition.phone else 90.6
    page.text(x + 4, site, edition.website, points=fitted(edition.website, "R", 9.5, width - 8, least=ticket.SMALLEST))


def notice(edition: Edition) -> str:
    """What the booklet is, in the programme's words or in ours."""
    return edition.notice or "Ce carnet est à vous. Il est gratuit. Il ne peut être ni vendu ni échangé contre de l’argent."


def nearest_form(edition: Edition, places: tuple[NearPlace, ...]) -> Canvas:
    """The places near one desk; without any, how to find them."""
    page = Canvas()
    heading = NEAR_HERE if places else WHERE_TO_GO
    page.text(INSIDE_LEFT, NEAR_BASELINE, heading, points=17, font="B", colour=edition.accent)
    if not places:
        _no_place(page, edition)
        return page
    page.text(INSIDE_LEFT + width_mm(heading, "B", 17) + 5, NEAR_BASELINE - 0.2, THEY_ACCEPT, points=12)
    shown = places[:NEAREST_MAX]
    across = 1 if len(shown) <= 2 else 2
    width = (INSIDE_MM - CARD_GAP * (across - 1)) / across
    for rank, place in enumerate(shown):
        x, y = INSIDE_LEFT + rank % across * (width + CARD_GAP), CARDS_TOP + rank // across * (CARD_HIGH + CARD_GAP)
        _card(page, edition, x, y, width, place)
    return page


def _card(page: Canvas, edition: Edition, x: float, y: float, width: float, place: NearPlace) -> None:
    """One place: its name, its address, its telephone and how far it is, its hours."""
    page.box(x, y, width, CARD_HIGH, radius=2.5, fill=tinted(edition.accent, 0.07))
    page.pictogram(x + 2.2, y + 2, 7, "place", colour=edition.accent, width=2)
    left, right, most = x + 11, x + width - 4, width - 15
    name = fitted(place.name, "B", 12.5, most, least=10.5)
    page.text(left, y + 6.6, clipped_text(place.name, "B", name, most), points=name, font="B")
    address = fitted(place.address, "R", 10.5, most, least=ticket.SMALLEST)
    page.text(left, y + 11.6, clipped_text(place.address, "R", address, most), points=address)
    page.text(left, y + 17, place.phone, points=12, font="B")
    if place.distance:
        room = most - width_mm(place.phone, "B", 12) - 4
        points = fitted(place.distance, "B", 10.5, room, least=ticket.SMALLEST)
        page.text(right, y + 17, place.distance, points=points, font="B", align="right")
    is_short = len(wrapped(place.hours, "R", 9.5, most)) == 1
    lines = [place.hours] if is_short else _whole_days(place.hours, most)
    for rank, line in enumerate(lines):
        page.text(left, y + (22 if is_short else 20.8) + 3.6 * rank, line, points=9.5 if is_short else 8.5)


def _whole_days(hours: str, most_mm: float) -> list[str]:
    """Long hours in two small lines. Too long for them: the first days whole, and that there are others; never half of a day's hours."""
    days = hours.split(". ")
    for count in range(len(days), 0, -1):
        said = hours if count == len(days) else f"{'. '.join(days[:count])}. {OTHER_DAYS}"
        lines = wrapped(said, "R", 8.5, most_mm)
        if len(lines) <= 2:
            return lines
    return [ASK_HOURS]


def _no_place(page: Canvas, edition: Edition) -> None:
    """Three ways to find a place, when nobody knows yet where the booklet will be handed out."""
    ways = [("person", ASK, "")]
    if edition.phone:
        ways.append(("phone", f"Appelez le {edition.phone}.", edition.phone_hours or "On vous indique un lieu près de chez vous."))
    ways.append(("computer", f"Allez sur {edition.website}.", "La liste est à jour, avec les horaires et un plan."))
    y = 17.4
    for sign, heading, detail in ways:
        page.box(INSIDE_LEFT, y, INSIDE_MM, 15.6, radius=2.5, fill=tinted(edition.accent, 0.07))
        page.pictogram(INSIDE_LEFT + 3.4, y + 2.8, 10, sign, colour=edition.accent, width=1.8)
        page.text(INSIDE_LEFT + 19, y + (7 if detail else 9.6), heading, points=fitted(heading, "B", 14, INSIDE_MM - 24), font="B")
        if detail:
            page.text(INSIDE_LEFT + 19, y + 12.4, detail, points=11)
        y += 17.4


def clipped_text(text: str, font: str, points: float, most_mm: float) -> str:
    """`text`, its last words replaced by three dots when it is too wide: for the names of places only."""
    if width_mm(text, font, points) <= most_mm:
        return text
    words = text.split(" ")
    while len(words) > 1 and width_mm(f"{' '.join(words)}…", font, points) > most_mm:
        words.pop()
    return f"{' '.join(words)}…"
