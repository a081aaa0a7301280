from typing import Any

from django.urls import path

from carnet.web.demo import providers, service, telephone, views
from carnet.web.doors import public

PROVIDER = "<slug:name>/api/v2"


def _as_provider(under: str, view: Any, name: str) -> Any:
    return path(f"{PROVIDER}/{under}", public(view), name=name)


app_name = "demo"
urlpatterns = [
    path("", public(views.home), name="home"),
    path("telephone/", public(telephone.telephone), name="telephone"),
    path("station/", public(views.share), name="station"),
    path("enter/<slug:role>/", public(views.enter), name="enter"),
    _as_provider(".well-known/openid-configuration", providers.description, "provider"),
    _as_provider("jwks", providers.keys, "provider-keys"),
    _as_provider("authorize", providers.authorize, "provider-authorize"),
    _as_provider("token", providers.token, "provider-token"),
    _as_provider("userinfo", providers.userinfo, "provider-userinfo"),
    _as_provider("session/end", providers.end, "provider-end"),
    path("franceconnect/carnet/", public(service.through_carnet), name="through-carnet"),
    path("franceconnect/carnet/back/", public(service.from_carnet), name="from-carnet"),
    path("service/", public(service.home), name="service"),
    path("service/enter/", public(service.enter), name="service-enter"),
    path("service/back/", public(service.back), name="service-back"),
    path("service/leave/", public(service.leave), name="service-leave"),
    path("service/out/", public(service.out), name="service-out"),
]
