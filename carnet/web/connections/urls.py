"""Addresses of the solidarity connection: anybody's, the person's own, the desk's, the phone line's."""

from django.urls import URLPattern, path

from carnet.web.connections import desk, letters, one, person, public
from carnet.web.connections.sides import DESK, LINE, Side
from carnet.web.doors import door
from carnet.web.doors import public as anybody

app_name = "connections"


def _routes(side: Side, start: str) -> list[URLPattern]:
    """The same screens beside a person and on the telephone."""
    applies, seen_from = door("connectivity.apply"), {"side": side}
    reports, ends = (door("connectivity.apply", post=f"connectivity.{each}") for each in ("report-incident", "end"))
    return [
        path(start, applies(one.listed), seen_from, name=f"{side.prefix}list"),
        path(f"{start}find/", applies(one.find), seen_from, name=f"{side.prefix}find"),
        path(f"{start}new/", applies(desk.where), seen_from, name=f"{side.prefix}new"),
        path(f"{start}new/<int:residence_id>/", applies(desk.Apply.as_view(side=side)), name=f"{side.prefix}apply"),
        path(f"{start}letters/", applies(letters.letters), seen_from, name=f"{side.prefix}letters"),
        path(f"{start}letters/<int:telling_id>/", applies(letters.letter_done), seen_from, name=f"{side.prefix}letter-done"),
        path(f"{start}<int:connection_id>/", applies(one.one), seen_from, name=f"{side.prefix}one"),
        path(f"{start}<int:connection_id>/fiche/", applies(one.paper), seen_from, name=f"{side.prefix}paper"),
        path(f"{start}<int:connection_id>/fiche.pdf", applies(one.paper_pdf), seen_from, name=f"{side.prefix}paper-pdf"),
        path(f"{start}<int:connection_id>/incident/", reports(one.incident), seen_from, name=f"{side.prefix}incident"),
        path(f"{start}<int:connection_id>/withdraw/", applies(one.withdraw), seen_from, name=f"{side.prefix}withdraw"),
        path(f"{start}<int:connection_id>/end/", ends(one.end), seen_from, name=f"{side.prefix}end"),
        path(f"{start}<int:connection_id>/code/", applies(one.code), seen_from, name=f"{side.prefix}code"),
    ]


urlpatterns = [
    path("internet-solidaire/", anybody(public.solidarity), name="public"),
    path("internet-solidaire/<int:offer_id>/affiche.pdf", anybody(public.leaflet), name="leaflet"),
    path("ma-connexion/", anybody(person.own), name="own"),
    path("ma-connexion/papier/", anybody(person.enter), name="enter"),
    path("ma-connexion/panne/", anybody(person.report), name="report"),
    path("ma-connexion/arreter/", anybody(person.stop), name="stop"),
    path("ma-connexion/arretee/", anybody(person.stopped), name="stopped"),
    path("ma-connexion/fini/", anybody(person.leave), name="leave"),
    path("ma-connexion/termine/", anybody(person.left), name="left"),
    *_routes(DESK, "prescriber/connections/"),
    *_routes(LINE, "helpline/connections/"),
]
