"""Addresses of the papers of mandates: the helper's, and the page where anybody checks one."""

from django.urls import path

from carnet.web.doors import door, public
from carnet.web.mandate_papers import checks, views, visits

app_name = "mandate_papers"
_sees, _acts = door("mandates.see"), door("mandates.act")
urlpatterns = [
    path("helper/drafts/<int:draft_id>/lire/", _sees(views.read), name="read"),
    path("helper/drafts/<int:draft_id>/projet.pdf", _sees(views.draft), name="draft"),
    path("helper/mandates/<int:mandate_id>/mandat.pdf", _sees(views.mandate), name="mandate"),
    path("helper/mandates/<int:mandate_id>/arret.pdf", _sees(views.stopped), name="stopped"),
    path("helper/mandates/<int:mandate_id>/visite/", _acts(visits.visit), name="visit"),
    path("mandat/", public(checks.checked), name="check-typed"),
    path("mandat/<str:code>/", public(checks.checked), name="check"),
]
