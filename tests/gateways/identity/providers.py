"""Providers to sign in with, from outside: our double without a network, and a certified one that is not ours, in its own process."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, parse_qsl, urljoin, urlsplit

import pytest
import requests

from carnet.gateways import identity
from carnet.gateways.identity import DoubleClient, DoubleProvider, DoubleRefused, Expected, Play, RelyingParty

HERE = Path(__file__).parent
REDIRECT_URI, LOGOUT_URI = "https://carnet.example/identity/franceconnect/", "https://carnet.example/identity/franceconnect/out/"
SECRET = "a-secret-of-the-tests-only-0123456789"
EXPECTED = Expected(state="s" * 40, nonce="n" * 40, verifier="v" * 50)
PROFESSIONAL = {
    "given_name": "Inès", "usual_name": "Caradec", "email": "Ines.Caradec@example.org", "uid": "ines", "siret": "21440109300015",
}  # fmt: skip


class Provider(Protocol):
    """One provider, and a browser already signed in there."""

    client: identity.Client

    def visit(self, url: str) -> dict[str, str]:
        """What the browser brings back from an address made by `begin`."""
        ...


def answer(request: requests.PreparedRequest, status: int, body: str | bytes, kind: str = "application/json") -> requests.Response:
    """An answer as if it came through the network."""
    response = requests.Response()
    response.status_code, response.url, response.request = status, request.url or "", request
    response._content = body.encode() if isinstance(body, str) else body
    response.headers["Content-Type"] = kind
    return response


@dataclass
class Double:
    """Our double, its machines' side behind the very requests that would go through the network."""

    provider: DoubleProvider
    client: identity.Client
    claims: dict[str, Any]
    proof: dict[str, Any]
    now: Callable[[], int]
    play: Play = Play.NOTHING
    called: list[str] = field(default_factory=list)

    def visit(self, url: str) -> dict[str, str]:
        asked = self.provider.asked(parse_qs(urlsplit(url).query))
        back = self.provider.grant(asked, self.claims, proof=self.proof, play=self.play, now=self.now())
        return dict(parse_qsl(urlsplit(back).query))

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        """In the place of the network."""
        path = (request.url or "").removeprefix(self.provider.issuer).split("?")[0]
        self.called.append(path)
        try:
            if path == "/token":
                body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
                return answer(request, 200, json.dumps(self.provider.token(dict(parse_qsl(body)), now=self.now())))
            if path == "/userinfo":
                signed = self.provider.userinfo(request.headers.get("Authorization", ""), now=self.now())
                return answer(request, 200, signed, "application/jwt")
        except DoubleRefused as refused:
            return answer(request, refused.status, json.dumps({"error": refused.code}))
        published = {"/.well-known/openid-configuration": self.provider.description, "/jwks": self.provider.keys}
        return answer(request, 200, json.dumps(published[path]()))


def franceconnect(now: Callable[[], int]) -> Double:
    """As people meet it: ES256."""
    issuer = "https://franceconnect.example/api/v2"
    clients = {name: DoubleClient(name, SECRET, (REDIRECT_URI,), (LOGOUT_URI,)) for name in ("carnet", "another")}
    provider = DoubleProvider(issuer, clients, acr_known=("eidas1", "eidas2"))
    client = identity.Client(issuer, "carnet", SECRET, scopes=identity.FRANCECONNECT_SCOPES, acr=("eidas1", "eidas2"))
    return Double(provider, client, identity.INVENTED[0].claims, {"acr": "eidas1"}, now)


def proconnect(now: Callable[[], int]) -> Double:
    """As professionals meet it: RS256, `amr` when it is asked for."""
    issuer = "https://proconnect.example/api/v2"
    provider = DoubleProvider(
        issuer, {"carnet": DoubleClient("carnet", SECRET, (REDIRECT_URI,), (LOGOUT_URI,))}, acr_known=("eidas1",), algorithm="RS256"
    )
    client = identity.Client(issuer, "carnet", SECRET, scopes=identity.PROCONNECT_SCOPES, claims='{"id_token":{"amr":{"essential":true}}}')
    return Double(provider, client, PROFESSIONAL, {"amr": ["pwd", "mfa"]}, now)


@dataclass
class Certified:
    """npm's oidc-provider, and a browser that follows it."""

    issuer: str
    client: identity.Client

    def visit(self, url: str) -> dict[str, str]:
        with requests.Session() as browser:
            browser.trust_env = False
            for _hop in range(8):
                response = browser.get(url, allow_redirects=False, timeout=10)
                assert response.status_code in (302, 303), response.text
                url = urljoin(url, response.headers["Location"])
                if url.startswith(REDIRECT_URI):
                    return dict(parse_qsl(urlsplit(url).query))
        raise AssertionError("it never came back")


@contextmanager
def certified(algorithm: str, *, uses_pkce: bool) -> Iterator[Certified]:
    """The provider of `provider.mjs`, in its own process for as long as the block lasts."""
    node = shutil.which("node")
    if node is None or not (HERE.parents[2] / "node_modules/oidc-provider").is_dir():
        pytest.skip("oidc-provider is not installed: make sure node is there, then `npm ci`")
    command = [node, str(HERE / "provider.mjs"), algorithm, "yes" if uses_pkce else "no", REDIRECT_URI, LOGOUT_URI]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            issuer = next(line for line in process.stdout if line.startswith("listening ")).split()[1]
            scopes, acr = identity.FRANCECONNECT_SCOPES, ("eidas1", "eidas2")
            yield Certified(issuer, identity.Client(issuer, "carnet", SECRET, scopes=scopes, acr=acr, uses_pkce=uses_pkce, loopback=True))
        finally:
            process.kill()


def party(provider: Provider) -> RelyingParty[Any]:
    """Our side of it, remembering nothing yet."""
    reads_people = "birthdate" in provider.client.scopes
    return RelyingParty(provider.client, identity.person if reads_people else identity.professional)
