"""Addresses of the funder's pages."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.funder import views

app_name = "funder"
urlpatterns = [
    path("", door("home.funder")(views.home), name="home"),
    path("agreements/<int:agreement_id>/", door("funding.see")(views.agreement), name="agreement"),
]
