"""Django for one peer, named by PEER, on the database of PEER_DATABASE_URL. Connections are kept; everything else as Django has it."""

import os
from urllib.parse import parse_qs, urlsplit

PEER = os.environ["PEER"]
_address = urlsplit(os.environ["PEER_DATABASE_URL"])
_query = {key: values[-1] for key, values in parse_qs(_address.query).items()}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _address.path.strip("/"),
        "USER": _address.username or "",
        "PASSWORD": _address.password or "",
        "HOST": _query.get("host") or _address.hostname or "",
        "PORT": _query.get("port") or _address.port or "",
        "CONN_MAX_AGE": None,
    }
}
if PEER == "textbook":  # threads of a server come and go: they share connections
    DATABASES["default"].update(CONN_MAX_AGE=0, OPTIONS={"pool": {"min_size": 2, "max_size": 8}})

DJANGO = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages", "django.contrib.sites",
    "django.contrib.flatpages", "django.contrib.staticfiles", "django.contrib.admin",
]  # fmt: skip
OSCAR = [
    "oscar.config.Shop", "oscar.apps.analytics.apps.AnalyticsConfig", "oscar.apps.checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig", "oscar.apps.shipping.apps.ShippingConfig", "oscar.apps.catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig", "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.partner.apps.PartnerConfig", "oscar.apps.basket.apps.BasketConfig", "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig", "oscar.apps.order.apps.OrderConfig", "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.search.apps.SearchConfig", "oscar.apps.voucher.apps.VoucherConfig", "oscar.apps.wishlists.apps.WishlistsConfig",
    "oscar.apps.dashboard.apps.DashboardConfig", "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig", "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig", "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig", "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig", "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig", "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig", "widget_tweaks", "haystack", "treebeard", "django_tables2",
]  # fmt: skip
INSTALLED_APPS = {
    "textbook": ["benchmarks._peers.textbook"],
    "hordak": [*DJANGO, "mptt", "hordak"],
    "ledger": [*DJANGO, "django_ledger"],
    "oscar": [*DJANGO, *OSCAR],
}[PEER]

if PEER == "oscar":
    from oscar.defaults import *  # noqa: F403

    HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
    OSCAR_DEFAULT_CURRENCY = "EUR"

SECRET_KEY = "only-for-the-benchmark"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1"]
SITE_ID = 1
USE_TZ = True
TIME_ZONE = "Europe/Paris"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # says how long each answer is
ROOT_URLCONF = "benchmarks._peers.textbook.views" if PEER == "textbook" else "benchmarks._peers.settings"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField" if PEER in ("textbook", "oscar") else "django.db.models.AutoField"
DEFAULT_CURRENCY = "EUR"
CURRENCIES = ["EUR"]
STATIC_URL = "/static/"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
LOGGING = {"version": 1, "disable_existing_loggers": True}
urlpatterns: list[object] = []
