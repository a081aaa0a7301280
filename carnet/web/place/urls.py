from django.urls import path

from carnet.web.doors import door
from carnet.web.helpline import filing
from carnet.web.offers import desks as offer_desks
from carnet.web.offers import screens as offers
from carnet.web.place import (
    cases,
    days,
    devices,
    directory,
    disputes,
    fees,
    help,
    joining,
    lessons,
    money,
    remittances,
    reservations,
    space,
    taken,
    views,
    workshop,
)
from carnet.web.place.till import reads_codes
from carnet.web.sheets.views import PLACE
from carnet.web.sheets.views import routes as sheet_routes
from carnet.web.telephones import screens as telephones

app_name = "place"
urlpatterns = [
    path("", door("home.place")(reads_codes(views.home)), name="home"),
    path("voucher/", door("redemption.check")(reads_codes(views.voucher)), name="voucher"),
    path("voucher/accept/", door("redemption.redeem")(reads_codes(views.accept)), name="accept"),
    path("voucher/reserve/", door("redemption.reserve")(reads_codes(reservations.reserve)), name="reserve"),
    path("reservations/", door("redemption.reserve")(reservations.reservations), name="reservations"),
    path("reservations/<str:number>/capture/", door("redemption.reserve")(reservations.capture), name="capture"),
    path("reservations/<str:number>/release/", door("redemption.reserve")(reservations.release), name="release"),
    path("workshop/", door("redemption.check", post="redemption.redeem")(reads_codes(workshop.workshop)), name="workshop"),
    path("month/", door("redemption.see")(days.month), name="month"),
    path("redemptions/", door("redemption.see")(days.redemptions), name="redemptions"),
    path("redemptions/<str:number>/", door("redemption.see")(reads_codes(views.one_redemption)), name="redemption"),
    path("redemptions/<str:number>/undo/", door("redemption.reverse")(views.Undo.as_view()), name="undo"),
    path("redemptions/<str:number>/dispute/", door("redemption.dispute")(disputes.Open.as_view()), name="dispute"),
    path("disputes/", door("redemption.see")(disputes.disputes), name="disputes"),
    path("payments/", door("settlement.see-own")(views.payments), name="payments"),
    path("payments/ask/<int:programme_id>/", door("settlement.claim")(money.AskPayment.as_view()), name="payment-ask"),
    path("payments/<int:claim_id>/", door("settlement.see-own")(views.claim), name="claim"),
    *remittances.urlpatterns,
    *fees.urlpatterns,
    *sheet_routes(PLACE),
    path("telephones/", door("redemption.manage-telephones")(telephones.telephones), name="telephones"),
    path("telephones/<int:telephone_id>/", door("redemption.manage-telephones")(telephones.telephone), name="telephone"),
    path(
        "telephones/<int:telephone_id>/confirm/",
        door("redemption.manage-telephones")(telephones.Confirm.as_view()),
        name="telephone-confirm",
    ),
    path("telephones/<int:telephone_id>/revoke/", door("redemption.manage-telephones")(telephones.revoke), name="telephone-revoke"),
]
urlpatterns += (
    devices.urlpatterns + lessons.urlpatterns + directory.urlpatterns + joining.urlpatterns + help.urlpatterns + space.urlpatterns
)
urlpatterns += taken.urlpatterns
urlpatterns += cases.urlpatterns
urlpatterns += offers.routes(offer_desks.PLACE)
urlpatterns += filing.routes(filing.PLACE)
