"""Addresses of the print shop's room."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.print_shop import parcels, views

app_name = "print_shop"
urlpatterns = [
    path("", door("home.print-shop")(views.home), name="home"),
    *parcels.urlpatterns,
]
