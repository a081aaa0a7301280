"""Who is left far from any place, as a page and as files. Loaded by the first page that is asked (see `urls`): travel times need numpy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.observatory.queries import live, territories
from carnet.observatory.rules import Scope
from carnet.parties.rules import allowed, home_of
from carnet.planning.queries import gaps as queries
from carnet.planning.queries.gap_weeks import GapOfWeek, gap_weeks
from carnet.planning.queries.gaps import Ground, NewPlaces
from carnet.planning.rules.covering import MOST_PLACES
from carnet.planning.rules.gaps import FAR_MINUTES, LIMITS, Gap, Seats
from carnet.planning.rules.travel import Mode
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Download, Table
from carnet.web.design.screens import actor_of
from carnet.web.need.gaps import words
from carnet.web.spreadsheets import KINDS, as_file

PARTS = ("communes", "seats")
SLEEPERS_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose gaps: one's programmes (`p3`, or `` for all of them), or a territory one shares (`t2`)."""

    key: str
    name: str
    programme_ids: tuple[int, ...] | None = None  # None: every programme, in the communes of a territory
    communes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: whose, how many minutes, how one comes, how many places to imagine."""

    choice: Choice
    limit: int
    mode: Mode
    more: int

    def query(self) -> str:
        """The same, for another address."""
        return urlencode({"whose": self.choice.key, "limit": self.limit, "mode": self.mode.value, "more": self.more})


@dataclass(frozen=True, slots=True)
class _Seen:
    ground: Ground
    found: Gap
    without_car: Gap
    more: NewPlaces
    seats: Seats
    weeks: tuple[GapOfWeek, ...]


def gaps(request: HttpRequest) -> HttpResponse:
    """Who is far, where, what more places would change, seats nobody booked, desks that sleep."""
    actor, at = actor_of(request), clock.now()
    choices = _choices(actor, at)
    asked = _asked(request, choices)
    if asked is None:
        return render(request, "need/gaps/none.html", {"office": _office(actor)})
    seen = _seen(asked, at)
    limit, mode = asked.limit, asked.mode
    source = _("Guichets, registre des chèques et annuaire, le %(day)s.") % {"day": formats.day(at)}
    context: dict[str, Any] = {
        "office": _office(actor),
        "choices": [(each.key, each.name, each.key == asked.choice.key) for each in choices],
        "limits": [(each, each == limit) for each in LIMITS],
        "modes": [(each.value, words.MODES[each], each is mode) for each in Mode],
        "counts": [(each, each == asked.more) for each in range(1, MOST_PLACES + 1)],
        "name": asked.choice.name,
        "sentence": words.sentence(seen.found, limit=limit, mode=mode, name=asked.choice.name),
        "figures": words.figures(seen.found, seen.without_car, limit=limit, mode=mode, place_count=seen.ground.place_count),
        "chart": words.map_of(seen.found, limit=limit, source=source, around=asked.choice.communes or ()),
        "table": words.table(seen.found, limit=limit),
        "left": max(0, len(seen.found.communes) - words.LINES_SHOWN),
        "hidden": seen.found.hidden,
        "unknown": seen.found.unknown is None or seen.found.unknown > 0,
        "unknown_people": words.count(seen.found.unknown),
        "more": words.new_places_table(seen.more) if seen.more.far else None,
        "more_sentence": words.new_places_sentence(seen.more, limit=limit),
        "seat_figures": words.seat_figures(seen.seats),
        "seat_table": words.seat_table(seen.seats),
        "weeks": words.weeks_table(seen.weeks),
        "sleepers": _sleepers(actor, asked.choice, at),
        "files": _files(asked, "communes"),
        "seat_files": _files(asked, "seats"),
    }
    return render(request, "need/gaps/gaps.html", context)


def gaps_file(request: HttpRequest, part: str, kind: str) -> HttpResponseBase:
    """One table, whole, to take away."""
    actor, at = actor_of(request), clock.now()
    asked = _asked(request, _choices(actor, at))
    if part not in PARTS or kind not in KINDS or asked is None:
        raise Http404
    # Read before the walls of whoever asks are put back: the file has the lines of the page, and no other.
    with _sees(asked.choice):
        if part == "seats":
            found = queries.seats(_programmes(asked.choice), communes=asked.choice.communes, at=at)
            sheet = words.seat_sheet(found, title=_("Séances des lieux"))
        else:
            ground = queries.ground_of(_programmes(asked.choice), communes=asked.choice.communes, at=at)
            gap = queries.gap(ground, limit=asked.limit, mode=asked.mode)
            sheet = words.sheet(gap, title=_("Loin d’un lieu"), limit=asked.limit, mode=asked.mode)
    names = {"communes": "loin-d-un-lieu", "seats": "places-des-seances"}
    return as_file(kind, f"{names[part]}-{at:%Y-%m-%d}", sheet, actor)


def _seen(asked: Asked, at: datetime) -> _Seen:
    choice = asked.choice
    with _sees(choice):
        ids = _programmes(choice)
        ground = queries.ground_of(ids, communes=choice.communes, at=at)
        return _Seen(
            ground,
            queries.gap(ground, limit=asked.limit, mode=asked.mode),
            queries.gap(ground, limit=asked.limit, mode=Mode.NO_CAR),
            queries.new_places(ground, count=asked.more, limit=asked.limit, mode=asked.mode, at=at),
            queries.seats(ids, communes=choice.communes, at=at),
            gap_weeks(ids, communes=choice.communes),
        )


@contextmanager
def _sees(choice: Choice) -> Iterator[None]:
    """The walls of whoever asks; for a territory, every programme is counted there, small counts hidden."""
    if choice.programme_ids is not None:
        yield
        return
    with acting_as_everything(why="people far from any place, in a territory shared by its local actors, without small counts"):
        yield


def _programmes(choice: Choice) -> tuple[int, ...]:
    """The programmes that are not over, of those one may see."""
    found = funding.programmes(choice.programme_ids)
    return tuple(sorted(each.id for each in found if each.ended_at is None))


def _choices(actor: Actor, at: datetime) -> list[Choice]:
    """One's programmes, all and one by one; then the territories one shares."""
    own = [each for each in funding.programmes(sorted(actor.programme_ids)) if each.ended_at is None] if actor.programme_ids else []
    found = [Choice(f"p{each.id}", each.name, (each.id,)) for each in own]
    if len(own) > 1:
        found.insert(0, Choice("", _("Tous vos programmes"), tuple(each.id for each in own)))
    if allowed(actor.roles, "observatory.see-territories"):
        for card in territories.territories(actor=actor, at=at):
            name, codes = territories.codes_of(actor=actor, territory_id=card.id)
            found.append(Choice(f"t{card.id}", _("Territoire : %(name)s") % {"name": name}, None, codes))
    return found


def _asked(request: HttpRequest, choices: list[Choice]) -> Asked | None:
    """What the address asks; None when there is nothing to read. A number that is not offered is not followed. Raises: Http404."""
    if not choices:
        return None
    key = request.GET.get("whose", choices[0].key)
    choice = next((each for each in choices if each.key == key), None)
    if choice is None:
        raise Http404
    limit, more = request.GET.get("limit", ""), request.GET.get("more", "")
    mode = request.GET.get("mode", "")
    return Asked(
        choice,
        int(limit) if limit in {str(each) for each in LIMITS} else FAR_MINUTES,
        Mode(mode) if mode in set(Mode) else Mode.CAR,
        int(more) if more in {str(each) for each in range(1, MOST_PLACES + 1)} else 1,
    )


def _sleepers(actor: Actor, choice: Choice, at: datetime) -> Table | None:
    """Desks that have vouchers and handed none over for a month: for those who run the programmes."""
    if choice.programme_ids is None or not allowed(actor.roles, "distribution.see-desks"):
        return None
    found = live.asleep(Scope(programme_ids=choice.programme_ids), at=at)
    columns = [Column(_("Guichet")), Column(_("Chèques en stock"), number=True)]
    rows = [[each.name, formats.number(each.in_stock)] for each in found[:SLEEPERS_SHOWN]]
    return Table(_("Guichets qui dorment"), columns, rows, empty=_("Aucun guichet ne dort."))


def _files(asked: Asked, part: str) -> list[Download]:
    label = _("Par commune") if part == "communes" else _("Séances de tous les lieux")
    return [
        Download(label, f"{reverse('need:gaps-file', args=[part, kind])}?{asked.query()}", kind.upper()) for kind in ("csv", "ods", "xlsx")
    ]


def _office(actor: Actor) -> str:
    """The page around: that of whoever reads it."""
    return f"{home_of(actor.roles).partition(':')[0]}/office.html"
