"""Joining a network without an account: public criteria, a file in steps opened by its link, decisions and appeals in plain words."""

from django.urls import path

from carnet.web.doors import public
from carnet.web.public.joining import _labels, _pages, _sites, _start
from carnet.web.public.joining._pages import FILES, KIND

_FILE = "rejoindre/dossier/"

urlpatterns = [
    path("labels/", public(_labels.labels), name="labels"),
    path("rejoindre/", public(_start.networks), name="joining"),
    path(_FILE, KIND.door(_pages.overview), name="joining-file"),
    path(_FILE + "ouvrir/<str:secret>/", public(_start.open_link), name="joining-open"),
    path(_FILE + "quitter/", public(_start.leave), name="joining-leave"),
    path(_FILE + "structure/", KIND.door(_pages.who), name="joining-who"),
    path(_FILE + "lieux/", KIND.door(_sites.sites), name="joining-sites"),
    path(_FILE + "lieux/<int:key>/", KIND.door(_sites.site), name="joining-site"),
    path(_FILE + "lieux/<int:key>/retirer/", KIND.gesture(_sites.remove), name="joining-site-remove"),
    path(_FILE + "lecons/", KIND.door(_sites.teaching), name="joining-teaching"),
    path(_FILE + "lecons/<int:key>/", KIND.door(_sites.taught), name="joining-taught"),
    path(_FILE + "personnes/", KIND.door(_pages.people), name="joining-people"),
    path(_FILE + "documents/", KIND.door(_pages.documents), name="joining-documents"),
    path(_FILE + "documents/<int:document_id>/", KIND.door(_pages.document), name="joining-document"),
    path(_FILE + "documents/<int:document_id>/retirer/", KIND.gesture(_pages.remove_document), name="joining-document-remove"),
    path(_FILE + "compte/", KIND.door(_pages.bank), name="joining-bank"),
    path(_FILE + "charte/", KIND.door(_pages.charter), name="joining-charter"),
    path(_FILE + "envoyer/", KIND.door(FILES.summary), name="joining-summary"),
    path(_FILE + "reprendre/", KIND.gesture(FILES.take_back), name="joining-take-back"),
    path(_FILE + "abandonner/", KIND.door(FILES.withdraw), name="joining-withdraw"),
    path(_FILE + "recours/", KIND.door(_pages.appeal), name="joining-appeal"),
    path("rejoindre/<slug:slug>/", public(_start.network), name="joining-network"),
    path("rejoindre/<slug:slug>/lien/", public(_start.link), name="joining-link"),
]
