"""Addresses of the nightly comparisons; the definitions are with the public pages."""

from django.urls import path

from carnet.web.counted import views
from carnet.web.doors import door

app_name = "counted"
urlpatterns = [path("", door("observatory.see")(views.comparisons), name="comparisons")]
