"""Addresses of the pages that follow one euro, and of the auditor's sample."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.follow import samples, views

app_name = "follow"
urlpatterns = [
    path("programmes/<int:programme_id>/", door("settlement.follow")(views.voucher), name="voucher"),
    path("transfers/<int:transfer_id>/", door("settlement.follow")(views.transfer), name="transfer"),
    path("agreements/<int:agreement_id>/receipts/<int:receipt_id>/", door("settlement.follow")(views.receipt), name="receipt"),
    path("claims/<int:claim_id>/certificate.pdf", door("settlement.follow")(samples.certificate_file), name="certificate"),
    path("programmes/<int:programme_id>/sample/", door("settlement.draw-sample")(samples.sample), name="sample"),
    path("programmes/<int:programme_id>/sample/evidence.zip", door("settlement.draw-sample")(samples.evidence), name="evidence"),
]
