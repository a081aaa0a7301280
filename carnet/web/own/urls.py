"""Addresses of the person's own page, and of what their structure and its operator do for it."""

from django.urls import path

from carnet.web.doors import door, public
from carnet.web.own import desk, papers, views

app_name = "own"
_unlocks, _posts = door("mandates.see", post="mandates.unlock-paper"), door("mandates.see", post="mandates.post-letters")
_signs = door("mandates.act", post="mandates.sign")
urlpatterns = [
    path("mes-mandats/", public(views.mandates), name="mandates"),
    path("mes-mandats/papier/", public(views.paper), name="paper"),
    path("mes-mandats/franceconnect/", public(views.franceconnect), name="franceconnect"),
    path("mes-mandats/fini/", public(views.leave), name="leave"),
    path("mes-mandats/termine/", public(views.left), name="left"),
    path("mes-mandats/<str:number>/", public(views.mandate), name="mandate"),
    path("mes-mandats/<str:number>/mandat.pdf", public(papers.mandate), name="mandate-file"),
    path("mes-mandats/<str:number>/arret.pdf", public(papers.stopped), name="stopped-file"),
    path("mes-mandats/<str:number>/arreter/", public(views.stop), name="stop"),
    path("helper/people/<int:person_id>/own-paper/", _unlocks(desk.paper), name="paper-desk"),
    path("helper/people/<int:person_id>/own-paper/print/", _unlocks(desk.paper_print), name="paper-print"),
    path("helper/people/<int:person_id>/own-paper/act/", _unlocks(desk.paper_act), name="paper-act"),
    path("helper/letters/", _posts(desk.letters), name="letters"),
    path("helper/letters/<int:telling_id>/", _posts(desk.letter_done), name="letter-done"),
    path("helper/drafts/<int:draft_id>/consent/", _signs(desk.consent), name="consent"),
    path("helper/drafts/<int:draft_id>/consent/<int:consent_id>/cancel/", _signs(desk.consent_cancel), name="consent-cancel"),
    path("operator/programmes/<int:programme_id>/consent/", door("mandates.allow-remote-consent")(desk.remote), name="remote"),
]
