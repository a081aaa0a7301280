"""Registering who may send helpers here, and ending it. By command only: `carnet openid add-client`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from oauth2_provider.generators import generate_client_id, generate_client_secret

from carnet.gateways.keys import ISSUER_ALGORITHMS
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.web.openid import signing
from carnet.web.openid.models import AccessToken, Client, Grant

NAME_MAX = 80
SECRET_MIN = 32


class AddressRefused(Refusal):
    """Not an address to send somebody back to: https (http on this machine only), no fragment, no name in front. Facts: address."""

    code = "openid-address-refused"


class ClientKnown(Refusal):
    """A client has this identifier already. Facts: client."""

    code = "openid-client-known"


class ClientNotFound(Refusal):
    """No client has this identifier. Facts: client."""

    code = "openid-client-unknown"


class SecretTooShort(Refusal):
    """A secret agreed on elsewhere is at least 32 characters. Facts: least."""

    code = "openid-secret-too-short"


@dataclass(frozen=True, slots=True)
class Registered:
    """A client as it is told once: the secret is not kept."""

    client_id: str
    secret: str = field(repr=False)
    algorithm: str
    redirect_uris: tuple[str, ...]


@transaction.atomic
def add_client(
    *,
    name: str,
    redirect_uris: Sequence[str],
    post_logout_redirect_uris: Sequence[str] = (),
    algorithm: str = "ES256",
    client_id: str = "",
    secret: str = "",
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> Registered:
    """Register a confidential client, and draw the first signing key of its algorithm if there is none.

    `client_id`, `secret`: those agreed on with whoever runs the client, else drawn here.
    Raises: AddressRefused, ClientKnown, SecretTooShort.
    """
    if algorithm not in ISSUER_ALGORITHMS:
        raise ValueError(f"{algorithm} is not one of {ISSUER_ALGORITHMS}")
    if not redirect_uris:
        raise AddressRefused(address="")
    for address in (*redirect_uris, *post_logout_redirect_uris):
        check_address(address)
    if secret and len(secret) < SECRET_MIN:
        raise SecretTooShort(least=SECRET_MIN)
    client_id, secret = client_id or generate_client_id(), secret or generate_client_secret()
    if Client.objects.filter(client_id=client_id).exists():
        raise ClientKnown(client=client_id)
    signing.draw_first(algorithm, at)
    kept = Client.objects.create(
        client_id=client_id,
        client_secret=secret,
        name=name[:NAME_MAX],
        redirect_uris=" ".join(redirect_uris),
        post_logout_redirect_uris=" ".join(post_logout_redirect_uris),
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_AUTHORIZATION_CODE,
        algorithm=algorithm,
    )
    journal.record(
        actor=actor,
        action="openid-client-added",
        subject=("openid-client", kept.pk),
        facts={"client": client_id},
        request_id=request_id,
        at=at,
    )
    return Registered(client_id, secret, algorithm, tuple(redirect_uris))


@transaction.atomic
def end_client(*, client_id: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Refuse a client from now on; what it holds dies. The caller sees every structure's rows. Raises: ClientNotFound."""
    kept = Client.objects.select_for_update().filter(client_id=client_id, ended_at=None).first()
    if kept is None:
        raise ClientNotFound(client=client_id)
    kept.ended_at = at
    kept.save(update_fields=["ended_at", "updated"])
    AccessToken.objects.filter(application=kept).delete()
    Grant.objects.filter(application=kept).delete()
    journal.record(
        actor=actor,
        action="openid-client-ended",
        subject=("openid-client", kept.pk),
        facts={"client": client_id},
        request_id=request_id,
        at=at,
    )


def check_address(address: str) -> None:
    """Raises: AddressRefused."""
    parts = urlsplit(address)
    on_this_machine = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    plain = "#" not in address and "@" not in parts.netloc and not any(symbol.isspace() for symbol in address)
    if not (plain and parts.hostname and (parts.scheme == "https" or on_this_machine)):
        raise AddressRefused(address=address)


@transaction.atomic
def rotate_keys(*, compromised: bool, actor: Actor, request_id: UUID, at: datetime) -> list[signing.SigningKey]:
    """Draw the next signing keys (`signing.rotate`) and say so in the journal: their public names, never what they are."""
    drawn = signing.rotate(at=at, compromised=compromised)
    if drawn:
        facts = {"kids": [key.kid for key in drawn], "compromised": compromised}
        journal.record(actor=actor, action="openid-keys-rotated", subject=("openid-keys", 0), facts=facts, request_id=request_id, at=at)
    return drawn
