from django.urls import path

from carnet.web.doors import door
from carnet.web.rehearsal import guide, views

app_name = "rehearsal"
urlpatterns = [
    path("", door("home.prescriber")(views.start), {"home": "prescriber:home"}, name="start"),
    path("counter/", door("home.place")(views.start), {"home": "place:home"}, name="counter"),
    path("guide/", door("home.prescriber")(guide.guide), name="guide"),
]
