"""A slip by text message in its programme's own words, where it wrote some."""

from datetime import timedelta

from django.utils import translation
from django.utils.formats import date_format

from carnet.kernel.periods import legal_day
from carnet.kernel.text_messages import folded
from carnet.notices import queries as notices
from carnet.notices.rules.texts import filled
from carnet.web.design import formats
from carnet.web.slips.content import Given, Outing

KIND = "distribution.slip"


def own_text(outing: Outing | None, given: Given | None, language: str) -> str:
    """The words of the programme for the slip of a lesson, filled; nothing when it wrote none in that language, or no lesson is booked."""
    if outing is None or given is None:
        return ""
    own = notices.own_text(programme_id=given.programme.id, kind=KIND, language=language)
    if own is None:
        return ""
    place = outing.card.summary
    with translation.override(language):
        values = {
            "programme": given.programme.name,
            "telephone": outing.card.phone or given.programme.terms.phone,
            "nombre": str(given.voucher_count),
            "fin": date_format(legal_day(given.printed_until - timedelta(microseconds=1)), "SHORT_DATE_FORMAT"),
            "jour": date_format(outing.day, "l d/m"),
            "heure": formats.wall_time(outing.begins),
            "lieu": place.name,
            "adresse": f"{place.address}, {place.commune}",
            "numero": outing.number,
        }
    return folded(" ".join(filled(own.body, values).split()))
