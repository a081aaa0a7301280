"""What a person asks of the directory, and what that means to a search."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.places import queries
from carnet.places.queries import RADIUS_KM, Filters
from carnet.places.rules import NEEDS, SearchRefused
from carnet.places.rules.offers import LANGUAGES
from carnet.places.rules.travel import Density, Means, reach_km
from carnet.places.rules.wishes import WISHES
from carnet.web.design.forms import InlineCheckboxSelectMultiple
from carnet.web.lessons import service_choices
from carnet.workshops import queries as workshops

RADII_KM = (2, 5, 10, 20, 50)
WALKS_MINUTES, DRIVES_MINUTES = (10, 20, 30, 45), (10, 20, 30, 45)
FARTHEST = "50"
MINUTES_MAX = 120
SATURDAY = 5
# A lesson with a seat left: within how many days, and on which day of the week.
LESSONS = {"week": (7, None), "month": (30, None), "saturday": (30, workshops.SATURDAY)}
# What leaves a device says where it is to a hundred metres, and what arrives finer is cut here all the same.
NEAR_DECIMALS = 3


def language_choices() -> list[tuple[str, str]]:
    """The languages a place may speak besides French, by their names."""
    named = sorted(((code, _(label)) for code, label in LANGUAGES.items()), key=lambda each: each[1])
    return [("", _("Peu importe")), *named, ("other", _("Une autre langue"))]


def _needs() -> list[tuple[str, str]]:
    return [("", _("Aucun")), *((need.code, _(need.label)) for need in NEEDS)]


def _wishes() -> list[tuple[str, str]]:
    return [(wish.code, _(wish.label)) for wish in WISHES]


def _reaches() -> list[tuple[str, list[tuple[str, str]]]]:
    walk, drive = _("environ %(minutes)s min à pied"), _("environ %(minutes)s min en voiture")
    return [
        (_("En distance"), [(str(km), _("%(km)s km") % {"km": km}) for km in RADII_KM]),
        (_("À pied"), [(f"walk-{each}", walk % {"minutes": each}) for each in WALKS_MINUTES]),
        (_("En voiture"), [(f"car-{each}", drive % {"minutes": each}) for each in DRIVES_MINUTES]),
    ]


def _openings() -> list[tuple[str, str]]:
    return [("", _("Peu importe")), ("now", _("Maintenant")), ("saturday", _("Le samedi"))]


def _lessons() -> list[tuple[str, str]]:
    return [
        ("", _("Peu importe")),
        ("week", _("Dans les 7 jours")),
        ("month", _("Dans les 30 jours")),
        ("saturday", _("Un samedi")),
    ]


def _sorts() -> list[tuple[str, str]]:
    return [("", _("Le lieu le plus proche")), ("lesson", _("La leçon la plus tôt"))]


class SearchForm(forms.Form):
    """What a person is looking for. Every field may be left empty."""

    where = forms.CharField(
        label=gettext_lazy("Où ?"),
        help_text=gettext_lazy("Une commune ou un code postal."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    radius = forms.ChoiceField(label=gettext_lazy("Jusqu’à"), required=False, choices=_reaches)
    service = forms.ChoiceField(label=gettext_lazy("Pour apprendre quoi ?"), required=False, choices=service_choices)
    opening = forms.ChoiceField(label=gettext_lazy("Ouvert"), required=False, choices=_openings)
    lesson = forms.ChoiceField(label=gettext_lazy("Une leçon avec une place libre"), required=False, choices=_lessons)
    need = forms.ChoiceField(label=gettext_lazy("Un accueil pensé pour"), required=False, choices=_needs)
    language = forms.ChoiceField(label=gettext_lazy("Une autre langue que le français"), required=False, choices=language_choices)
    sort = forms.ChoiceField(label=gettext_lazy("D’abord"), required=False, choices=_sorts)
    wish = forms.MultipleChoiceField(label=gettext_lazy("Il me faut"), required=False, choices=_wishes, widget=InlineCheckboxSelectMultiple)
    vouchers = forms.BooleanField(label=gettext_lazy("Accepte les chèques du carnet"), required=False)
    # Said by a script, by a link of the map, by a town's own site: never typed.
    near = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    department = forms.CharField(required=False, max_length=3, widget=forms.HiddenInput)
    territory = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    programme = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def clean_near(self) -> tuple[float, float] | None:
        """A point in degrees, cut to a hundred metres."""
        if not self.cleaned_data["near"]:
            return None
        try:
            latitude, longitude = (round(float(part), NEAR_DECIMALS) for part in self.cleaned_data["near"].split(","))
        except ValueError:
            raise forms.ValidationError(_("Cette position n’est pas comprise. Écrivez plutôt votre commune.")) from None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise forms.ValidationError(_("Cette position n’est pas comprise. Écrivez plutôt votre commune."))
        return latitude, longitude

    def clean_department(self) -> str:
        """The code of a département of the list of communes."""
        code = self.cleaned_data["department"].upper()
        if code and not queries.territory([code]):
            raise forms.ValidationError(_("Ce département n’existe pas."))
        return code

    def clean_territory(self) -> tuple[str, ...]:
        """Codes of communes, EPCI and départements, each of which must be somewhere."""
        codes = tuple(part.strip().upper() for part in self.cleaned_data["territory"].split(",") if part.strip())
        for code in codes:
            if not queries.territory([code]):
                raise forms.ValidationError(
                    _("« %(code)s » n’est ni une commune, ni une intercommunalité, ni un département.") % {"code": code}
                )
        return codes


@dataclass(frozen=True, slots=True)
class Asked:
    """A search, ready for the query: what is asked, from where in words, how a person comes, what lessons are looked for."""

    filters: Filters
    town: str = ""
    others: tuple[tuple[str, str], ...] = ()
    is_near: bool = False
    means: Means | None = None
    density: Density = Density.RURAL
    department: str = ""
    lesson_until: date | None = None
    lesson_weekday: int | None = None
    lesson_service: str | None = None
    in_given_order: bool = False
    shown_day: date | None = None
    wishes: tuple[str, ...] = ()


def asked_of(said: dict[str, Any], at: datetime) -> Asked:
    """What a valid form means at a moment. Raises: LocalityUnknown, ProgrammeUnknown, SearchRefused."""
    day = legal_day(at)
    filters: Filters = {"service": said["service"] or None, "need": said["need"] or None, "language": said["language"] or None}
    filters |= {"wishes": said["wish"], "territory": said["territory"]}
    if said["vouchers"]:
        filters["accepts"] = True
    if said["programme"]:
        filters["accepts"] = funding.programme_by_slug(said["programme"]).id
    told: dict[str, Any] = {"wishes": tuple(said["wish"])}
    if said["opening"] == "now":
        filters["open_at"] = at
    elif said["opening"] == "saturday":
        filters["open_on"] = told["shown_day"] = next_saturday(day)
    told |= _lessons_asked(filters, said, at)
    told |= _from_where(filters, said)
    return Asked(filters=filters, **told)


def _lessons_asked(filters: Filters, said: dict[str, Any], at: datetime) -> dict[str, Any]:
    if not said["lesson"]:
        return {}
    until, weekday, service = with_lesson(filters, said["lesson"], at)
    return {
        "lesson_until": until,
        "lesson_weekday": weekday,
        "lesson_service": service,
        "in_given_order": said["sort"] == "lesson",
    }


def with_lesson(filters: Filters, lesson: str, at: datetime) -> tuple[date, int | None, str | None]:
    """Keep the places that give a lesson with a seat left, one of `LESSONS`: until which day, which weekday, which service it is about.

    The service is then what the lesson teaches, whatever else its place does. Raises: SearchRefused.
    """
    if lesson not in LESSONS:
        raise SearchRefused(field="lesson", value=lesson[:40])
    days, weekday = LESSONS[lesson]
    until, service = legal_day(at) + timedelta(days=days), filters.get("service")
    filters["service"] = None
    filters["among"] = workshops.places_with_seats(at=at, until_on=until, service=service, weekday=weekday)
    if need := filters.get("need"):
        # A lesson may be made for those whom its place does not name.
        filters["answering"] = workshops.places_with_seats(at=at, until_on=until, service=service, weekday=weekday, need=need)
    return until, weekday, service


def _from_where(filters: Filters, said: dict[str, Any]) -> dict[str, Any]:
    """Where the person stands; a position wins over words, words over a département."""
    point = said["near"]
    told: dict[str, Any] = {}
    if point is not None:
        filters["near"] = point
        near = queries.nearest_commune(point)
        told = {"is_near": True, "town": near.name if near else ""}
    elif said["where"].strip():
        first, *others = queries.localities(said["where"], most=6) or (queries.locality(said["where"]),)
        filters["around"], point = first.code, first.point
        named = tuple((each.name, each.postcodes[0] if each.postcodes else each.code) for each in others)
        told = {"town": first.name, "others": named}
    elif said["department"]:
        filters["department"] = said["department"]
        return {"department": said["department"]}
    if point is None:
        return told
    density = queries.density(point)
    filters["radius_km"], means = reach(said["radius"], density)
    return told | {"density": density, "means": means}


def reach(radius: str, density: Density, *, field: str = "radius") -> tuple[float, Means | None]:
    """How far, as the crow flies, a choice of distance (``10``) or of time (``walk-20``) reaches. Raises: SearchRefused."""
    if not radius:
        return RADIUS_KM, None
    if radius.isdecimal() and len(radius) < 6:
        return float(radius), None
    means, _dash, minutes = radius.partition("-")
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 6 and 0 < int(minutes) <= MINUTES_MAX and means in set(Means)):
        raise SearchRefused(field=field, value=radius[:40])
    return reach_km(float(minutes), Means(means), density), Means(means)


def next_saturday(day: date) -> date:
    """The Saturday to come, today included."""
    return day + timedelta(days=(SATURDAY - day.weekday()) % 7)
