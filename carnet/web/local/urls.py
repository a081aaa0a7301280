"""Addresses of local actors."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.local import views

app_name = "local"
urlpatterns = [
    path("", door("home.local")(views.home), name="home"),
]
