"""Addresses of the print shop's room."""

from django.urls import path
from django.views.decorators.http import require_POST

from carnet.web.doors import door
from carnet.web.print_shop import parcels, views

app_name = "print_shop"

_see = door("issuing.see-print-work")
_prove = door("issuing.see-print-work", post="issuing.prove-printing")
_offer = door("issuing.see-print-work", post="issuing.offer-print-key")

urlpatterns = [
    path("", door("home.print_shop")(views.home), name="home"),
    *parcels.urlpatterns,
    path("editions/<int:order_id>/", _see(views.edition), name="edition"),
    path("editions/<int:order_id>/printed/", _prove(views.ProveView.as_view()), name="printed"),
    path("editions/<int:order_id>/spoiled/", _prove(views.SpoiledView.as_view()), name="spoiled"),
    path("files/<int:file_id>/", door("issuing.fetch-print-files")(require_POST(views.fetch)), name="file"),
    path("key/", _see(views.key), name="key"),
    path("key/<int:shop_id>/give/", _offer(views.OfferView.as_view()), name="key-give"),
    path("key/<int:key_id>/end/", _offer(views.EndKeyView.as_view()), name="key-end"),
]
