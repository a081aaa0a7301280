"""Addresses of the auditor's pages."""

from django.urls import path

from carnet.web.auditor import anchors, views
from carnet.web.doors import door
from carnet.web.expiry.urls import auditor_urls as expiry_urls
from carnet.web.parcels.urls import auditor_urls as parcel_urls

app_name = "auditor"
urlpatterns = [
    path("", door("home.auditor")(views.home), name="home"),
    path("programmes/<int:programme_id>/", door("funding.see")(views.programme), name="programme"),
    path("programmes/<int:programme_id>/movements/", door("settlement.see")(views.movements), name="movements"),
    path("programmes/<int:programme_id>/movements.csv", door("settlement.see")(views.movements_file), name="movements-file"),
    path("programmes/<int:programme_id>/journal/", door("journal.see")(views.journal_lines), name="journal"),
    path("programmes/<int:programme_id>/verify/", door("journal.see")(views.verify), name="verify"),
    path("journal/", door("journal.see")(anchors.page), name="anchors"),
    path("programmes/<int:programme_id>/debts/", door("settlement.see")(views.debts_of_places), name="debts"),
]
urlpatterns += expiry_urls + parcel_urls
