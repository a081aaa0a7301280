"""Addresses of need, plans and gaps."""

from django.urls.resolvers import URLPattern

from carnet.web.need.gaps.urls import urlpatterns as gaps
from carnet.web.need.plans.urls import urlpatterns as plans
from carnet.web.need.score_urls import urlpatterns as scores

app_name = "need"
urlpatterns: list[URLPattern] = [*scores, *plans, *gaps]
