"""Whether the words of an edition fit where they are printed, measured with the very letters of the paper."""

from collections.abc import Iterator

from carnet.gateways.printer import _cover as cover
from carnet.gateways.printer import _ticket as ticket
from carnet.gateways.printer._canvas import width_mm, wrapped
from carnet.gateways.printer._edition import Edition, Overflow
from carnet.gateways.printer._fonts import lost
from carnet.gateways.printer._logos import LOGOS_MAX

PHONE_LEAST = 14


def overflows(edition: Edition) -> tuple[Overflow, ...]:
    """Everything of an edition that would not be printed whole. Empty: it fits."""
    found = [overflow for overflow in _each(edition) if overflow is not None]
    return tuple({(each.field, each.text): each for each in found}.values())


def unprintable(edition: Edition) -> dict[str, str]:
    """The fields that hold signs no letter of the paper draws (an emoji, another alphabet), with those signs."""
    texts = {name: getattr(edition, name) for name in ("title", "notice", "perimeter", "phone", "phone_hours", "validity", "operator")}
    texts |= {"services": "".join(edition.services), "funders": "".join(edition.funders)}
    return {field: signs for field, text in texts.items() if (signs := lost(text))}


def _each(edition: Edition) -> Iterator[Overflow | None]:
    title, validity = edition.title, edition.validity
    yield _room("title", title, "B", cover.TITLE_POINTS, cover.PANEL_TEXT_MM, cover.TITLE_LINES)
    yield _room("title", title, "B", ticket.TITLE_LEAST, ticket.TITLE_MM)
    yield _room("validity", validity, "B", cover.VALIDITY_POINTS, cover.PANEL_TEXT_MM - 8, cover.VALIDITY_LINES)
    yield _room("validity", validity, "B", ticket.VALIDITY_LEAST, ticket.VALIDITY_MM)
    yield _room("perimeter", edition.perimeter, "R", cover.VALIDITY_POINTS, cover.PANEL_TEXT_MM - 8, cover.PERIMETER_LINES)
    yield _room("phone", edition.phone, "B", PHONE_LEAST, cover.PHONE_MM)
    yield _room("phone_hours", edition.phone_hours, "R", ticket.SMALLEST, cover.QUESTION_MM)
    yield _room("website", edition.website, "R", ticket.SMALLEST, cover.ELSE_MM - 8)
    yield _room("notice", edition.notice, "R", cover.NOTICE_POINTS, cover.NOTICE_MM, cover.NOTICE_LINES)
    yield _room("operator", ticket.legal(edition), "R", ticket.SMALLEST, ticket.LEGAL_MM, ticket.LEGAL_LINES)
    yield _room("funders", cover.paid_by(edition), "R", cover.PAID_POINTS, cover.SIDE_MM, cover.PAID_LINES)
    for service in edition.services:
        yield _room("services", service, "R", cover.SERVICES_LEAST, cover.NARROW_MM - cover.BULLET_MM)
    yield _services(edition)
    if len(edition.logos) > LOGOS_MAX:
        yield Overflow("logos", ", ".join(logo.name for logo in edition.logos), cover.SIDE_MM, LOGOS_MAX, len(edition.logos))


def _services(edition: Edition) -> Overflow | None:
    """All of them together, none cut and none left out."""
    lines = cover.services_lines(edition.services)
    if lines <= cover.SERVICES_LINES:
        return None
    return Overflow("services", ", ".join(edition.services), cover.NARROW_MM, cover.SERVICES_LINES, lines)


def _room(field: str, text: str, font: str, points: float, most_mm: float, most_lines: int = 1) -> Overflow | None:
    if not text:
        return None
    lines = wrapped(text, font, points, most_mm)
    if len(lines) <= most_lines and all(width_mm(line, font, points) <= most_mm for line in lines):
        return None
    return Overflow(field, text, most_mm, most_lines, len(lines))
