from django.urls import path

from carnet.web.doors import door, signed_in_or_by_pin
from carnet.web.rehearsal import guide, views

app_name = "rehearsal"
urlpatterns = [
    path("", signed_in_or_by_pin(views.start), name="start"),
    path("guide/", door("home.prescriber")(guide.guide), name="guide"),
]
