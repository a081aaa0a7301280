"""Addresses of clearing."""

from django.urls import path

from carnet.web.clearing import acts, claims, views
from carnet.web.doors import door

app_name = "clearing"
_see, _propose, _approve = door("continuity.see-clearing"), door("continuity.propose-partner"), door("continuity.approve-partner")
_settle, _pay, _clear = door("continuity.settle-clearing"), door("continuity.approve-clearing-payment"), door("continuity.clear")
_PARTNER = "partners/<int:partner_id>/"
_PAYMENT = "payments/<int:payment_id>/"
urlpatterns = [
    path("", _see(views.home), name="home"),
    path("totals/", door("continuity.see-clearing-totals")(views.totals), name="totals"),
    path("identity/<str:siret>.json", _see(views.identity), name="identity"),
    path("partners/new/", _propose(acts.ProposeView.as_view()), name="propose"),
    path(_PARTNER, _see(views.partner), name="partner"),
    path(f"{_PARTNER}claims/", _see(views.partner_claims), name="partner-claims"),
    path(f"{_PARTNER}agree/", _approve(acts.AgreeView.as_view()), name="agree"),
    path(f"{_PARTNER}refuse/", _approve(acts.RefuseView.as_view()), name="refuse"),
    path(f"{_PARTNER}end/", _propose(acts.EndView.as_view()), name="end"),
    path(f"{_PARTNER}end/agree/", _approve(acts.AgreeEndView.as_view()), name="agree-end"),
    path(f"{_PARTNER}statement/", _settle(acts.StatementView.as_view()), name="statement"),
    path(f"{_PARTNER}announce/", _settle(acts.AnnounceView.as_view()), name="announce"),
    path(f"{_PARTNER}cover/", _settle(acts.CoverView.as_view()), name="cover"),
    path(f"{_PARTNER}advance/", _settle(acts.AdvanceView.as_view()), name="advance"),
    path(f"{_PARTNER}take-back/", _settle(acts.TakeBackView.as_view()), name="take-back"),
    path(f"{_PARTNER}prepare/", _settle(acts.PrepareView.as_view()), name="prepare"),
    path(f"{_PAYMENT}agree/", _pay(acts.AgreePaymentView.as_view()), name="agree-payment"),
    path(f"{_PAYMENT}refuse/", _pay(acts.RefusePaymentView.as_view()), name="refuse-payment"),
    path(f"{_PAYMENT}file/", _settle(views.payment_file), name="payment-file"),
    path(f"{_PAYMENT}booked/", _settle(acts.BookView.as_view()), name="book"),
    path(f"{_PAYMENT}returned/", _settle(acts.ReturnView.as_view()), name="return-payment"),
    path("claims/", _clear(claims.home), name="claims"),
    path("claims/new/", _clear(claims.ClaimView.as_view()), name="claim-new"),
    path("claims/<uuid:claim_id>/", _clear(claims.claim), name="claim"),
    path("claims/<uuid:claim_id>/withdraw/", _clear(claims.WithdrawView.as_view()), name="withdraw"),
]
