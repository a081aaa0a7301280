"""Addresses of the provider's room."""

from carnet.web.provider import connections, views

app_name = "provider"
urlpatterns = [*views.urlpatterns, *connections.urlpatterns]
