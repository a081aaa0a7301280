"""FranceConnect and ProConnect of the demonstration, without a network: what our side asks of them is asked of this very site."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from django.conf import settings
from django.test import Client

from carnet.gateways.identity import _fetching
from carnet.web.demo import providers


def played_here(configured: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A demonstration whose doubles are reached. Returns the paths asked of them, as they are asked."""
    configured.DEMO, configured.VAR_DIR = True, tmp_path
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "try.json").write_text(json.dumps({"sign_in": []}))
    called: list[str] = []

    def send(_self: Any, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        called.append(parts.path)
        passed = {"HTTP_AUTHORIZATION": request.headers["Authorization"]} if "Authorization" in request.headers else {}
        if request.method == "POST":
            body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
            answered = Client().post(parts.path, dict(parse_qsl(body)), **passed)  # type: ignore[arg-type]
        else:
            answered = Client().get(f"{parts.path}?{parts.query}", **passed)  # type: ignore[arg-type]
        response = requests.Response()
        response.status_code, response.url, response.request = answered.status_code, request.url or "", request
        response._content = answered.content
        response.headers["Content-Type"] = answered["Content-Type"]
        return response

    monkeypatch.setattr(_fetching.CappedAdapter, "send", send)
    providers._double.cache_clear()
    return called


def at_provider(client: Client, url: str, **typed: str) -> str:
    """Answer the double's page at `url`; where the browser is sent to."""
    path = url.removeprefix(settings.BASE_URL)
    assert client.get(path).status_code == 200
    answer = client.post(path.split("?")[0], {"query": path.split("?", 1)[1], **typed})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])
