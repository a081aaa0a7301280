"""What the public reads: of a territory, the lines whose organisations ticked it; objectives and national figures."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from carnet.observatory.queries import objectives as aims
from carnet.observatory.queries import territories as queries
from carnet.observatory.rules.territories import TerritoryUnknown
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.local import aims as shown
from carnet.web.local import views, words


def territory(request: HttpRequest, slug: str) -> HttpResponse:
    """Who does what near, as each said it to the public."""
    try:
        view = queries.public_territory(slug, at=clock.now())
    except TerritoryUnknown:
        raise Http404 from None
    actors = [
        {
            "line": line,
            "phone": formats.phone(line.contact_phone) if line.contact_phone else "",
            "dialled": formats.dialled(line.contact_phone) if line.contact_phone else "",
            "commitments": [words.commitment(view, each) for each in line.commitments],
        }
        for line in view.lines
    ]
    return render(request, "local/told.html", {"view": view, "actors": actors})


def objectives(request: HttpRequest) -> HttpResponse:
    """What is aimed at, what is done, and what was published of the nation."""
    found = aims.objectives(at=clock.now())
    context = {
        "objectives": [shown.told(each) for each in found],
        "table": views.objectives_table(found),
        "nation": views.national_table(),
        "territories": queries.public_territories(),
        "counted_at": found[0].counted_at if found else None,
    }
    return render(request, "local/told_objectives.html", context)
