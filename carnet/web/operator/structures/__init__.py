"""Structures that act for people under a mandate, as the operator sees them: requests, decisions, trainings, terms of helpers."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.structures import _decisions, _files, _terms, _trainings
from carnet.web.operator.structures._files import tasks

__all__ = ["tasks", "urlpatterns"]

_see = door("mandates.see-structures")
_prepare = door("mandates.prepare-structures")
_approve = door("mandates.approve-structures")
_train = door("mandates.plan-training")
_FILE = "structures/<int:file_id>/"
_TRAINING = "structures/trainings/<int:session_id>/"

urlpatterns = [
    path("structures/", _see(_files.network), name="structures"),
    path(_FILE, _see(_files.file), name="structure-file"),
    path(_FILE + "write/", _prepare(_files.write), name="structure-write"),
    path(_FILE + "read/", _prepare(_files.read), name="structure-read"),
    path(_FILE + "papers/<int:paper_id>/", _see(_files.paper), name="structure-paper"),
    path(_FILE + "prepare/<slug:kind>/", _prepare(_decisions.Prepare.as_view()), name="structure-prepare"),
    path("structures/decisions/<int:decision_id>/", _see(_decisions.decision), name="structure-decision"),
    path("structures/decisions/<int:decision_id>/take/", _approve(_decisions.Take.as_view()), name="structure-decision-take"),
    path("structures/decisions/<int:decision_id>/set-aside/", _approve(_decisions.SetAside.as_view()), name="structure-decision-set-aside"),
    path("structures/trainings/", _see(_trainings.trainings), name="trainings"),
    path("structures/trainings/<int:programme_id>/new/", _train(_trainings.Plan.as_view()), name="training-new"),
    path(_TRAINING, _see(_trainings.training), name="training"),
    path(_TRAINING + "change/", _train(_trainings.Change.as_view()), name="training-change"),
    path(_TRAINING + "cancel/", _train(_trainings.Cancel.as_view()), name="training-cancel"),
    path(_TRAINING + "seats/<int:seat_id>/", _train(_trainings.attend), name="training-attend"),
    path(_TRAINING + "tests/<int:helper_id>/", _train(_trainings.test), name="training-test"),
    path(
        "structures/terms/<int:programme_id>/",
        door("mandates.see-structures", post="mandates.publish-terms")(_terms.terms),
        name="helper-terms",
    ),
]
