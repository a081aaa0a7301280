"""Addresses of the provider's room."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.provider import views

app_name = "provider"
urlpatterns = [
    path("", door("home.provider")(views.home), name="home"),
]
