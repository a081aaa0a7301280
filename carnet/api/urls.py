"""The addresses outside /api/v1: what whoever runs the site asks, and the versions that do not exist."""

from django.urls import path

from carnet.api import operating, reference
from carnet.api.v1.doors import address_unknown, frame_every_view
from carnet.web.doors import public

urlpatterns = [
    # A page for people, not an answer of the API: it stands outside its frame.
    path("api/", public(reference.page), name="api-reference"),
    *(path(f"api/{tag}/", public(reference.part), {"tag": tag}, name=f"api-reference-{tag}") for tag in reference.PARTS),
]
urlpatterns += frame_every_view(
    [
        path("healthz", operating.healthz, name="healthz"),
        path("readyz", operating.readyz, name="readyz"),
        path("metrics", operating.metrics, name="metrics"),
        path("api/<anything:rest>", address_unknown, name="no-such-version"),
    ],
    "",
)
