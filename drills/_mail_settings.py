"""As the benchmarks', with letters by a real SMTP conversation, and text messages by the real gateway."""

import os

from benchmarks._settings import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS = "127.0.0.1", int(os.environ.get("CARNET_DRILL_PARTNER", "25")), False
SMS_GATEWAY, SMS_URL, SMS_TOKEN = "http", f"http://127.0.0.1:{EMAIL_PORT}", "token"
CARNET_CLOCK = os.environ.get("CARNET_DRILL_MOMENT", "2026-03-03T10:00:00+00:00")
