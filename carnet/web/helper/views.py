"""The helper's first screen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from carnet.parties.rules import allowed
from carnet.web.design.screens import actor_of


def home(request: HttpRequest) -> HttpResponse:
    """The structure one acts for."""
    return render(request, "helper/home.html", {"is_lead": allowed(actor_of(request).roles, "parties.see-members")})
