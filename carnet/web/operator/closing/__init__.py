"""Closing a season: what goes back to each funder, counted by one person and approved by another; and the statements."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.closing import _acts, _pages

_BY_AGREEMENT = "closings/agreements/<int:agreement_id>"
urlpatterns = [
    path("closings/", door("settlement.see")(_pages.closings), name="closings"),
    path(f"{_BY_AGREEMENT}/", door("settlement.see")(_pages.agreement_closing), name="agreement-closing"),
    path(f"{_BY_AGREEMENT}/prepare/", door("settlement.prepare-closing")(_acts.PrepareView.as_view()), name="closing-new"),
    path(f"{_BY_AGREEMENT}/statements.csv", door("settlement.see-statements")(_pages.statements_csv_file), name="statements"),
    path(f"{_BY_AGREEMENT}/statements/<int:funder_id>.pdf", door("settlement.see-statements")(_pages.statement_pdf_file), name="statement"),
    path("closings/<int:closing_id>/", door("settlement.see")(_pages.closing), name="closing"),
    path("closings/<int:closing_id>/approve/", door("settlement.approve-closing")(_acts.ApproveView.as_view()), name="closing-approve"),
    path("closings/<int:closing_id>/refuse/", door("settlement.approve-closing")(_acts.CancelView.as_view()), name="closing-refuse"),
    path("closings/<int:closing_id>/cancel/", door("settlement.prepare-closing")(_acts.CancelView.as_view()), name="closing-cancel"),
    path("closings/<int:closing_id>/repaid/", door("settlement.prepare-closing")(_acts.RepaidView.as_view()), name="closing-repaid"),
]
