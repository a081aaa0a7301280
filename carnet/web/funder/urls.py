"""Addresses of the funder's pages."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.expiry.urls import funder_urls as expiry_urls
from carnet.web.forecasts.urls import funder_urls as forecast_urls
from carnet.web.funder import views
from carnet.web.parcels.urls import funder_urls as parcel_urls

app_name = "funder"
urlpatterns = [
    path("", door("home.funder")(views.home), name="home"),
    path("agreements/<int:agreement_id>/", door("funding.see")(views.agreement), name="agreement"),
    path("agreements/<int:agreement_id>/statement.pdf", door("settlement.see-statements")(views.statement_file), name="statement"),
    path("agreements/<int:agreement_id>/statement.csv", door("settlement.see-statements")(views.statement_table), name="statement-table"),
    path(
        "agreements/<int:agreement_id>/statements/<int:statement_id>.pdf",
        door("settlement.see-statements")(views.kept_statement_file),
        name="kept-statement",
    ),
    *forecast_urls,
]
urlpatterns += expiry_urls + parcel_urls
