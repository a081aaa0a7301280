"""The public list of labels: operators' by the State, places' by their network, with their dates."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.web import clock
from carnet.web import labels as words


def labels(request: HttpRequest) -> HttpResponse:
    """Who holds a label, since when, until when; refused and withdrawn ones stay listed."""
    day = legal_day(clock.now())
    context = {
        "operators": words.operators_table(parties.operator_labels(day=day)),
        "places": words.places_table(places.place_labels(day=day)),
        "day": day,
    }
    return render(request, "public/labels.html", context)
