"""Cases about payments to places: opened from signals or from what a person saw, heard, decided by another, appealed to a third."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.cases._case import case, paper, passages_file
from carnet.web.operator.cases._gestures import AppealView, CarryOutView, DecideView, HoldView, NoteView, ReleaseView
from carnet.web.operator.cases._list import cases, tasks
from carnet.web.operator.cases._opening import OpenView

__all__ = ["tasks", "urlpatterns"]

urlpatterns = [
    path("cases/", door("controls.see")(cases), name="cases"),
    path("cases/new/", door("controls.sort-signals")(OpenView.as_view()), name="case-new"),
    path("cases/<int:case_id>/", door("controls.see")(case), name="case"),
    path("cases/<int:case_id>/passages.csv", door("controls.see")(passages_file), name="case-passages"),
    path("cases/<int:case_id>/papers/<int:rank>/", door("controls.see")(paper), name="case-paper"),
    path("cases/<int:case_id>/hold/", door("controls.hold")(HoldView.as_view()), name="case-hold"),
    path("cases/<int:case_id>/release/", door("controls.hold")(ReleaseView.as_view()), name="case-release"),
    path("cases/<int:case_id>/note/", door("controls.sort-signals")(NoteView.as_view()), name="case-note"),
    path("cases/<int:case_id>/decide/", door("controls.decide-case")(DecideView.as_view()), name="case-decide"),
    path("cases/<int:case_id>/appeal/", door("controls.decide-appeal")(AppealView.as_view()), name="case-appeal"),
    path("cases/<int:case_id>/carry-out/", door("controls.decide-case")(CarryOutView.as_view()), name="case-carry-out"),
]
