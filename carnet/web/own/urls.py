"""Addresses of the person's own page."""

from django.urls import path

from carnet.web.doors import public
from carnet.web.own import views

app_name = "own"
urlpatterns = [
    path("mes-mandats/", public(views.mandates), name="mandates"),
    path("mes-mandats/papier/", public(views.paper), name="paper"),
    path("mes-mandats/franceconnect/", public(views.franceconnect), name="franceconnect"),
    path("mes-mandats/fini/", public(views.leave), name="leave"),
    path("mes-mandats/termine/", public(views.left), name="left"),
    path("mes-mandats/<str:number>/", public(views.mandate), name="mandate"),
    path("mes-mandats/<str:number>/arreter/", public(views.stop), name="stop"),
]
