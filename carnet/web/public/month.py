"""A month of lessons on a sheet of A4, to pin on a door: a place's, an organisation's, a programme's."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import typst
import zxingcpp
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.kernel.periods import legal_day
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.public import agenda
from carnet.workshops import queries
from carnet.workshops.queries import SessionView

_TEMPLATE = Path(__file__).parent / "month.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def month_sheet(request: HttpRequest, **named: Any) -> HttpResponse:
    """The lessons of one month (``?month=2026-12``; this one else), with how to book and where to look. PDF/UA-1."""
    at = clock.now()
    scope = agenda.scope_of(at, **named)
    month = lessons.month_of(request.GET.get("month", ""), legal_day(at))
    from_at, until_at = queries.month_around(month)
    found = queries.sessions_of(place_ids=scope.place_ids, from_at=from_at, until_at=until_at, at=at)
    url = f"{settings.BASE_URL}{request.path.removesuffix('mois.pdf')}"
    response = HttpResponse(_pdf(scope.title, month, found, url=url, at=at), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="agenda-{month:%Y-%m}.pdf"'
    return response


def _pdf(title: str, month: date, found: Sequence[SessionView], *, url: str, at: datetime) -> bytes:
    places = {view.place_id for view in found}
    words = {
        "language": (get_language() or "fr")[:2],
        "title": title,
        "month": formats.month(month),
        "days": [
            {"name": _day(day), "lessons": [_lesson(view, several=len(places) > 1) for view in views]}
            for day, views in groupby(found, key=lambda view: view.day)
        ],
        "none": _("Aucune séance ce mois-ci."),
        "how": _how(found),
        "how_more": _("Ou avec le numéro de votre carnet, sans compte et sans donner votre nom :"),
        "address": url,
        "qr": zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg(scale=4, add_quiet_zones=False),
        "qr_words": _("Code à scanner : l’agenda en ligne"),
    }
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"month": json.dumps(words)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return content


def _day(day: date) -> str:
    """``mardi 3 novembre``: the year is in the title."""
    return formats.weekday(day).removesuffix(f" {day.year}")


def _lesson(view: SessionView, *, several: bool) -> dict[str, str]:
    more = [lessons.price_words(view.voucher_count)]
    if view.cancelled_at is not None:
        more = [_("Annulée : %(why)s") % {"why": view.cancelled_because}]
    if several:
        more.append(f"{view.place_name}, {view.address}")
    elif view.note and view.cancelled_at is None:
        more.append(view.note)
    return {
        "hours": f"{formats.wall_time(view.begins)} – {formats.wall_time(view.finishes)}",
        "title": view.title,
        "more": " · ".join(more),
    }


def _how(found: Sequence[SessionView]) -> str:
    """Whom to telephone, when one place gives them all."""
    if len({view.place_id for view in found}) == 1 and (phone := lessons.phone_of(found[0])[1]):
        return _("Réservez au %(phone)s.") % {"phone": phone}
    return _("Réservez en appelant le lieu, ou à un guichet.")
