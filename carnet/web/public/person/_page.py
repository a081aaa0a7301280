"""What each of these pages has: whom to call, first; the name of the programme when there is one only."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from carnet.funding import queries as funding
from carnet.web import theming
from carnet.web.calling import whom_to_call


def page(
    request: HttpRequest, template: str, context: dict[str, Any], at: datetime, *, status: int = 200, folder: str = "public/person"
) -> HttpResponse:
    """Draw one page. `call` may be given; else it is the number of whoever runs things now."""
    theming.carry_only_one(request, funding.programmes(), at)
    return render(request, f"{folder}/{template}.html", {"call": whom_to_call(at), "at": at} | context, status=status)
