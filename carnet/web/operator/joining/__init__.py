"""Places that join the network: applications, decisions by two people, appeals, what is asked, changes of head, the operator's own label."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.joining import _decisions, _files, _heads, _own_label, _terms
from carnet.web.operator.joining._files import tasks
from carnet.web.operator.joining._own_label import tasks as label_tasks

__all__ = ["label_tasks", "tasks", "urlpatterns"]

_see = door("places.see-joining")
_prepare = door("places.prepare-joining")
_approve = door("places.approve-joining")

urlpatterns = [
    path("joining/", _see(_files.files), name="joining"),
    path("joining/<int:file_id>/", _see(_files.file), name="joining-file"),
    path("joining/<int:file_id>/documents/<int:document_id>/", _see(_files.document), name="joining-document"),
    path("joining/<int:file_id>/prepare/<slug:kind>/", _prepare(_decisions.Prepare.as_view()), name="joining-prepare"),
    path("joining/decisions/<int:decision_id>/", _see(_decisions.decision), name="joining-decision"),
    path("joining/decisions/<int:decision_id>/take/", _approve(_decisions.Take.as_view()), name="joining-take"),
    path("joining/decisions/<int:decision_id>/set-aside/", _approve(_decisions.SetAside.as_view()), name="joining-set-aside"),
    path("joining/terms/<int:programme_id>/", _see(_terms.terms), name="joining-terms"),
    path("joining/terms/<int:programme_id>/publish/", door("places.publish-terms")(_terms.Publish.as_view()), name="joining-publish"),
    path(
        "organisations/<int:organisation_id>/head/", door("parties.prepare-new-head")(_heads.PrepareHead.as_view()), name="new-head-prepare"
    ),
    path("heads/<int:change_id>/", door("parties.see-organisations")(_heads.head), name="new-head"),
    path("heads/<int:change_id>/document/", door("parties.see-organisations")(_heads.document), name="new-head-document"),
    path("heads/<int:change_id>/approve/", door("parties.approve-new-head")(_heads.ApproveHead.as_view()), name="new-head-approve"),
    path("heads/<int:change_id>/refuse/", door("parties.approve-new-head")(_heads.RefuseHead.as_view()), name="new-head-refuse"),
    path("label/", door("parties.see-operator-label")(_own_label.label), name="own-label"),
    path("label/request/", door("parties.request-operator-label")(_own_label.Request.as_view()), name="own-label-request"),
]
