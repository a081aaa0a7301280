"""Payments: what waits, a run prepared by one person and approved by another, the bank's file out and its answer in."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.payments import (
    _acts,
    _agreement,
    _answers,
    _balances,
    _bands,
    _claim,
    _control,
    _fees,
    _files,
    _holds,
    _overview,
    _run,
)

urlpatterns = [
    path("payments/", door("settlement.see")(_overview.payments), name="payments"),
    path("payments/agreements/<int:agreement_id>/", door("settlement.see")(_agreement.agreement), name="agreement-payments"),
    path(
        "payments/agreements/<int:agreement_id>/claims/",
        door("settlement.check-claims")(_acts.ClaimsView.as_view()),
        name="claims-new",
    ),
    path(
        "payments/agreements/<int:agreement_id>/check/",
        door("settlement.check-claims")(_acts.CheckView.as_view()),
        name="claims-check",
    ),
    path(
        "payments/agreements/<int:agreement_id>/prepare/",
        door("settlement.prepare-payment")(_acts.PrepareView.as_view()),
        name="payment-new",
    ),
    path(
        "payments/agreements/<int:agreement_id>/bank-file/",
        door("settlement.read-bank-file")(_answers.BankFileView.as_view()),
        name="bank-file-new",
    ),
    path(
        "payments/agreements/<int:agreement_id>/order-list/",
        door("settlement.read-bank-file")(_answers.OrderListView.as_view()),
        name="order-list-new",
    ),
    path(
        "payments/agreements/<int:agreement_id>/channel/",
        door("settlement.prepare-payment")(_files.ChannelView.as_view()),
        name="payment-channel",
    ),
    path(
        "payments/agreements/<int:agreement_id>/balance/",
        door("funding.state-balance")(_balances.StateView.as_view()),
        name="balance-new",
    ),
    path(
        "payments/balances/<int:stated_id>/",
        door("funding.see-balances", post="funding.approve-balance")(_balances.DecideView.as_view()),
        name="stated-balance",
    ),
    path("payments/balances/<int:stated_id>/paper/", door("funding.see-balances")(_balances.paper), name="stated-paper"),
    path("payments/bank-files/<int:bank_file_id>/", door("settlement.see")(_answers.answer), name="bank-file"),
    path("payments/claims/<int:claim_id>/", door("settlement.see")(_claim.claim), name="claim"),
    path("payments/runs/<int:run_id>/", door("settlement.see")(_run.run), name="payment"),
    path("payments/runs/<int:run_id>/approve/", door("settlement.approve-payment")(_acts.ApproveView.as_view()), name="payment-approve"),
    path("payments/runs/<int:run_id>/refuse/", door("settlement.approve-payment")(_acts.CancelView.as_view()), name="payment-refuse"),
    path("payments/runs/<int:run_id>/cancel/", door("settlement.prepare-payment")(_acts.CancelView.as_view()), name="payment-cancel"),
    path("payments/runs/<int:run_id>/control/", door("settlement.prepare-payment")(_control.ControlView.as_view()), name="payment-control"),
    path("payments/runs/<int:run_id>/stop/", door("settlement.stop-payment")(_control.StopView.as_view()), name="payment-stop"),
    path("payments/runs/<int:run_id>/resume/", door("settlement.resume-payment")(_control.ResumeView.as_view()), name="payment-resume"),
    path("payments/programmes/<int:programme_id>/holds/", door("settlement.see")(_holds.holds), name="payment-holds"),
    path("payments/holds/<int:hold_id>/", door("settlement.see")(_holds.hold), name="hold"),
    path("payments/holds/<int:hold_id>/renew/", door("settlement.hold-payment")(_holds.RenewView.as_view()), name="hold-renew"),
    path("payments/holds/<int:hold_id>/release/", door("settlement.hold-payment")(_holds.LetGoView.as_view()), name="hold-release"),
    path("payments/claims/<int:claim_id>/hold/", door("settlement.hold-payment")(_holds.PlaceView.as_view()), name="hold-new"),
    path("payments/programmes/<int:programme_id>/bands/", door("settlement.see")(_bands.bands), name="payment-bands"),
    path(
        "payments/programmes/<int:programme_id>/bands/set/",
        door("settlement.set-bands")(_bands.SetBandsView.as_view()),
        name="payment-bands-set",
    ),
    path("payments/programmes/<int:programme_id>/fees/", door("settlement.see")(_fees.fees), name="payment-fees"),
    path(
        "payments/programmes/<int:programme_id>/fees/state/",
        door("settlement.set-fees")(_fees.StateView.as_view()),
        name="payment-fees-state",
    ),
    path(
        "payments/programmes/<int:programme_id>/fees/invoice/",
        door("settlement.invoice-fees")(_fees.InvoiceView.as_view()),
        name="payment-fees-invoice",
    ),
    path("payments/runs/<int:run_id>/file/", door("settlement.export-payment")(_files.FileView.as_view()), name="payment-file"),
    path("payments/runs/<int:run_id>/orders/", door("settlement.export-payment")(_files.OrdersView.as_view()), name="payment-orders"),
    path("payments/runs/<int:run_id>/sent/", door("settlement.export-payment")(_acts.SentView.as_view()), name="payment-sent"),
    path(
        "payments/transfers/<int:transfer_id>/again/",
        door("settlement.prepare-payment")(_acts.PayAgainView.as_view()),
        name="transfer-again",
    ),
    path(
        "payments/transfers/<int:transfer_id>/order/",
        door("settlement.read-bank-file")(_answers.OrderAnswerView.as_view()),
        name="order-answer",
    ),
]
