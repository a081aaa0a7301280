"""Asking to act for people, without an account: terms, a request resumed by its number and its code, messages, the answer, an appeal."""

from django.urls import path

from carnet.web.doors import public
from carnet.web.public.structures import _file, _start, _steps

_FILE = "devenir-structure/dossier/"

urlpatterns = [
    path("devenir-structure/", public(_start.networks), name="structures"),
    path("devenir-structure/reprendre/", public(_start.resume), name="structure-resume"),
    path(_FILE, public(_file.overview), name="structure-file"),
    path(_FILE + "ouvrir/<str:secret>/", public(_start.open_link), name="structure-open"),
    path(_FILE + "quitter/", public(_start.leave), name="structure-leave"),
    path(_FILE + "structure/", public(_steps.who), name="structure-who"),
    path(_FILE + "referent/", public(_steps.lead), name="structure-lead"),
    path(_FILE + "aidants/", public(_steps.helpers), name="structure-helpers"),
    path(_FILE + "aidants/nouveau/", public(_steps.new_helper), name="structure-helper-new"),
    path(_FILE + "aidants/<int:helper>/", public(_steps.helper), name="structure-helper"),
    path(_FILE + "aidants/<int:helper>/retirer/", public(_steps.remove_helper), name="structure-helper-remove"),
    path(_FILE + "engagements/", public(_steps.commitments), name="structure-commitments"),
    path(_FILE + "documents/", public(_steps.papers), name="structure-papers"),
    path(_FILE + "documents/<int:paper_id>/", public(_steps.paper), name="structure-paper"),
    path(_FILE + "documents/<int:paper_id>/effacer/", public(_steps.remove_paper), name="structure-paper-remove"),
    path(_FILE + "envoyer/", public(_file.summary), name="structure-summary"),
    path(_FILE + "reprendre/", public(_file.take_back), name="structure-take-back"),
    path(_FILE + "messages/", public(_file.write), name="structure-write"),
    path(_FILE + "recours/", public(_file.contest), name="structure-contest"),
    path(_FILE + "abandonner/", public(_file.withdraw), name="structure-withdraw"),
    path("devenir-structure/<slug:slug>/", public(_start.network), name="structure-network"),
    path("devenir-structure/<slug:slug>/lien/", public(_start.link), name="structure-link"),
]
