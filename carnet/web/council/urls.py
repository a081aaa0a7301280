"""Addresses of the reports for councils."""

from django.urls import path

from carnet.web.council import views
from carnet.web.doors import door

app_name = "council"
_see = door("observatory.see-council-reports")
urlpatterns = [
    path("", _see(views.reports), name="reports"),
    path("new/", door("observatory.make-council-report")(views.MakeView.as_view()), name="make"),
    path("<int:report_id>/", _see(views.report), name="report"),
    path("<int:report_id>.pdf", _see(views.paper), name="paper"),
]
