"""The library's tables, swapped by its own settings: hashed codes and tokens, each under the authorisation it acts under.

The library wants six models. Three of them have no table here: this provider gives no refresh token, keeps no identity token, lends no
device a code.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from jwcrypto.jwk import JWK
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
    ClientSecretField,
)

from carnet.web import clock
from carnet.web.openid import signing

ALGORITHMS = (("ES256", "ECDSA P-256"), ("RS256", "RSA"))


class Client(AbstractApplication):
    """Who may send helpers here: FranceConnect. Registered by `carnet openid add-client`; nobody owns it; never deleted, ended."""

    user = None
    algorithm = models.CharField(max_length=5, choices=ALGORITHMS, default="ES256")
    client_secret = ClientSecretField(max_length=255)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    client_type=AbstractApplication.CLIENT_CONFIDENTIAL,
                    authorization_grant_type=AbstractApplication.GRANT_AUTHORIZATION_CODE,
                    algorithm__in=[name for name, _ in ALGORITHMS],
                    hash_client_secret=True,
                    skip_authorization=False,
                ),
                name="openid_client_code_only",
            ),
        ]

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Letter for letter: the library lets any port pass on this machine."""
        return uri in self.redirect_uris.split()

    def post_logout_redirect_uri_allowed(self, uri: str) -> bool:
        """Letter for letter."""
        return uri in self.post_logout_redirect_uris.split()

    def is_usable(self, request: object) -> bool:
        """The library's question before anything else: not once it was ended."""
        return self.ended_at is None

    @property
    def jwk_key(self) -> JWK:
        """The key that signs what this client receives today."""
        return signing.current(self.algorithm).jwk


class ActingFor(models.Model):
    """Under what a code or a token acts: the structure, the authorisation, the procedure chosen; and how the helper proved who they are."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    # No foreign keys into `mandates`: these rows live minutes, and must not hold those that live years.
    authorisation_id = models.BigIntegerField()
    family = models.CharField(max_length=9)
    procedure = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    proved_at = models.DateTimeField()
    methods = ArrayField(models.CharField(max_length=8))

    class Meta:
        abstract = True


class Grant(ActingFor, AbstractGrant):
    """A code, hashed. Kept once spent, so that a second try is known for what it is."""

    user = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="+")
    spent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9a-f]{64}$"), name="openid_grant_hashed"),
            models.CheckConstraint(condition=Q(code_challenge_method="S256") & ~Q(code_challenge=""), name="openid_grant_pkce"),
        ]
        indexes = [models.Index(fields=["expires"], name="openid_grant_over")]

    def is_expired(self) -> bool:
        """By the site's clock."""
        return clock.now() >= self.expires


class AccessToken(ActingFor, AbstractAccessToken):
    """A token, hashed. `used_at`: when the identity was first given for it, which is when its one use was recorded."""

    source_refresh_token = None
    id_token = None
    user = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="+")
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="tokens")
    jti = models.UUIDField(unique=True, default=uuid.uuid4)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(token=""), name="openid_accesstoken_hashed"),
            models.CheckConstraint(condition=Q(application__isnull=False), name="openid_accesstoken_of_client"),
        ]
        indexes = [models.Index(fields=["expires"], name="openid_accesstoken_over")]

    def is_expired(self) -> bool:
        """By the site's clock."""
        return clock.now() >= self.expires


class RefreshToken(AbstractRefreshToken):
    """Never given: a helper chooses again, and the person's authorisation is looked at again."""

    user = None
    application = None
    access_token = None

    class Meta:
        managed = False


class IDToken(AbstractIDToken):
    """Never kept: signed, given, and known again by its `jti`, which is its access token's."""

    user = None
    application = None

    class Meta:
        managed = False


class DeviceGrant(AbstractDeviceGrant):
    """Never given: there is no device without a browser here."""

    user = None
    application = None

    class Meta:
        managed = False
