"""Finding a place: the list, its map, its paper. Every search is an address, but for a position, which is in none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.kernel.refusals import Refusal
from carnet.places import queries
from carnet.places.queries import PlacesFound, PlaceSummary
from carnet.web import clock
from carnet.web.design.screens import show_refusal
from carnet.web.public import maps
from carnet.web.public.found import Found, found
from carnet.web.public.places import shown
from carnet.web.public.search_form import FARTHEST, Asked, SearchForm, asked_of

RADIUS = "10"
PRINTED = 12
FOLDED = ("opening", "lesson", "language", "need", "wish")
RELAXED = ("radius", "opening", "lesson", "wish", "language", "need", "service", "vouchers")
FIELDS_OF_REFUSALS = {"locality-unknown": "where"}


def places(request: HttpRequest) -> HttpResponse:
    """The list, a page at a time, the nearest first. A position comes by POST, so that no address, log or history holds it."""
    at = clock.now()
    said = said_in(request)
    form = SearchForm(said)
    asked, page = look(form, at, page=page_number(said))
    listed = found(page.places, asked, at, first=first_number(page, queries.PER_PAGE)) if page else []
    country = _country(said, asked, at) if page and page.total and not page.centre and not asked.department else None
    context = {
        "form": form,
        "asked": asked,
        "chosen": chosen(form),
        "found": listed,
        "total": page.total if page else 0,
        "is_searched": bool(said.keys() - {"page", "radius", "csrfmiddlewaretoken"}),
        "is_refused": page is None,
        "page_of": page_of(page),
        "carried": carried(said, asked),
        "relaxed": relaxed(said, at) if page and not page.total else [],
        "map": map_of(page.places, listed, page, asked) if page and not country else None,
        "country": country,
        "department": maps.name_of_department(asked.department) if asked.department else "",
        "paper_url": _paper_url(said),
    }
    return shown(request, "public/places.html", context, status=200 if page else 422)


def paper(request: HttpRequest) -> HttpResponse:
    """The same list to print: large, with telephones, the hours of the week and how far; a small map at the end."""
    at = clock.now()
    said = said_in(request)
    form = SearchForm(said)
    asked, page = look(form, at, page=page_number(said), per_page=PRINTED)
    if page is None:
        return shown(request, "public/places.html", {"form": form, "asked": asked, "is_refused": True}, status=422)
    listed = found(page.places, asked, at, first=first_number(page, PRINTED), with_week=True)
    context = {
        "asked": asked,
        "found": listed,
        "first": first_number(page, PRINTED),
        "total": page.total,
        "map": map_of(page.places, listed, page, asked),
        "department": maps.name_of_department(asked.department) if asked.department else "",
        "back_url": "" if asked.is_near else f"{reverse('public:places')}?{_without(said, 'page')}",
        "printed_at": at,
    }
    return shown(request, "public/places_paper.html", context)


# --- what every face of the search shares -----------------------------------------------------------------------------------


def said_in(request: HttpRequest) -> QueryDict:
    """What the request says, with the usual radius. An address never says a position: it would be kept by every log it meets."""
    said = (request.POST if request.method == "POST" else request.GET).copy()
    if request.method != "POST":
        said.pop("near", None)
    said.setdefault("radius", RADIUS)
    return said


def look(form: SearchForm, at: datetime, *, page: int, per_page: int = queries.PER_PAGE) -> tuple[Asked, PlacesFound | None]:
    """What a form asks and what is found; None when the form is refused, and says why."""
    if not form.is_valid():
        return Asked({}), None
    try:
        asked = asked_of(form.cleaned_data, at)
        return asked, queries.search(at=at, page=page, per_page=per_page, in_given_order=asked.in_given_order, **asked.filters)
    except Refusal as refusal:
        show_refusal(form, refusal, FIELDS_OF_REFUSALS)
        return Asked({}), None


def page_number(said: QueryDict) -> int:
    """The page asked for; the first when it is not a number."""
    number = said.get("page", "1")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1


def first_number(page: PlacesFound, per_page: int) -> int:
    """The rank, in the whole list, of the first place of a page."""
    return (page.page - 1) * per_page + 1


def page_of(page: PlacesFound | None, per_page: int = queries.PER_PAGE) -> Page | None:
    """A page as the pages at the foot of a list know it."""
    return Paginator(range(page.total), per_page).get_page(page.page) if page else None


def carried(said: QueryDict, asked: Asked) -> tuple[tuple[str, str], ...]:
    """What the next page of a search by position must send again: the position as it was cut, whatever was sent. Nothing otherwise."""
    point = asked.filters.get("near")
    if point is None:
        return ()
    left = ("page", "near", "csrfmiddlewaretoken")
    kept = ((name, str(value)) for name, values in said.lists() if name not in left for value in values if value)
    return (("near", f"{point[0]},{point[1]}"), *kept)


def map_of(places: Sequence[PlaceSummary], listed: Sequence[Found], page: PlacesFound, asked: Asked) -> maps.Map | None:
    """The map of a page of the list."""
    points = [(each.number, f"#place-{each.place_id}", each.name, place.point) for place, each in zip(places, listed, strict=True)]
    return maps.around(points, centre=page.centre, town=asked.town)


def _country(said: QueryDict, asked: Asked, at: datetime) -> maps.Country:
    kept = _without(said, "page", "department", "where")
    return maps.country(queries.counts_by_department(at=at, **asked.filters), address=f"?{kept}&" if kept else "?")


def _without(said: QueryDict, *names: str) -> str:
    """A search as the end of an address, without some of it, nor what is empty or a secret of the form."""
    kept = said.copy()
    for name in (*names, "near", "csrfmiddlewaretoken"):
        kept.pop(name, None)
    for name in [name for name, values in kept.lists() if not any(values)]:
        kept.pop(name)
    return kept.urlencode()


def _paper_url(said: QueryDict) -> str:
    return f"{reverse('public:places-paper')}?{_without(said)}"


def chosen(form: SearchForm) -> list[str]:
    """What was asked beyond where and what, in words: it stays in sight when the form folds."""
    told = []
    for name in FOLDED:
        value = form.cleaned_data.get(name) if form.is_valid() else None
        for one in value if isinstance(value, list) else [value] if value else []:
            told.append(_("%(what)s : %(choice)s") % {"what": form.fields[name].label, "choice": _label(form, name, one)})
    return told


def _label(form: SearchForm, name: str, value: str) -> str:
    choices = form.fields[name].choices  # type: ignore[attr-defined]
    flat = [one for choice in choices for one in (choice[1] if isinstance(choice[1], list) else [choice])]
    return str(dict(flat).get(value, value))


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The same search without one thing that was asked: what, how many places it finds, its address ("" when it holds a position)."""

    without: str
    count: int
    url: str
    carried: tuple[tuple[str, str], ...]


def relaxed(said: QueryDict, at: datetime) -> list[Relaxed]:
    """When nothing is found: what to give up, one thing at a time, and what that brings."""
    found_without = []
    for name in RELAXED:
        if name == "radius" and not (said.get("where") or said.get("near")):
            continue
        if not said.get(name) or (name == "radius" and said[name] == FARTHEST):
            continue
        less = said.copy()
        less.pop("page", None)
        less.pop(name)
        if name == "radius":
            less["radius"] = FARTHEST
        form = SearchForm(less)
        asked, page = look(form, at, page=1, per_page=1)
        if page is not None and page.total:
            words = (
                _("Jusqu’à %(km)s km") % {"km": FARTHEST}
                if name == "radius"
                else _("Sans « %(what)s »") % {"what": form.fields[name].label}
            )
            found_without.append(Relaxed(words, page.total, f"?{_without(less)}", carried(less, asked)))
    return found_without or _nothing_else(said, at)


def _nothing_else(said: QueryDict, at: datetime) -> list[Relaxed]:
    """When no single thing is in the way: the same place, far and wide, and nothing else asked."""
    less = said.copy()
    for name in ("page", *RELAXED):
        less.pop(name, None)
    less["radius"] = FARTHEST
    asked, page = look(SearchForm(less), at, page=1, per_page=1)
    if page is None or not page.total or _without(less) == _without(said, "page"):
        return []
    return [Relaxed(_("Sans rien préciser"), page.total, f"?{_without(less)}", carried(less, asked))]
