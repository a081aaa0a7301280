"""Whether what a visitor writes of their own address is believed here, asked by `carnet doctor` through whatever stands before the site.

The question is signed with the site's own secret and lasts a minute: nobody else is told which address the site sees.
"""

from http.client import HTTPConnection, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest

from carnet.gateways.deadlines import TooLate, within
from carnet.web import tries

ASKED: Final = "X-Carnet-Doctor"
ANSWERED: Final = "X-Carnet-Seen"
# RFC 5737: an address of documents, that nobody has.
INVENTED: Final = "192.0.2.77"
UNREADABLE: Final = "none"
ALIVE: Final = "/healthz"
SECONDS_MOST: Final = 10.0
LASTS_SECONDS: Final = 60
_SIGNER = TimestampSigner(salt="carnet doctor")


def seen(request: HttpRequest) -> str:
    """The address a signed question comes from, as the site believes it; nothing to anybody else."""
    try:
        _SIGNER.unsign(request.headers.get(ASKED, ""), max_age=LASTS_SECONDS)
    except BadSignature:
        return ""
    try:
        return tries.address_of(request) or UNREADABLE
    except ImproperlyConfigured:  # fewer relays than this site was told of
        return UNREADABLE


def believed_from(base_url: str) -> str:
    """Ask the site, by its public address, as a visitor who writes an address of their own; what it believed.

    Raises: OSError, TooLate, when it does not answer; LookupError, when what answers is not this site.
    """
    parts = urlsplit(base_url)

    def exchange() -> str | None:
        connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        line = connect(parts.hostname or "", parts.port, timeout=SECONDS_MOST)
        try:
            line.request("GET", ALIVE, headers={ASKED: _SIGNER.sign("who am I"), "X-Forwarded-For": INVENTED})
            return line.getresponse().getheader(ANSWERED)
        finally:
            line.close()

    told = within(SECONDS_MOST, exchange, partner="own site")
    if not told:
        raise LookupError(base_url)
    return told


__all__ = ["ALIVE", "ANSWERED", "ASKED", "INVENTED", "UNREADABLE", "TooLate", "believed_from", "seen"]
