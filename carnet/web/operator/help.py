"""The free help of the programmes' places, in counts: nobody's record is seen from here, and small counts are hidden."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.activities import queries
from carnet.activities.queries import Figures
from carnet.activities.rules import AGE_BANDS, KIND_LABELS, THEMES, WHERE_LABELS
from carnet.funding import queries as funding
from carnet.kernel.periods import add_months, legal_day
from carnet.observatory.rules import SMALL_COUNT, hide_small
from carnet.places import queries as places
from carnet.web import activities as words
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door


def help_given(request: HttpRequest) -> HttpResponse:
    """A month's free help: by place, by age, by theme."""
    actor, at = actor_of(request), clock.now()
    first = lessons.month_of(request.GET.get("month", ""), legal_day(at))
    after = add_months(first, 1)
    programmes = funding.programmes(actor.programme_ids)
    place_ids = {place_id for each in programmes for place_id in places.places_accepting(each.id, at=at)}
    # A free digital space may be of the network and take no voucher.
    place_ids |= {label.place_id for each in programmes for label in places.place_labels(day=legal_day(at), programme_id=each.id)}
    together, by_place = queries.figures_of_places(actor, place_ids, from_on=first, until_on=after, at=at)
    context = {
        "month": formats.month(first),
        "earlier": f"?month={add_months(first, -1):%Y-%m}",
        "later": f"?month={after:%Y-%m}" if after <= legal_day(at) else "",
        "figures": [
            *words.month_figures(together)[:3],
            Figure(formats.number(len(place_ids) - len(by_place)), _("lieux qui n’ont rien noté")),
        ],
        "table": _by_place(by_place),
        "tables": _breakdowns(together) if together.people else [],
        "small": SMALL_COUNT,
    }
    return render(request, "operator/help.html", context)


def _by_place(found: Mapping[int, Figures]) -> Table:
    names = places.names_of(found)
    columns = [
        Column(_("Lieu")), Column(_("Personnes"), number=True), Column(_("Moments notés"), number=True), Column(_("Temps passé"), number=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(names[place_id], url=reverse("public:place", args=[place_id])),
            _shown(each.people),
            formats.number(each.activities),
            words.hours_words(each.person_minutes),
        ]
        for place_id, each in sorted(found.items(), key=lambda item: (-item[1].people, names[item[0]]))
    ]
    return Table(_("Aide gratuite par lieu"), columns, rows, empty=_("Aucun lieu n’a noté d’aide gratuite ce mois-ci."))


def _shown(count: int) -> str:
    return formats.number(count) if count >= SMALL_COUNT else _("moins de %(count)s") % {"count": SMALL_COUNT}


def _breakdowns(found: Figures) -> list[words.Breakdown]:
    by_kind = hide_small({kind.value: count for kind, count in found.by_kind.items()})
    by_where = hide_small({where.value: count for where, count in found.by_where.items()})
    kinds = {kind.value: label for kind, label in KIND_LABELS.items()}
    channels = {where.value: label for where, label in WHERE_LABELS.items()}
    return [
        words.breakdown(_("Quoi"), [(_(kinds[code]), count) for code, count in by_kind.items()], found.people),
        words.breakdown(_("Âge"), [(_(AGE_BANDS[code]), count) for code, count in hide_small(found.by_band).items()], found.people),
        words.breakdown(_("Thème"), [(_(THEMES[code]), count) for code, count in hide_small(found.by_theme).items()], found.people),
        words.breakdown(_("Où"), [(_(channels[code]), count) for code, count in by_where.items()], found.people),
    ]


urlpatterns = [path("help/", door("activities.see-figures")(help_given), name="help")]
