"""Addresses declared to FranceConnect: they never change (docs/identity.md)."""

from django.urls import path

from carnet.web.doors import public
from carnet.web.identity import views

app_name = "identity"
urlpatterns = [
    path("franceconnect/", public(views.franceconnect), name="franceconnect"),
    path("franceconnect/out/", public(views.franceconnect_out), name="franceconnect-out"),
]
