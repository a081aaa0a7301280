"""Becoming a desk without an account: public agreements, an application in three steps opened by its link, the answer in plain words."""

from django.urls import path

from carnet.web.doors import public
from carnet.web.public.desks import _pages, _start
from carnet.web.public.desks._pages import FILES, KIND

_FILE = "devenir-guichet/dossier/"

urlpatterns = [
    path("devenir-guichet/", public(_start.networks), name="desks"),
    path(_FILE, KIND.door(FILES.overview), name="desk-file"),
    path(_FILE + "ouvrir/<str:secret>/", public(_start.open_link), name="desk-open"),
    path(_FILE + "quitter/", public(_start.leave), name="desk-leave"),
    path(_FILE + "structure/", KIND.door(_pages.who), name="desk-who"),
    path(_FILE + "points/", KIND.door(_pages.points), name="desk-points"),
    path(_FILE + "points/nouveau/", KIND.door(_pages.new_point), name="desk-point-new"),
    path(_FILE + "points/<int:key>/", KIND.door(_pages.point), name="desk-point"),
    path(_FILE + "points/<int:key>/retirer/", KIND.gesture(_pages.remove_point), name="desk-point-remove"),
    path(_FILE + "responsable/", KIND.door(_pages.people), name="desk-people"),
    path(_FILE + "envoyer/", KIND.door(FILES.summary), name="desk-summary"),
    path(_FILE + "reprendre/", KIND.gesture(FILES.take_back), name="desk-take-back"),
    path(_FILE + "abandonner/", KIND.door(FILES.withdraw), name="desk-withdraw"),
    path("devenir-guichet/<slug:slug>/", public(_start.network), name="desk-network"),
    path("devenir-guichet/<slug:slug>/lien/", public(_start.link), name="desk-link"),
]
