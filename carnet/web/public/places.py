"""The public directory: everything about one place, and the whole as files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.kernel.periods import legal_day
from carnet.places import queries
from carnet.places.queries import PlaceCard
from carnet.web import clock, labels
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import actor_of
from carnet.web.figures import service_words
from carnet.web.tenancy import stream_as

# --- one place --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Day:
    """One day of the timetable, in words."""

    name: str
    hours: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class _Accepted:
    """One programme this place accepts, in words."""

    name: str
    is_simulated: bool
    services: tuple[str, ...]
    until: str


def place(request: HttpRequest, place_id: int) -> HttpResponse:
    """Everything about one place."""
    at = clock.now()
    card = queries.place_card(place_id, at=at)
    # A merged place is one with another: whoever kept its address finds the one that stays.
    if card.summary.ended_on is not None and (kept_id := queries.merged_into(place_id)) is not None:
        return redirect("public:place", kept_id)
    context = {
        "card": card,
        "place": card.summary,
        "address": ", ".join(part for part in (card.summary.address, card.address_extra) if part),
        "ended_on": card.summary.ended_on if card.summary.ended_on and card.summary.ended_on <= legal_day(at) else None,
        "accepted": _accepted(card, at),
        "labels": labels.place_sentences(queries.labels_of_places([place_id], day=legal_day(at)).get(place_id, ())),
        "week": [_Day(week_day(day), spans_words(spans), day == legal_day(at)) for day, spans in card.week],
        "rows": _rows(card),
        "phone": phone_words(card.phone),
        "map_url": _map_url(card),
    }
    return shown(request, "public/place.html", context)


def _accepted(card: PlaceCard, at: datetime) -> list[_Accepted]:
    """What may still be spent here: a season that is over, grace included, is not listed."""
    found = funding.programmes({acceptance.programme_id for acceptance in card.summary.acceptances})
    programmes = {each.id: each for each in found if each.is_open_at(at)}
    return [
        _Accepted(
            name=programmes[acceptance.programme_id].name,
            is_simulated=programmes[acceptance.programme_id].is_simulated,
            services=tuple(service_words(acceptance.service_codes)),
            until=formats.day(acceptance.until_on - timedelta(days=1)) if acceptance.until_on else "",
        )
        for acceptance in card.summary.acceptances
        if acceptance.programme_id in programmes
    ]


def _rows(card: PlaceCard) -> list[Row]:
    """The facts a file declares, in the national words, which are French."""
    facts = (
        (_("Services"), card.summary.services),
        (_("Comment on apprend"), card.support_modes),
        (_("Comment y aller ou prendre contact"), card.access_modes),
        (_("Public"), card.audiences),
        (_("Accueil particulier"), card.specific_care),
        (_("Prix"), card.fees),
        (_("Réseaux et labels"), (*card.national_programmes, *card.labels)),
        (_("Déplacement"), card.roaming),
    )
    return [Row(label, ", ".join(values)) for label, values in facts if values]


def _map_url(card: PlaceCard) -> str:
    if card.summary.point is None:
        return ""
    latitude, longitude = card.summary.point
    return f"https://www.openstreetmap.org/?mlat={latitude:.5f}&mlon={longitude:.5f}#map=17/{latitude:.5f}/{longitude:.5f}"


def phone_words(phone: str) -> str:
    """A number as people read it; as it is stored when it cannot be grouped."""
    try:
        return PhoneNumber.parse(phone).printed()
    except PhoneNumberInvalid:
        return phone


def week_day(day: date) -> str:
    """The name of a day of the week."""
    names = (_("Lundi"), _("Mardi"), _("Mercredi"), _("Jeudi"), _("Vendredi"), _("Samedi"), _("Dimanche"))
    return names[day.weekday()]


def spans_words(spans: tuple[tuple[time, time], ...]) -> str:
    """``9 h – 12 h, 14 h – 18 h 30``, or closed."""
    if spans == ((time(0), time(0)),):
        return _("Jour et nuit")
    told = [_("de %(from)s à %(to)s") % {"from": hour_words(begin), "to": hour_words(end, is_end=True)} for begin, end in spans]
    return ", ".join(told) or _("Fermé")


def hour_words(moment: time, *, is_end: bool = False) -> str:
    """``9 h``, ``18 h 30``, never broken at the end of a line; the midnight that ends a day in a word."""
    if is_end and moment == time(0):
        return _("minuit")
    pattern = _("%(hour)s h %(minute)s") if moment.minute else _("%(hour)s h")
    return (pattern % {"hour": moment.hour, "minute": f"{moment.minute:02d}"}).replace(" ", formats.NO_BREAK)


# --- the file ---------------------------------------------------------------------------------------------------------


def places_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The whole directory in the national standard v1.0.2."""
    return _file(request, queries.export_lines, name="lieux-de-mediation-numerique.csv", kind="text/csv; charset=utf-8")


def places_inclusion(request: HttpRequest) -> StreamingHttpResponse:
    """The whole directory in data.inclusion's schema v1."""
    return _file(request, queries.inclusion_lines, name="data-inclusion.json", kind="application/json")


def _file(request: HttpRequest, lines: Callable[..., Iterator[str]], *, name: str, kind: str) -> StreamingHttpResponse:
    at = clock.now()
    response = StreamingHttpResponse(stream_as(actor_of(request), lambda: _encoded(lines(at=at))), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{legal_day(at):%Y-%m-%d}_carnet_{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == 500:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A public page carries the name of the programme when one only is open."""
    at = clock.now()
    names = {each.name for each in funding.programmes() if each.is_open_at(at) and each.windows.hand_over_from <= at}
    if len(names) == 1:
        request.site_name = names.pop()  # type: ignore[attr-defined]
    return render(request, template, context, status=status)
