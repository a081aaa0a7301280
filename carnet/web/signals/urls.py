"""Addresses of signals."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.signals import acts, behind, views

app_name = "signals"
_see = door("controls.see")
urlpatterns = [
    path("", _see(views.signals), name="signals"),
    path("<int:signal_id>/", _see(views.signal), name="signal"),
    path("<int:signal_id>/passages/", _see(behind.passages), name="passages"),
    path("<int:signal_id>/passages.csv", _see(behind.passages_file), name="passages-file"),
    path("<int:signal_id>/set-aside/", door("controls.sort-signals")(acts.SetAsideView.as_view()), name="set-aside"),
    path("programmes/<int:programme_id>/", _see(views.rules), name="rules"),
    path("programmes/<int:programme_id>/<slug:rule>/", door("controls.set-signals")(acts.ThresholdView.as_view()), name="threshold"),
]
