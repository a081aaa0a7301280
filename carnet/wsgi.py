"""The WSGI application served by granian."""

import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.settings.prod")
sys.setswitchinterval(settings.TURN_SECONDS)

application = get_wsgi_application()
