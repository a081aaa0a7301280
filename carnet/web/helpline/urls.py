"""Addresses of the phone line."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.helpline import complaints

app_name = "helpline"
urlpatterns = [path("", door("home.helpline")(complaints.complaints), name="home"), *complaints.urlpatterns]
