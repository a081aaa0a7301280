"""Addresses of the archives, the same at every office."""

from django.urls import path

from carnet.web.archives import views
from carnet.web.doors import door

app_name = "archives"
_see = door("continuity.see-archives")
urlpatterns = [
    path("", _see(views.home), name="home"),
    path("programmes/<int:programme_id>/", _see(views.programme), name="programme"),
    path("programmes/<int:programme_id>/base/", door("continuity.export")(views.AskBase.as_view()), name="ask-base"),
]
