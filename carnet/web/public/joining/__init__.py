"""Joining a network without an account: public criteria, a file in steps opened by its link, decisions and appeals in plain words."""

from django.urls import path

from carnet.web.doors import public
from carnet.web.public.joining import _file, _labels, _sites, _start, _steps

urlpatterns = [
    path("labels/", public(_labels.labels), name="labels"),
    path("rejoindre/", public(_start.networks), name="joining"),
    path("rejoindre/dossier/", public(_file.overview), name="joining-file"),
    path("rejoindre/dossier/ouvrir/<str:secret>/", public(_start.open_link), name="joining-open"),
    path("rejoindre/dossier/quitter/", public(_start.leave), name="joining-leave"),
    path("rejoindre/dossier/structure/", public(_steps.who), name="joining-who"),
    path("rejoindre/dossier/lieux/", public(_sites.sites), name="joining-sites"),
    path("rejoindre/dossier/lieux/<int:key>/", public(_sites.site), name="joining-site"),
    path("rejoindre/dossier/lieux/<int:key>/retirer/", public(_sites.remove), name="joining-site-remove"),
    path("rejoindre/dossier/lecons/", public(_sites.teaching), name="joining-teaching"),
    path("rejoindre/dossier/lecons/<int:key>/", public(_sites.taught), name="joining-taught"),
    path("rejoindre/dossier/personnes/", public(_steps.people), name="joining-people"),
    path("rejoindre/dossier/documents/", public(_steps.documents), name="joining-documents"),
    path("rejoindre/dossier/documents/<int:document_id>/", public(_steps.document), name="joining-document"),
    path("rejoindre/dossier/documents/<int:document_id>/retirer/", public(_steps.remove_document), name="joining-document-remove"),
    path("rejoindre/dossier/compte/", public(_steps.bank), name="joining-bank"),
    path("rejoindre/dossier/charte/", public(_steps.charter), name="joining-charter"),
    path("rejoindre/dossier/envoyer/", public(_file.summary), name="joining-summary"),
    path("rejoindre/dossier/reprendre/", public(_file.take_back), name="joining-take-back"),
    path("rejoindre/dossier/abandonner/", public(_file.withdraw), name="joining-withdraw"),
    path("rejoindre/dossier/recours/", public(_file.appeal), name="joining-appeal"),
    path("rejoindre/<slug:slug>/", public(_start.network), name="joining-network"),
    path("rejoindre/<slug:slug>/lien/", public(_start.link), name="joining-link"),
]
