"""Addresses of forecasts, thresholds and monthly statements in the offices of the funder and of the operator."""

from django.urls import URLPattern, path

from carnet.web.doors import door
from carnet.web.forecasts import screens

_see = door("observatory.see")
_set = door("funding.see", post="funding.set-threshold")


def _of(audience: str) -> list[URLPattern]:
    return [
        path("agreements/<int:agreement_id>/forecast/", _see(screens.page), {"audience": audience}, name="forecast"),
        path("agreements/<int:agreement_id>/threshold/", _set(screens.ThresholdView.as_view(audience=audience)), name="threshold"),
        path("monthly/<int:letter_id>.pdf", _see(screens.letter), name="monthly-letter"),
    ]


operator_urls = _of("operator")
funder_urls = [
    *_of("funder"),
    path("monthly/", door("observatory.choose-letters")(screens.RecipientsView.as_view()), name="recipients"),
]
