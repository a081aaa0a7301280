"""Joining, changing, suspending; organisations; the file of people."""

from dataclasses import replace
from datetime import timedelta
from unittest import mock
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.identifiers import SiretInvalid
from carnet.parties import operations as parties
from carnet.parties import queries, rules
from carnet.parties.models import Invitation, Membership, Organisation, Person
from tests.parties.conftest import AT, PROGRAM, Cast, organisation

SIRET = "24440040400129"  # Nantes Métropole
LA_POSTE = "35600000049837"


def create(cast: Cast, **changes: object) -> int:
    admin = cast.actor("admin")
    wanted = {"name": "Ville", "kinds": ["FUNDER"], "siret": SIRET, "actor": admin, "request_id": uuid4(), "at": AT}
    with acting_as(admin):
        return parties.create_organisation(**{**wanted, **changes})


def invite(cast: Cast, who: str = "paula", where: int | None = None, **changes: object) -> parties.Invited:
    actor = cast.actor(who)
    wanted = {"organisation_id": where or cast.prescriber, "email": "New@Example.org", "role": "PRESCRIBER"}
    with acting_as(actor):
        return parties.invite_member(**{**wanted, "actor": actor, "request_id": uuid4(), "at": AT, **changes})


def membership_of(cast: Cast, name: str) -> int:
    person_id, organisation_id = cast.people[name]
    with acting_as(organisation_ids=[organisation_id]):
        return Membership.objects.get(person_id=person_id, ends_at__isnull=True).id


def test_an_organisation_is_registered_once_per_number(cast: Cast) -> None:
    request_id = uuid4()
    first = create(cast, request_id=request_id)
    assert create(cast, request_id=request_id) == first
    with pytest.raises(rules.OrganisationAlreadyRegistered) as refused:
        create(cast)
    assert refused.value.facts == {"number": SIRET, "name": "Ville"}
    assert queries.organisation(first).registered_by == cast.operator


def test_la_poste_s_numbers_and_spaces_are_accepted(cast: Cast) -> None:
    create(cast, siret=" ".join(LA_POSTE))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "  "}, rules.OrganisationNameMissing),
        ({"siret": "24440040400128"}, SiretInvalid),
        ({"siret": None}, rules.OrganisationUnnumbered),
        ({"kinds": []}, rules.OrganisationKindsInvalid),
        ({"kinds": ["CIRCUS"]}, rules.OrganisationKindsInvalid),
        ({"contact_email": "nobody"}, rules.EmailInvalid),
    ],
)
def test_an_organisation_that_makes_no_sense_is_refused(cast: Cast, changes: dict[str, object], refusal: type) -> None:
    with pytest.raises(refusal):
        create(cast, **changes)
    assert not Organisation.objects.filter(siret=SIRET).exists()


def test_the_database_refuses_a_real_organisation_without_a_number(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="has_a_number"), transaction.atomic():
        Organisation.objects.create(name="x", kinds=["FUNDER"], request_id=uuid4())


def test_an_invitation_lets_one_person_in_once(cast: Cast) -> None:
    secret = invite(cast).secret
    assert secret is not None
    opened = queries.open_invitation(secret=secret, at=AT)
    assert opened is not None
    assert (opened.email, opened.role, opened.knows_person) == ("new@example.org", "PRESCRIBER", False)
    person_id = parties.accept_invitation(secret=secret, display_name="Nina", password="a long enough one", request_id=uuid4(), at=AT)
    actor = queries.actor_for(person_id=person_id, organisation_id=None, proved_at=None, at=AT)
    assert (actor.organisation_id, actor.roles, actor.organisation_ids) == (cast.prescriber, {"PRESCRIBER"}, {cast.prescriber})
    with pytest.raises(rules.InvitationInvalid):
        parties.accept_invitation(secret=secret, display_name="Nina", password="x", request_id=uuid4(), at=AT)


def test_a_known_person_joins_as_they_are(cast: Cast) -> None:
    secret = invite(cast, email="alice@example.org").secret
    alice, _ = cast.people["alice"]
    assert parties.accept_invitation(secret=secret or "", display_name="Impostor", password="x", request_id=uuid4(), at=AT) == alice
    account = queries.account(alice)
    assert account is not None
    assert account.display_name == "Alice"
    with pytest.raises(rules.OrganisationNotChosen):
        queries.actor_for(person_id=alice, organisation_id=None, proved_at=None, at=AT)
    assert [each.name for each in queries.organisations_of(person_id=alice, at=AT)] == ["Atelier des Ponts", "Maison des Habitants"]


def test_an_invitation_expires_and_a_newer_one_replaces_it(cast: Cast) -> None:
    first, second = invite(cast), invite(cast)
    later = AT + timedelta(days=14)
    for secret, at in ((first.secret, AT), (second.secret, later), ("nothing", AT)):
        with pytest.raises(rules.InvitationInvalid):
            parties.accept_invitation(secret=secret or "", display_name="N", password="x", request_id=uuid4(), at=at)
        assert queries.open_invitation(secret=secret or "", at=at) is None


def test_the_same_request_invites_once_and_never_tells_the_secret_again(cast: Cast) -> None:
    request_id = uuid4()
    first, again = invite(cast, request_id=request_id), invite(cast, request_id=request_id)
    assert (again.id, again.secret) == (first.id, None)
    with acting_as(organisation_ids=[cast.prescriber]):
        stored = Invitation.objects.get()
    assert bytes(stored.secret_hash) == rules.secret_hash(first.secret or "")


@pytest.mark.parametrize(
    ("who", "changes", "refusal"),
    [
        ("bob", {}, rules.NotAllowed),
        ("paula", {"role": "TREASURER"}, rules.RoleNotForOrganisation),
        ("paula", {"role": "KING"}, rules.RoleUnknown),
        ("paula", {"email": "nobody"}, rules.EmailInvalid),
        ("paula", {"email": "paula@example.org", "role": "PRESCRIBER_LEAD"}, rules.AlreadyMember),
        ("alice", {}, rules.OrganisationUnknown),
        ("charlie", {}, rules.OrganisationUnknown),
    ],
)
def test_who_may_not_invite(cast: Cast, who: str, changes: dict[str, str], refusal: type) -> None:
    with pytest.raises(refusal):
        invite(cast, who, **changes)


def test_inviting_asks_for_a_recent_proof(cast: Cast) -> None:
    with pytest.raises(rules.SecondFactorNeeded):
        invite(cast, actor=replace(cast.actor("paula"), proved_at=AT - timedelta(minutes=16)))


def test_the_operator_invites_where_it_brought_in(cast: Cast) -> None:
    assert invite(cast, "admin", where=cast.place, role="MEDIATOR").secret


def test_a_suspended_member_is_refused_at_once_and_reinstated(cast: Cast) -> None:
    alice, bob = cast.actor("alice"), cast.people["bob"][0]
    where = {"organisation_id": cast.place, "membership_id": membership_of(cast, "bob"), "actor": alice, "at": AT}
    with acting_as(alice):
        with pytest.raises(rules.ReasonMissing):
            parties.suspend_member(reason=" ", request_id=uuid4(), **where)
        parties.suspend_member(reason="départ", request_id=uuid4(), **where)
    with pytest.raises(rules.MemberSuspended) as refused:
        queries.actor_for(person_id=bob, organisation_id=None, proved_at=None, at=AT)
    assert refused.value.facts == {"organisation": "Atelier des Ponts", "since": AT}
    with acting_as(alice):
        parties.reinstate(request_id=uuid4(), **where)
    assert cast.actor("bob").roles == {"MEDIATOR"}


def test_nobody_changes_themselves(cast: Cast) -> None:
    alice = cast.actor("alice")
    where = {"organisation_id": cast.place, "membership_id": membership_of(cast, "alice"), "actor": alice, "at": AT}
    with acting_as(alice):
        with pytest.raises(rules.OwnMembership):
            parties.suspend_member(reason="x", request_id=uuid4(), **where)
        with pytest.raises(rules.OwnMembership):
            parties.change_role(role="MEDIATOR", request_id=uuid4(), **where)


def test_a_role_changes_from_one_moment_on(cast: Cast) -> None:
    alice, (bob, place) = cast.actor("alice"), cast.people["bob"]
    with acting_as(alice):
        parties.change_role(
            organisation_id=place, membership_id=membership_of(cast, "bob"), role="PLACE_MANAGER", actor=alice, request_id=uuid4(), at=AT
        )
    assert cast.actor("bob").roles == {"PLACE_MANAGER"}
    with acting_as(organisation_ids=[place]):
        assert Membership.objects.filter(person_id=bob).count() == 2


def test_the_database_refuses_the_same_role_twice_at_the_same_time(cast: Cast) -> None:
    bob, place = cast.people["bob"]
    with acting_as(organisation_ids=[place]):
        with pytest.raises(IntegrityError, match="one_role_once"), transaction.atomic():
            Membership.objects.create(
                person_id=bob, organisation_id=place, role="MEDIATOR", starts_at=AT + timedelta(days=1), request_id=uuid4()
            )
        Membership.objects.create(person_id=bob, organisation_id=place, role="PLACE_MANAGER", starts_at=AT, request_id=uuid4())


def test_an_ended_organisation_lets_nobody_act(cast: Cast) -> None:
    with acting_as_everything(why="a test"):
        Organisation.objects.filter(id=cast.place).update(ended_on=AT.date())
    with pytest.raises(rules.OrganisationEnded):
        cast.actor("alice")


def test_if_the_journal_fails_nothing_happened(cast: Cast) -> None:
    with mock.patch.object(journal, "record", side_effect=RuntimeError), pytest.raises(RuntimeError):
        invite(cast)
    with acting_as(organisation_ids=[cast.prescriber]):
        assert not Invitation.objects.exists()


def test_a_person_never_enrols_another_without_an_invitation(cast: Cast) -> None:
    admin = cast.actor("admin")
    with acting_as(admin), pytest.raises(rules.NotAllowed):
        parties.enrol_member(
            organisation_id=cast.operator, email="x@example.org", display_name="X", role="APPROVER", actor=admin, request_id=uuid4(), at=AT
        )


def test_there_is_one_first_administrator(db: None) -> None:
    wanted = {
        "email": "first@example.org", "display_name": "First", "password": "a long enough one", "organisation_name": "Opérateur",
        "siret": SIRET, "actor": PROGRAM, "at": AT,
    }  # fmt: skip
    organisation_id, person_id = parties.bootstrap_administrator(request_id=uuid4(), **wanted)
    assert queries.actor_for(person_id=person_id, organisation_id=organisation_id, proved_at=None, at=AT).roles == {"OPERATOR_ADMIN"}
    with pytest.raises(rules.AlreadyInitialised):
        parties.bootstrap_administrator(request_id=uuid4(), **{**wanted, "email": "second@example.org"})


def test_nothing_personal_is_journalled(cast: Cast) -> None:
    invite(cast)
    with acting_as_everything(why="reading the journal in a test"):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(facts::text || actor_label, ' ') FROM journal_line")
            text = cursor.fetchone()[0]
        emails = list(Person.objects.values_list("email", flat=True))
    assert emails
    assert not any(email in text for email in [*emails, "new@example.org"])


PEOPLE = "E-mail;Nom;SIRET;Rôle\r\nanne@example.org;Anne;{siret};prescriber\r\nnobody;Luc;{siret};PRESCRIBER\r\n\r\n" + (
    "eve@example.org;Ève;12345678901234;PRESCRIBER\r\nzoe@example.org;Zoé;{siret};KING\r\nleo@example.org;Léo;{siret};TREASURER\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_of_people_is_read_line_by_line(cast: Cast, encoding: str) -> None:
    create(cast, kinds=["PRESCRIBER"])
    admin = cast.actor("admin")
    with acting_as(admin):
        report = parties.import_people(content=PEOPLE.format(siret=SIRET).encode(encoding), actor=admin, request_id=uuid4(), at=AT)
    assert report.invited == 1
    assert [(line.number, line.refusal.code) for line in report.refused if line.refusal] == [
        (3, "email-invalid"),
        (5, "siret-invalid"),
        (6, "role-unknown"),
        (7, "role-not-for-organisation"),
    ]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"a,b,c\n1,2,3\n", "courriel;nom;siret\nx;y;z".encode("utf-16")])
def test_a_file_that_is_not_one_of_people_is_refused_whole(cast: Cast, content: bytes) -> None:
    admin = cast.actor("admin")
    with acting_as(admin), pytest.raises(rules.PeopleFileUnreadable):
        parties.import_people(content=content, actor=admin, request_id=uuid4(), at=AT)


def test_a_file_of_people_has_a_maximum(cast: Cast) -> None:
    admin = cast.actor("admin")
    content = b"email,name,siret,role\n" + b"a@b.fr,A,1,PRESCRIBER\n" * 2001
    with acting_as(admin), pytest.raises(rules.PeopleFileTooLong):
        parties.import_people(content=content, actor=admin, request_id=uuid4(), at=AT)


def test_another_operator_s_organisation_is_not_filled_from_a_file(cast: Cast) -> None:
    elsewhere = organisation("Ailleurs", "PRESCRIBER", cast.stranger)
    Organisation.objects.filter(id=elsewhere).update(siret=SIRET)
    admin = cast.actor("admin")
    with acting_as(admin):
        report = parties.import_people(
            content=f"email,name,siret,role\na@b.fr,A,{SIRET},PRESCRIBER".encode(), actor=admin, request_id=uuid4(), at=AT
        )
    assert [line.refusal.code for line in report.refused if line.refusal] == ["organisation-unknown"]
