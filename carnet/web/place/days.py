"""What a counter took: one day's list, one month day by day."""

from datetime import date, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from carnet.kernel.periods import end_of_day, legal_day, start_of_day
from carnet.places import queries as places
from carnet.redemption import queries as redemption
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.place import counter

DAY_LINES_MAX = 500


class DayForm(forms.Form):
    """A day of the list."""

    day = forms.DateField(required=False)


class MonthForm(forms.Form):
    """A month, as browsers write it: 2026-03."""

    month = forms.DateField(required=False, input_formats=["%Y-%m"])


def redemptions(request: HttpRequest) -> HttpResponse:
    """One day's list, and the days around it."""
    actor, at = actor_of(request), clock.now()
    organisation_id = counter.organisation_of(actor)
    counter.own_places(request, organisation_id, at)
    day = _asked(DayForm(request.GET), "day", legal_day(at))
    context = {
        "day": day,
        "title": capfirst(formats.weekday(day)),
        "table": table(organisation_id, day, limit=DAY_LINES_MAX),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < legal_day(at) else None,
    }
    return render(request, "place/redemptions.html", context)


def month(request: HttpRequest) -> HttpResponse:
    """One month day by day, with its total: what one's own notebook is checked against."""
    actor, at = actor_of(request), clock.now()
    organisation_id, this_month = counter.organisation_of(actor), legal_day(at).replace(day=1)
    counter.own_places(request, organisation_id, at)
    first = _asked(MonthForm(request.GET), "month", this_month)
    after = _next_month(first)
    context = {
        "first": first,
        "title": capfirst(formats.month(first)),
        "table": _month_table(organisation_id, first, after),
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": after if after <= this_month else None,
    }
    return render(request, "place/month.html", context)


def table(organisation_id: int, day: date, *, limit: int) -> Table:
    """What was taken on one day, the latest first."""
    lines = redemption.redemptions_of(organisation_id=organisation_id, since=start_of_day(day), until=end_of_day(day), limit=limit)
    names = places.names_of({line.place_id for line in lines})
    caption = _("Chèques du %(day)s") % {"day": formats.day(day)}
    return counter.redemption_table(caption, lines, names, empty=_("Aucun chèque ce jour-là."))


def _month_table(organisation_id: int, first: date, after: date) -> Table:
    counted: dict[date, tuple[int, int]] = {}
    for each in redemption.standing_by_day(organisation_id=organisation_id):
        if first <= each.day < after:
            vouchers, cents = counted.get(each.day, (0, 0))
            counted[each.day] = (vouchers + each.voucher_count, cents + each.cents)
    rows = [
        [
            Cell(capfirst(formats.weekday(day)), url=f"{reverse('place:redemptions')}?day={day:%Y-%m-%d}"),
            formats.number(vouchers),
            formats.euros(cents),
        ]
        for day, (vouchers, cents) in sorted(counted.items())
    ]
    total = [
        _("Total"),
        formats.number(sum(vouchers for vouchers, _cents in counted.values())),
        formats.euros(sum(cents for _vouchers, cents in counted.values())),
    ]
    columns = [Column(_("Jour")), Column(_("Chèques"), number=True), Column(_("Montant"), number=True)]
    caption = _("Chèques acceptés, annulations déduites")
    return Table(caption, columns, rows, total if rows else (), empty=_("Aucun chèque ce mois-là."))


def _asked(form: forms.Form, name: str, latest: date) -> date:
    """The day or month asked for; never one to come, and this one when nothing readable was asked."""
    asked: date | None = form.cleaned_data[name] if form.is_valid() else None
    return min(asked or latest, latest)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
