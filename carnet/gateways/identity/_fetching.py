"""Asking a provider, machine to machine: one deadline, one size, no redirect, TLS; and what it publishes, remembered a while."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests.adapters import HTTPAdapter

from carnet.gateways.deadlines import PartnerSilent, TooLate, WaitingRoom, within
from carnet.gateways.identity._refusals import ProviderUnreachable

# To connect, then to answer, then for the whole of one request. A person is waiting in front of the page.
TIMEOUT_SECONDS = (3.05, 6.0)
REQUEST_SECONDS = 8.0
# A provider that is silent holds no more than so many threads of this process, and nobody new for a while.
SEATS, SPARED_SECONDS = 3, 15.0
ANSWER_BYTES_MAX = 256 * 1024
# How long the provider's description and keys are believed; an unknown key is asked for at once, whatever their age.
REMEMBERED_SECONDS = 3600.0
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_rooms: dict[str, WaitingRoom] = {}


class CappedAdapter(HTTPAdapter):
    """Reads an answer up to a size and within a time, and nothing of a redirect; not at all while its provider is silent."""

    def __init__(self, room: WaitingRoom) -> None:
        super().__init__()
        self._room = room

    def send(self, request: Any, *args: Any, **options: Any) -> requests.Response:
        """As its base, with the whole body read here. Raises: requests.RequestException."""
        try:
            with self._room.seat():
                return within(REQUEST_SECONDS, lambda: self._whole(request, *args, **options), partner="identity")
        except TooLate:
            raise requests.Timeout(request=request) from None
        except PartnerSilent:
            raise requests.ConnectionError("silent", request=request) from None

    def _whole(self, request: Any, *args: Any, **options: Any) -> requests.Response:
        response = super().send(request, *args, **{**options, "stream": True})
        read, size = [], 0
        for piece in response.iter_content(16 * 1024):
            size += len(piece)
            if size > ANSWER_BYTES_MAX:
                response.close()
                raise requests.exceptions.ContentDecodingError("answer-too-large", request=request)
            read.append(piece)
        response._content = b"".join(read)  # noqa: SLF001 - the only way to hand a body over to whoever reads it whole
        return response


def is_secure(url: Any, *, loopback: bool) -> bool:
    """Whether an address may be called: TLS; in a demonstration or a test, this very machine too."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (loopback and parts.scheme == "http" and parts.hostname in LOOPBACK))


def room_of(issuer: str) -> WaitingRoom:
    """The waiting room of one provider in this process."""
    return _rooms.setdefault(issuer, WaitingRoom(seats=SEATS, spared_seconds=SPARED_SECONDS))


def session_for(client_id: str, secret: str, *, issuer: str, loopback: bool, auth_method: str) -> Any:
    """One exchange with a provider, authlib's. On loopback no proxy of the environment is asked."""
    session = OAuth2Session(
        client_id, secret, token_endpoint_auth_method=auth_method, default_timeout=TIMEOUT_SECONDS, code_challenge_method="S256"
    )
    session.trust_env = not loopback
    for scheme in ("https://", "http://"):
        session.mount(scheme, CappedAdapter(room_of(issuer)))
    return session


def asked(ask: Any, *args: Any, **options: Any) -> requests.Response:
    """One request. Raises: ProviderUnreachable when nothing comes, or anything but a success."""
    try:
        response: requests.Response = ask(*args, allow_redirects=False, **options)
    except requests.Timeout:
        raise ProviderUnreachable(reason="timeout") from None
    except requests.RequestException as fault:
        raise ProviderUnreachable(reason=_word(fault)) from None
    if response.status_code != requests.codes.ok:
        raise ProviderUnreachable(reason=f"status-{response.status_code}")
    return response


def _word(fault: Exception) -> str:
    return type(fault).__name__


@dataclass(slots=True)
class Published:
    """What a provider says of itself (discovery) and its public keys. One per provider and process, shared by its threads."""

    issuer: str
    loopback: bool
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _description: dict[str, Any] | None = None
    _described_at: float = 0.0
    _keys: KeySet | None = None
    _fetched_at: float = 0.0

    def description(self) -> dict[str, Any]:
        """The provider's own description; an older one is kept when a newer cannot be had. Raises: ProviderUnreachable."""
        with self._alone():
            if self._description is None or time.monotonic() - self._described_at > REMEMBERED_SECONDS:
                try:
                    self._description = self._describe()
                except ProviderUnreachable:
                    if self._description is None:
                        raise
                self._described_at = time.monotonic()
            return self._description

    def keys(self, *, anew: bool = False) -> KeySet:
        """Its public keys. `anew`: ask again, a key of theirs is not known here. Raises: ProviderUnreachable."""
        address = self.description()["jwks_uri"]
        with self._alone():
            if anew or self._keys is None or time.monotonic() - self._fetched_at > REMEMBERED_SECONDS:
                self._keys = self._fetch_keys(address)
                self._fetched_at = time.monotonic()
            return self._keys

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread asks, the others wait for its answer, not for ever. Raises: ProviderUnreachable."""
        if not self._lock.acquire(timeout=TIMEOUT_SECONDS[0]):
            raise ProviderUnreachable(reason="timeout")
        try:
            yield
        finally:
            self._lock.release()

    def _describe(self) -> dict[str, Any]:
        found = self._json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise ProviderUnreachable(reason="another-issuer")
        if not all(is_secure(found.get(name), loopback=self.loopback) for name in ENDPOINTS):
            raise ProviderUnreachable(reason="not-secure")
        return found

    def _fetch_keys(self, address: str) -> KeySet:
        try:
            return KeySet.import_key_set(self._json(address))  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError, ValueError):
            raise ProviderUnreachable(reason="keys-unreadable") from None

    def _json(self, address: str) -> dict[str, Any]:
        with session_for("", "", issuer=self.issuer, loopback=self.loopback, auth_method="none") as session:
            answer = asked(session.get, address, withhold_token=True)
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ProviderUnreachable(reason="unreadable")
        return found
