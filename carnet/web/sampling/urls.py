"""Addresses of samples."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.sampling import acts, views

app_name = "sampling"
_see, _draw, _check = door("controls.see-samples"), door("controls.draw-sample"), door("controls.check-sample")
_SAMPLE = "<int:sample_id>/"
urlpatterns = [
    path("", _see(views.home), name="home"),
    path("new/", _draw(acts.PromiseView.as_view()), name="new"),
    path(_SAMPLE, _see(views.sample), name="sample"),
    path(f"{_SAMPLE}redemptions.csv", _see(views.file), name="file"),
    path(f"{_SAMPLE}draw/", _draw(acts.draw), name="draw"),
    path(f"{_SAMPLE}close/", _draw(acts.close), name="close"),
    path(f"{_SAMPLE}check/<int:rank>/", _check(acts.CheckView.as_view()), name="check"),
]
