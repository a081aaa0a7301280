"""Addresses of designs and proofs, the same at every office."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.proofs import acts, designing, views

app_name = "proofs"
_see, _design = door("issuing.see-proofs"), door("issuing.design")
_answer = door("issuing.see-proofs", post="issuing.approve-proof")
_ORDER, _PROOF = "orders/<int:order_id>/", "<int:proof_id>/"
urlpatterns = [
    path("", _see(views.home), name="home"),
    path(_PROOF, _answer(views.ProofView.as_view()), name="proof"),
    path(f"{_PROOF}proof.pdf", _see(views.proof_file), name="proof-file"),
    path(f"{_PROOF}withdraw/", _design(acts.WithdrawView.as_view()), name="withdraw"),
    path(_ORDER, _see(views.order), name="order"),
    path(f"{_ORDER}preview.pdf", _see(views.preview_file), name="preview-file"),
    path(f"{_ORDER}design/", _design(designing.DesignView.as_view()), name="design"),
    path(f"{_ORDER}send/", _design(acts.SendView.as_view()), name="send"),
    path(f"{_ORDER}reopen/", _design(acts.ReopenView.as_view()), name="reopen"),
    path(f"{_ORDER}logos/new/", _design(acts.LogoView.as_view()), name="logo-new"),
    path(f"{_ORDER}logos/<int:logo_id>/remove/", _design(acts.RemoveLogoView.as_view()), name="logo-remove"),
    path("logos/<int:logo_id>.png", _see(views.logo_file), name="logo-file"),
]
