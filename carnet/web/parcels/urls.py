"""The addresses of each side, each behind its door."""

from django.urls import URLPattern, path

from carnet.web.doors import door
from carnet.web.parcels import pages
from carnet.web.parcels.sides import AUDITOR, FUNDER, Side


def reading(side: Side) -> list[URLPattern]:
    """The pages to look at."""
    see, seen_from = door("issuing.see-parcels"), {"side": side}
    return [
        path("parcels/", see(pages.parcels), seen_from, name="parcels"),
        path("parcels/<int:parcel_id>/", see(pages.parcel), seen_from, name="parcel"),
        path("parcels/orders/<int:order_id>/", see(pages.custody), seen_from, name="custody"),
        path("parcels/orders/<int:order_id>/carnets.csv", see(pages.custody_file), seen_from, name="custody-file"),
        path("parcels/gaps/<int:programme_id>/", see(pages.gaps), seen_from, name="gaps"),
        path("parcels/gaps/<int:programme_id>/ecarts.csv", see(pages.gaps_file), seen_from, name="gaps-file"),
    ]


funder_urls = reading(FUNDER)
auditor_urls = reading(AUDITOR)
