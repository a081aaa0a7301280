"""Where allauth asks this house for its rules: no open sign-up, our home page, our clock of proofs, sealed TOTP secrets."""

import base64
import time
from typing import Any
from uuid import uuid4

import structlog
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from carnet.gateways.database import acting_as_everything
from carnet.parties import operations as parties
from carnet.parties import queries
from carnet.web import clock, sessions, turns
from carnet.web.accounts import known_browsers

log = structlog.get_logger(__name__)
# In the data of an authenticator: what `encrypt` below sealed.
SEALED = ("secret", "seed")


class AccountAdapter(DefaultAccountAdapter):
    """People come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:home")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:station") if turns.station_secret(request) else "/"

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **options: Any) -> HttpResponse:
        """Whoever signed in fully ends the turn of this shared computer, and is forgiven the wrong PINs. A second factor just used ends a recovery
        that somebody asked for: it is not lost."""
        request.session.pop(turns.TURN, None)
        methods = sorted({str(record.get("method", "")) for record in get_authentication_records(request, user)})
        log.info("signed in", person=int(user.pk), methods=methods)
        parties.unlock_after_sign_in(
            person_id=int(user.pk), station_secret=turns.station_secret(request), request_id=uuid4(), at=clock.now()
        )
        if any(record.get("method") == "mfa" for record in get_authentication_records(request, user)):
            parties.note_second_factor(person_id=int(user.pk), request_id=uuid4(), at=clock.now())
        email = str(user.email)  # type: ignore[attr-defined]
        sessions.begin(request, int(user.pk), is_known=bool(known_browsers.name_of(request, email)))
        response: HttpResponse = super().post_login(request, user, **options)
        known_browsers.remember(request, response, email)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Counted by allauth's throttle, and told: that a password was wrong, never whose, since a stranger's address is somebody's too."""
        super().authentication_failed(request, **credentials)
        log.warning("sign-in failed", method="password")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords count against the address tried, and apart in a browser where it signed in before.

        allauth's own also holds the name of the site as the request gives it: another port in `Host` gave ten more tries.
        """
        email = str(credentials.get("email") or "").strip().lower()
        return f"{known_browsers.name_of(request, email)}:{email}"

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """As allauth finds them, and the box of codes for whoever has a card."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        url = reverse("mfa_reauthenticate")
        if user.is_authenticated and all(each["url"] != url for each in found) and queries.has_card(int(user.pk)):
            found.append({"id": "mfa_reauthenticate", "description": "", "url": url})
        return found

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever proved themselves in this session less than 15 minutes ago, in any way, is not asked again at once."""
        request = context.request
        records = get_authentication_records(request, request.user)
        return not any(time.time() - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT for record in records)

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any) -> None:
        """Our pages say themselves what happened: only plain sentences pass, not allauth's own templates."""
        if message_template is None:
            super().add_message(request, level, message_template, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds are sealed with a key that is not in the database. A card of codes is a second factor too."""

    def is_mfa_enabled(self, user: AbstractBaseUser, types: Any = None) -> bool:
        """allauth asks for any second factor by naming both of its own kinds: a card answers then, and not when one kind is asked for."""
        if super().is_mfa_enabled(user, types):
            return True
        any_kind = types is None or {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN} <= set(types)
        return any_kind and not user.is_anonymous and queries.has_card(int(user.pk))

    def encrypt(self, text: str) -> str:
        return _sealer().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _sealer().decrypt(encrypted_text.encode("ascii")).decode()


def _sealer() -> MultiFernet:
    """Seals with the present key; opens with it, or with one of those before."""
    return MultiFernet([_sealer_of(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _sealer_of(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"carnet second factors").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def sealed_anew() -> int:
    """Seal every second factor under the present key; return how many. Then keys before it may be taken out of the settings."""
    count, sealer = 0, _sealer()
    with acting_as_everything(why="every second factor is sealed by one key"):
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
        for row in Authenticator.objects.filter(type__in=kinds).order_by("id").select_for_update(of=("self",)):
            sealed = {name: value for name, value in row.data.items() if name in SEALED and isinstance(value, str)}
            row.data |= {name: sealer.rotate(value.encode("ascii")).decode("ascii") for name, value in sealed.items()}
            row.save(update_fields=["data"])
            count += 1
    return count
