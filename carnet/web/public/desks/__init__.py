"""Becoming a desk without an account: public agreements, an application in three steps opened by its link, the answer in plain words."""

from django.urls import path

from carnet.web.doors import public
from carnet.web.public.desks import _file, _start, _steps

urlpatterns = [
    path("devenir-guichet/", public(_start.networks), name="desks"),
    path("devenir-guichet/dossier/", public(_file.overview), name="desk-file"),
    path("devenir-guichet/dossier/ouvrir/<str:secret>/", public(_start.open_link), name="desk-open"),
    path("devenir-guichet/dossier/quitter/", public(_start.leave), name="desk-leave"),
    path("devenir-guichet/dossier/structure/", public(_steps.who), name="desk-who"),
    path("devenir-guichet/dossier/points/", public(_steps.points), name="desk-points"),
    path("devenir-guichet/dossier/points/nouveau/", public(_steps.new_point), name="desk-point-new"),
    path("devenir-guichet/dossier/points/<int:key>/", public(_steps.point), name="desk-point"),
    path("devenir-guichet/dossier/points/<int:key>/retirer/", public(_steps.remove_point), name="desk-point-remove"),
    path("devenir-guichet/dossier/responsable/", public(_steps.people), name="desk-people"),
    path("devenir-guichet/dossier/envoyer/", public(_file.summary), name="desk-summary"),
    path("devenir-guichet/dossier/reprendre/", public(_file.take_back), name="desk-take-back"),
    path("devenir-guichet/dossier/abandonner/", public(_file.withdraw), name="desk-withdraw"),
    path("devenir-guichet/<slug:slug>/", public(_start.network), name="desk-network"),
    path("devenir-guichet/<slug:slug>/lien/", public(_start.link), name="desk-link"),
]
