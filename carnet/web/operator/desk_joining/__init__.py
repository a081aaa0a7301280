"""Desks that join, stay and leave, as the operator sees them: applications, files, agreements, and one page for each desk."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.desk_joining import _agreements, _decisions, _desks, _files, _imports, _points
from carnet.web.operator.desk_joining._desks import tasks

__all__ = ["tasks", "urlpatterns"]

_see = door("distribution.see-joining")
_prepare = door("distribution.prepare-joining")
_approve = door("distribution.approve-joining")
_countersign = door("distribution.countersign-agreement")
_import = door("distribution.import-desks")
_keep = door("distribution.see-joining", post="distribution.keep-points")
_DESK = "desks/joining/<int:programme_id>/<int:organisation_id>/"

urlpatterns = [
    path("desks/joining/", _see(_desks.network), name="desk-joining"),
    path("desks/joining/files/<int:file_id>/", _see(_files.file), name="desk-file"),
    path("desks/joining/files/<int:file_id>/prepare/<slug:kind>/", _prepare(_decisions.PrepareOfFile.as_view()), name="desk-file-prepare"),
    path("desks/joining/decisions/<int:decision_id>/", _see(_decisions.decision), name="desk-decision"),
    path("desks/joining/decisions/<int:decision_id>/take/", _approve(_decisions.Take.as_view()), name="desk-decision-take"),
    path("desks/joining/decisions/<int:decision_id>/set-aside/", _approve(_decisions.SetAside.as_view()), name="desk-decision-set-aside"),
    path("desks/joining/agreements/<int:agreement_id>/", _see(_agreements.agreement), name="desk-agreement"),
    path("desks/joining/agreements/<int:agreement_id>/sign/", _countersign(_agreements.Countersign.as_view()), name="desk-countersign"),
    path("desks/joining/agreements/<int:agreement_id>/send-back/", _countersign(_agreements.SendBack.as_view()), name="desk-send-back"),
    path("desks/joining/texts/<int:programme_id>/", _see(_agreements.texts), name="desk-texts"),
    path(
        "desks/joining/texts/<int:programme_id>/<slug:kind>/",
        door("distribution.publish-agreement")(_agreements.Publish.as_view()),
        name="desk-publish",
    ),
    path("desks/joining/import/<int:programme_id>/", _import(_imports.Send.as_view()), name="desk-import-new"),
    path("desks/joining/import/model.csv", _import(_imports.model), name="desk-import-model"),
    path("desks/joining/imports/<int:import_id>/", _see(_imports.report), name="desk-import"),
    path("desks/joining/imports/<int:import_id>/lines.csv", _see(_imports.lines_csv), name="desk-import-lines"),
    path("desks/joining/imports/<int:import_id>/prepare/", _prepare(_imports.Prepare.as_view()), name="desk-import-prepare"),
    path("desks/joining/imports/<int:import_id>/drop/", _import(_imports.Drop.as_view()), name="desk-import-drop"),
    path(_DESK, _see(_desks.desk), name="desk"),
    path(_DESK + "prepare/<slug:kind>/", _prepare(_decisions.PrepareOfDesk.as_view()), name="desk-prepare"),
    path(_DESK + "finish/", door("distribution.admit-prescriber")(_desks.Finish.as_view()), name="desk-finish"),
    path(_DESK + "points/new/", _keep(_points.NewPoint.as_view()), name="desk-point-new"),
    path(_DESK + "points/<int:point_id>/", _keep(_points.ChangePoint.as_view()), name="desk-point"),
    path(_DESK + "points/<int:point_id>/close/", _keep(_points.ClosePoint.as_view()), name="desk-point-close"),
]
