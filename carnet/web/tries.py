"""How often something was tried from one network, counted in the database so that tries sent at the same moment all count.

How to use it: `so_far` before, which waits for whoever tries the same from the same network; then `note`. Both on the real clock.
"""

import hashlib

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from carnet.gateways.throttles import count_tries
from carnet.redemption.rules import network_of


def address_of(request: HttpRequest) -> str:
    """The network's address a request comes from, behind the proxies this site was told of (`CARNET_PROXIES`). "": none that can be read."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


def so_far(request: HttpRequest, what: str, *, seconds: int) -> int:
    """How many times `what` was noted from there in that time."""
    return count_tries(_key(what, network_of(address_of(request))), by=0, seconds=seconds)


def note(request: HttpRequest, what: str, *, seconds: int, counts: bool = True) -> int:
    """Count one more; what does not count writes as much, so that both take the same."""
    return count_tries(_key(what, network_of(address_of(request))), by=int(counts), seconds=seconds)


def so_far_of(named: str, what: str, *, seconds: int) -> int:
    """The same, of something that has a name: a mailbox."""
    return count_tries(_key(what, named), by=0, seconds=seconds)


def note_of(named: str, what: str, *, seconds: int) -> int:
    """One more, of something that has a name."""
    return count_tries(_key(what, named), by=1, seconds=seconds)


def _key(what: str, source: str) -> str:
    return f"{what}:{hashlib.sha256(source.encode()).hexdigest()[:32]}"
