"""The provider's first screen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What waits today."""
    return render(request, "provider/home.html")
