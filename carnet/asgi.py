"""The ASGI application served by granian beside the site: redemptions in grouped commits (``carnet fast``)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.settings.prod")
django.setup(set_prefix=False)

from carnet.api.grouped import Application  # noqa: E402 - Django must be ready before its users are loaded
from carnet.gateways import tracing  # noqa: E402
from carnet.gateways.database import limit_served_connections  # noqa: E402
from carnet.web import clock  # noqa: E402

limit_served_connections()
tracing.begin_from_settings("counter")
clock.keep_by_the_database()

application = Application()
