"""Addresses of the helper's desk."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.helper import after, ending, signing, team, views

app_name = "helper"
# The person is beside: a page of preparation asks for no second factor, signing and confirming do.
_sees, _prepares = door("mandates.see"), door("mandates.act")
_signs, _stops = door("mandates.act", post="mandates.sign"), door("mandates.see", post="mandates.revoke")
urlpatterns = [
    path("", door("home.helper")(views.home), name="home"),
    path("people/", _sees(views.people), name="people"),
    path("people/<int:person_id>/", _sees(views.person), name="person"),
    path("people/<int:person_id>/uses/", _sees(views.uses), name="person-uses"),
    path("people/<int:person_id>/stop/", _stops(ending.Stop.as_view()), name="stop"),
    path("people/<int:person_id>/close/", _stops(ending.Close.as_view()), name="close"),
    path("people/<int:person_id>/carry/", _signs(ending.Carry.as_view()), name="carry"),
    path("people/<int:person_id>/carry/franceconnect/", _prepares(ending.carry_franceconnect), name="carry-franceconnect"),
    path("endings/<int:ending_id>/", _sees(ending.ending), name="ending"),
    path("mandates/", _sees(views.mandates), name="mandates"),
    path("mandates/<int:mandate_id>/", _sees(views.mandate), name="mandate"),
    path("mandates/<int:mandate_id>/renew/", _prepares(signing.Choose.as_view()), name="renew"),
    path("uses/", _sees(views.uses), name="uses"),
    path("new/", _prepares(signing.Choose.as_view()), name="new"),
    path("drafts/<int:draft_id>/", _prepares(signing.draft), name="draft"),
    path("drafts/<int:draft_id>/franceconnect/", _prepares(signing.franceconnect), name="franceconnect"),
    path("drafts/<int:draft_id>/paper/", _prepares(signing.Paper.as_view()), name="paper"),
    path("drafts/<int:draft_id>/second/", _signs(signing.Second.as_view()), name="second"),
    path("drafts/<int:draft_id>/sign/", _signs(signing.Sign.as_view()), name="sign"),
    path("drafts/<int:draft_id>/drop/", _prepares(signing.drop), name="drop"),
]
urlpatterns += team.urlpatterns
urlpatterns += after.urlpatterns
