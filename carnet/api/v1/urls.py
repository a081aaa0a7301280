from django.urls import path

from carnet.api.v1.clearing import messages
from carnet.api.v1.directory import places_csv
from carnet.api.v1.doors import address_unknown, frame_every_view
from carnet.api.v1.endpoints import api

app_name = "api-v1"
urlpatterns = frame_every_view(
    [
        *(each for each in api.urls[0] if getattr(each, "name", None) != "api-root"),
        path("places.csv", places_csv, name="places-csv"),
        path("clearing/messages", messages, name="clearing-messages"),
        path("", address_unknown, name="api-root"),  # django-ninja asks for its address
        path("<anything:rest>", address_unknown, name="nothing-there"),
    ],
    "api/v1/",
)
