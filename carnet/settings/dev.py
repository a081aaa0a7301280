"""One machine, its own people: development, the demonstration, a first try. Plain HTTP on the loopback address."""

from carnet.settings import env
from carnet.settings.base import *  # noqa: F403
from carnet.settings.base import DEMO, STATIC_ROOT, VAR_DIR, secret_key

DEBUG = env.flag("CARNET_DEBUG", default=False)
SECRET_KEY = secret_key(VAR_DIR / "secret_key")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.words("CARNET_HOSTS")]
# Letters are written to files, so that a demonstration on real organisations cannot write to anybody.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
# Static files are served from the packages themselves; whitenoise still wants the folder of collected ones to be there.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WEBHOOKS_TO_LOOPBACK = env.flag("CARNET_WEBHOOKS_TO_LOOPBACK", default=DEMO)
