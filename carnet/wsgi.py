"""The WSGI application served by granian."""

import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.settings.prod")
sys.setswitchinterval(settings.TURN_SECONDS)

application = get_wsgi_application()

from carnet.gateways import tracing  # noqa: E402 - Django must be ready before its users are loaded
from carnet.gateways.database import limit_served_connections  # noqa: E402
from carnet.jobs.keys import note_copies  # noqa: E402
from carnet.web import away, clock  # noqa: E402

limit_served_connections()
tracing.begin_from_settings("site")
clock.keep_by_the_database()
away.learn_whom_to_call()
note_copies()
