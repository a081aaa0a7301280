"""The public directory: finding a place, and everything about one. Works without JavaScript; every search is an address."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import queries as funding
from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.places import queries
from carnet.places.queries import PlaceCard, PlaceSummary
from carnet.places.rules import LEVEL_LABELS, NEEDS, SERVICE_KINDS, Level
from carnet.web import clock, labels
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.figures import service_words
from carnet.web.tenancy import stream_as

RADII_KM = (2, 5, 10, 20, 50)
RADIUS_KM = 10
SATURDAY = 5
SERVICES_SHOWN_MAX = 3


def _services() -> list[tuple[str, Any]]:
    groups = [
        (str(_(LEVEL_LABELS[level])), [(kind.code, _(kind.label)) for kind in SERVICE_KINDS if kind.level is level]) for level in Level
    ]
    return [("", _("Peu importe")), *groups]


def _needs() -> list[tuple[str, str]]:
    return [("", _("Aucun")), *((need.code, _(need.label)) for need in NEEDS)]


class SearchForm(forms.Form):
    """What a person is looking for. Every field may be left empty."""

    where = forms.CharField(
        label=gettext_lazy("Où ?"),
        help_text=gettext_lazy("Une commune ou un code postal."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    radius = forms.TypedChoiceField(label=gettext_lazy("Jusqu’à"), coerce=int, required=False, empty_value="10", choices=[])
    service = forms.ChoiceField(label=gettext_lazy("Pour apprendre quoi ?"), required=False, choices=_services)
    opening = forms.ChoiceField(label=gettext_lazy("Ouvert"), required=False, choices=[])
    need = forms.ChoiceField(label=gettext_lazy("Un besoin particulier"), required=False, choices=_needs)
    vouchers = forms.BooleanField(label=gettext_lazy("Accepte les chèques du carnet"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["radius"].choices = [(km, _("%(km)s km") % {"km": km}) for km in RADII_KM]  # type: ignore[attr-defined]
        self.fields["opening"].choices = [  # type: ignore[attr-defined]
            ("", _("Peu importe")),
            ("now", _("Maintenant")),
            ("saturday", _("Le samedi")),
        ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A search, ready for the query, and the commune it stands on."""

    criteria: dict[str, Any]
    commune: str = ""
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """One place of the list, in words."""

    place_id: int
    name: str
    address: str
    distance: str
    is_open: bool | None
    accepts: bool
    services: tuple[str, ...]
    more_services: int


def places(request: HttpRequest) -> HttpResponse:
    """The list, a page at a time, the nearest first."""
    at = clock.now()
    form = SearchForm({"radius": str(RADIUS_KM)} | request.GET.dict())
    page_number = request.GET.get("page", "1")
    asked, found = _Asked({}), None
    if form.is_valid():
        try:
            asked = _asked(form.cleaned_data, at)
            found = queries.search(at=at, page=int(page_number) if page_number.isdigit() else 1, **asked.criteria)
        except Refusal as refusal:
            show_refusal(form, refusal, {"locality-unknown": "where"})
    context = {
        "form": form,
        "whereabouts": [form["where"], form["radius"]],
        "wishes": [form["service"], form["opening"], form["need"]],
        "asked": asked,
        "found": [_listed(place) for place in found.places] if found else [],
        "total": found.total if found else 0,
        "is_precise": any(request.GET.get(name) for name in ("service", "opening", "need")),
        "is_searched": bool(request.GET.keys() - {"page"}),
        "is_refused": found is None,
        "page_of": Paginator(range(found.total), queries.PER_PAGE).get_page(found.page) if found else None,
        "far_url": _wider(request, form) if found is not None and not found.total else "",
    }
    return _shown(request, "public/places.html", context, status=200 if found else 422)


def _asked(said: dict[str, Any], at: datetime) -> _Asked:
    criteria: dict[str, Any] = {"service": said["service"] or None, "need": said["need"] or None}
    if said["vouchers"]:
        criteria["accepts"] = True
    if said["opening"] == "now":
        criteria["open_at"] = at
    elif said["opening"] == "saturday":
        criteria["open_on"] = next_saturday(legal_day(at))
    if not said["where"].strip():
        return _Asked(criteria)
    first, *others = queries.localities(said["where"], most=6) or (queries.locality(said["where"]),)
    criteria |= {"around": first.code, "radius_km": float(said["radius"])}
    return _Asked(criteria, first.name, tuple((each.name, each.postcodes[0] if each.postcodes else each.code) for each in others))


def next_saturday(day: date) -> date:
    """The Saturday to come, today included."""
    return day + timedelta(days=(SATURDAY - day.weekday()) % 7)


def _wider(request: HttpRequest, form: SearchForm) -> str:
    """The same search without what most often empties it."""
    kept = {"where": request.GET.get("where", ""), "radius": RADII_KM[-1]}
    if request.GET.get("vouchers"):
        kept["vouchers"] = "on"
    now = {name: request.GET.get(name, "") for name in ("service", "opening", "need")}
    is_wider = any(now.values()) or str(form.data.get("radius")) != str(RADII_KM[-1])
    return f"?{urlencode(kept)}" if is_wider else ""


def _listed(place: PlaceSummary) -> _Found:
    paid = service_words(sorted({code for acceptance in place.acceptances for code in acceptance.service_codes}))
    services = paid or list(place.services)
    return _Found(
        place_id=place.place_id,
        name=place.name,
        address=f"{place.address}, {place.postcode} {place.commune}",
        distance=distance_words(place.distance_km),
        is_open=place.is_open,
        accepts=bool(place.acceptances),
        services=tuple(services[:SERVICES_SHOWN_MAX]),
        more_services=max(0, len(services) - SERVICES_SHOWN_MAX),
    )


def distance_words(km: float | None) -> str:
    """``à 350 m``, ``à 4,2 km``; nothing when unknown."""
    if km is None:
        return ""
    if km < 1:
        return _("à %(metres)s m") % {"metres": max(50, round(km * 20) * 50)}
    return _("à %(km)s km") % {"km": number_format(round(km, 1), decimal_pos=1) if km < 10 else round(km)}


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
    return _shown(request, "public/place.html", context)


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


def _shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A public page carries the name of the programme when one only is open."""
    at = clock.now()
    names = {each.name for each in funding.programmes() if each.is_open_at(at) and each.windows.hand_over_from <= at}
    if len(names) == 1:
        request.site_name = names.pop()  # type: ignore[attr-defined]
    return render(request, template, context, status=status)
