"""Addresses of the first-run assistant."""

from django.urls import path

from carnet.web.assistant import views
from carnet.web.doors import door, public

app_name = "assistant"
urlpatterns = [
    path("setup/", public(views.FirstAdministratorView.as_view()), name="home"),
    path("setup/steps/", door("funding.manage-programme")(views.steps), name="steps"),
    path("setup/specimen/<int:programme_id>.pdf", door("funding.manage-programme")(views.specimen), name="specimen"),
]
