"""The agenda of lessons: find one, follow the calendar of a place, of a network, of a programme. No account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules import LEVEL_LABELS, NEEDS, SERVICE_KINDS, Level, PlaceUnknown
from carnet.web import calendars, clock, lessons
from carnet.web.design.forms import DayField
from carnet.web.design.screens import show_refusal
from carnet.web.public.places import shown
from carnet.workshops import queries
from carnet.workshops.rules import LANGUAGES

RADII_KM = (2, 5, 10, 20, 50)
FEED_DAYS_BEFORE, FEED_DAYS_AFTER = 30, 400


def service_choices() -> list[tuple[str, Any]]:
    """The catalogue, in its three levels, with nothing chosen first."""
    groups = [
        (str(_(LEVEL_LABELS[level])), [(kind.code, _(kind.label)) for kind in SERVICE_KINDS if kind.level is level]) for level in Level
    ]
    return [("", _("Peu importe")), *groups]


def _needs() -> list[tuple[str, str]]:
    return [("", _("Aucun")), *((need.code, _(need.label)) for need in NEEDS)]


def _languages() -> list[tuple[str, str]]:
    return [("", _("Peu importe")), *((code, _(label)) for code, label in LANGUAGES.items())]


class AgendaForm(forms.Form):
    """What a person wants to learn, where, from when. Every field may be left empty."""

    where = forms.CharField(
        label=gettext_lazy("Où ?"),
        help_text=gettext_lazy("Une commune ou un code postal."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    radius = forms.TypedChoiceField(label=gettext_lazy("Jusqu’à"), coerce=int, required=False, empty_value="10", choices=[])
    service = forms.ChoiceField(label=gettext_lazy("Pour apprendre quoi ?"), required=False, choices=service_choices)
    day = DayField(label=gettext_lazy("À partir du"), required=False)
    need = forms.ChoiceField(label=gettext_lazy("Un besoin particulier"), required=False, choices=_needs)
    language = forms.ChoiceField(label=gettext_lazy("Langue"), required=False, choices=_languages)
    free = forms.BooleanField(label=gettext_lazy("Gratuit"), required=False)
    seats = forms.BooleanField(label=gettext_lazy("Avec une place libre"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["radius"].choices = [(km, _("%(km)s km") % {"km": km}) for km in RADII_KM]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose agenda it is: everybody's, a place's, an organisation's, a programme's. `place_ids` None: every place."""

    title: str
    lead: str
    feed_url: str
    back_url: str = ""
    place_ids: tuple[int, ...] | None = None


def scope_of(at: datetime, *, place_id: int | None = None, organisation_id: int | None = None, slug: str | None = None) -> Scope:
    """The agenda that an address names. Raises: PlaceUnknown, OrganisationUnknown, ProgrammeUnknown."""
    if place_id is not None:
        place_id = places.merged_into(place_id) or place_id
        found = places.names_of([place_id]).get(place_id)
        if found is None:
            raise PlaceUnknown(place_id=place_id)
        feed = reverse("public:agenda-place-feed", args=[place_id])
        title = _("Agenda : %(name)s") % {"name": found}
        return Scope(title, _("Les séances à venir dans ce lieu."), feed, reverse("public:place", args=[place_id]), (place_id,))
    if organisation_id is not None:
        name = parties.organisation(organisation_id).name
        own = tuple(place.place_id for place in places.places_of([organisation_id], at=at))
        feed = reverse("public:agenda-network-feed", args=[organisation_id])
        return Scope(_("Agenda : %(name)s") % {"name": name}, _("Les séances à venir dans tous ses lieux."), feed, "", own)
    if slug is not None:
        programme = funding.programme_by_slug(slug)
        feed = reverse("public:agenda-programme-feed", args=[slug])
        title = _("Agenda : %(name)s") % {"name": programme.name}
        lead = _("Les séances à venir dans les lieux qui acceptent ces chèques.")
        return Scope(title, lead, feed, "", places.places_accepting(programme.id, at=at))
    lead = _("Trouvez une séance près de chez vous, et réservez votre place : sans compte, sans donner votre nom.")
    return Scope(_("Les prochaines leçons"), lead, "")


def agenda(request: HttpRequest, **named: Any) -> HttpResponse:
    """Lessons to come, the soonest first. Every search is an address."""
    at = clock.now()
    scope = scope_of(at, **named)
    form = AgendaForm({"radius": "10"} | request.GET.dict())
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    found, town = None, ""
    if form.is_valid():
        try:
            asked, town = _asked(form.cleaned_data, scope)
            found = queries.agenda(at=at, page=page, **asked)
        except Refusal as refusal:
            show_refusal(form, refusal, {"locality-unknown": "where"})
    context = {
        "form": form,
        "scope": scope,
        "town": town,
        "lessons": lessons.lessons(found.sessions) if found else [],
        "total": found.total if found else 0,
        "is_refused": found is None,
        "is_searched": bool(request.GET.keys() - {"page"}),
        "is_precise": any(request.GET.get(name) for name in ("need", "language", "free", "seats")),
        "page_of": Paginator(range(found.total), queries.PER_PAGE).get_page(found.page) if found else None,
        "feed_url": scope.feed_url,
        "month_url": f"{request.path}mois.pdf" if scope.feed_url else "",
    }
    return shown(request, "public/agenda.html", context, status=200 if found else 422)


def _asked(said: dict[str, Any], scope: Scope) -> tuple[dict[str, Any], str]:
    asked: dict[str, Any] = {name: said[name] or None for name in ("service", "need", "language")}
    asked |= {"from_on": said["day"], "with_seats": said["seats"], "place_ids": scope.place_ids}
    if said["free"]:
        asked["is_free"] = True
    if not said["where"].strip():
        return asked, ""
    town = places.locality(said["where"])
    return asked | {"around": town.code, "radius_km": float(said["radius"])}, town.name


# --- calendars --------------------------------------------------------------------------------------------------------


def feed(request: HttpRequest, **named: Any) -> HttpResponse:
    """The calendar of a place, of an organisation's places, of a programme: to follow in any calendar."""
    at = clock.now()
    scope = scope_of(at, **named)
    since = at - timedelta(days=FEED_DAYS_BEFORE)
    # The window moves with the day, not with the second: asked twice, it is the same.
    from_at = since.replace(hour=0, minute=0, second=0, microsecond=0)
    latest, *counts = queries.version(place_ids=scope.place_ids, since=from_at)
    etag = calendars.etag_of(latest, counts, scope.title, scope.place_ids, legal_day(from_at), get_language())
    known = calendars.fresh(request, etag=etag, latest=latest)
    if known is not None:
        return known
    until_at = from_at + timedelta(days=FEED_DAYS_BEFORE + FEED_DAYS_AFTER)
    sessions = queries.sessions_of(place_ids=scope.place_ids, from_at=from_at, until_at=until_at, at=at)
    return calendars.feed(scope.title, sessions, etag=etag, latest=latest)


def session_file(request: HttpRequest, session_id: int) -> HttpResponse:
    """One session, for one's own calendar."""
    view = queries.session(session_id, at=clock.now())
    etag = calendars.etag_of(view.id, view.revision, get_language())
    response = calendars.feed(view.title, [view], etag=etag, latest=view.changed_at)
    response["Content-Disposition"] = f'attachment; filename="seance-{view.id}.ics"'
    return response
