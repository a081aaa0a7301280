"""Addresses of the bills of connections, the same at every office."""

from django.urls import path

from carnet.web.connection_bills import acts, views
from carnet.web.doors import door

app_name = "bills"
_see, _check, _approve = door("connectivity.see-bills"), door("connectivity.prepare-bill"), door("connectivity.approve-bill")
_BILL = "<int:bill_id>/"
_AGREEMENT = "agreements/<int:agreement_id>/"
urlpatterns = [
    path("", _see(views.home), name="home"),
    path("months.<slug:kind>", _see(views.months_file), name="months-file"),
    path("statement.pdf", _see(views.statement_paper), name="statement"),
    path("new/<int:agreement_id>/", door("connectivity.bill")(acts.SubmitView.as_view()), name="new"),
    path("new/<int:agreement_id>/months.<slug:kind>", door("connectivity.bill")(views.to_bill_file), name="new-file"),
    path(_BILL, _see(views.bill), name="bill"),
    path(f"{_BILL}bill.pdf", _see(views.bill_paper), name="bill-paper"),
    path(f"{_BILL}months.<slug:kind>", _see(views.bill_file), name="bill-file"),
    path(f"{_BILL}check/", _check(acts.CheckView.as_view()), name="check"),
    path(f"{_BILL}refuse/", _check(acts.RefuseView.as_view()), name="refuse"),
    path(f"{_BILL}approve/", _approve(acts.ApproveView.as_view()), name="approve"),
    path(f"{_BILL}decline/", _approve(acts.RefuseView.as_view()), name="decline"),
    path(f"{_BILL}file/", _check(acts.FileView.as_view()), name="file"),
    path(f"{_BILL}sent/", _check(acts.SentView.as_view()), name="sent"),
    path(f"{_BILL}answer/", _check(acts.AnswerView.as_view()), name="answer"),
    path(_AGREEMENT, _see(views.agreement), name="agreement"),
    path(f"{_AGREEMENT}account.<slug:kind>", _see(views.agreement_file), name="agreement-file"),
    path(
        f"{_AGREEMENT}landlords/<int:landlord_id>/payment/",
        door("connectivity.record-payment")(acts.LandlordPaymentView.as_view()),
        name="landlord-payment",
    ),
    path(f"{_AGREEMENT}providers/<int:provider_id>/balance/", _check(acts.BalanceView.as_view()), name="balance"),
]
