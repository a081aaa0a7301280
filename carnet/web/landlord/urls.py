"""Addresses of the landlord's room."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.landlord import connections, residences, views

app_name = "landlord"
urlpatterns = [
    path("", door("home.landlord")(views.home), name="home"),
    *residences.urlpatterns,
    *connections.urlpatterns,
]
