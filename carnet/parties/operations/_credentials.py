"""One's own account: name, password, second factor."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties import access
from carnet.parties.models import Person
from carnet.parties.operations._members import noted
from carnet.parties.operations._sessions import forget_sessions_of
from carnet.parties.rules import (
    NotAllowed,
    PersonNameMissing,
    ResetLinkInvalid,
    person_of,
)


@transaction.atomic
def update_account(*, display_name: str, phone: str, language: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Change one's own name, phone and language. Raises: PersonNeeded, PersonNameMissing."""
    person_id = person_of(actor, "account.manage")
    if not display_name.strip():
        raise PersonNameMissing
    with access.recognised(person_id):
        Person.objects.filter(id=person_id).update(
            display_name=display_name.strip()[:120], phone=phone.strip()[:20], language="en" if language == "en" else "fr"
        )
    noted(actor, "parties.account-updated", ("person", person_id), actor.organisation_id, request_id, at)


@transaction.atomic
def request_password_reset(*, email: str, request_id: UUID, at: datetime) -> None:
    """Post a notice with a link, when the address is known; say nothing either way (the door answers the same).

    An unknown address costs the same: what is written for it is taken back, so that no clock tells who has an account.
    """
    with access.signing_in(email):
        person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    with transaction.atomic():
        whose = person or Person(id=0, password="", language="fr")
        notices.post(
            kind="parties.password-reset",
            to_email=whose.email or "nobody@invalid",
            context={"person_id": whose.id, "token": default_token_generator.make_token(whose)},
            language=whose.language,
            at=at,
        )
        noted(Actor.anonymous(), "parties.password-reset-requested", ("person", whose.id), None, request_id, at)
        if person is None:
            transaction.set_rollback(True)


@transaction.atomic
def reset_password(*, person_id: int, token: str, password: str, request_id: UUID, at: datetime) -> None:
    """Set the new password of whoever holds a valid link (two hours, one use, on the real clock). Second factors stay.

    Raises: ResetLinkInvalid.
    """
    with access.signing_in(person_id):
        person = Person.objects.select_for_update(of=("self",)).filter(id=person_id, is_active=True).first()
        if person is None or not default_token_generator.check_token(person, token):
            raise ResetLinkInvalid
        person.set_password(password)
        person.save(update_fields=["password"])
        forget_sessions_of(person.id)
    noted(Actor.anonymous(), "parties.password-reset", ("person", person.id), None, request_id, at)


@transaction.atomic
def set_second_factor(*, person_id: int, secret: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a person a TOTP secret (base32) chosen by a program, for demonstrations and scenarios. People enrol on their screen.

    Raises: NotAllowed.
    """
    if actor.kind != "system":
        raise NotAllowed(action="parties.set-second-factor", roles=())
    with access.recognised(person_id):
        person = Person.objects.get(id=person_id)
        Authenticator.objects.filter(user=person).delete()
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": mfa_adapter().encrypt(secret)})
        RecoveryCodes.activate(person)
    noted(actor, "parties.second-factor-set", ("person", person_id), None, request_id, at)


@transaction.atomic
def set_password(*, person_id: int, password: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a person a password chosen by a program, for demonstrations. People choose theirs through a letter.

    Raises: NotAllowed.
    """
    if actor.kind != "system":
        raise NotAllowed(action="parties.set-password", roles=())
    with access.recognised(person_id):
        person = Person.objects.get(id=person_id)
        person.set_password(password)
        person.save(update_fields=["password"])
    noted(actor, "parties.password-set", ("person", person_id), None, request_id, at)
