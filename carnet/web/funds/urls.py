"""Addresses of the figures of agreements, of the rows behind them, and of the portfolio."""

from django.urls import path, register_converter

from carnet.observatory.rules import By, Heading
from carnet.web.doors import door
from carnet.web.funds import pledges, views
from carnet.web.spreadsheets import KINDS


class KindConverter:
    """A kind of file in an address."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class HeadingConverter:
    """A figure in an address."""

    regex = "|".join(each.value.replace("_", "-") for each in Heading)

    def to_python(self, value: str) -> Heading:
        return Heading(value.replace("-", "_"))

    def to_url(self, value: Heading) -> str:
        return value.value.replace("_", "-")


class CutConverter:
    """What figures are cut by, in an address."""

    regex = "|".join(By)

    def to_python(self, value: str) -> By:
        return By(value)

    def to_url(self, value: By) -> str:
        return value.value


register_converter(KindConverter, "kind")
register_converter(HeadingConverter, "heading")
register_converter(CutConverter, "cut")

app_name = "funds"
_see = door("observatory.see")
_OF_AGREEMENT = "agreements/<int:agreement_id>"
urlpatterns = [
    path("", _see(views.portfolio), name="portfolio"),
    path("portfolio.<kind:kind>", _see(views.portfolio_file), name="portfolio-file"),
    path(f"{_OF_AGREEMENT}/", _see(views.agreement), name="agreement"),
    path(f"{_OF_AGREEMENT}/figures.<kind:kind>", _see(views.agreement_file), name="agreement-file"),
    path(f"{_OF_AGREEMENT}/by-<cut:by>.<kind:kind>", _see(views.cut_file), name="cut-file"),
    path(f"{_OF_AGREEMENT}/<heading:heading>/", _see(views.rows), name="rows"),
    path(f"{_OF_AGREEMENT}/<heading:heading>.<kind:kind>", _see(views.rows_file), name="rows-file"),
    path(f"{_OF_AGREEMENT}/pledge/", door("funding.prepare-agreement")(pledges.TargetView.as_view()), name="target"),
]
