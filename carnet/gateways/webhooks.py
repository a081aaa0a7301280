"""Other people's web servers, told of events: one POST to one address, never to a machine of our own network.

An address is given by an organisation, so it is hostile until proved otherwise. At every sending the name is resolved once, every
address it has is judged, and the connection goes to one of those addresses, by number, whatever the name says a moment later (DNS
rebinding). No redirect is followed, no proxy of the environment is used, the whole exchange has a deadline, and little of the answer is
read. Source: docs/sources/standard-webhooks.md#private-addresses.

Standard library only: an HTTP library would have to be stopped from resolving, redirecting, proxying and pooling; ``http.client`` does
none of it, and the socket it speaks through is opened here.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from carnet.gateways import traces
from carnet.gateways.in_time import in_time
from carnet.kernel.refusals import Refusal

URL_LENGTH_MAX = 500
PORTS = (443, 8443)
DEADLINE_SECONDS = 15.0
ANSWER_BYTES_MAX = 64 * 1024
USER_AGENT = "carnet-webhooks/1"
# As RFC 1123 has names of hosts; the last label is never a number, so that no spelling of an address passes for a name.
NAME = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
LOOPBACK_NAMES = ("127.0.0.1", "localhost")

# Beside what `ipaddress` knows not to be public: what it may call public and still leads inside.
CLOSED = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "168.63.129.16/32",  # the host's own services in one cloud
        "::/96", "fc00::/7", "fe80::/10", "fec0::/10", "100::/64", "2001::/23", "5f00::/16",
    )
)  # fmt: skip
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


class WebhookAddressRefused(Refusal):
    """Not an address events may be sent to. Facts: reason (a stable word)."""

    code = "webhook-address-refused"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook goes: read once from its address."""

    host: str
    port: int
    path: str
    is_secure: bool


@dataclass(frozen=True, slots=True)
class Sending:
    """One POST to make."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `status` None: no answer, `error` says why in one word. Unit: whole milliseconds, whole seconds."""

    status: int | None
    error: str = ""
    retry_after_seconds: int | None = None
    milliseconds: int = 0
    body: bytes = field(default=b"", repr=False)  # only when the sender was made to keep answers

    @property
    def is_success(self) -> bool:
        """Only an answer of the 2xx family says that it was received."""
        return self.status is not None and 200 <= self.status < 300


class WebhookSender(Protocol):
    """What the house asks of whatever sends webhooks."""

    def send(self, sending: Sending) -> Outcome:
        """Make one POST. Never raises for what the other side does."""
        ...


def read_url(url: str, *, loopback: bool = False) -> Target:
    """Where an address leads, if it is one that may be called: https, a real name, a usual port, no password in it.

    `loopback`: also allow http towards this very machine (demonstration, development). Raises: WebhookAddressRefused.
    """
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url or len(url) > URL_LENGTH_MAX:
        raise WebhookAddressRefused(reason="malformed")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise WebhookAddressRefused(reason="malformed") from None
    if "@" in parts.netloc:
        raise WebhookAddressRefused(reason="userinfo")
    if parts.fragment:
        raise WebhookAddressRefused(reason="malformed")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if loopback and parts.scheme == "http" and host in LOOPBACK_NAMES:
        return Target(host, port or 80, path, is_secure=False)
    if parts.scheme != "https":
        raise WebhookAddressRefused(reason="not-https")
    if not NAME.fullmatch(host):
        raise WebhookAddressRefused(reason="not-a-name")
    if (port or 443) not in PORTS:
        raise WebhookAddressRefused(reason="port")
    return Target(host, port or 443, path, is_secure=True)


def is_public(address: Address) -> bool:
    """Whether an address is out on the Internet, whatever other address it wraps."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or _translated(address)
        if wrapped is not None:
            return is_public(wrapped)
        if address.teredo is not None or address.scope_id:
            return False
    if any(address.version == network.version and address in network for network in CLOSED):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if any(address in network for network in NAT64) else None


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, as the machine's resolver gives them. Raises: OSError."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def address_to_call(target: Target, *, resolve: Resolve, loopback: bool) -> str:
    """The one address to connect to. A name with a single inward address is refused whole. Raises: WebhookAddressRefused, OSError."""
    found = [ipaddress.ip_address(each) for each in resolve(target.host, target.port)]
    if not found:
        raise WebhookAddressRefused(reason="unresolved")
    if loopback and not target.is_secure:
        if not all(each.is_loopback for each in found):
            raise WebhookAddressRefused(reason="not-public")
    elif not all(is_public(each) for each in found):
        raise WebhookAddressRefused(reason="not-public")
    return str(found[0])


class HttpWebhookSender:
    """The real one."""

    def __init__(
        self,
        *,
        loopback: bool = False,
        resolve: Resolve = resolve,
        context: ssl.SSLContext | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
        answer_bytes_kept: int = 0,
        agent: str = USER_AGENT,
    ) -> None:
        self._loopback = loopback
        self._resolve = resolve
        self._context = context or ssl.create_default_context()
        self._deadline_seconds = deadline_seconds
        self._answer_bytes_kept = answer_bytes_kept
        self._agent = agent

    def send(self, sending: Sending) -> Outcome:
        """Make one POST. Never raises for what the other side does."""
        began = time.monotonic()
        try:
            target = read_url(sending.url, loopback=self._loopback)
            # The machine's resolver knows no deadline: a name that is slow to resolve is given up like a server that is slow to answer.
            address = in_time(self._deadline_seconds, lambda: address_to_call(target, resolve=self._resolve, loopback=self._loopback))
            left = max(0.1, self._deadline_seconds - (time.monotonic() - began))
            with traces.span("exchange webhook", kind="CLIENT", partner="webhook") as span:
                outcome = self._exchange(target, address, sending, left)
                span.tell(status=outcome.status or 0)
        except WebhookAddressRefused as refusal:
            outcome = Outcome(None, str(refusal.facts["reason"]))
        except TimeoutError:
            outcome = Outcome(None, "timeout")
        except ssl.SSLError:
            outcome = Outcome(None, "tls")
        except socket.gaierror:
            outcome = Outcome(None, "unresolved")
        except (OSError, http.client.HTTPException, ValueError):
            late = time.monotonic() - began >= self._deadline_seconds
            outcome = Outcome(None, "timeout" if late else "connection")
        spent = int((time.monotonic() - began) * 1000)
        return Outcome(outcome.status, outcome.error, outcome.retry_after_seconds, spent, outcome.body)

    def _exchange(self, target: Target, address: str, sending: Sending, seconds: float) -> Outcome:
        connection = _Pinned(target, address, seconds=seconds, context=self._context if target.is_secure else None)
        # A server that sends a byte now and then never times out by itself: past the deadline its line is cut.
        cut = threading.Timer(seconds, connection.cut)
        cut.daemon = True
        cut.start()
        try:
            headers = {
                "Content-Type": "application/json",
                "User-Agent": self._agent,
                "Connection": "close",
                **traces.headers(),
                **sending.headers,
            }
            connection.request("POST", target.path, body=sending.body, headers=headers)
            answer = connection.getresponse()
            content = answer.read(max(ANSWER_BYTES_MAX, self._answer_bytes_kept))
            if connection.was_cut:
                raise TimeoutError  # a line cut in the middle of the answer reads like its end
            kept = content if self._answer_bytes_kept else b""
            return Outcome(answer.status, "", _seconds(answer.headers.get("Retry-After")), body=kept)
        finally:
            cut.cancel()
            connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever its name would resolve to now; TLS still checks the name."""

    def __init__(self, target: Target, address: str, *, seconds: float, context: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self.default_port = 443 if target.is_secure else 80
        self._address = address
        self._context = context
        self.was_cut = False

    def connect(self) -> None:
        """Open the socket to the judged address."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = plain
        if self._context is not None:
            # The greeting comes after the socket is known here, so that one who drags it out is cut too.
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def cut(self) -> None:
        """End the exchange from another thread: whoever reads is told the line is dead."""
        self.was_cut = True
        if self.sock is not None:
            try:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                return


def _seconds(header: str | None) -> int | None:
    return int(header) if header and header.isascii() and header.isdigit() and len(header) <= 7 else None


class FakeWebhookSender:
    """For tests: keeps what it was asked to send, and answers with the outcomes given, the last of them again and again."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes) or [Outcome(204)]
        self.sent: list[Sending] = []

    def send(self, sending: Sending) -> Outcome:
        """Keep it, and answer."""
        self.sent.append(sending)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
