"""The address of the question."""

from django.urls import path

from carnet.web.afterwards import views
from carnet.web.doors import door

app_name = "afterwards"
urlpatterns = [
    path("", door("activities.ask-afterwards")(views.Ask.as_view()), name="ask"),
]
