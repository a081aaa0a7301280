"""What is on the machine and is nobody's: the history of the code, settings, keys, folders, other people's pages. Asked by name."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

pytestmark = pytest.mark.django_db
NAMES = (
    "/.git/", "/.git/config", "/.git/HEAD", "/static/.git/config", "/.svn/entries", "/.env", "/carnet.env", "/pyproject.toml", "/requirements.txt",
    "/manage.py", "/carnet/settings/base.py", "/static/../carnet/settings/base.py", "/static/%2e%2e/carnet/settings/base.py", "/var/", "/var/keys/",
    "/keys/wrapping.key", "/static/", "/static/design/", "/media/", "/uploads/", "/admin/", "/server-status", "/debug/", "/__debug__/", "/graphql",
    "/swagger/", "/phpinfo.php", "/backup.sql", "/.well-known/", "/robots.txt.bak",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_the_machine_opens_anything(name: str) -> None:
    answer = Client().get(name)
    assert answer.status_code in (302, 404), name
    told = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
    for sign in (b"[core]", b"Index of", b"Directory listing", b"SECRET", b"BASE_DIR", b"Traceback"):
        assert sign not in told, name
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/"), name


def test_no_route_of_django_s_own_administration_or_of_a_debugger() -> None:
    modules = {str(getattr(each.callback, "__module__", "")) for each in get_resolver().url_patterns if hasattr(each, "callback")}
    assert not {each for each in modules if "django.contrib.admin" in each or "debug_toolbar" in each}
    assert not {"django.contrib.admin", "debug_toolbar", "django_extensions", "silk"} & set(settings.INSTALLED_APPS)


def test_any_origin_may_read_published_files_and_nothing_else() -> None:
    """ASVS 3.4.2: « * » where nothing is secret; elsewhere no origin is allowed, whatever it says it is."""
    origin = {"origin": "https://evil.example"}
    for address in ("/", "/sign-in/", "/account/", "/api/v1/places", "/api/v1/figures", "/healthz", "/home"):
        headers = Client().get(address, headers=origin).headers
        assert headers.get("Access-Control-Allow-Origin", "*") == "*", address
        assert "Access-Control-Allow-Credentials" not in headers, address
    for address in ("/sign-in/", "/account/", "/home", "/healthz"):
        assert "Access-Control-Allow-Origin" not in Client().get(address, headers=origin).headers, address
