from django.urls import path

from carnet.web.doors import door
from carnet.web.place import views
from carnet.web.sheets.views import PLACE
from carnet.web.sheets.views import routes as sheet_routes

app_name = "place"
urlpatterns = [
    path("", door("home.place")(views.home), name="home"),
    path("voucher/", door("redemption.check")(views.voucher), name="voucher"),
    path("voucher/accept/", door("redemption.redeem")(views.accept), name="accept"),
    path("redemptions/", door("redemption.see")(views.redemptions), name="redemptions"),
    path("redemptions/<str:number>/", door("redemption.see")(views.one_redemption), name="redemption"),
    path("redemptions/<str:number>/undo/", door("redemption.reverse")(views.Undo.as_view()), name="undo"),
    path("payments/", door("settlement.see-own")(views.payments), name="payments"),
    path("payments/<int:claim_id>/", door("settlement.see-own")(views.claim), name="claim"),
    *sheet_routes(PLACE),
]
