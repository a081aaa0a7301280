"""Addresses of the phone line."""

from carnet.web.helpline import complaints, finding, line

app_name = "helpline"
urlpatterns = [*line.urlpatterns, *finding.urlpatterns, *complaints.urlpatterns]
