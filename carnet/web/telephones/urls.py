from django.urls import path

from carnet.web.doors import public
from carnet.web.telephones.incoming import incoming

app_name = "telephones"
urlpatterns = [path("incoming/", public(incoming), name="incoming")]
