"""Addresses of the helper's desk."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.helper import views

app_name = "helper"
urlpatterns = [
    path("", door("home.helper")(views.home), name="home"),
]
