"""The library's questions, answered by this house: codes kept hashed and once, tokens that die with what authorised them.

django-oauth-toolkit asks them in `OAUTH2_VALIDATOR_CLASS`; every method here is one of its, or of oauthlib's `RequestValidator`.
"""

import json
import uuid
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from jwcrypto.jwt import JWT
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidTokenError

from carnet.parties.rules import secret_hash
from carnet.web import clock
from carnet.web.openid import acting, claims, signing
from carnet.web.openid.models import AccessToken, Client, Grant
from carnet.web.openid.parameters import ACR, rep_scope_of

log = structlog.get_logger(__name__)
CODE_LIFE = timedelta(seconds=60)


def hashed(secret: str) -> str:
    """What stands for a code or a token in its table."""
    return secret_hash(secret).hex()


def issuer() -> str:
    """The name under which this installation signs."""
    return str(settings.OAUTH2_PROVIDER["OIDC_ISS_ENDPOINT"])


class MandateValidator(OAuth2Validator):  # type: ignore[misc]
    """One request's checks, whose findings it carries: `carnet_grant` the code being exchanged, locked; `carnet_jti` the number of the
    identity token; `carnet_standing` who acts, under what."""

    # --- the code: made by a helper's choice, spent once ---------------------------------------------------------------------------
    def save_authorization_code(self, client_id: str, code: dict[str, str], request: Request, *args: Any, **kwargs: Any) -> None:
        choice: acting.Choice = request.carnet_choice
        Grant.objects.create(
            code=hashed(code["code"]),
            application=request.client,
            user_id=choice.helper_id,
            expires=clock.now() + CODE_LIFE,
            redirect_uri=request.redirect_uri,
            scope=" ".join(request.scopes),
            code_challenge=request.code_challenge,
            code_challenge_method=request.code_challenge_method,
            nonce=request.nonce,
            organisation_id=choice.organisation_id,
            authorisation_id=choice.authorisation_id,
            family=choice.family,
            procedure=choice.procedure,
            subject=choice.subject,
            proved_at=choice.proved_at,
            methods=choice.methods,
        )

    def validate_code(self, client_id: str, code: str, client: Client, request: Request, *args: Any, **kwargs: Any) -> bool:
        grant = Grant.objects.select_for_update(of=("self",)).filter(code=hashed(code), application=client).first()
        if grant is None:
            return False
        if grant.spent_at is not None:
            ended, _ = AccessToken.objects.filter(grant=grant).delete()
            log.warning("openid.code-replayed", grant=grant.pk, client=client.client_id, tokens_ended=ended)
            return False
        if grant.is_expired() or acting.standing(grant, clock.now()) is None:
            return False
        request.carnet_grant, request.user = grant, grant.user_id  # its number is all that is kept: nobody is read
        request.scopes, request.nonce = grant.scope.split(), grant.nonce
        return True

    def get_code_challenge(self, code: str, request: Request) -> str:
        return str(request.carnet_grant.code_challenge)

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        return str(request.carnet_grant.code_challenge_method)

    def confirm_redirect_uri(self, client_id: str, code: str, redirect_uri: str, client: Client, request: Request, *args: Any) -> bool:
        return bool(request.carnet_grant.redirect_uri_allowed(redirect_uri))

    def get_authorization_code_scopes(self, client_id: str, code: str, redirect_uri: str, request: Request) -> list[str]:
        return str(request.carnet_grant.scope).split()

    def get_authorization_code_nonce(self, client_id: str, code: str, redirect_uri: str, request: Request) -> str:
        return str(request.carnet_grant.nonce)

    def invalidate_authorization_code(self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any) -> None:
        if not Grant.objects.filter(pk=request.carnet_grant.pk, spent_at=None).update(spent_at=clock.now()):
            raise InvalidGrantError(request=request)

    # --- the tokens ----------------------------------------------------------------------------------------------------------------
    def finalize_id_token(self, id_token: dict[str, Any], token: dict[str, Any], token_handler: Any, request: Request) -> str:
        """Sign what oauthlib began (`aud`, `iat`, `nonce`, `at_hash`), with who acted how and within what."""
        grant, key, now = request.carnet_grant, signing.current(request.client.algorithm), int(clock.now().timestamp())
        request.carnet_jti = uuid.uuid4()
        id_token |= {
            "iss": issuer(),
            "sub": grant.subject,
            "iat": now,
            "exp": now + int(signing.TOKEN_LIFE.total_seconds()),
            "auth_time": int(grant.proved_at.timestamp()),
            "nonce": grant.nonce,
            "acr": ACR,
            "amr": grant.methods,
            "rep_scope": [rep_scope_of(grant.family)],
            "jti": str(request.carnet_jti),
        }
        signed = JWT(header=json.dumps({"typ": "JWT", "alg": key.algorithm, "kid": key.kid}), claims=json.dumps(id_token))
        signed.make_signed_token(key.jwk)
        return str(signed.serialize())

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:
        """Hashed, and under what the code was: in the transaction that locked the code."""
        grant: Grant = request.carnet_grant
        kept = AccessToken(
            user_id=grant.user_id,
            application=request.client,
            grant=grant,
            jti=request.carnet_jti,
            scope=token["scope"],
            expires=clock.now() + signing.TOKEN_LIFE,
            organisation_id=grant.organisation_id,
            authorisation_id=grant.authorisation_id,
            family=grant.family,
            procedure=grant.procedure,
            subject=grant.subject,
            proved_at=grant.proved_at,
            methods=grant.methods,
        )
        self._set_token_value(kept, token["access_token"])
        kept.save(force_insert=True)

    def validate_bearer_token(self, token: str, scopes: list[str], request: Request) -> bool:
        """The library's checks, then ours: the authorisation is live, the structure open, the helper still one. Asked each time."""
        if not super().validate_bearer_token(token, scopes, request):
            return False
        request.carnet_standing = acting.standing(request.access_token, clock.now())
        if request.carnet_standing is not None:
            return True
        request.oauth2_error = {"error": "invalid_token", "error_description": "The access token is invalid."}
        return False

    def get_userinfo_claims(self, request: Request) -> dict[str, str]:
        """The pivot identity, unsealed now; the first time for this token, its one use is recorded."""
        token, stands = request.access_token, request.carnet_standing
        if not acting.record_once(token, stands, client=request.client.name, at=clock.now()):
            raise InvalidTokenError(request=request)
        return claims.of_person(stands.under.identity(), subject=token.subject, scopes=token.scope.split())

    def introspect_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        kept = AccessToken.objects.filter(token_checksum=hashed(token), application=request.client).first()
        if kept is None or kept.is_expired() or acting.standing(kept, clock.now()) is None:
            return None
        return {
            "scope": kept.scope,
            "client_id": request.client.client_id,
            "token_type": "Bearer",
            "exp": int(kept.expires.timestamp()),
            "iat": int(kept.created.timestamp()),
            "sub": kept.subject,
            "aud": request.client.client_id,
            "iss": issuer(),
            "jti": str(kept.jti),
        }

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> None:
        AccessToken.objects.filter(token_checksum=hashed(token), application=request.client).delete()
