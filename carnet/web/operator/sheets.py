"""Sheets of paper typed for places: opened by this operator, or entrusted to it."""

from carnet.web.sheets.views import OPERATOR, routes

urlpatterns = routes(OPERATOR)
