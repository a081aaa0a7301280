"""Addresses of the operator's office: each subject keeps its own list of `urlpatterns` in its module."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver

app_name = "operator"

# One module (or package) of this folder per subject. A subject not built yet is left out.
SUBJECTS = (
    "home", "programmes", "orders", "printing", "stock", "parcels", "places", "joining", "lessons", "help", "people",
    "cards", "desks", "desk_joining", "structures", "desk_post", "redemptions", "devices", "disputes", "debts",
    "guessing", "sheets", "controls", "cases", "payments", "connections", "closing", "expiry", "exchanges", "retention", "privacy", "work", "takeovers",
    "verifications",
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = []
for subject in SUBJECTS:
    if find_spec(f"{__package__}.{subject}"):
        urlpatterns += import_module(f"{__package__}.{subject}").urlpatterns
