from django.urls import path

from carnet.web.demo import telephone, views
from carnet.web.doors import public

app_name = "demo"
urlpatterns = [
    path("", public(views.home), name="home"),
    path("telephone/", public(telephone.telephone), name="telephone"),
    path("station/", public(views.share), name="station"),
    path("enter/<slug:role>/", public(views.enter), name="enter"),
]
