"""Asking to act for people, without an account: terms, a request resumed by its number and its code, messages, the answer, an appeal."""

from django.urls import path

from carnet.web.doors import public
from carnet.web.public.structures import _pages, _start
from carnet.web.public.structures._pages import FILES, KIND

_FILE = "devenir-structure/dossier/"

urlpatterns = [
    path("devenir-structure/", public(_start.networks), name="structures"),
    path("devenir-structure/reprendre/", public(_start.resume), name="structure-resume"),
    path(_FILE, KIND.door(_pages.overview), name="structure-file"),
    path(_FILE + "ouvrir/<str:secret>/", public(_start.open_link), name="structure-open"),
    path(_FILE + "quitter/", public(_start.leave), name="structure-leave"),
    path(_FILE + "structure/", KIND.door(_pages.who), name="structure-who"),
    path(_FILE + "referent/", KIND.door(_pages.lead), name="structure-lead"),
    path(_FILE + "aidants/", KIND.door(_pages.helpers), name="structure-helpers"),
    path(_FILE + "aidants/nouveau/", KIND.door(_pages.new_helper), name="structure-helper-new"),
    path(_FILE + "aidants/<int:helper>/", KIND.door(_pages.helper), name="structure-helper"),
    path(_FILE + "aidants/<int:helper>/retirer/", KIND.gesture(_pages.remove_helper), name="structure-helper-remove"),
    path(_FILE + "engagements/", KIND.door(_pages.commitments), name="structure-commitments"),
    path(_FILE + "documents/", KIND.door(_pages.papers), name="structure-papers"),
    path(_FILE + "documents/<int:paper_id>/", KIND.door(_pages.paper), name="structure-paper"),
    path(_FILE + "documents/<int:paper_id>/effacer/", KIND.gesture(_pages.remove_paper), name="structure-paper-remove"),
    path(_FILE + "envoyer/", KIND.door(FILES.summary), name="structure-summary"),
    path(_FILE + "reprendre/", KIND.gesture(FILES.take_back), name="structure-take-back"),
    path(_FILE + "messages/", KIND.gesture(_pages.write), name="structure-write"),
    path(_FILE + "recours/", KIND.door(_pages.contest), name="structure-contest"),
    path(_FILE + "abandonner/", KIND.door(FILES.withdraw), name="structure-withdraw"),
    path("devenir-structure/<slug:slug>/", public(_start.network), name="structure-network"),
    path("devenir-structure/<slug:slug>/lien/", public(_start.link), name="structure-link"),
]
