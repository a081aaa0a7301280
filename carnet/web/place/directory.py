"""What the directory says of one's own place, and correcting it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.parties.rules import allowed
from carnet.places import queries
from carnet.places.rules import PlaceNotYours
from carnet.web import clock
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.offers.screens import standing_word
from carnet.web.place_fields import EditPlaceView, origins_table


def own_places(request: HttpRequest) -> HttpResponse:
    """One's own places, to see what the directory says of each."""
    actor = actor_of(request)
    own = queries.places_of([actor.organisation_id] if actor.organisation_id else [], at=clock.now())
    at = clock.now()
    standings = {
        each.place_id: standing_word(each)
        for each in queries.confirmations_of({each.operator_id for each in own if each.operator_id}, at=at)
    }
    rows = []
    for each in own:
        words, tone = standings.get(each.place_id, ("", "neutral"))
        rows.append(
            [
                Cell(each.name, url=reverse("place:offer", args=[each.place_id])),
                f"{each.address}, {each.postcode} {each.commune}",
                Cell(words, tone=tone),
                Cell(_("D’où vient chaque donnée"), url=reverse("place:fields", args=[each.place_id])),
            ]
        )
    columns = [Column(_("Nom")), Column(_("Adresse")), Column(_("Page")), Column(_("Provenance"))]
    table = Table(_("Vos lieux"), columns, rows, empty=_("Aucun lieu n’est tenu par votre organisation."))
    waiting = len(queries.reports(actor=actor, at=at, only_waiting=True))
    return render(request, "place/own_places.html", {"table": table, "waiting": waiting})


def fields(request: HttpRequest, place_id: int) -> HttpResponse:
    """Each field of one's place: who said it, which day, and what a file says instead."""
    actor = actor_of(request)
    place = queries.place_card(place_id, at=clock.now()).summary
    if place.operator_id is None or place.operator_id != actor.organisation_id:
        raise PlaceNotYours(place_id=place_id, name=place.name)
    context = {
        "place": place,
        "origins": origins_table(place_id),
        "may_edit": allowed(actor.roles, "places.edit") and place.ended_on is None,
    }
    return render(request, "place/fields.html", context)


class EditView(EditPlaceView):
    """Correct what is said of one's own place."""

    template_name = "place/edit.html"
    back = "place:fields"


urlpatterns = [
    path("directory/", door("places.see")(own_places), name="own-places"),
    path("directory/<int:place_id>/", door("places.see")(fields), name="fields"),
    path("directory/<int:place_id>/edit/", door("places.edit")(EditView.as_view()), name="fields-edit"),
]
