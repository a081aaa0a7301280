"""The real gateway, over HTTP."""

import http.client
import json
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from carnet.gateways.deadlines import within
from carnet.gateways.sms._outgoing import NotSent

TIMEOUT_SECONDS, WHOLE_SECONDS = 8, 10
# After this a message about a voucher in front of somebody only surprises.
LIFETIME_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """A gateway at an address the operator gives in the settings: often a telephone on its own network, so any address is taken."""

    url: str
    token: str = field(repr=False)

    def send(self, *, to: str, text: str, reference: str) -> None:
        body = json.dumps({"id": reference, "textMessage": {"text": text}, "phoneNumbers": [to], "ttl": LIFETIME_SECONDS}).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Accept": "application/json"}
        parts = urlsplit(self.url)

        def exchange() -> int:
            connection = self._connection(parts.scheme, parts.hostname or "", parts.port)
            try:
                connection.request("POST", f"{parts.path.rstrip('/')}/messages", body, headers)
                answer = connection.getresponse()
                answer.read(64 * 1024)
                return answer.status
            finally:
                connection.close()

        try:
            status = within(WHOLE_SECONDS, exchange, partner="texts")
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise NotSent(type(fault).__name__) from None
        # 409: the gateway has this reference already; a redirect is not followed.
        if not (200 <= status < 300 or status == http.client.CONFLICT):
            raise NotSent(f"status {status}")

    @staticmethod
    def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
