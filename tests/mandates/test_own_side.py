"""A person's own side: a visit by paper or by FranceConnect, their rows and nobody else's, stopping, being told once, answering from afar."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.mandates import access
from carnet.mandates import operations as mandates
from carnet.mandates.models import Authorisation, ConsentLine, Mandate, PaperTry, RemoteConsent, Telling, Visit
from carnet.mandates.operations import Known, Signed, consents, telling, visits
from carnet.mandates.operations.consents import Asking, Reply
from carnet.mandates.operations.visits import Opened
from carnet.mandates.queries import consents as consent_queries
from carnet.mandates.queries import own
from carnet.mandates.rules import Consent, Duration, Family, MandateState, PersonNumber, PersonUnknown, Protection
from carnet.mandates.rules.consents import (
    Answer,
    ConsentNotGiven,
    ConsentNumberTaken,
    ConsentOver,
    ConsentState,
    ConsentStep,
    ConsentUnknown,
    ConsentWaits,
    RemoteConsentClosed,
)
from carnet.mandates.rules.telling import About, LetterUnknown
from carnet.mandates.rules.visits import OwnMandateUnknown, PaperCodeLocked, PaperCodeNotLocked, PaperCodePrinted, PaperCodeWrong, VisitOver
from carnet.notices.models import TextNotice
from carnet.parties.rules import NotAllowed
from tests.factories.campaign import NOW, rid
from tests.mandates.helping import AMINA, SUBJECT, Helping

pytestmark = pytest.mark.django_db

PHONE, OTHER_PHONE = "06 12 34 56 78", "07 98 76 54 32"
NOON = datetime(2026, 3, 12, 11, 0, tzinfo=UTC)  # a Thursday, an hour to write
YUSUF = replace(AMINA, family_name="Demir", given_names="Yusuf", birthdate="1971-01-30")


def code_of(signed: Signed, version: int = 1) -> str:
    with acting_as_everything(why="read what the paper says"):
        person = Mandate.objects.get(id=signed.id).person
    return access.person_code(PersonNumber(person.number), version).printed()


def by_paper(signed: Signed, *, at: datetime = NOW, code: str | None = None) -> Opened:
    return visits.open_with_paper(number=signed.number, code=code or code_of(signed), request_id=rid(), at=at)


def by_franceconnect(subject: str = SUBJECT, *, at: datetime = NOW) -> Opened:
    return visits.open_with_franceconnect(subject=subject, request_id=rid(), at=at)


def numbers(visit: Opened, *, at: datetime = NOW) -> set[str]:
    return {each.printed for each in own.own_mandates(visit.key_mark, at=at)}


class TestVisiting:
    def test_a_paper_opens_what_was_signed_there_and_franceconnect_everything(self, aid: Helping) -> None:
        here = aid.sign(Family.WORK)
        there = aid.sign(Family.PAPERS, actor=aid.helper(organisation_id=aid.other_id))
        stranger = aid.sign(Family.WORK, known=Known(YUSUF, "yusuf"), actor=aid.helper(number=2))
        assert numbers(by_paper(here)) == {here.number}
        assert numbers(by_franceconnect()) == {here.number, there.number}
        assert numbers(by_franceconnect("yusuf")) == {stranger.number}
        assert numbers(by_franceconnect("nobody")) == set()

    def test_spaces_and_small_letters_do_not_matter(self, aid: Helping) -> None:
        signed = aid.sign()
        opened = visits.open_with_paper(
            number=signed.number.lower().replace("-", " "), code=code_of(signed).lower().replace("-", "  "), request_id=rid(), at=NOW
        )
        assert numbers(opened) == {signed.number}

    def test_five_wrong_codes_lock_the_paper_until_its_structure_opens_it(self, aid: Helping) -> None:
        signed, helper = aid.sign(), aid.helper()
        wrong = code_of(signed, version=9)
        for _each in range(5):
            with pytest.raises(PaperCodeWrong):
                by_paper(signed, code=wrong)
        with pytest.raises(PaperCodeLocked):
            by_paper(signed)
        with acting_as(helper):
            assert own.is_paper_locked(helper, signed.person_id)
            visits.unlock_paper(person_id=signed.person_id, actor=helper, request_id=rid(), at=NOW)
            assert not own.is_paper_locked(helper, signed.person_id)
            with pytest.raises(PaperCodeNotLocked):
                visits.unlock_paper(person_id=signed.person_id, actor=helper, request_id=rid(), at=NOW)
        assert numbers(by_paper(signed)) == {signed.number}

    def test_a_right_code_forgets_the_wrong_ones_before_it(self, aid: Helping) -> None:
        signed = aid.sign()
        with pytest.raises(PaperCodeWrong):
            by_paper(signed, code=code_of(signed, version=9))
        by_paper(signed)
        with acting_as_everything(why="count"):
            assert PaperTry.objects.get(person_id=signed.person_id).wrong_count == 0

    def test_a_number_nobody_has_is_refused_as_a_wrong_code_with_as_many_statements(
        self, aid: Helping, django_assert_max_num_queries: Any
    ) -> None:
        signed = aid.sign()
        code = code_of(signed)
        for number, typed in (("M-2222-2222", code), ("rien", code), (signed.number, "rien")):
            with pytest.raises(PaperCodeWrong), django_assert_max_num_queries(20):
                visits.open_with_paper(number=number, code=typed, request_id=rid(), at=NOW)
        with acting_as_everything(why="count"):
            assert not PaperTry.objects.exists()

    def test_another_structure_neither_unlocks_nor_renews(self, aid: Helping) -> None:
        signed, other = aid.sign(), aid.helper(organisation_id=aid.other_id)
        for operation in (visits.unlock_paper, visits.renew_paper_code):
            with acting_as(other), pytest.raises(PersonUnknown):
                operation(person_id=signed.person_id, actor=other, request_id=rid(), at=NOW)

    def test_a_lost_paper_is_worth_nothing_and_its_visits_end(self, aid: Helping) -> None:
        signed, helper = aid.sign(), aid.helper()
        visit, old = by_paper(signed), code_of(signed)
        with acting_as(helper):
            visits.renew_paper_code(person_id=signed.person_id, actor=helper, request_id=rid(), at=NOW)
        with pytest.raises(VisitOver):
            visits.visiting(token=visit.token, at=NOW)
        with pytest.raises(PaperCodeWrong):
            by_paper(signed, code=old)
        assert numbers(by_paper(signed, code=code_of(signed, version=2))) == {signed.number}

    def test_the_code_is_printed_once_until_it_is_renewed(self, aid: Helping) -> None:
        signed, helper, request_id = aid.sign(), aid.helper(), rid()
        given = {"person_id": signed.person_id, "actor": helper, "at": NOW}
        with acting_as(helper):
            assert own.own_paper(helper, signed.person_id).printed_at is None
            assert [visits.print_paper_code(request_id=request_id, **given) for _each in range(2)] == [code_of(signed)] * 2  # type: ignore[arg-type]
            with pytest.raises(PaperCodePrinted):
                visits.print_paper_code(request_id=rid(), **given)  # type: ignore[arg-type]
            visits.renew_paper_code(request_id=rid(), **given)  # type: ignore[arg-type]
            assert visits.print_paper_code(request_id=rid(), **given) == code_of(signed, version=2)  # type: ignore[arg-type]
            assert own.own_paper(helper, signed.person_id).printed_at == NOW

    def test_a_visit_lasts_while_it_is_used_and_ends_when_it_is_left(self, aid: Helping) -> None:
        aid.sign()
        visit = by_franceconnect()
        for minutes in (9, 18, 27, 36):
            visits.visiting(token=visit.token, at=NOW + timedelta(minutes=minutes))
        with pytest.raises(VisitOver):
            visits.visiting(token=visit.token, at=NOW + timedelta(minutes=40))
        other = by_franceconnect()
        visits.leave(token=other.token, at=NOW)
        for token in (other.token, "", "x" * 43):
            with pytest.raises(VisitOver):
                visits.visiting(token=token, at=NOW)

    def test_nobody_sees_a_visit_but_whoever_holds_its_secret(self, aid: Helping) -> None:
        one, other = by_franceconnect(), by_franceconnect()
        helper = aid.helper()
        with acting_as(helper):
            assert list(Visit.objects.order_by("id")) == []
        with access.holding_visit(one.token):
            assert Visit.objects.count() == 1
            assert access.held_visit(other.token) is None

    def test_visits_are_forgotten_after_a_week(self, aid: Helping) -> None:
        by_franceconnect()
        assert visits.forget_visits(at=NOW + timedelta(days=6)) == 0
        assert visits.forget_visits(at=NOW + timedelta(days=7)) == 1


class TestReading:
    def test_each_use_is_there_with_who_did_it(self, aid: Helping) -> None:
        signed, helper = aid.sign(Family.WORK, Family.MONEY), aid.helper()
        use(aid, signed, Family.MONEY, "taxes", at=NOW + timedelta(hours=1))
        use(aid, signed, Family.WORK, "cv", at=NOW + timedelta(hours=2))
        visit = by_franceconnect()
        found = own.own_mandate(visit.key_mark, signed.number, at=NOW + timedelta(hours=3))
        uses, has_more = own.own_uses(visit.key_mark, found)
        assert [(each.family, each.procedure, each.service) for each in uses] == [
            (Family.WORK, "cv", "service.example.fr"), (Family.MONEY, "taxes", "service.example.fr"),
        ]  # fmt: skip
        assert (found.use_count, has_more, found.state, helper.organisation_id) == (2, False, MandateState.LIVE, found.organisation_id)

    def test_ten_mandates_cost_as_many_statements_as_one(self, aid: Helping, django_assert_max_num_queries: Any) -> None:
        aid.sign(Family.WORK)
        visit = by_franceconnect()
        with django_assert_max_num_queries(14):
            own.own_mandates(visit.key_mark, at=NOW)
        for _each in range(6):
            aid.sign(Family.WORK)
        with django_assert_max_num_queries(14):
            assert len(own.own_mandates(visit.key_mark, at=NOW)) == 7

    def test_somebody_elses_mandate_is_unknown_even_in_a_helpers_browser(self, aid: Helping) -> None:
        aid.sign()
        other = aid.sign(known=Known(YUSUF, "yusuf"))
        visit = by_franceconnect()
        with acting_as(aid.helper()):
            assert numbers(visit).isdisjoint({other.number})
            with pytest.raises(OwnMandateUnknown):
                own.own_mandate(visit.key_mark, other.number, at=NOW)
            with pytest.raises(OwnMandateUnknown):
                visits.stop_own_mandate(token=visit.token, number=other.number, request_id=rid(), at=NOW)


class TestStopping:
    def test_one_gesture_stops_all_and_a_second_changes_nothing(self, aid: Helping) -> None:
        signed, visit, request_id = aid.sign(Family.WORK, Family.MONEY), by_franceconnect(), rid()
        for later in (0, 1):
            visits.stop_own_mandate(token=visit.token, number=signed.number, request_id=request_id, at=NOW + timedelta(minutes=later))
        visits.stop_own_mandate(token=visit.token, number=signed.number, request_id=rid(), at=NOW + timedelta(minutes=2))
        found = own.own_mandate(visit.key_mark, signed.number, at=NOW + timedelta(minutes=3))
        assert (found.state, found.live, found.over_at) == (MandateState.ENDED, (), NOW)

    def test_one_family_alone_is_stopped(self, aid: Helping) -> None:
        signed, visit = aid.sign(Family.WORK, Family.MONEY), by_paper(aid.sign(Family.PAPERS))
        visits.stop_own_mandate(token=visit.token, number=signed.number, families=["money"], request_id=rid(), at=NOW)
        found = own.own_mandate(visit.key_mark, signed.number, at=NOW)
        assert (found.state, found.live) == (MandateState.LIVE, (Family.WORK,))

    def test_a_visit_that_is_over_stops_nothing(self, aid: Helping) -> None:
        signed, visit = aid.sign(), by_franceconnect()
        with pytest.raises(VisitOver):
            visits.stop_own_mandate(token=visit.token, number=signed.number, request_id=rid(), at=NOW + timedelta(minutes=11))
        with acting_as_everything(why="count"):
            assert Authorisation.objects.filter(mandate_id=signed.id, ended_at=None).exists()


def use(aid: Helping, signed: Signed, family: Family, procedure: str, *, at: datetime) -> None:
    helper = aid.helper(at=at)
    with acting_as(helper):
        authorisation = Authorisation.objects.get(mandate_id=signed.id, family=family.value)
        mandates.record_use(
            authorisation_id=authorisation.id, procedure=procedure, service="service.example.fr", actor=helper, request_id=rid(), at=at
        )


def tellings() -> list[tuple[str, str]]:
    with acting_as_everything(why="read what was told"):
        return [(each.about, each.told_by) for each in Telling.objects.order_by("id")]


class TestTelling:
    def test_uses_for_money_are_told_by_text_once_each_however_often_the_timer_runs(self, aid: Helping) -> None:
        signed = aid.sign(Family.MONEY, Family.WORK, known=Known(AMINA, SUBJECT, contact="+33612345678"), at=NOON)
        use(aid, signed, Family.WORK, "cv", at=NOON)
        assert telling.tell(at=NOON) == telling.Told()
        use(aid, signed, Family.MONEY, "taxes", at=NOON)
        use(aid, signed, Family.MONEY, "taxes", at=NOON)
        assert [telling.tell(at=NOON + timedelta(minutes=each)) for each in (1, 2)] == [telling.Told(texts=1), telling.Told()]
        use(aid, signed, Family.MONEY, "other", at=NOON + timedelta(hours=1))
        assert telling.tell(at=NOON + timedelta(hours=2)) == telling.Told(texts=1)
        assert tellings() == [("MONEY", "TEXT"), ("MONEY", "TEXT")]
        assert TextNotice.objects.count() == 2

    def test_nobody_is_told_at_night_and_it_is_told_in_the_morning(self, aid: Helping) -> None:
        signed = aid.sign(Family.MONEY, known=Known(AMINA, SUBJECT, contact="+33612345678"), at=NOON)
        use(aid, signed, Family.MONEY, "taxes", at=NOON + timedelta(hours=8))
        assert telling.tell(at=NOON + timedelta(hours=9)) == telling.Told()
        assert telling.tell(at=NOON + timedelta(hours=22)) == telling.Told(texts=1)

    def test_whoever_left_no_mobile_gets_a_letter_that_the_structure_posts_once(self, aid: Helping) -> None:
        signed, helper = aid.sign(Family.MONEY, at=NOON), aid.helper()
        use(aid, signed, Family.MONEY, "taxes", at=NOON)
        assert telling.tell(at=NOON) == telling.Told(letters=1)
        with acting_as(helper):
            (letter,) = own.letters_to_post(helper)
            assert (letter.name, letter.about, letter.procedures, letter.number) == (AMINA.name, About.MONEY, ("taxes",), signed.number)
            assert own.letters_waiting(helper) == 1
            telling.note_letter(telling_id=letter.id, is_posted=True, actor=helper, request_id=rid(), at=NOON)
            assert own.letters_to_post(helper) == ()
            with pytest.raises(LetterUnknown):
                telling.note_letter(telling_id=letter.id, is_posted=True, actor=helper, request_id=rid(), at=NOON)

    def test_another_structures_letter_is_unknown_and_an_old_one_leaves_the_list(self, aid: Helping) -> None:
        signed, other = aid.sign(Family.MONEY, at=NOON), aid.helper(organisation_id=aid.other_id)
        use(aid, signed, Family.MONEY, "taxes", at=NOON)
        telling.tell(at=NOON)
        with acting_as_everything(why="read"):
            telling_id = Telling.objects.get().id
        with acting_as(other):
            assert own.letters_to_post(other) == ()
            with pytest.raises(LetterUnknown):
                telling.note_letter(telling_id=telling_id, is_posted=True, actor=other, request_id=rid(), at=NOON)
        assert telling.forget_letters(at=NOON + timedelta(days=29)) == 0
        assert telling.forget_letters(at=NOON + timedelta(days=30)) == 1

    def test_an_end_is_told_once_a_week_before(self, aid: Helping) -> None:
        aid.sign(Family.WORK, known=Known(AMINA, SUBJECT, contact="+33612345678"), at=NOON)  # until 11 April
        before = NOON + timedelta(days=23)  # 4 April, a Saturday; the last day is the 11th
        assert telling.tell(at=before) == telling.Told()
        assert [telling.tell(at=NOON + timedelta(days=each)) for each in (26, 27)] == [telling.Told(texts=1), telling.Told()]
        assert tellings() == [("ENDING", "TEXT")]

    def test_the_end_of_what_was_stopped_or_signed_again_is_not_told(self, aid: Helping) -> None:
        aid.sign(Family.WORK, at=NOON)
        later = NOON + timedelta(days=26)
        aid.sign(Family.WORK, at=later)
        assert telling.tell(at=later) == telling.Told()


def write(asking: Asking) -> tuple[str, str]:
    return f"{asking.organisation} : {', '.join(asking.families)}", "Oui ou non ?"


def reply(said: Reply) -> str:
    return f"{said.answer.value}{' late' if said.is_late else ''}"


def drafted(aid: Helping, *, families: tuple[Family, ...] = (Family.WORK,), number: int = 1) -> int:
    helper = aid.helper(number=number)
    with acting_as(helper):
        draft_id = mandates.open_draft(families=families, duration=Duration.MONTH, language="fr", actor=helper, request_id=rid(), at=NOW)
        mandates.identify_draft(draft_id=draft_id, identity=AMINA, subject=SUBJECT, acr="eidas1", actor=helper, request_id=rid(), at=NOW)
    return draft_id


def turn_on(aid: Helping, *, is_on: bool = True) -> None:
    admin = replace(
        aid.helper(role="OPERATOR_ADMIN"), organisation_id=aid.operator_id, organisation_ids=frozenset({aid.operator_id}),
        programme_ids=frozenset({aid.programme_id}),
    )  # fmt: skip
    with acting_as(admin):
        consents.allow_remote_consent(programme_id=aid.programme_id, is_on=is_on, actor=admin, request_id=rid(), at=NOW)


def ask(aid: Helping, draft_id: int, *, phone: str = PHONE, at: datetime = NOW, organisation_id: int | None = None) -> int:
    helper = aid.helper(organisation_id=organisation_id)
    with acting_as(helper):
        return consents.ask_from_afar(draft_id=draft_id, number=phone, write=write, actor=helper, request_id=rid(), at=at)


def hear(text: str, *, phone: str = "+33612345678", message: str = "m1", at: datetime = NOW) -> consents.Heard:
    return consents.hear(message_id=message, sender=phone, text=text, write=reply, at=at)


def seen(aid: Helping, consent_id: int, *, at: datetime = NOW) -> consent_queries.ConsentView:
    helper = aid.helper()
    with acting_as(helper):
        return consent_queries.consent(helper, consent_id, at=at)


class TestConsentFromAfar:
    def test_it_is_off_until_the_programme_turns_it_on_and_off_again(self, aid: Helping) -> None:
        draft_id = drafted(aid)
        with pytest.raises(RemoteConsentClosed):
            ask(aid, draft_id)
        turn_on(aid)
        consent_id = ask(aid, draft_id)
        assert seen(aid, consent_id).state is ConsentState.ASKED
        turn_on(aid, is_on=False)
        with pytest.raises(RemoteConsentClosed):
            ask(aid, drafted(aid), phone=OTHER_PHONE)

    def test_a_helper_does_not_turn_it_on(self, aid: Helping) -> None:
        helper = aid.helper(role="HELPER_LEAD")
        with acting_as(helper), pytest.raises(NotAllowed):
            consents.allow_remote_consent(programme_id=aid.programme_id, is_on=True, actor=helper, request_id=rid(), at=NOW)

    def test_a_recap_then_a_question_then_a_yes_then_a_signature_each_kept(self, aid: Helping) -> None:
        turn_on(aid)
        draft_id = drafted(aid)
        consent_id = ask(aid, draft_id)
        assert hear(" Oui. ") == consents.Heard(True, has_reply=True)
        signed = sign(aid, draft_id)
        view = seen(aid, consent_id)
        assert view.state is ConsentState.SIGNED
        assert [(line.step, line.words) for line in view.lines] == [
            (ConsentStep.RECAP_SENT, "Médiathèque : work"), (ConsentStep.REQUEST_SENT, "Oui ou non ?"), (ConsentStep.SAID_YES, ""),
            (ConsentStep.SIGNED, ""),
        ]  # fmt: skip
        with acting_as(aid.helper()):
            mandate = Mandate.objects.get(id=signed.id)
            assert mandate.consent == Consent.SMS.value
            proof = consent_queries.consent_of_mandate(aid.helper(), mandate.id, at=NOW)
        assert proof is not None
        assert proof.id == consent_id

    def test_a_signature_without_a_yes_is_refused_and_a_yes_serves_once(self, aid: Helping) -> None:
        turn_on(aid)
        draft_id = drafted(aid)
        with pytest.raises(ConsentNotGiven):
            sign(aid, draft_id)
        ask(aid, draft_id)
        with pytest.raises(ConsentNotGiven):
            sign(aid, draft_id)
        hear("oui")
        sign(aid, draft_id)
        with acting_as_everything(why="count"):
            assert Mandate.objects.filter(consent="SMS").count() == 1

    def test_a_no_is_a_no_and_what_is_neither_is_asked_again_twice(self, aid: Helping) -> None:
        turn_on(aid)
        draft_id = drafted(aid)
        consent_id = ask(aid, draft_id)
        assert [hear("peut-être", message=f"m{each}").has_reply for each in range(3)] == [True, True, False]
        assert hear("STOP", message="m9") == consents.Heard(True, is_stop=True, has_reply=True)
        assert seen(aid, consent_id).state is ConsentState.REFUSED
        with pytest.raises(ConsentNotGiven):
            sign(aid, draft_id)

    def test_a_message_delivered_twice_counts_once(self, aid: Helping) -> None:
        turn_on(aid)
        consent_id = ask(aid, drafted(aid))
        assert [hear("oui"), hear("oui")] == [consents.Heard(True, has_reply=True), consents.Heard(True)]
        assert len(seen(aid, consent_id).lines) == 3

    def test_after_a_day_it_is_too_late_and_the_number_is_erased(self, aid: Helping) -> None:
        turn_on(aid)
        draft_id = drafted(aid)
        consent_id = ask(aid, draft_id)
        assert consents.expire_consents(at=NOW + timedelta(hours=23)) == 0
        assert hear("oui", at=NOW + timedelta(hours=24)).has_reply
        assert seen(aid, consent_id, at=NOW + timedelta(hours=24)).state is ConsentState.EXPIRED
        other = ask(aid, drafted(aid), phone=OTHER_PHONE)
        assert consents.expire_consents(at=NOW + timedelta(hours=24)) == 1
        with acting_as_everything(why="look"):
            assert not RemoteConsent.objects.exclude(sealed_number=None).exists()
            assert ConsentLine.objects.filter(consent_id=other).latest("id").step == ConsentStep.EXPIRED

    def test_one_question_at_a_time_for_a_number_whichever_structure_asks(self, aid: Helping) -> None:
        turn_on(aid)
        consent_id = ask(aid, drafted(aid))
        with pytest.raises(ConsentWaits):
            ask(aid, drafted(aid))
        helper = aid.helper()
        with acting_as(helper):
            consents.cancel_consent(consent_id=consent_id, actor=helper, request_id=rid(), at=NOW)
            with pytest.raises(ConsentOver):
                consents.cancel_consent(consent_id=consent_id, actor=helper, request_id=rid(), at=NOW)
        assert hear("oui") == consents.Heard(False)
        ask(aid, drafted(aid))

    def test_one_telephone_does_not_answer_for_many_people(self, aid: Helping) -> None:
        turn_on(aid)
        for rank, name in enumerate(("Yusuf", "Leyla")):
            signed_from_afar(aid, replace(YUSUF, given_names=name), f"subject-{rank}", message=f"m{rank}")
        with pytest.raises(ConsentNumberTaken):
            ask(aid, drafted(aid))

    def test_a_text_of_somebody_who_was_asked_nothing_is_not_ours(self, aid: Helping) -> None:
        assert hear("oui") == consents.Heard(False)
        assert hear("oui", phone="36180") == consents.Heard(False)

    def test_another_structure_reads_nothing_of_it(self, aid: Helping) -> None:
        turn_on(aid)
        consent_id, other = ask(aid, drafted(aid)), aid.helper(organisation_id=aid.other_id)
        with acting_as(other), pytest.raises(ConsentUnknown):
            consent_queries.consent(other, consent_id, at=NOW)

    def test_no_line_of_the_proof_is_changed_or_taken_away(self, aid: Helping) -> None:
        turn_on(aid)
        ask(aid, drafted(aid))
        for statement in ("UPDATE mandates_consentline SET words = 'autre'", "DELETE FROM mandates_consentline"):
            with acting_as(aid.helper()), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    def test_how_a_text_is_read_is_kept_and_its_words_are_not(self, aid: Helping) -> None:
        turn_on(aid)
        consent_id = ask(aid, drafted(aid))
        hear("oui, je suis Amina Benali")
        with acting_as_everything(why="look"):
            line = ConsentLine.objects.filter(consent_id=consent_id, step=ConsentStep.UNCLEAR).get()
        assert (line.words, len(bytes(line.words_mark or b""))) == ("", 32)
        assert read_as(Answer.UNCLEAR) == ConsentStep.UNCLEAR


def read_as(answer: Answer) -> ConsentStep:
    return ConsentStep(answer.value)


def sign(aid: Helping, draft_id: int) -> Signed:
    helper = aid.helper()
    with acting_as(helper):
        return mandates.sign_draft(
            draft_id=draft_id, protection=Protection.NONE, has_agreed=True, from_afar=True, actor=helper, request_id=rid(), at=NOW
        )


def signed_from_afar(aid: Helping, identity: Any, subject: str, *, message: str) -> Signed:
    draft_id = drafted(aid)
    helper = aid.helper()
    with acting_as(helper):
        mandates.identify_draft(draft_id=draft_id, identity=identity, subject=subject, acr="eidas1", actor=helper, request_id=rid(), at=NOW)
    ask(aid, draft_id)
    hear("oui", message=message)
    return sign(aid, draft_id)
