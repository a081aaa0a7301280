"""What a browser's session holds of a sign-in at a provider: what it asked, whom it came back with, and how it leaves.

`state` and `nonce` are drawn here, kept in this session alone, and taken out of it before the answer is read: an answer serves once, and
only in the browser that began. Times are this site's; what is kept of a person is sealed, and short-lived.
"""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any, Literal

import structlog
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from carnet.gateways import identity as gateway
from carnet.gateways.identity import (
    Expected,
    Identity,
    IdentityProvider,
    IdentityRefused,
    ProfessionalIdentity,
    ProviderRefused,
    SignInExpired,
    SignInMixedUp,
)
from carnet.web import clock

Name = Literal["franceconnect", "proconnect"]

ASKED, KNOWN, LEAVING = "identity_asked", "identity_known", "identity_leaving"  # in the session
PROCONNECT, WAY_OUT = "identity_proconnect", "identity_way_out"
MINUTES_MAX, KEPT_MINUTES = 10, 15
# Sign-ins begun and not come back to, in one browser: several tabs, a page loaded twice.
PENDING_MAX = 4
# Where each provider sends the browser back, and where it goes once signed out there.
ROUTES: dict[Name, tuple[str, str]] = {
    "franceconnect": ("identity:franceconnect", "identity:franceconnect-out"),
    "proconnect": ("accounts:proconnect-back", "accounts:proconnect-out"),
}
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that this browser began. `back`: the page it was for."""

    purpose: str
    back: str
    expected: Expected


def begin(request: HttpRequest, name: Name, *, purpose: str, back: str) -> HttpResponseRedirect:
    """Send the browser to a provider. `back`: the path of the page that waits for the answer. Raises: IdentityNotOffered, ProviderUnreachable."""
    expected = Expected(*(secrets.token_urlsafe(32) for _piece in range(3)))
    url = _provider(name).begin(redirect_uri=address(ROUTES[name][0]), expected=expected)
    pending = dict(list(request.session.get(ASKED, {}).items())[1 - PENDING_MAX :])
    asked = {"provider": name, "purpose": purpose, "back": back, "nonce": expected.nonce, "verifier": expected.verifier, "at": _now()}
    request.session[ASKED] = {**pending, expected.state: asked}
    return HttpResponseRedirect(url)


def claim(request: HttpRequest, name: Name) -> Begun:
    """The sign-in an answer is of, taken out of this session. Raises: SignInMixedUp, SignInExpired."""
    state = request.GET.get("state", "")
    pending = dict(request.session.get(ASKED, {}))
    asked = pending.pop(state, None)
    if asked is None or asked["provider"] != name:
        raise SignInMixedUp
    request.session[ASKED] = pending
    if _now() - asked["at"] > MINUTES_MAX * 60:
        raise SignInExpired(minutes_max=MINUTES_MAX)
    return Begun(asked["purpose"], asked["back"], Expected(state, asked["nonce"], asked["verifier"]))


def franceconnected(request: HttpRequest, begun: Begun) -> Identity:
    """The person FranceConnect answers with. Raises: any IdentityRefused."""
    found: Identity = _finish(request, "franceconnect", begun)
    return found


def proconnected(request: HttpRequest, begun: Begun) -> ProfessionalIdentity:
    """The professional ProConnect answers with. Raises: any IdentityRefused."""
    found: ProfessionalIdentity = _finish(request, "proconnect", begun)
    return found


def _finish(request: HttpRequest, name: Name, begun: Begun) -> Any:
    query = {key: values[0] for key, values in request.GET.lists() if len(values) == 1}
    if len(query) != len(request.GET):
        raise SignInMixedUp
    try:
        return _provider(name).finish(query=query, redirect_uri=address(ROUTES[name][0]), expected=begun.expected, now=_now())
    except IdentityRefused as refusal:
        noted(name, refusal)
        raise


def noted(name: Name, refusal: IdentityRefused) -> None:
    """Leave the operator the protocol's own word for it: never who, never a code."""
    write = log.warning if isinstance(refusal, ProviderRefused) else log.info
    write("identity.refused", provider=name, refusal=refusal.code, reason=str(refusal.facts.get("reason", "")))


# --- Whom it came back with ------------------------------------------------------------------------------------------------


def keep(request: HttpRequest, purpose: str, identity: Identity) -> None:
    """Remember a person for one purpose, sealed. Somebody who is not signed in here gets a new session, whose name nobody knew."""
    if not request.user.is_authenticated:
        request.session.cycle_key()
    held = {name: kept for name, kept in request.session.get(KNOWN, {}).items() if _is_fresh(kept)}
    sealed = _sealer().encrypt(json.dumps({**asdict(identity), "id_token": ""}).encode()).decode("ascii")
    request.session[KNOWN] = {**held, purpose: {"sealed": sealed, "at": _now()}}


def known(request: HttpRequest, purpose: str) -> Identity | None:
    """Who proved who they are in this browser, for this purpose, less than a quarter of an hour ago."""
    kept = request.session.get(KNOWN, {}).get(purpose)
    if kept is None or not _is_fresh(kept):
        return None
    try:
        return Identity(**json.loads(_sealer().decrypt(kept["sealed"].encode("ascii"))))
    except (InvalidToken, ValueError, TypeError):  # sealed by a former key of this installation
        return None


def forget(request: HttpRequest, purpose: str) -> None:
    """It has served."""
    held = dict(request.session.get(KNOWN, {}))
    if held.pop(purpose, None) is not None:
        request.session[KNOWN] = held


# --- How it leaves ------------------------------------------------------------------------------------------------------------


def leave(request: HttpRequest, name: Name, *, id_token: str, back: str) -> str:
    """Where to go so that the provider forgets this browser, then comes to `back`. `back` itself when it cannot be reached."""
    state = secrets.token_urlsafe(32)
    url = _provider(name).logout_url(id_token=id_token, redirect_uri=address(ROUTES[name][1]), state=state)
    if not url:
        return back
    request.session[LEAVING] = {state: back}
    return url


def left(request: HttpRequest) -> str | None:
    """The page that waits for a browser just signed out of a provider; None when this one did not ask to."""
    waiting: dict[str, str] = request.session.get(LEAVING, {})
    back = waiting.get(request.GET.get("state", ""))
    if back is not None:
        del request.session[LEAVING]
    return back


def remember_way_out(request: HttpRequest, id_token: str) -> None:
    """Keep, sealed, what ProConnect asks for when its professional signs out."""
    request.session[PROCONNECT] = _sealer().encrypt(id_token.encode()).decode("ascii")


def way_out(request: HttpRequest) -> str:
    """What was kept by `remember_way_out`; nothing for whoever signed in otherwise."""
    try:
        return _sealer().decrypt(request.session.get(PROCONNECT, "").encode("ascii")).decode()
    except InvalidToken:
        return ""


def address(route: str) -> str:
    """The whole address of one of our pages, as it was declared to the provider."""
    return f"{settings.BASE_URL}{reverse(route)}"


def _provider(name: Name) -> IdentityProvider[Any]:
    return gateway.franceconnect() if name == "franceconnect" else gateway.proconnect()


def _is_fresh(kept: dict[str, Any]) -> bool:
    return bool(0 <= _now() - kept["at"] <= KEPT_MINUTES * 60)


def _now() -> int:
    return int(clock.now().timestamp())


def _sealer() -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"carnet identities in a session").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
