"""Addresses of the figures of agreements, of the rows behind them, and of the portfolio."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.funds import pledges, views

app_name = "funds"
_see = door("observatory.see")
_OF_AGREEMENT = "agreements/<int:agreement_id>"
urlpatterns = [
    path("", _see(views.portfolio), name="portfolio"),
    path("portfolio.<slug:kind>", _see(views.portfolio_file), name="portfolio-file"),
    path(f"{_OF_AGREEMENT}/", _see(views.agreement), name="agreement"),
    path(f"{_OF_AGREEMENT}/pledge/", door("funding.prepare-agreement")(pledges.TargetView.as_view()), name="target"),
    path(f"{_OF_AGREEMENT}/figures.<slug:kind>", _see(views.agreement_file), name="agreement-file"),
    path(f"{_OF_AGREEMENT}/by-<slug:by>.<slug:kind>", _see(views.cut_file), name="cut-file"),
    path(f"{_OF_AGREEMENT}/<slug:heading>/", _see(views.rows), name="rows"),
    path(f"{_OF_AGREEMENT}/<slug:heading>.<slug:kind>", _see(views.rows_file), name="rows-file"),
]
