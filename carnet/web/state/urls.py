"""Addresses of the State's desk."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.state import views

app_name = "state"
urlpatterns = [
    path("", door("home.state")(views.home), name="home"),
    path("labels/<int:label_id>/", door("home.state")(views.label), name="label"),
    path("labels/<int:label_id>/prepare/", door("parties.prepare-operator-label")(views.Prepare.as_view()), name="label-prepare"),
    path("labels/<int:label_id>/take/", door("parties.approve-operator-label")(views.Take.as_view()), name="label-take"),
    path("labels/<int:label_id>/set-aside/", door("parties.approve-operator-label")(views.SetAside.as_view()), name="label-set-aside"),
]
