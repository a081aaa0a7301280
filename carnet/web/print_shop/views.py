"""The print shop's first screen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What waits today."""
    return render(request, "print_shop/home.html")
