"""Addresses of sign-in (allauth's own names) and of accounts (namespace `accounts`)."""

from django.urls import include, path

from carnet.web.accounts import (
    bank_accounts,
    cards,
    factors,
    members,
    pins,
    proconnect,
    sessions,
    sign_in,
    station,
    stations,
    views,
    webhooks,
)

accounts = [
    path("home", views.home, name="home"),
    path("sign-in/proconnect/", proconnect.begin, name="proconnect"),
    path("sign-in/proconnect/back/", proconnect.back, name="proconnect-back"),
    path("sign-in/proconnect/out/", proconnect.out, name="proconnect-out"),
    path("sign-out/proconnect/", proconnect.left, name="proconnect-left"),
    path("account/", views.account, name="account"),
    path("account/sessions/", sessions.sessions, name="sessions"),
    path("account/organisation/", views.choose_organisation, name="choose-organisation"),
    path("invitation/<str:secret>/", views.invitation, name="invitation"),
    path("members/", members.members, name="members"),
    path("members/<int:organisation_id>/", members.members, name="members-of"),
    path("members/<int:organisation_id>/<int:membership_id>/", members.member, name="member"),
    path("cards/", cards.cards, name="cards"),
    path("cards/<int:card_id>/", cards.card, name="card"),
    path("cards/<int:card_id>/back/", cards.take_back, name="take-card-back"),
    path("cards/parcels/<int:shipment_id>/received/", cards.receive, name="receive-cards"),
    path("cards/people/<int:person_id>/recover/", cards.recover_helper, name="recover-helper"),
    path("account/second-factor/start/", factors.first_factor, name="first-factor"),
    path("account/second-factor/card/", factors.my_card, name="my-card"),
    path("account/second-factor/recover/", factors.recover, name="recover"),
    path("stations/", stations.stations, name="stations"),
    path("stations/new/", stations.new_station, name="new-station"),
    path("stations/volunteer/", pins.volunteer, name="volunteer"),
    path("stations/people/<int:person_id>/", pins.turn_taker, name="turn-taker"),
    path("stations/<int:station_id>/", stations.one_station, name="one-station"),
    path("stations/<int:station_id>/code/", stations.station_code, name="station-code"),
    path("stations/<int:station_id>/revoke/", stations.revoke_station, name="revoke-station"),
    path("account/pin/", pins.own_pin, name="own-pin"),
    path("station/", station.station, name="station"),
    path("station/enrol/", station.enrol, name="enrol-station"),
    path("station/pin/", station.choose_pin, name="station-pin"),
    path("station/change/", station.change_person, name="change-person"),
    path("station/here/", station.here, name="station-here"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke-token"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<int:endpoint_id>/", webhooks.webhook, name="webhook"),
    path("webhooks/<int:endpoint_id>/end/", webhooks.end_webhook, name="end-webhook"),
    path("webhooks/<int:endpoint_id>/again/<int:delivery_id>/", webhooks.send_again, name="send-webhook-again"),
    path("bank-account/", bank_accounts.bank_account, name="bank-account"),
    path("bank-account/<int:organisation_id>/", bank_accounts.bank_account, name="bank-account-of"),
    path("bank-account/<int:organisation_id>/propose/", bank_accounts.propose_bank_account, name="propose-bank-account"),
    *(
        path(
            f"bank-account/<int:organisation_id>/<int:account_id>/{decision}/",
            bank_accounts.decide_bank_account,
            {"decision": decision},
            name=f"{decision}-bank-account",
        )
        for decision in ("approve", "refuse", "end")
    ),
    path("approvals/", views.approvals, name="approvals"),
]

urlpatterns = [*sign_in.urlpatterns, path("", include((accounts, "accounts")))]
