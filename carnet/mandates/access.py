"""Who may read and end which mandate: the only way from an identifier, a code or a subject to a row. The walls hide the others.

A structure's helpers keep its people and its mandates. Whoever holds a mandate's paper checks that one. Whoever proves to be the person, at
FranceConnect or with the code on their own paper, reads their rows in every structure (docs/decisions/0047-a-mandate-is-a-structures.md).
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from carnet.funding import access as funding_access
from carnet.funding.rules import ProgrammeUnknown
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import PersonKeyDestroyed, key_ring, opened
from carnet.kernel.actors import Actor
from carnet.mandates.models import (
    AssistedPerson,
    Authorisation,
    Draft,
    HelperFile,
    Mandate,
    RemoteConsent,
    Structure,
    StructureDecision,
    StructureFile,
    Telling,
    TrainingSession,
    Visit,
)
from carnet.mandates.rules import (
    AuthorisationUnknown,
    CheckCode,
    DraftUnknown,
    IdentityErased,
    MandateNumber,
    MandateUnknown,
    PersonCode,
    PersonNumber,
    PersonUnknown,
    PivotIdentity,
    StructureClosed,
    StructureUnknown,
)
from carnet.mandates.rules.consents import ConsentUnknown
from carnet.mandates.rules.habilitation import (
    HelperUnknown,
    StructureDecisionUnknown,
    StructureFileUnknown,
    TrainingUnknown,
)
from carnet.mandates.rules.telling import LetterUnknown
from carnet.mandates.rules.visits import OwnMandateUnknown
from carnet.parties import access as parties_access
from carnet.parties.rules import NotAllowed, Role, secret_hash

_SET = """
    WITH before AS MATERIALIZED (SELECT COALESCE(current_setting(%s, true), '') AS kept)
    SELECT kept, set_config(%s, %s, true) FROM before
"""


# Keyed hashes: what stands in the database for what must not be there.


def subject_mark(subject: str) -> bytes:
    """What stands for a FranceConnect subject, the same in every structure."""
    return key_ring().mark("subject of a mandate", subject)


def paper_mark(identity: PivotIdentity) -> bytes:
    """What stands for somebody known by a paper only. Never the mark of a subject."""
    return key_ring().mark("paper of a mandate", identity.told_apart)


def identity_mark(identity: PivotIdentity) -> bytes:
    """What stands for an identity, whichever way it was proved."""
    return key_ring().mark("identity of a mandate", identity.told_apart)


def search_marks(organisation_id: int, beginnings: Iterable[str]) -> list[int]:
    """What stands in one structure for beginnings of names: 8 bytes each, of no use in another structure."""
    purpose, ring = f"names of structure {organisation_id}", key_ring()
    return sorted(int.from_bytes(ring.mark(purpose, each)[:8], "big", signed=True) for each in beginnings)


def having_marks(rows: QuerySet[AssistedPerson], organisation_id: int, beginnings: Iterable[str]) -> QuerySet[AssistedPerson]:
    """Those of one structure whose names begin so, all of the beginnings being somewhere in them; nobody when none is given."""
    marks = search_marks(organisation_id, beginnings)
    # Not the lookup `__contains`, which writes numbers of 8 bytes as numbers of 4.
    found = RawSQL("mandates_assistedperson.search_marks @> %s::bigint[]", [marks], output_field=BooleanField())
    return rows.filter(found, organisation_id=organisation_id) if marks else rows.none()


def check_code(number: MandateNumber) -> CheckCode:
    """The code in the QR of a mandate. It follows from the installation's key: only its keyed hash is kept."""
    return CheckCode.from_mark(key_ring().mark("check code of a mandate", str(number)))


def check_mark(code: CheckCode) -> bytes:
    """What stands for a check code in the database."""
    return key_ring().mark("check of a mandate", str(code))


def person_code(number: PersonNumber, version: int = 1) -> PersonCode:
    """The code on a person's own paper; the next `version` makes the lost one worth nothing."""
    return PersonCode.from_mark(key_ring().mark("own code of a person", f"{number} {version}"))


def code_mark(code: PersonCode) -> bytes:
    """What stands for a person's own code in the database."""
    return key_ring().mark("own paper of a person", str(code))


# What a member of the public holds.


@contextmanager
def presenting(mark: bytes) -> Iterator[None]:
    """Show the one mandate whose `check_mark` this is, and its authorisations, to whoever holds its paper."""
    with _showing("carnet.mandate", mark):
        yield


@contextmanager
def presenting_self(mark: bytes) -> Iterator[None]:
    """Show somebody their own rows, in every structure: `subject_mark` or `code_mark` is what they proved to hold."""
    with _showing("carnet.assisted", mark):
        yield


@contextmanager
def _showing(setting: str, mark: bytes) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SET, [setting, setting, mark.hex()])
        before = cursor.fetchone()[0]
        yield
        # Read inside the block: a rolled-back savepoint restores the setting by itself.
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, before])


# What a structure keeps.


def open_structure(actor: Actor, organisation_id: int | None = None) -> Structure:
    """The structure that the actor acts for, still open. Raises: StructureUnknown, StructureClosed."""
    wanted = organisation_id if organisation_id is not None else actor.organisation_id
    found = Structure.objects.filter(organisation_id=wanted).first() if wanted is not None and _is_of(actor, wanted) else None
    if found is None:
        raise StructureUnknown
    if found.ended_at is not None:
        raise StructureClosed
    return found


def kept_person(actor: Actor, person_id: int, *, lock: bool = False) -> AssistedPerson:
    """A person helped by the actor's structure; one in the archive, for the lead only. Raises: PersonUnknown."""
    rows = AssistedPerson.objects.select_for_update(of=("self",), no_key=True) if lock else AssistedPerson.objects
    found = rows.filter(id=person_id).first()
    if found is None or not _is_of(actor, found.organisation_id) or (found.is_archived and not reads_archive(actor)):
        raise PersonUnknown
    return found


def reads_archive(actor: Actor) -> bool:
    """Three years after their last mandate, people are out of everyday use: only the lead, and programs, open the archive."""
    return actor.kind == "system" or Role.HELPER_LEAD in actor.roles


def in_use(rows: QuerySet[AssistedPerson]) -> QuerySet[AssistedPerson]:
    """Those of these people who are not in the archive: never were, or signed again since."""
    return rows.filter(Q(archived_at__isnull=True) | Q(archived_at__lt=F("signed_at")))


def kept_mandate(actor: Actor, mandate_id: int, *, lock: bool = False) -> Mandate:
    """A mandate of the actor's structure, with its person. Raises: MandateUnknown."""
    rows = Mandate.objects.select_for_update(of=("self",), no_key=True) if lock else Mandate.objects
    found = rows.select_related("person").filter(id=mandate_id).first()
    if found is None or not _is_of(actor, found.organisation_id):
        raise MandateUnknown
    return found


def kept_authorisation(actor: Actor, authorisation_id: int, *, share: bool = False) -> Authorisation:
    """An authorisation of the actor's structure, with its mandate and person. `share`: whoever ends it waits. Raises: AuthorisationUnknown."""
    rows = Authorisation.objects.select_related("mandate", "person")
    if share:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM mandates_authorisation WHERE id = %s FOR SHARE", [authorisation_id])
    found = rows.filter(id=authorisation_id).first()
    if found is None or not _is_of(actor, found.organisation_id):
        raise AuthorisationUnknown
    return found


def kept_draft(actor: Actor, draft_id: int, *, lock: bool = False) -> Draft:
    """What is being prepared in the actor's structure. Raises: DraftUnknown."""
    rows = Draft.objects.select_for_update(of=("self",)) if lock else Draft.objects
    found = rows.select_related("person").filter(id=draft_id).first()
    if found is None or not _is_of(actor, found.organisation_id):
        raise DraftUnknown
    return found


def structure_ids(actor: Actor) -> frozenset[int]:
    """The structures whose rows the actor may list: the one acted for. Raises: NotAllowed."""
    if actor.kind == "system":
        return actor.organisation_ids
    if actor.organisation_id is None:
        raise NotAllowed(action="mandates.see", roles=())
    return frozenset({actor.organisation_id})


def _is_of(actor: Actor, organisation_id: int | None) -> bool:
    return organisation_id is not None and (actor.kind == "system" or actor.organisation_id == organisation_id)


# What is sealed.


def key_purpose(number: str) -> str:
    """What the key of a person is sealed for: another person's row does not open it."""
    return f"key of person {number}"


def key_name(number: str) -> str:
    """How the ring calls the key of a person, kept in a file of its own outside the database."""
    return f"person-{number}"


def identity_about(number: str) -> bytes:
    """What the identity of a person is sealed for, under that person's own key."""
    return f"identity of person {number}".encode()


def contact_about(number: str) -> bytes:
    """What the contact of a person is sealed for, under that person's own key."""
    return f"contact of person {number}".encode()


def key_of(row: AssistedPerson) -> bytes:
    """The key of one person, 32 bytes. Raises: IdentityErased."""
    if row.sealed_key is None:
        raise IdentityErased
    try:
        return key_ring().unseal_for(key_name(row.number), key_purpose(row.number), bytes(row.sealed_key))
    except PersonKeyDestroyed:
        # A copy of the database from before: the key went with the person.
        raise IdentityErased from None


def identity_of(row: AssistedPerson) -> PivotIdentity:
    """Who the person is. Raises: IdentityErased."""
    if row.sealed_identity is None:
        raise IdentityErased
    return read_identity(opened(key_of(row), bytes(row.sealed_identity), identity_about(row.number)))


def contact_of(row: AssistedPerson) -> str:
    """The telephone number the person left, "" when they left none or it was erased."""
    if row.sealed_contact is None or row.sealed_key is None:
        return ""
    return opened(key_of(row), bytes(row.sealed_contact), contact_about(row.number)).decode()


def written_identity(identity: PivotIdentity) -> bytes:
    """An identity as it is sealed."""
    return json.dumps(asdict(identity)).encode()


def read_identity(content: bytes) -> PivotIdentity:
    """An identity as it was sealed."""
    return PivotIdentity(**json.loads(content))


def sealed_draft(row: Draft, identity: PivotIdentity, subject: str) -> bytes:
    """Who proved who they are for this preparation, sealed for it alone."""
    content = json.dumps({"identity": asdict(identity), "subject": subject})
    return key_ring().seal(f"draft {row.request_id}", content.encode())


def drafted_identity(row: Draft) -> PivotIdentity | None:
    """Who has proved who they are for this preparation, None until somebody did."""
    return PivotIdentity(**_drafted(row)["identity"]) if row.sealed_identity is not None else None


def same_person(rows: QuerySet[AssistedPerson], identity: PivotIdentity, subject: str) -> AssistedPerson | None:
    """Whoever of those rows has just proved who they are, None for somebody new. `subject`: at FranceConnect, "" for a paper."""
    by_mark = rows.filter(subject_mark=subject_mark(subject) if subject else paper_mark(identity)).first()
    if by_mark is not None:
        return by_mark
    same = rows.filter(identity_mark=identity_mark(identity)).order_by("id")
    # Two sign-ins that differ are two people, whatever they are called; a paper and a sign-in of one identity are one.
    return same.filter(is_from_paper=True).first() if subject else same.first()


def drafted_subject(row: Draft) -> str:
    """Their subject at FranceConnect, "" for a paper."""
    return str(_drafted(row)["subject"])


def _drafted(row: Draft) -> Any:
    return json.loads(key_ring().unseal(f"draft {row.request_id}", bytes(row.sealed_identity or b"")))


def names_of(rows: Collection[AssistedPerson]) -> dict[int, str]:
    """Names by id of rows already read; "" once erased."""
    return {row.id: identity_of(row).name if row.sealed_identity is not None else "" for row in rows}


# Habilitation: requests opened by their number and code, or by the operator that answers them; a structure's helpers; trainings.


def structure_file_of_key(key: str) -> StructureFile:
    """The request that a number and its code open (`rules.habilitation.key_of`), for reading. Raises: StructureFileUnknown."""
    with parties_access.presenting(key):
        found = StructureFile.objects.select_related("programme").filter(secret_hash=secret_hash(key)).first()
    if found is None or found.erased_at is not None:
        raise StructureFileUnknown
    return found


def structure_file(actor: Actor, file_id: int, *, lock: bool = False) -> StructureFile:
    """A request to a programme the actor's operator runs, or the actor's own structure. Raises: StructureFileUnknown."""
    rows = StructureFile.objects.select_related("programme")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=file_id).first()
    if found is None or not (_is_of(actor, found.organisation_id) or operates(actor, found.programme_id)):
        raise StructureFileUnknown
    return found


def structure_decision(actor: Actor, decision_id: int, *, lock: bool = False) -> StructureDecision:
    """A decision of a programme the actor's operator runs. Raises: StructureDecisionUnknown."""
    rows = StructureDecision.objects.select_related("programme", "file")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=decision_id).first()
    if found is None or not operates(actor, found.programme_id):
        raise StructureDecisionUnknown
    return found


def helper_file(actor: Actor, helper_id: int, *, lock: bool = False) -> HelperFile:
    """A helper of the actor's structure, or of a programme its operator runs. Raises: HelperUnknown."""
    rows = HelperFile.objects.select_related("terms", "organisation")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=helper_id).first()
    if found is None or not (_is_of(actor, found.organisation_id) or operates(actor, found.programme_id)):
        raise HelperUnknown
    return found


def training(programme_id: int, session_id: int, *, lock: bool = False) -> TrainingSession:
    """A training of a programme: they are published. Raises: TrainingUnknown."""
    rows = TrainingSession.objects.select_for_update(of=("self",), no_key=True) if lock else TrainingSession.objects
    found = rows.filter(id=session_id, programme_id=programme_id).first()
    if found is None:
        raise TrainingUnknown
    return found


def operated_training(actor: Actor, session_id: int, *, lock: bool = False) -> TrainingSession:
    """A training of a programme the actor's operator runs. Raises: TrainingUnknown."""
    rows = TrainingSession.objects.select_related("programme")
    found = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).filter(id=session_id).first()
    if found is None or not operates(actor, found.programme_id):
        raise TrainingUnknown
    return found


def operates(actor: Actor, programme_id: int) -> bool:
    """Whether the actor works for the operator that runs the programme, or is a program of that programme."""
    try:
        funding_access.operated_programme(actor, programme_id)
    except ProgrammeUnknown:
        return False
    return True


# The person's own side (docs/decisions/0049-the-persons-own-side.md).


def visit_mark(token: str) -> bytes:
    """What stands for the secret of a visit in the database: it is long and random, a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


@contextmanager
def holding_visit(token: str) -> Iterator[None]:
    """Show the one visit that has this secret, to whoever holds it in a cookie."""
    with _showing("carnet.visit", visit_mark(token)):
        yield


def held_visit(token: str, *, lock: bool = False) -> Visit | None:
    """The visit of this secret, open or over. Call it holding the visit."""
    rows = Visit.objects.select_for_update(of=("self",)) if lock else Visit.objects
    return rows.filter(token_mark=visit_mark(token)).first()


def mandate_on_paper(number: MandateNumber) -> Mandate | None:
    """The mandate of a number typed beside a code, with its person. Nothing of it is told before the code is right."""
    with acting_as_everything(why="a number typed with a code may be any structure's"):
        return Mandate.objects.select_related("person").filter(number=str(number)).first()


def own_mandate(key_mark: bytes, number: MandateNumber) -> Mandate:
    """A mandate of the person who holds this key. Raises: OwnMandateUnknown."""
    with presenting_self(key_mark):
        found = Mandate.objects.select_related("person").filter(number=str(number)).first()
    # The walls show the person's own rows only; a helper signed in on the same browser sees more, and is no visitor of those.
    if found is None or key_mark not in (bytes(found.person.subject_mark or b""), bytes(found.person.code_mark)):
        raise OwnMandateUnknown
    return found


def kept_letter(actor: Actor, telling_id: int) -> Telling:
    """A letter of the actor's structure that is still to post, locked. Raises: LetterUnknown."""
    found = Telling.objects.select_for_update(of=("self",)).filter(id=telling_id, done_at=None).first()
    if found is None or not _is_of(actor, found.organisation_id):
        raise LetterUnknown
    return found


def kept_consent(actor: Actor, consent_id: int, *, lock: bool = False) -> RemoteConsent:
    """A question asked from afar by the actor's structure. Raises: ConsentUnknown."""
    rows = RemoteConsent.objects.select_for_update(of=("self",)) if lock else RemoteConsent.objects
    found = rows.filter(id=consent_id).first()
    if found is None or not _is_of(actor, found.organisation_id):
        raise ConsentUnknown
    return found


@contextmanager
def ringing(number_mark: bytes) -> Iterator[None]:
    """Show the one question that waits for an answer from the telephone of this mark."""
    with _showing("carnet.ringing", number_mark):
        yield
