"""Every address of the site: each audience's door keeps its own list."""

from django.urls import URLPattern, URLResolver, include, path

DOORS = (
    # First, since addresses are tried in this order and every redemption by a program passes here: a twentieth of its time.
    ("api/v1/", "carnet.api.v1.urls"),
    ("", "carnet.web.public.urls"),
    ("", "carnet.web.accounts.urls"),
    ("", "carnet.web.assistant.urls"),
    ("operator/", "carnet.web.operator.urls"),
    ("funder/", "carnet.web.funder.urls"),
    ("funds/", "carnet.web.funds.urls"),
    ("boards/", "carnet.web.boards.urls"),
    ("figures/", "carnet.web.counted.urls"),
    ("prescriber/", "carnet.web.prescriber.urls"),
    ("", "carnet.web.slips.urls"),
    ("", "carnet.web.mandate_papers.urls"),
    ("", "carnet.web.reminders.urls"),
    ("place/", "carnet.web.place.urls"),
    ("rehearsal/", "carnet.web.rehearsal.urls"),
    ("auditor/", "carnet.web.auditor.urls"),
    ("follow/", "carnet.web.follow.urls"),
    ("state/", "carnet.web.state.urls"),
    ("books/", "carnet.web.books.urls"),
    ("archives/", "carnet.web.archives.urls"),
    ("helpline/", "carnet.web.helpline.urls"),
    ("helper/", "carnet.web.helper.urls"),
    ("local/", "carnet.web.local.urls"),
    ("clearing/", "carnet.web.clearing.urls"),
    ("signals/", "carnet.web.signals.urls"),
    ("samples/", "carnet.web.sampling.urls"),
    ("", "carnet.web.asked.urls"),
    ("connection-bills/", "carnet.web.connection_bills.urls"),
    ("landlord/studies/", "carnet.web.connection_studies.urls"),
    ("landlord/", "carnet.web.landlord.urls"),
    ("provider/", "carnet.web.provider.urls"),
    ("print-shop/", "carnet.web.print_shop.urls"),
    ("proofs/", "carnet.web.proofs.urls"),
    ("need/", "carnet.web.need.urls"),
    ("", "carnet.web.connections.urls"),
    ("council/", "carnet.web.council.urls"),
    ("evaluations/", "carnet.web.evaluations.urls"),
    ("", "carnet.web.own.urls"),
    ("openid/", "carnet.web.openid.urls"),
    ("identity/", "carnet.web.identity.urls"),
    ("afterwards/", "carnet.web.afterwards.urls"),
    ("", "carnet.web.selfchecks.urls"),
    ("sms/", "carnet.web.telephones.urls"),
    ("demo/", "carnet.web.demo.urls"),
    ("", "carnet.api.urls"),
)

urlpatterns: list[URLPattern | URLResolver] = [path(prefix, include(module)) for prefix, module in DOORS]

handler400 = "carnet.web.weight.bad_request"
handler500 = "carnet.web.away.server_error"
