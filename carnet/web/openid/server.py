"""The protocol server, made of the library's own parts: the authorization code and nothing else. No implicit, no password, no refresh."""

from typing import Any

from oauthlib.oauth2.rfc6749.endpoints import (
    AuthorizationEndpoint,
    IntrospectEndpoint,
    ResourceEndpoint,
    RevocationEndpoint,
    TokenEndpoint,
)
from oauthlib.oauth2.rfc6749.tokens import BearerToken
from oauthlib.openid import RequestValidator
from oauthlib.openid.connect.core.endpoints.userinfo import UserInfoEndpoint
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant


class CodeOnlyServer(AuthorizationEndpoint, IntrospectEndpoint, TokenEndpoint, ResourceEndpoint, RevocationEndpoint, UserInfoEndpoint):  # type: ignore[misc]
    """What django-oauth-toolkit drives (`OIDC_SERVER_CLASS`)."""

    def __init__(self, request_validator: RequestValidator, token_expires_in: int, **_: Any) -> None:
        code = AuthorizationCodeGrant(request_validator, refresh_token=False)
        bearer = BearerToken(request_validator, expires_in=token_expires_in)
        AuthorizationEndpoint.__init__(self, default_response_type="code", response_types={"code": code}, default_token_type=bearer)
        TokenEndpoint.__init__(
            self, default_grant_type="authorization_code", grant_types={"authorization_code": code}, default_token_type=bearer
        )
        ResourceEndpoint.__init__(self, default_token="Bearer", token_types={"Bearer": bearer})  # noqa: S106 - the name of a kind
        RevocationEndpoint.__init__(self, request_validator, supported_token_types=["access_token"])
        IntrospectEndpoint.__init__(self, request_validator, supported_token_types=["access_token"])
        UserInfoEndpoint.__init__(self, request_validator)
