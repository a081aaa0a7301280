"""Addresses of local actors, of the territories they share, of what is aimed at."""

from django.urls import path

from carnet.web.doors import door, public
from carnet.web.local import aims, files, told, views, writing

app_name = "local"
_see = door("observatory.see-territories")
_keep = door("observatory.keep-line")
_lead = door("observatory.lead-territory")
_T = "<int:territory_id>"
urlpatterns = [
    path("", door("home.local")(views.home), name="home"),
    path("territories/", _see(views.territories), name="territories"),
    path("territories/new/", _lead(writing.NewTerritoryView.as_view()), name="new"),
    path(f"{_T}/", _see(views.territory), name="territory"),
    path(f"{_T}/history/", _see(views.history), name="history"),
    path(f"{_T}/figures/", _see(views.figures), name="figures"),
    path(f"{_T}/paper.pdf", _see(files.paper), name="paper"),
    path(f"{_T}/<slug:part>.<slug:kind>", _see(files.table), name="file"),
    path(f"{_T}/change/", _lead(writing.ChangeTerritoryView.as_view()), name="change"),
    path(
        f"{_T}/actors/",
        door("observatory.lead-territory", post="observatory.invite-local-actor")(writing.ActorsView.as_view()),
        name="actors",
    ),
    path(f"{_T}/actors/<int:organisation_id>/remove/", _lead(writing.remove_actor), name="remove"),
    path(f"{_T}/line/", _keep(writing.LineView.as_view()), name="line"),
    path(f"{_T}/commitments/new/", _keep(writing.CommitmentView.as_view()), name="commit"),
    path(f"{_T}/commitments/<int:commitment_id>/", _keep(writing.CommitmentView.as_view()), name="commitment"),
    path(f"{_T}/commitments/<int:commitment_id>/end/", _keep(writing.end_commitment), name="end-commitment"),
    path(f"{_T}/needs/new/", _keep(writing.NoticeView.as_view()), name="notice"),
    path(f"{_T}/needs/<int:noticed_id>/settle/", _keep(writing.settle_need), name="settle"),
    path(f"{_T}/decisions/new/", _keep(writing.DecisionView.as_view()), name="decide"),
    path(f"{_T}/decisions/<int:decision_id>/withdraw/", _keep(writing.withdraw_decision), name="withdraw"),
    path(f"{_T}/decisions/<int:decision_id>/steps/new/", _keep(writing.StepView.as_view()), name="step"),
    path(f"{_T}/steps/<int:step_id>/done/", _keep(writing.step_done), name="step-done"),
    path(f"{_T}/steps/<int:step_id>/drop/", _keep(writing.step_dropped), name="step-drop"),
    path("objectives/", _see(aims.objectives), name="objectives"),
    path("objectives/new/", door("observatory.set-objective")(aims.ObjectiveNewView.as_view()), name="objective-new"),
    path("objectives/<int:objective_id>/end/", door("observatory.set-objective")(aims.end_objective), name="objective-end"),
    path("indicators/", door("observatory.import-indicators")(aims.IndicatorsView.as_view()), name="indicators"),
    path("public/objectifs/", public(told.objectives), name="told-objectives"),
    path("public/<slug:slug>/", public(told.territory), name="told"),
]
