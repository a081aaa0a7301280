"""Addresses of need, plans and gaps."""

from django.urls.resolvers import URLPattern

app_name = "need"
urlpatterns: list[URLPattern] = []
