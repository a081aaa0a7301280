"""The addresses outside /api/v1: what whoever runs the site asks, and the versions that do not exist."""

from django.urls import path

from carnet.api import operating, reference
from carnet.api.v1.doors import address_unknown, frame_every_view
from carnet.web.doors import public

urlpatterns = [
    # A page for people, not an answer of the API: it stands outside its frame.
    path("api/", public(reference.page), name="api-reference"),
]
urlpatterns += frame_every_view(
    [
        path("healthz", operating.healthz, name="healthz"),
        path("readyz", operating.readyz, name="readyz"),
        path("metrics", operating.metrics, name="metrics"),
        path("api/<path:rest>", address_unknown, name="no-such-version"),
    ],
    "",
)
