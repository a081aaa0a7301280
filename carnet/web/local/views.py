"""A local actor's first screen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """The territories one acts in."""
    return render(request, "local/home.html")
