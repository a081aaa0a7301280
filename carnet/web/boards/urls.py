"""Addresses of the boards of rooms: each opens in the office of whoever reads it."""

from django.urls import path

from carnet.web.boards import rooms
from carnet.web.doors import door

app_name = "boards"
urlpatterns = [
    path("territories/<int:territory_id>/", door("observatory.see-territories")(rooms.territory), name="territory"),
    path(
        "territories/<int:territory_id>/<slug:by>.<slug:kind>",
        door("observatory.see-territories")(rooms.territory_file),
        name="territory-file",
    ),
    path("programmes/", door("observatory.see")(rooms.programmes), name="programmes"),
    path("programmes/<slug:by>.<slug:kind>", door("observatory.see")(rooms.programmes_file), name="programmes-file"),
    path("places/", door("redemption.see")(rooms.place), name="place"),
    path("places/<slug:by>.<slug:kind>", door("redemption.see")(rooms.place_file), name="place-file"),
]
