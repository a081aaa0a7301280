"""Between the protocol and `mandates`: is the authorisation behind a token live, who is the person, and the one line each use leaves."""

from dataclasses import dataclass
from datetime import datetime

from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.mandates import operations as mandates_writes
from carnet.mandates.queries.acting import Under, acting_under
from carnet.mandates.queries.habilitation import check_may_act
from carnet.mandates.rules import check_procedure
from carnet.parties.rules import check_may
from carnet.web.openid.models import AccessToken, ActingFor, Grant
from carnet.web.openid.parameters import ACR
from carnet.web.tenancy import assemble


@dataclass(frozen=True, slots=True)
class Choice:
    """What a helper chose at the door: for whom, under which authorisation, to do what; and how they had proved who they are."""

    helper_id: int
    organisation_id: int
    authorisation_id: int
    family: str
    procedure: str
    subject: str
    proved_at: datetime
    methods: list[str]


def choose(actor: Actor, *, authorisation_id: int, procedure: str, methods: list[str], at: datetime) -> Choice:
    """What the code will carry, once the authorisation was looked at again.

    Raises: NotAllowed, AuthorisationUnknown, AuthorisationOver, ProcedureNotOfFamily, StructureUnknown, StructureClosed, and whatever
    keeps a helper from acting (terms not accepted, deactivated).
    """
    check_may(actor, "mandates.act")
    check_may_act(actor=actor, at=at)
    under = acting_under(actor, authorisation_id, at=at)
    check_procedure(under.family, procedure)
    assert actor.person_id is not None, "a helper is a person"
    assert actor.proved_at is not None, "the door asked for a proof"
    return Choice(
        helper_id=actor.person_id,
        organisation_id=under.organisation_id,
        authorisation_id=under.authorisation_id,
        family=under.family.value,
        procedure=procedure,
        subject=subject_of(under.subject_mark),
        proved_at=actor.proved_at,
        methods=methods,
    )


def subject_of(subject_mark: bytes) -> str:
    """The person's name towards the client: the same in every structure, and nothing that stands in our own tables."""
    return key_ring().mark("openid subject", subject_mark.hex()).hex()


def helper_of(kept: ActingFor, at: datetime) -> Actor:
    """The helper who chose, as they stand now. Raises: NotAllowed, NoMembership, MemberSuspended, OrganisationEnded."""
    assert isinstance(kept, Grant | AccessToken), kept
    seen = assemble(person_id=kept.user_id, organisation_id=kept.organisation_id, proved_at=kept.proved_at, at=at)
    check_may(seen.actor, "mandates.act")
    return seen.actor


@dataclass(frozen=True, slots=True)
class Standing:
    """Who acts, and under what, at this moment."""

    helper: Actor
    under: Under


def standing(kept: ActingFor, at: datetime) -> Standing | None:
    """What authorised this code or token, if it still does: the authorisation, the structure, and the helper. None: it is dead."""
    try:
        helper = helper_of(kept, at)
        return Standing(helper, acting_under(helper, kept.authorisation_id, at=at))
    except Refusal:
        return None


def record_once(token: AccessToken, stands: Standing, *, client: str, at: datetime) -> bool:
    """Write the use of this token, the first time only: of two calls at once, the second waits and finds it written.

    False: the use is refused (ended this very instant, a helper deactivated since). Then the token is no more, and nobody is named.
    """
    if token.used_at is not None or not AccessToken.objects.filter(pk=token.pk, used_at=None).update(used_at=at):
        return True
    try:
        mandates_writes.record_use(
            authorisation_id=token.authorisation_id,
            procedure=token.procedure,
            service=client,
            actor=stands.helper,
            request_id=token.jti,
            at=at,
            acr=ACR,
        )
    except Refusal:
        token.delete()
        return False
    return True
