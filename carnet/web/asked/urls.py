"""The address of a question, short enough for a text message."""

from django.urls import path

from carnet.web.asked.views import asked
from carnet.web.doors import public

app_name = "asked"
urlpatterns = [path("q/<str:token>", public(asked), name="question")]
