"""A month of free help: what it came to, line by line; what is known and waits; the file for the national activity tool."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from carnet.activities import queries
from carnet.activities.queries import ActivityView, Proposal, VoucherDay
from carnet.activities.rules import (
    ACTIVITY_COLUMNS,
    AGE_BANDS,
    DAYS_BACK,
    KIND_LABELS,
    PERSON_COLUMNS,
    THEMES,
    WHERE_LABELS,
    Exported,
    activity_lines,
    person_lines,
)
from carnet.activities.rules import Cell as FileCell
from carnet.kernel.periods import add_months, legal_day
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.redemption import queries as redemption
from carnet.web import activities as words
from carnet.web import clock, lessons, workbooks
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Table
from carnet.web.design.screens import actor_of
from carnet.web.place import counter

LINES_SHOWN = 200
WAITING_SHOWN = 30
EXPORTED_MAX = 20_000


def own_open_places(request: HttpRequest) -> tuple[PlaceSummary, ...]:
    """Every open place of the organisation, whether or not it takes vouchers: help may be free."""
    organisation_id, at = counter.organisation_of(actor_of(request)), clock.now()
    counter.own_places(request, organisation_id, at)
    return places.places_of([organisation_id], at=at)


def month(request: HttpRequest) -> HttpResponse:
    """One month, for one place or all of them."""
    own, at, actor = own_open_places(request), clock.now(), actor_of(request)
    first, place = _asked(request, own, at)
    after = add_months(first, 1)
    place_id = place.place_id if place else None
    found = queries.figures(actor, from_on=first, until_on=after, place_id=place_id)
    told = queries.activities(actor, from_on=first, until_on=after, place_id=place_id, without_visits=True, limit=LINES_SHOWN)
    left = _waiting(request, max(first, legal_day(at) - timedelta(days=DAYS_BACK)), after, place_id)
    several = f"&place={place_id}" if place_id else ""
    context = {
        "has_places": bool(own),
        "places": own,
        "place": place,
        "month": formats.month(first),
        "month_value": f"{first:%Y-%m}",
        "earlier": f"?month={add_months(first, -1):%Y-%m}{several}",
        "later": f"?month={after:%Y-%m}{several}" if after <= legal_day(at) else "",
        "figures": words.month_figures(found),
        "tables": _breakdowns(found) if found.people else [],
        "table": _table(told, {each.place_id: each.name for each in own}, several=place is None and len(own) > 1),
        "is_cut": len(told) == LINES_SHOWN,
        "waiting": [(each, formats.day(each.told.day), words.told_words(each.told)) for each in left[:WAITING_SHOWN]],
        "waiting_more": max(0, len(left) - WAITING_SHOWN),
        "request_id": uuid4(),
        "files": _files(f"?month={first:%Y-%m}{several}"),
    }
    return render(request, "place/help_month.html", context)


def _asked(request: HttpRequest, own: Sequence[PlaceSummary], at: datetime) -> tuple[date, PlaceSummary | None]:
    asked = request.GET.get("place", "")
    place = next((each for each in own if str(each.place_id) == asked), None)
    return lessons.month_of(request.GET.get("month", ""), legal_day(at)), place


def waiting(request: HttpRequest) -> tuple[Proposal, ...]:
    """What is known and not told yet, as far back as it may still be told."""
    today = legal_day(clock.now())
    return _waiting(request, today - timedelta(days=DAYS_BACK), today + timedelta(days=1), None)


def _waiting(request: HttpRequest, first: date, after: date, place_id: int | None) -> tuple[Proposal, ...]:
    """Finished sessions, and the vouchers of days that are over: today's lessons may not all be there."""
    at, actor = clock.now(), actor_of(request)
    until = min(after, legal_day(at))
    spent = redemption.lessons_outside_sessions(organisation_id=counter.organisation_of(actor), from_on=first, until_on=max(first, until))
    days = [VoucherDay(each.place_id, each.service, each.day, each.people_count) for each in spent]
    return queries.proposals(actor, voucher_days=days, from_on=first, until_on=after, place_id=place_id, at=at)


def _breakdowns(found: queries.Figures) -> list[words.Breakdown]:
    return [
        words.breakdown(_("Quoi"), [(_(KIND_LABELS[kind]), count) for kind, count in found.by_kind.items()], found.people),
        words.breakdown(_("Âge"), words.labelled(found.by_band, AGE_BANDS), found.people),
        words.breakdown(_("Thème"), words.labelled(found.by_theme, THEMES, most=words.THEMES_SHOWN), found.people),
        words.breakdown(_("Où"), [(_(WHERE_LABELS[where]), count) for where, count in found.by_where.items()], found.people),
    ]


def _table(told: Sequence[ActivityView], names: dict[int, str], *, several: bool) -> Table:
    columns = [Column(_("Jour")), Column(_("Quoi")), Column(_("Sur quoi")), Column(_("Durée")), Column(_("Personnes"), number=True)]
    rows = []
    for each in told:
        kind = each.told.title or _(KIND_LABELS[each.told.kind])
        row = [
            Cell(date_format(each.told.day, "D j"), url=reverse("place:help-change", args=[each.activity])),
            f"{kind} – {names.get(each.place_id, '')}" if several else kind,
            words.themes_words(each.told.themes) or "–",
            words.minutes_words(each.told.minutes),
            formats.number(each.told.people_count),
        ]
        rows.append(row)
    return Table(_("Ce qui a été noté (les visites de l’espace à part)"), columns, rows, empty=_("Rien n’a été noté ce mois-ci."))


# --- the file ---------------------------------------------------------------------------------------------------------


def _files(query: str) -> list[Download]:
    every = _(
        "Toutes les aides du mois, avec les ateliers et les leçons par chèque qui n’ont pas encore été repris : chacun une seule fois."
    )
    return [
        Download(_("Classeur pour l’outil national"), reverse("place:help-xlsx") + query, "XLSX", every),
        Download(
            _("La même liste, une ligne par personne"), reverse("place:help-csv") + query, "CSV", _("Aux colonnes de l’outil national.")
        ),
    ]


def _exported(request: HttpRequest) -> tuple[list[Exported], str]:
    """Everything of the month once: what was told, and what is known from workshops and vouchers and was not."""
    own, at, actor = own_open_places(request), clock.now(), actor_of(request)
    first, place = _asked(request, own, at)
    after, place_id = add_months(first, 1), place.place_id if place else None
    told = queries.activities(actor, from_on=first, until_on=after, place_id=place_id, limit=EXPORTED_MAX)
    found = queries.exported(told, at=at) + queries.exported_proposals(_waiting(request, first, after, place_id), at=at)
    found.sort(key=lambda each: each.told.day)
    return found, f"activites-{first:%Y-%m}"


def month_csv(request: HttpRequest) -> HttpResponse:
    """One line per person, under the tool's own columns."""
    found, name = _exported(request)
    lines = [[_on_one_line(cell) for cell in line] for line in person_lines(found)]
    return workbooks.as_csv(name, [PERSON_COLUMNS, *lines])


def month_xlsx(request: HttpRequest) -> HttpResponse:
    """The same, a second sheet with one line per activity, and a third that says what is what."""
    found, name = _exported(request)
    about = [
        [_("Feuille « Activités »"), _("une ligne par personne, aux colonnes de l’outil national ; aucune personne n’y est nommée.")],
        [
            _("Feuille « Saisie »"),
            _("une ligne par activité, dans l’ordre du formulaire de l’outil : de quoi la recopier d’un coup d’œil."),
        ],
        [_("Déjà saisi ici : Non"), _("un atelier ou une leçon par chèque connu, que personne n’a encore repris ; les âges y manquent.")],
        [_("Non communiqué"), _("genre et statut ne sont jamais demandés.")],
    ]
    sheets: dict[str, Iterable[workbooks.Line]] = {
        "Activités": [PERSON_COLUMNS, *person_lines(found)],
        "Saisie": [ACTIVITY_COLUMNS, *activity_lines(found)],
        "Lisez-moi": about,
    }
    return workbooks.as_xlsx(name, sheets)


def _on_one_line(cell: FileCell) -> FileCell:
    return cell.replace("\n", "|") if isinstance(cell, str) else cell
