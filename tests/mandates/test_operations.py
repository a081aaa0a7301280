"""Signing, renewing, ending, carrying elsewhere, using: whole or not at all, once, and behind the walls."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates import operations as mandates
from carnet.mandates.models import AssistedPerson, Authorisation, Draft, Ending, Mandate, Use
from carnet.mandates.operations import Known
from carnet.mandates.rules import (
    AuthorisationOver,
    AuthorisationUnknown,
    ConsentMissing,
    DraftOver,
    Duration,
    EndReason,
    FamiliesMissing,
    Family,
    FamilyNotAllowed,
    IdentityCheck,
    IdentityMissing,
    IdentityOther,
    MandateNumber,
    MandateUnknown,
    NothingToEnd,
    PersonEnded,
    PersonNumber,
    ProcedureNotOfFamily,
    ProtectedPerson,
    Protection,
    RenewalTooLate,
    SecondHelperNeeded,
    SecondHelperSame,
    ServiceMissing,
    StructureClosed,
    StructureUnknown,
    TransferElsewhere,
)
from carnet.notices.models import Notice
from carnet.parties.rules import NotAllowed, SecondFactorNeeded
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.mandates.helping import AMINA, SUBJECT, Helping, said

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)
OTHER = replace(AMINA, given_names="Yasmine", birthdate="1990-00-00")


def live(aid: Helping) -> dict[str, int]:
    """What is open, by family: the number of authorisations."""
    with acting_as_everything(why="a test looks"):
        found: dict[str, int] = {}
        for each in Authorisation.objects.filter(ended_at__isnull=True):
            found[each.family] = found.get(each.family, 0) + 1
        return found


def test_a_mandate_is_signed_for_its_families_and_its_days(aid: Helping) -> None:
    signed = aid.sign(Family.WORK, Family.MONEY)
    assert (signed.starts_on, signed.ends_on) == (date(2026, 3, 2), date(2026, 4, 2))
    assert signed.families == (Family.WORK, Family.MONEY) and signed.number.startswith("M-")
    with acting_as(aid.helper()):
        row = Mandate.objects.select_related("person").get(id=signed.id)
        assert access.identity_of(row.person) == AMINA
        assert bytes(row.check_mark) == access.check_mark(access.check_code(MandateNumber(row.number)))
        assert (row.identity_check, row.consent, row.protection, row.second_helper_id) == ("FRANCECONNECT", "FACE", "NONE", None)


def test_no_name_stands_in_clear_anywhere(aid: Helping) -> None:
    aid.sign()
    with acting_as_everything(why="look for names"), connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'mandates_%%' AND relkind = 'r'")
        for (table,) in (*cursor.fetchall(), ("journal_line",)):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            text = (cursor.fetchone()[0] or "").casefold()
            for name in ("benali", "amina", "1958-04", SUBJECT, b"Benali".hex()):
                assert name.casefold() not in text, f"{name} in {table}"


def test_the_same_request_gives_the_first_mandate_again(aid: Helping) -> None:
    facts: dict[str, Any] = {"said": said(), "known": Known(AMINA, SUBJECT), "actor": aid.helper(), "request_id": rid(), "at": NOW}
    with acting_as(aid.helper()):
        assert mandates.sign_mandate(**facts) == mandates.sign_mandate(**facts)
        assert Mandate.objects.count() == 1


def test_signing_again_ends_the_old_one_first_expired_or_not(aid: Helping) -> None:
    first = aid.sign(Family.WORK, duration=Duration.DAY)
    second = aid.sign(Family.WORK, Family.MONEY, at=LATER)
    third = aid.sign(Family.WORK, at=LATER + timedelta(hours=1))
    assert live(aid) == {"work": 1, "money": 1}
    with acting_as(aid.helper()):
        reasons = dict(Authorisation.objects.filter(family="work").values_list("mandate_id", "end_reason"))
        assert reasons == {first.id: "EXPIRED", second.id: "REPLACED", third.id: ""}
        expired = Mandate.objects.get(id=first.id)
        assert (expired.end_reason, expired.ended_at) == ("EXPIRED", datetime(2026, 3, 2, 23, tzinfo=UTC))
        assert Mandate.objects.get(id=second.id).ended_at is None  # its other family lasts


def test_if_the_journal_fails_nothing_happened(aid: Helping, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_facts: object) -> None:
        raise RuntimeError("the journal is down")

    aid.sign(Family.WORK)
    monkeypatch.setattr(journal, "record", fail)
    for act in (lambda: aid.sign(Family.WORK, at=LATER), lambda: end(aid, [Family.WORK])):
        with pytest.raises(RuntimeError):
            act()
    assert live(aid) == {"work": 1}


def end(aid: Helping, families: list[Family], **facts: Any) -> mandates.Ended:
    helper = facts.pop("actor", aid.helper())
    with acting_as(helper):
        ids = list(Authorisation.objects.filter(family__in=families, ended_at__isnull=True).values_list("id", flat=True))
        return mandates.end_authorisations(
            authorisation_ids=ids, actor=helper, request_id=facts.pop("request_id", rid()), at=LATER, **facts
        )


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"families": ()}, FamiliesMissing),
        ({"protection": Protection.MEASURE}, ProtectedPerson),
        ({"families": (Family.JUSTICE,)}, FamilyNotAllowed),
    ],
)
def test_what_may_not_be_signed(aid: Helping, facts: dict[str, Any], refusal: type[Exception]) -> None:
    with acting_as_everything(why="restrict"):
        mandates.restrict_families(
            organisation_id=aid.structure_id, families=[Family.WORK, Family.MONEY], actor=SYSTEM, request_id=rid(), at=NOW
        )
    with pytest.raises(refusal):
        aid.sign(**facts)
    assert live(aid) == {}


def test_only_a_helper_with_a_fresh_second_factor_signs(aid: Helping) -> None:
    with pytest.raises(NotAllowed):
        aid.sign(actor=aid.helper(role="HELPER_LEAD"))
    with pytest.raises(SecondFactorNeeded):
        aid.sign(actor=aid.helper(at=NOW - timedelta(minutes=16)))
    with pytest.raises(StructureUnknown):
        aid.sign(actor=aid.helper(organisation_id=aid.operator_id))


def test_a_paper_is_read_by_two_helpers(aid: Helping) -> None:
    helper = aid.helper()
    for known, refusal in ((Known(AMINA), SecondHelperNeeded), (Known(AMINA, second_helper_id=helper.person_id), SecondHelperSame)):
        with pytest.raises(refusal):
            aid.sign(known=known)
    signed = aid.sign(known=Known(AMINA, second_helper_id=aid.helper(number=2).person_id))
    with acting_as(helper):
        row = Mandate.objects.get(id=signed.id)
        assert (row.identity_check, row.second_helper_id) == ("PAPER", aid.helper(number=2).person_id)
        with pytest.raises(DatabaseError), transaction.atomic():
            Mandate.objects.filter(id=row.id).update(second_helper_id=row.signed_by_id)


def test_seen_on_a_paper_then_signed_in_is_one_person_and_another_sign_in_is_another(aid: Helping) -> None:
    second = aid.helper(number=2).person_id
    paper = aid.sign(Family.WORK, known=Known(replace(AMINA, family_name="BENALI"), second_helper_id=second))
    online = aid.sign(Family.MONEY, at=LATER)
    again = aid.sign(Family.WORK, known=Known(AMINA, second_helper_id=second), at=LATER)
    twin = aid.sign(known=Known(AMINA, "another-subject"), at=LATER)
    assert paper.person_id == online.person_id == again.person_id != twin.person_id


def test_renewal_needs_no_new_proof_and_ends_after_a_year(aid: Helping) -> None:
    first = aid.sign(Family.WORK)
    renewed_at = NOW + timedelta(days=31 + 365)
    helper = aid.helper(at=renewed_at)
    facts: dict[str, Any] = {"mandate_id": first.id, "said": said(Family.WORK), "actor": helper, "request_id": rid()}
    with acting_as(helper):
        second = mandates.renew_mandate(**facts, at=renewed_at)
        assert mandates.renew_mandate(**facts, at=renewed_at) == second
        assert Mandate.objects.get(id=second.id).renewed_from_id == first.id
        facts |= {"request_id": rid(), "actor": aid.helper(at=renewed_at + timedelta(days=1))}
        with pytest.raises(RenewalTooLate):
            mandates.renew_mandate(**facts, at=renewed_at + timedelta(days=1))


def test_one_several_or_all_end_in_one_gesture_with_a_proof(aid: Helping) -> None:
    signed = aid.sign(Family.WORK, Family.MONEY, Family.FAMILY)
    request = rid()
    ended = end(aid, [Family.WORK, Family.MONEY], request_id=request)
    assert (ended.families, ended.reason) == ((Family.WORK, Family.MONEY), EndReason.REVOKED)
    assert live(aid) == {"family": 1}
    with acting_as(aid.helper()):
        ids = list(Authorisation.objects.filter(mandate_id=signed.id).values_list("id", flat=True))
        assert mandates.end_authorisations(authorisation_ids=ids[:1], actor=aid.helper(), request_id=request, at=LATER) == ended
        assert Mandate.objects.get(id=signed.id).ended_at is None
        end(aid, [Family.FAMILY])
        row = Mandate.objects.get(id=signed.id)
        assert (row.end_reason, row.ended_at) == ("REVOKED", LATER)
        with pytest.raises(NothingToEnd):
            mandates.end_authorisations(authorisation_ids=ids, actor=aid.helper(), request_id=rid(), at=LATER)


def test_the_person_ends_by_themselves_and_nobody_else_does(aid: Helping) -> None:
    signed = aid.sign()
    mark = access.subject_mark(SUBJECT)
    with access.presenting_self(mark):
        ids = list(Authorisation.objects.values_list("id", flat=True))
        assert len(ids) == 2
    facts: dict[str, Any] = {"authorisation_ids": ids, "actor": Actor.anonymous(), "at": LATER}
    with pytest.raises(NotAllowed):
        mandates.end_authorisations(**facts, request_id=rid())
    with pytest.raises(AuthorisationUnknown):
        mandates.end_authorisations(**facts, request_id=rid(), holder=access.subject_mark("somebody else"))
    ended = mandates.end_authorisations(**facts, request_id=rid(), holder=mark)
    assert ended.person_id == signed.person_id and live(aid) == {}
    with acting_as(aid.helper()):
        assert Ending.objects.get(id=ended.id).is_by_self


def test_the_code_on_the_persons_own_paper_opens_the_same_rows(aid: Helping) -> None:
    signed = aid.sign()
    with acting_as(aid.helper()):
        number = PersonNumber(AssistedPerson.objects.get(id=signed.person_id).number)
    with access.presenting_self(access.code_mark(access.person_code(number))):
        assert Mandate.objects.get().id == signed.id
    with access.presenting_self(access.code_mark(access.person_code(number, version=2))):
        assert not Mandate.objects.exists()


def test_whoever_holds_the_paper_checks_that_mandate_alone(aid: Helping) -> None:
    first, second = aid.sign(Family.WORK), aid.sign(Family.MONEY)
    code = access.check_code(MandateNumber.parse(first.number))
    with access.presenting(access.check_mark(code)):
        assert [each.id for each in Mandate.objects.all()] == [first.id]
        assert {each.mandate_id for each in Authorisation.objects.all()} == {first.id} != {second.id}
        assert not AssistedPerson.objects.exists() and not Use.objects.exists()
    assert not Mandate.objects.exists()


@pytest.mark.parametrize("reason", [EndReason.DEATH, EndReason.PROTECTION])
def test_a_death_or_a_protection_ends_everything_for_good(aid: Helping, reason: EndReason) -> None:
    signed = aid.sign()
    helper = aid.helper()
    facts: dict[str, Any] = {"person_id": signed.person_id, "reason": reason, "actor": helper, "request_id": rid(), "at": LATER}
    with acting_as(helper):
        assert mandates.end_for_person(**facts) == mandates.end_for_person(**facts)
        with pytest.raises(PersonEnded):
            mandates.end_for_person(**facts | {"request_id": rid()})
    with pytest.raises(PersonEnded):
        aid.sign(at=LATER)
    assert live(aid) == {}


def test_mandates_are_carried_to_another_structure_with_the_persons_say(aid: Helping) -> None:
    signed = aid.sign(Family.WORK, Family.MONEY)
    with acting_as_everything(why="the other structure does no money"):
        mandates.restrict_families(organisation_id=aid.other_id, families=[Family.WORK], actor=SYSTEM, request_id=rid(), at=NOW)
    helper = aid.helper(at=LATER)
    facts: dict[str, Any] = {"person_id": signed.person_id, "actor": helper, "at": LATER}
    with acting_as(helper):
        for to_id, known, refusal in (
            (aid.other_id, Known(AMINA, "somebody-else"), IdentityOther),
            (aid.stranger_id, Known(AMINA, SUBJECT), TransferElsewhere),
            (aid.structure_id, Known(AMINA, SUBJECT), TransferElsewhere),
        ):
            with pytest.raises(refusal):
                mandates.transfer_mandates(**facts, to_organisation_id=to_id, known=known, request_id=rid())
        request = rid()
        (carried,) = mandates.transfer_mandates(**facts, to_organisation_id=aid.other_id, known=Known(AMINA, SUBJECT), request_id=request)
        again = mandates.transfer_mandates(**facts, to_organisation_id=aid.other_id, known=Known(AMINA, SUBJECT), request_id=request)
        assert again == (carried,)
        assert not Mandate.objects.filter(id=carried.id).exists()  # it is the other structure's
    with acting_as_everything(why="the letter"):
        assert [(each.to_organisation_id, each.context) for each in Notice.objects.filter(kind="mandates.carried")] == [
            (aid.other_id, {"count": 1})
        ]
    assert (carried.organisation_id, carried.families, carried.ends_on) == (aid.other_id, (Family.WORK,), signed.ends_on)
    assert live(aid) == {"money": 1, "work": 1}
    with access.presenting_self(access.subject_mark(SUBJECT)):
        assert {each.organisation_id for each in Authorisation.objects.filter(ended_at__isnull=True)} == {aid.structure_id, aid.other_id}


def used(aid: Helping, family: Family, **facts: Any) -> mandates.Used:
    helper = facts.pop("actor", aid.helper())
    with acting_as(helper):
        row = Authorisation.objects.get(family=family, ended_at__isnull=True)
        asked: dict[str, Any] = {
            "procedure": "taxes",
            "service": "impots.gouv.fr",
            "actor": helper,
            "request_id": rid(),
            "at": LATER,
        } | facts
        return mandates.record_use(authorisation_id=row.id, **asked)


def test_a_use_is_written_once_and_for_ever(aid: Helping) -> None:
    aid.sign(Family.MONEY)
    request = rid()
    assert used(aid, Family.MONEY, request_id=request) == used(aid, Family.MONEY, request_id=request)
    with acting_as(aid.helper()):
        row = Use.objects.get()
        assert (row.procedure, row.helper_id, row.family) == ("taxes", aid.helper().person_id, "money")
        for change in (lambda: Use.objects.update(service="ailleurs"), lambda: Use.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"at": NOW + timedelta(days=31)}, AuthorisationOver),
        ({"at": NOW - timedelta(seconds=1)}, AuthorisationOver),
        ({"procedure": "driving-licence"}, ProcedureNotOfFamily),
        ({"service": "  "}, ServiceMissing),
    ],
)
def test_what_may_not_be_done(aid: Helping, facts: dict[str, Any], refusal: type[Exception]) -> None:
    aid.sign(Family.MONEY)
    with pytest.raises(refusal):
        used(aid, Family.MONEY, **facts)


def test_nothing_is_done_once_it_was_ended_nor_by_another_structure(aid: Helping) -> None:
    aid.sign(Family.MONEY)
    with acting_as(aid.helper()):
        row = Authorisation.objects.get()
    stranger = aid.helper(organisation_id=aid.other_id)
    asked: dict[str, Any] = {"authorisation_id": row.id, "procedure": "taxes", "service": "impots.gouv.fr", "at": LATER}
    with acting_as(stranger), pytest.raises(AuthorisationUnknown):
        mandates.record_use(**asked, actor=stranger, request_id=rid())
    end(aid, [Family.MONEY])
    with acting_as(aid.helper()), pytest.raises(AuthorisationOver):
        mandates.record_use(**asked, actor=aid.helper(), request_id=rid())


def test_what_was_signed_is_never_written_again(aid: Helping) -> None:
    signed = aid.sign()
    with acting_as(aid.helper()):
        for change in (
            lambda: Mandate.objects.filter(id=signed.id).update(ends_on=date(2030, 1, 1)),
            lambda: Authorisation.objects.update(ends_at=NOW + timedelta(days=999)),
            lambda: Authorisation.objects.update(family="justice"),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        end(aid, [Family.WORK, Family.MONEY])
        with pytest.raises(DatabaseError), transaction.atomic():
            Authorisation.objects.update(ended_at=None, end_reason="")


def test_a_closed_structure_signs_nothing_and_what_it_held_ends(aid: Helping) -> None:
    aid.sign()
    with acting_as_everything(why="close"):
        assert mandates.close_structure(organisation_id=aid.structure_id, actor=SYSTEM, request_id=rid(), at=LATER) == 2
    with pytest.raises(StructureClosed):
        aid.sign(at=LATER)
    assert live(aid) == {}


def test_another_structure_reads_nothing(aid: Helping) -> None:
    signed = aid.sign()
    stranger = aid.helper(organisation_id=aid.other_id)
    with acting_as(stranger):
        assert not Mandate.objects.exists() and not AssistedPerson.objects.exists()
        with pytest.raises(MandateUnknown):
            access.kept_mandate(stranger, signed.id)


def opened(aid: Helping, **facts: Any) -> int:
    asked: dict[str, Any] = {
        "families": [Family.WORK],
        "duration": Duration.DAY,
        "language": "fr",
        "actor": aid.helper(),
        "request_id": rid(),
        "at": NOW,
    }
    return mandates.open_draft(**asked | facts)


def test_a_draft_is_proved_by_a_sign_in_then_signed_once(aid: Helping) -> None:
    helper = aid.helper()
    facts: dict[str, Any] = {"protection": Protection.NONE, "has_agreed": True, "actor": helper, "request_id": rid(), "at": NOW}
    with acting_as(helper):
        draft_id = opened(aid)
        with pytest.raises(IdentityMissing):
            mandates.sign_draft(draft_id=draft_id, **facts)
        mandates.identify_draft(draft_id=draft_id, identity=AMINA, subject=SUBJECT, acr="eidas1", actor=helper, request_id=rid(), at=NOW)
        with pytest.raises(ConsentMissing):
            mandates.sign_draft(draft_id=draft_id, **facts | {"has_agreed": False})
        signed = mandates.sign_draft(draft_id=draft_id, contact="06 39 98 00 01", **facts)
        assert mandates.sign_draft(draft_id=draft_id, **facts) == signed
        with pytest.raises(DraftOver):
            mandates.sign_draft(draft_id=draft_id, **facts | {"request_id": rid()})
        row = Draft.objects.get(id=draft_id)
        assert row.sealed_identity is None and row.mandate_id == signed.id
        assert access.contact_of(AssistedPerson.objects.get(id=signed.person_id)) == "+33639980001"


def test_a_paper_draft_waits_for_the_second_helper(aid: Helping) -> None:
    first, second = aid.helper(), aid.helper(number=2)
    facts: dict[str, Any] = {"protection": Protection.NONE, "has_agreed": True, "at": NOW}
    with acting_as(first):
        draft_id = opened(aid)
        mandates.note_paper(draft_id=draft_id, identity=AMINA, actor=first, request_id=rid(), at=NOW)
        with pytest.raises(SecondHelperNeeded):
            mandates.sign_draft(draft_id=draft_id, actor=first, request_id=rid(), **facts)
        with pytest.raises(SecondHelperSame):
            mandates.confirm_paper(draft_id=draft_id, actor=first, request_id=rid(), at=NOW)
        mandates.confirm_paper(draft_id=draft_id, actor=second, request_id=rid(), at=NOW)
        with pytest.raises(SecondHelperSame):
            mandates.sign_draft(draft_id=draft_id, actor=second, request_id=rid(), **facts)
        with pytest.raises(SecondHelperNeeded):
            mandates.sign_draft(draft_id=draft_id, actor=aid.helper(number=3), request_id=rid(), **facts)
        signed = mandates.sign_draft(draft_id=draft_id, actor=first, request_id=rid(), **facts)
        assert Mandate.objects.get(id=signed.id).identity_check == IdentityCheck.PAPER


def test_what_is_left_for_two_hours_is_forgotten(aid: Helping) -> None:
    helper = aid.helper()
    late = NOW + timedelta(hours=2)
    with acting_as(helper):
        draft_id = opened(aid)
        mandates.note_paper(draft_id=draft_id, identity=OTHER, actor=helper, request_id=rid(), at=NOW)
        with pytest.raises(DraftOver):
            mandates.confirm_paper(draft_id=draft_id, actor=aid.helper(number=2, at=late), request_id=rid(), at=late)
    with acting_as_everything(why="forget"):
        assert mandates.forget_drafts(at=late - timedelta(seconds=1)) == 0
        assert mandates.forget_drafts(at=late) == 1
        assert Draft.objects.get(id=draft_id).sealed_identity is None
