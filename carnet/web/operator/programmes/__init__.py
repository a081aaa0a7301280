"""Programmes, agreements and money received: the operator's screens."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.forecasts.urls import operator_urls as forecast_urls
from carnet.web.operator.programmes import _agreements, _money, _pledges, _programmes, _state_share

_see = door("funding.see")
_manage = door("funding.see", post="funding.manage-programme")
_prepare = door("funding.see", post="funding.prepare-agreement")
_sign = door("funding.see", post="funding.sign-agreement")
_record = door("funding.see", post="funding.record-payment")

urlpatterns = [
    path("programmes/", _see(_programmes.programmes), name="programmes"),
    path("programmes/new/", door("funding.manage-programme")(_programmes.choose_template), name="programme-new"),
    path("programmes/new/terms/", door("funding.manage-programme")(_programmes.CreateView.as_view()), name="programme-terms"),
    path("programmes/<int:programme_id>/", _see(_programmes.programme), name="programme"),
    path("programmes/<int:programme_id>/change/", _manage(_programmes.ChangeView.as_view()), name="programme-change"),
    path("programmes/<int:programme_id>/end/", _manage(_programmes.EndView.as_view()), name="programme-end"),
    path("programmes/<int:programme_id>/audits/new/", _manage(_programmes.EngageView.as_view()), name="audit-new"),
    path("programmes/<int:programme_id>/audits/<int:engagement_id>/end/", _manage(_programmes.EndAuditView.as_view()), name="audit-end"),
    path("programmes/<int:programme_id>/agreements/new/", _sign(_agreements.SignView.as_view()), name="agreement-new"),
    path("programmes/<int:programme_id>/state-share/", _prepare(_state_share.StateShareView.as_view()), name="state-share"),
    path("agreements/<int:agreement_id>/", _see(_agreements.agreement), name="agreement"),
    *forecast_urls,
    path("agreements/<int:agreement_id>/shares/", _sign(_agreements.AmendView.as_view()), name="agreement-shares"),
    path("agreements/<int:agreement_id>/money/", _record(_money.ReceiveView.as_view()), name="money-new"),
    path("agreements/<int:agreement_id>/money/<int:receipt_id>/withdraw/", _record(_money.WithdrawView.as_view()), name="money-withdraw"),
    path("agreements/<int:agreement_id>/pledges/new/", _prepare(_pledges.PledgeView.as_view()), name="pledge-new"),
    path("agreements/<int:agreement_id>/pledges/<int:pledge_id>/sign/", _prepare(_pledges.SignPledgeView.as_view()), name="pledge-sign"),
    path("agreements/<int:agreement_id>/pledges/<int:pledge_id>/join/", _sign(_pledges.JoinPledgeView.as_view()), name="pledge-join"),
    path(
        "agreements/<int:agreement_id>/pledges/<int:pledge_id>/withdraw/",
        _prepare(_pledges.WithdrawPledgeView.as_view()),
        name="pledge-withdraw",
    ),
]
