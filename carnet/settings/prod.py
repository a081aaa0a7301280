"""A served installation: HTTPS only, every secret from the environment, refuses to start half-configured."""

from carnet.settings import env
from carnet.settings.base import *  # noqa: F403
from carnet.settings.base import BASE_URL, DATABASE_URL, DEMO, SMS_GATEWAY, STORAGES

DEBUG = False
if DEMO:
    raise env.SettingRefused("CARNET_DEMO", "the demonstration never runs with production settings")
if SMS_GATEWAY == "files":
    raise env.SettingRefused("CARNET_SMS_GATEWAY", "production sends its text messages through a gateway, or has none")
if not DATABASE_URL:
    raise env.SettingRefused("CARNET_DATABASE_URL", "production needs its own PostgreSQL, not the embedded one")
if not BASE_URL.startswith("https://"):
    raise env.SettingRefused("CARNET_BASE_URL", "production is served over https://")

SECRET_KEY = env.text("CARNET_SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise env.SettingRefused("CARNET_SECRET_KEY", "at least 32 characters are needed")
ALLOWED_HOSTS = env.words("CARNET_HOSTS")
if not ALLOWED_HOSTS:
    raise env.SettingRefused("CARNET_HOSTS", "name the host names this installation answers to")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

SECURE_SSL_REDIRECT = True
# Production stands behind a proxy, which ends https: without its word everybody would be one visitor, whose wrong tries stop the others'.
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("CARNET_PROXIES", 1, least=0, most=5)
METRICS_ON_LOOPBACK = False  # behind a proxy of the same machine, everybody comes from the loopback address
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked in clear, on the machine itself
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# No other site of the same domain can set them, no path can narrow them.
SESSION_COOKIE_NAME = "__Host-carnet-session"
CSRF_COOKIE_NAME = "__Host-carnet-csrf"
LANGUAGE_COOKIE_NAME = "__Host-carnet-language"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_HTTPONLY = True

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
WHITENOISE_USE_FINDERS = False

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("CARNET_MAIL_HOST")
EMAIL_PORT = env.whole("CARNET_MAIL_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = env.text("CARNET_MAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("CARNET_MAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("CARNET_MAIL_TLS", default=True)
