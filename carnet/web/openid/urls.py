"""Addresses of the OpenID provider. Its name, the issuer, is this folder's: `<base>/openid`."""

from django.urls import path

from carnet.web.doors import door, public
from carnet.web.openid import choosing, leaving, protocol

app_name = "openid"
urlpatterns = [
    path(".well-known/openid-configuration", public(protocol.discovery), name="discovery"),
    path(".well-known/jwks.json", public(protocol.jwks), name="jwks"),
    path("authorize", door("mandates.act")(choosing.authorize), name="authorize"),
    path("token", public(protocol.token), name="token"),
    path("userinfo", public(protocol.userinfo), name="userinfo"),
    path("introspect", public(protocol.introspect), name="introspect"),
    path("revoke", public(protocol.revoke), name="revoke"),
    path("end-session", public(leaving.end_session), name="end-session"),
    path("for/<str:handle>/", door("mandates.act")(choosing.whom), name="whom"),
    path("for/<str:handle>/leave/", door("mandates.act")(choosing.leave), name="leave"),
    path("for/<str:handle>/<int:person_id>/", door("mandates.act")(choosing.what), name="what"),
]
