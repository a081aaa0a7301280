"""Solidarity connections as the operator keeps them: landlords and providers admitted, offers prepared by one and opened by another, counts."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.connections import _offers, _partners
from carnet.web.operator.connections._partners import tasks

__all__ = ["tasks", "urlpatterns"]

_see, _admit = door("connectivity.see"), door("connectivity.admit-partner")
_prepare, _approve = door("connectivity.prepare-offer"), door("connectivity.approve-offer")
_OFFER = "connections/offers/<int:offer_id>/"

urlpatterns = [
    path("connections/", _see(_partners.home), name="connections"),
    path("connections/programmes/<int:programme_id>/admit/", _admit(_partners.Admit.as_view()), name="connection-admit"),
    path("connections/partners/<int:partner_id>/end/", _admit(_partners.End.as_view()), name="connection-partner-end"),
    path("connections/partners/<int:partner_id>/offer/", _prepare(_offers.Prepare.as_view()), name="connection-offer-new"),
    path(_OFFER, _see(_offers.offer), name="connection-offer"),
    path(_OFFER + "open/", _approve(_offers.Open.as_view()), name="connection-offer-open"),
    path(_OFFER + "refuse/", _approve(_offers.Refuse.as_view()), name="connection-offer-refuse"),
    path(_OFFER + "close/", _prepare(_offers.Close.as_view()), name="connection-offer-close"),
]
