"""The directory, as the operator keeps it: files of places, acceptances in bulk, one place."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.offers import desks as offer_desks
from carnet.web.offers import screens as offers
from carnet.web.operator.places import _acceptances, _directory, _files, _imports, _late, _repeats

_see = door("places.see")
_import = door("places.import")
_accept = door("places.accept")
_merge = door("places.merge")
_edit = door("places.see", post="places.edit")

urlpatterns = [
    path("places/", _see(_directory.places), name="places"),
    path("places/import/", _import(_imports.ImportView.as_view()), name="places-import"),
    path("places/imports/<int:import_id>/", _import(_imports.report), name="places-import-report"),
    path("places/imports/<int:import_id>/faults.csv", _import(_imports.faults_csv), name="places-import-faults"),
    path("places/files/<int:file_id>/", _import(_files.file), name="places-file"),
    path("places/files/<int:file_id>/columns/", _import(_files.MappingView.as_view()), name="places-file-mapping"),
    path("places/files/<int:file_id>/write/", _import(_files.write), name="places-file-write"),
    path("places/files/<int:file_id>/drop/", _import(_files.drop), name="places-file-drop"),
    path("places/files/<int:file_id>/refused.csv", _import(_files.refused_csv), name="places-file-refused"),
    path("places/repeats/", _merge(_repeats.repeats), name="places-repeats"),
    path("places/<int:kept_id>/merge/<int:other_id>/", _merge(_repeats.MergeView.as_view()), name="place-merge"),
    path("places/<int:kept_id>/apart/<int:other_id>/", _merge(_repeats.apart), name="place-apart"),
    path("places/<int:place_id>/part/", _merge(_repeats.part), name="place-part"),
    path("places/late/", _see(_late.late), name="places-late"),
    path("places/accept/", _accept(_acceptances.AcceptView.as_view()), name="places-accept"),
    path("places/<int:place_id>/", _see(_directory.place), name="place"),
    path("places/<int:place_id>/operator/", _accept(_directory.AttachView.as_view()), name="place-attach"),
    path("places/<int:place_id>/edit/", door("places.edit")(_directory.EditView.as_view()), name="place-edit"),
    path("places/<int:place_id>/end/", _edit(_directory.EndView.as_view()), name="place-end"),
    path(
        "places/<int:place_id>/acceptances/<int:programme_id>/end/",
        _accept(_acceptances.EndAcceptanceView.as_view()),
        name="place-acceptance-end",
    ),
    *offers.routes(offer_desks.OPERATOR),
]
