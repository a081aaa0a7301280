from django.urls import path

from carnet.web.doors import door
from carnet.web.expiry import desk as desk_expiry
from carnet.web.helpline import filing
from carnet.web.prescriber import (
    agreements,
    exchanges,
    given,
    handing,
    leaving,
    lessons,
    losses,
    membership,
    parcels,
    points,
    post,
    seats,
    stock,
    views,
)
from carnet.web.stock.moves import DESK

app_name = "prescriber"
see = door("distribution.see-stock")
give = door("distribution.see-stock", post="distribution.hand-over")
urlpatterns = [
    path("", door("home.prescriber")(views.home), name="home"),
    path("hand-overs/", see(views.hand_overs), name="hand-overs"),
    path("booklets/", see(views.booklets), name="booklets"),
    path("take-out/", give(views.TakeOut.as_view()), name="take-out"),
    path("loss/", door("distribution.declare-loss")(losses.DeclareLoss.as_view()), name="loss"),
]
urlpatterns += parcels.urlpatterns + membership.urlpatterns + agreements.urlpatterns + points.urlpatterns + leaving.urlpatterns
urlpatterns += handing.urlpatterns + given.urlpatterns + lessons.urlpatterns + stock.urlpatterns
urlpatterns += seats.urlpatterns + post.urlpatterns + exchanges.urlpatterns
urlpatterns += desk_expiry.urlpatterns
urlpatterns += filing.routes(DESK)
