"""The whole site, and one page more: it asks who somebody is, as any page of the site may."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from carnet import urls
from carnet.web.doors import public
from carnet.web.identity import exchange


def prove(request: HttpRequest) -> HttpResponse:
    return exchange.begin(request, "franceconnect", purpose="mandate:12", back="/asking/")


def asking(request: HttpRequest) -> HttpResponse:
    found = exchange.known(request, "mandate:12")
    if request.method == "POST":
        exchange.forget(request, "mandate:12")
    return HttpResponse("" if found is None else f"{found.given_names}|{found.family_name}|{found.sub}|{found.id_token}")


urlpatterns = [*urls.urlpatterns, path("asking/", public(asking)), path("asking/prove/", public(prove))]
