"""Addresses of self-checks: the person's own, those of whoever gives slips, and what they come to."""

from django.urls import path

from carnet.web.doors import door, public
from carnet.web.selfchecks import house, person, results

app_name = "selfchecks"
_gives, _reads, _decides = door("observatory.self-check"), door("observatory.see"), door("observatory.decide-self-checks")
urlpatterns = [
    path("faire-le-point/", public(person.start), name="start"),
    path("faire-le-point/commencer/", public(person.enter), name="enter"),
    path("faire-le-point/internet/", public(person.use), name="use"),
    path("faire-le-point/questions/<int:step>/", public(person.part), name="part"),
    path("faire-le-point/resultat/", public(person.result), name="result"),
    path("faire-le-point/plus-tard/", public(person.later), name="later"),
    path("faire-le-point/fini/", public(person.leave), name="leave"),
    path("faire-le-point/termine/", public(person.left), name="left"),
    path("chiffres/faire-le-point/", public(results.published), name="published"),
    path("self-checks/", _gives(house.home), name="house"),
    path("self-checks/print/", _gives(house.print_slips), name="print"),
    path("self-checks/sheet/", _gives(house.sheet), name="sheet"),
    path("self-checks/letters/<int:invitation_id>/posted/", _gives(house.posted), name="posted"),
    path("self-checks/results/", _reads(results.programme_list), name="programmes"),
    path("self-checks/results/<int:programme_id>/", _reads(results.programme), name="programme"),
    path("self-checks/results/<int:programme_id>/faire-le-point.<slug:kind>", _reads(results.programme_file), name="programme-file"),
    path("self-checks/results/<int:programme_id>/decide/", _decides(results.decide), name="decide"),
]
