"""Stricter than production: no pool (each test owns its connection), no network, quick password hashes, letters kept in memory."""

import atexit
import shutil
import tempfile
from pathlib import Path

from carnet.settings.base import *  # noqa: F403
from carnet.settings.base import CLIENT_SECRETS, DATABASE_URL, database

DEBUG = False
SECRET_KEY = "only-for-tests-" + "x" * 40
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
VAR_DIR = Path(tempfile.mkdtemp(prefix="carnet-test-"))
atexit.register(shutil.rmtree, VAR_DIR, ignore_errors=True)
KEYS_DIR = VAR_DIR / "keys"
KEYS_WRAPPING = KEYS_SUCCESSOR = BREACHED_PASSWORDS = None
SCANNER = ""
MEDIA_ROOT = VAR_DIR / "files"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir()

if DATABASE_URL:
    DATABASES = {"default": database(DATABASE_URL, as_owner=False, pool_size=0, prepare=True)}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", CLIENT_SECRETS]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SMS_GATEWAY, SMS_SIGNING_KEY, SMS_NUMBER = "files", "only-for-tests-" + "y" * 20, "+33639980000"
