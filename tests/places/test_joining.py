"""Joining a network: a file in steps, two people for each decision, labels with dates, appeals answered by others."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pikepdf
import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways import documents
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.parties import operations as parties_writes
from carnet.parties import queries as parties
from carnet.parties.rules import NotAllowed, OrganisationKind, SamePerson, SecondFactorNeeded
from carnet.places import operations, queries
from carnet.places.models import JoiningDecision, JoiningFile, Place, PlaceAcceptance, PlaceLabel
from carnet.places.rules.joining import (
    AppealNeedsAnother,
    AppealNotPossible,
    AppealTooLate,
    DecisionKind,
    DecisionState,
    DocumentUnknown,
    FileState,
    JoiningAlreadyOpen,
    JoiningCriteriaMissing,
    JoiningDecisionNotNow,
    JoiningDecisionWaiting,
    JoiningFileUnknown,
    JoiningIncomplete,
    JoiningNotWritable,
    JoiningReasonMissing,
    LabelState,
    Step,
    TermsInvalid,
)
from tests.factories.joining import BANK, CHARTER, CRITERIA, DELAYS, RNA, SITES, WHO, Network, paper
from tests.places.conftest import AT, GOOD, csv_bytes
from tests.places.test_imports import bring

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


@pytest.fixture
def net(operator_id: int, programme_id: int) -> Network:
    return Network(operator_id, programme_id, AT).open()


def seen(net: Network, file_id: int):
    agent = net.person(902, "OPERATOR_AGENT")
    with acting_as(agent):
        return queries.joining_file(file_id, actor=agent, at=AT)


def accepted_until(place_id: int) -> list[tuple[date, date | None]]:
    return list(PlaceAcceptance.objects.filter(place_id=place_id).order_by("from_on", "id").values_list("from_on", "until_on"))


def admitted(net: Network) -> tuple[str, int, list[int]]:
    secret, file_id = net.sent()
    net.decide(file_id, "ADMIT", from_on=TODAY)
    return secret, file_id, sorted({label.place_id for label in seen(net, file_id).labels})


# --- The file ----------------------------------------------------------------------------------------------------------


def test_a_step_half_filled_is_kept_and_says_what_is_missing(net: Network) -> None:
    secret = net.begin()
    operations.write_step(secret=secret, step=Step.WHO, given={"number": "434 933 123 00021", "name": "Les Souris"}, at=AT)
    view = queries.joining_file_of_link(secret, at=AT)
    assert view.answers["who"] == {"number": "434 933 123 00021", "name": "Les Souris"}
    told = {(each.field, each.code) for each in view.problems if each.step is Step.WHO}
    assert told == {
        ("number", "siret-invalid"),
        ("street", "missing"),
        ("postcode", "missing"),
        ("city", "missing"),
        ("form", "form-missing"),
    }
    operations.write_step(secret=secret, step=Step.WHO, given={"number": "434 933 123 00029"}, at=AT)
    assert queries.joining_file_of_link(secret, at=AT).answers["who"]["name"] == "Les Souris"  # nothing lost


def test_a_number_fills_the_file_from_the_directory(net: Network, agent) -> None:
    bring(csv_bytes(GOOD, {**GOOD, "id": "a-2", "nom": "Annexe", "pivot": "43493312300011", "adresse": "9 rue d'Ailleurs"}), agent)
    known = queries.known_structure("434 933 123 00029")
    assert known is not None and [each["name"] for each in known.places][:1] == ["Espace numérique de Bellevue"]
    assert known.postcode == "44100"
    assert queries.known_structure("nonsense") is None
    assert queries.known_structure("W449999999") is None


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"postcode": "4410"}, "postcode", "postcode-malformed"),
        ({"commune": "Nulle-Part"}, "commune", "commune-unknown"),
        ({"latitude": "48.85", "longitude": "2.35"}, "latitude", "far-from-commune"),
        ({"latitude": "47,21"}, "latitude", "coordinates-half"),
        ({"phone": "12"}, "phone", "phone-malformed"),
        ({"address": ""}, "address", "missing"),
    ],
)
def test_a_site_is_checked_as_the_directory_would(net: Network, changed: dict[str, str], field: str, code: str) -> None:
    secret = net.begin()
    net.write(secret, sites=({**SITES[0], **changed},))
    found = {(each.field, each.code) for each in queries.joining_file_of_link(secret, at=AT).problems if each.step is Step.SITES}
    assert any(each == code for _field, each in found), found
    assert any(each == field for each, _code in found), found


def test_an_incomplete_file_does_not_leave_and_names_its_steps(net: Network) -> None:
    secret = net.begin()
    operations.write_step(secret=secret, step=Step.WHO, given=WHO, at=AT)
    with pytest.raises(JoiningIncomplete) as refused:
        operations.send_joining_file(secret=secret, request_id=uuid4(), at=AT)
    assert refused.value.facts["steps"] == ["sites", "people", "documents", "bank", "charter"]


def test_a_sent_file_is_due_and_may_be_taken_back_until_somebody_prepares_an_answer(net: Network) -> None:
    secret, file_id = net.sent()
    view = queries.joining_file_of_link(secret, at=AT)
    assert (view.state, view.due_on, view.name, view.number) == (FileState.SENT, TODAY + timedelta(days=30), WHO["name"], RNA)
    with pytest.raises(JoiningNotWritable):
        operations.write_step(secret=secret, step=Step.BANK, given=BANK, at=AT)
    operations.take_back_joining_file(secret=secret, request_id=uuid4(), at=AT)
    operations.write_step(secret=secret, step=Step.PEOPLE, given={"head_title": "Président"}, at=AT)
    operations.send_joining_file(secret=secret, request_id=uuid4(), at=AT)
    net.prepare(file_id, "COMPLETE", criteria=["1"], reason="Il manque l’attestation de l’année.")
    with pytest.raises(JoiningNotWritable):
        operations.take_back_joining_file(secret=secret, request_id=uuid4(), at=AT)


def test_one_number_has_one_file_on_its_way(net: Network) -> None:
    net.sent()
    second = net.begin("autre@example.org")
    net.write(second)
    with pytest.raises(JoiningIncomplete):
        operations.send_joining_file(secret=second, request_id=uuid4(), at=AT)
    told = [each.code for each in queries.joining_file_of_link(second, at=AT).problems]
    assert told == [JoiningAlreadyOpen.code]


def test_a_number_taken_while_one_completes_is_refused_when_it_is_written(net: Network) -> None:
    net.sent()
    other, file_id = net.sent(who={**WHO, "number": "W442000002"})
    net.decide(file_id, "COMPLETE", criteria=["1"], reason="Il manque l’attestation de l’année.")
    with pytest.raises(JoiningAlreadyOpen):
        operations.write_step(secret=other, step=Step.WHO, given=WHO, at=AT)
    assert queries.joining_file_of_link(other, at=AT).number == "W442000002"


def test_a_link_opens_its_own_file_only_and_a_new_link_closes_the_old(net: Network) -> None:
    secret = net.begin()
    with pytest.raises(JoiningFileUnknown):
        queries.joining_file_of_link(secret[:-1] + ("a" if secret[-1] != "a" else "b"), at=AT)
    assert operations.send_joining_link_again(programme_id=net.programme_id, email="inconnu@example.org", request_id=uuid4(), at=AT) == ()
    (renewed,) = operations.send_joining_link_again(programme_id=net.programme_id, email=" Souris@Example.org ", request_id=uuid4(), at=AT)
    with pytest.raises(JoiningFileUnknown):
        queries.joining_file_of_link(secret, at=AT)
    assert queries.joining_file_of_link(renewed, at=AT).email == "souris@example.org"


def test_nothing_said_is_in_clear_in_the_database(net: Network) -> None:
    net.sent()
    with acting_as_everything(why="read the bytes"), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(f::text, ' ') FROM places_joiningfile f")
        clear = cursor.fetchone()[0]
    for personal in ("Dany", "Dominique", "souris@example", "3000600001"):
        assert personal not in clear
        assert personal.encode().hex() not in clear


# --- Papers ------------------------------------------------------------------------------------------------------------


def test_a_paper_is_what_it_holds_whatever_its_name(net: Network) -> None:
    secret = net.begin()
    for content in (b"MZ\x90\x00 not a paper", b"<html><script>alert(1)</script>", b"%PDF-1.7 broken", b""):
        with pytest.raises(documents.DocumentUnreadable):
            operations.add_document(secret=secret, kind="STATUTES", content=content, request_id=uuid4(), at=AT)
    with pytest.raises(documents.DocumentTooHeavy):
        operations.add_document(secret=secret, kind="STATUTES", content=b"%PDF-" + b"0" * documents.BYTES_MAX, request_id=uuid4(), at=AT)
    with pytest.raises(documents.DocumentTooHeavy):
        operations.add_document(secret=secret, kind="STATUTES", content=paper(documents.PAGES_MAX + 1), request_id=uuid4(), at=AT)


def test_a_pdf_loses_what_could_act() -> None:
    made, written = pikepdf.new(), BytesIO()
    made.add_blank_page()
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('x')"))
    made.Root.OpenAction = made.make_indirect(script)
    made.pages[0].obj.AA = pikepdf.Dictionary(O=script)
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=script)
    made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(link)])
    made.attachments["virus.exe"] = b"MZ"
    made.save(written)
    harmless = documents.read(written.getvalue())
    assert harmless.media_type == documents.PDF
    with pikepdf.open(BytesIO(harmless.content)) as again:
        assert "/OpenAction" not in again.Root
        assert not again.attachments
        assert not list(again.pages[0].obj.get("/Annots", []))
    assert b"alert" not in harmless.content


def test_a_locked_pdf_is_told_apart() -> None:
    made, written = pikepdf.new(), BytesIO()
    made.add_blank_page()
    made.save(written, encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(documents.DocumentLocked):
        documents.read(written.getvalue())


def test_a_removed_paper_is_erased_at_once(net: Network) -> None:
    secret = net.begin()
    document_id = operations.add_document(secret=secret, kind="STATUTES", content=paper(), request_id=uuid4(), at=AT)
    content, kind = operations.own_document(secret=secret, document_id=document_id)
    assert content.startswith(b"%PDF-") and kind == "application/pdf"
    operations.remove_document(secret=secret, document_id=document_id, at=AT)
    with pytest.raises(DocumentUnknown):
        operations.own_document(secret=secret, document_id=document_id)


# --- Decisions ---------------------------------------------------------------------------------------------------------


def test_admission_makes_organisation_places_labels_acceptances_account_and_invitation(net: Network) -> None:
    _secret, file_id = net.sent()
    net.decide(file_id, "ADMIT", from_on=TODAY + timedelta(days=10))
    view = seen(net, file_id)
    assert view.state is FileState.ADMITTED and view.organisation_id is not None
    card = parties.organisation(view.organisation_id)
    assert (card.name, card.rna, card.registered_by, card.kinds) == (WHO["name"], RNA, net.operator_id, (OrganisationKind.PLACE_OPERATOR,))
    starts, ends = TODAY + timedelta(days=10), date(2028, 12, 1)
    assert [(each.state, each.from_on, each.until_on) for each in view.labels] == [(LabelState.TO_COME, starts, ends)] * 2
    for label in view.labels:
        place = Place.objects.get(id=label.place_id)
        assert (place.operator_id, place.pivot) == (view.organisation_id, RNA)
        assert accepted_until(place.id) == [(starts, ends)]
        assert {taught.service for taught in queries.taught_of(place.id)} == {"mailbox", "printer"}
    admin = net.person(904, "OPERATOR_ADMIN")
    with acting_as(admin):
        (account,) = parties.bank_accounts(actor=admin, organisation_id=view.organisation_id)
        assert (account.state, account.proposed_by) == ("PROPOSED", 902)
        (invited,) = parties.waiting_invitations(actor=admin, organisation_id=view.organisation_id, at=AT)
        assert (invited.email, invited.role) == ("souris@example.org", "PLACE_MANAGER")
    preparer = net.person(902, "OPERATOR_ADMIN")
    with acting_as(preparer), pytest.raises(SamePerson):
        parties_writes.approve_bank_account(
            organisation_id=view.organisation_id, account_id=account.id, actor=preparer, request_id=uuid4(), at=AT
        )
    decider = net.person(903, "APPROVER")
    with acting_as(decider):
        parties_writes.approve_bank_account(
            organisation_id=view.organisation_id, account_id=account.id, actor=decider, request_id=uuid4(), at=AT
        )


def test_a_place_of_the_directory_is_taken_over_and_corrected(net: Network, agent) -> None:
    bring(csv_bytes(GOOD), agent)
    known = Place.objects.get(national_id="a-1")
    site = {
        "place_id": str(known.id),
        "name": "Espace de Bellevue",
        "address": "5 rue de l'Exemple",
        "postcode": "44100",
        "commune": "Nantes",
    }
    _secret, file_id = net.sent(who={**WHO, "number": "43493312300029"}, sites=(site,))
    net.decide(file_id, "ADMIT", from_on=TODAY)
    place = Place.objects.get(national_id="a-1")
    assert (place.name, place.address, place.operator_id) == (
        "Espace de Bellevue",
        "5 rue de l'Exemple",
        seen(net, file_id).organisation_id,
    )
    assert place.origins["address"]["by"] == "EDIT" and place.origins["address"]["file"] == "3 rue de l'Exemple"
    assert place.latitude == pytest.approx(47.2173)


def test_a_place_run_by_another_is_told_before_sending(net: Network, agent) -> None:
    bring(csv_bytes(GOOD), agent)
    known = Place.objects.get(national_id="a-1")
    other = parties_writes.create_organisation(
        name="Autre", kinds=["PLACE_OPERATOR"], is_simulated=True, actor=agent, request_id=uuid4(), at=AT
    )
    operations.attach_operator(place_id=known.id, organisation_id=other, actor=agent, request_id=uuid4(), at=AT)
    secret = net.begin()
    net.write(secret, sites=({"place_id": str(known.id)},))
    assert "place-run-by-another" in {each.code for each in queries.joining_file_of_link(secret, at=AT).problems}


def test_whoever_prepares_never_takes(net: Network) -> None:
    _secret, file_id = net.sent()
    decision_id = net.prepare(file_id, "ADMIT", by=905, from_on=TODAY)
    with pytest.raises(SamePerson):
        net.take(decision_id, by=905)
    agent = net.person(906, "OPERATOR_AGENT")
    with acting_as(agent), pytest.raises(NotAllowed):
        operations.take_joining_decision(decision_id=decision_id, actor=agent, request_id=uuid4(), at=AT)
    late = AT + timedelta(hours=1)
    approver = net.person(907, "APPROVER", AT)
    with acting_as(approver), pytest.raises(SecondFactorNeeded):
        operations.take_joining_decision(decision_id=decision_id, actor=approver, request_id=uuid4(), at=late)
    with pytest.raises(JoiningDecisionWaiting):
        net.prepare(file_id, "REFUSE", criteria=["2"])


def test_the_database_refuses_one_person_and_a_rewritten_decision(net: Network) -> None:
    _secret, file_id = net.sent()
    decision_id = net.prepare(file_id, "ADMIT", from_on=TODAY)
    with acting_as_everything(why="try to cheat"):
        row = JoiningDecision.objects.get(id=decision_id)
        for cheat in (
            {"state": "TAKEN", "decided_by_id": row.prepared_by_id, "decided_at": AT},
            {"reason": "Autre chose."},
            {"kind": DecisionKind.REFUSE.value},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                JoiningDecision.objects.filter(id=decision_id).update(**cheat)
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()


def test_a_decision_against_names_its_criteria_and_its_reason(net: Network) -> None:
    _secret, file_id = net.sent()
    with pytest.raises(JoiningCriteriaMissing):
        net.prepare(file_id, "REFUSE")
    with pytest.raises(JoiningCriteriaMissing):
        net.prepare(file_id, "REFUSE", criteria=["9"])
    with pytest.raises(JoiningReasonMissing):
        net.prepare(file_id, "REFUSE", criteria=["1"], reason=" ")
    with pytest.raises(JoiningDecisionNotNow):
        net.prepare(file_id, "SUSPEND", criteria=["1"], from_on=TODAY)


def test_a_completion_gives_the_file_back_and_a_set_aside_decision_changes_nothing(net: Network) -> None:
    secret, file_id = net.sent()
    decision_id = net.prepare(file_id, "REFUSE", criteria=["2"], reason="Personne n’est formé.")
    approver = net.person(903, "APPROVER")
    with acting_as(approver):
        operations.set_aside_joining_decision(
            decision_id=decision_id, reason="Demandons d’abord.", actor=approver, request_id=uuid4(), at=AT
        )
    assert queries.joining_file_of_link(secret, at=AT).state is FileState.SENT
    assert queries.joining_file_of_link(secret, at=AT).decisions == ()
    net.decide(file_id, "COMPLETE", criteria=["2"], reason="Joignez l’attestation de formation.")
    view = queries.joining_file_of_link(secret, at=AT)
    assert (view.state, view.due_on, view.is_writable) == (FileState.COMPLETION, TODAY + timedelta(days=30), True)
    assert view.decisions[0].reason == "Joignez l’attestation de formation." and view.prepared is None
    operations.add_document(secret=secret, kind="OTHER", content=paper(), request_id=uuid4(), at=AT)
    operations.send_joining_file(secret=secret, request_id=uuid4(), at=AT)
    assert seen(net, file_id).state is FileState.SENT


def test_suspended_then_appealed_then_right(net: Network) -> None:
    _secret, file_id, places = admitted(net)
    monday = TODAY + timedelta(days=2)
    net.decide(file_id, "SUSPEND", criteria=["1"], reason="Des leçons ont été facturées.", from_on=monday, place_ids=places[:1])
    view = seen(net, file_id)
    assert view.state is FileState.SUSPENDED
    assert accepted_until(places[0]) == [(TODAY, monday)]
    assert accepted_until(places[1]) == [(TODAY, date(2028, 11, 21))]
    manager = net.manager(view.organisation_id or 0)
    with acting_as(manager):
        operations.appeal(file_id=file_id, text="C’était un don, pas une facture.", actor=manager, request_id=uuid4(), at=AT)
        with pytest.raises(AppealNotPossible):
            operations.appeal(file_id=file_id, text="Encore.", actor=manager, request_id=uuid4(), at=AT)
    with pytest.raises(JoiningDecisionNotNow):
        net.prepare(file_id, "END", criteria=["1"], from_on=monday)
    with pytest.raises(AppealNeedsAnother):
        net.prepare(file_id, "UPHOLD", reason="Le lieu a raison.")
    decision_id = net.prepare(file_id, "UPHOLD", reason="Le lieu a raison.", by=911)
    with pytest.raises(AppealNeedsAnother):
        net.take(decision_id, by=903)
    later = AT + timedelta(days=5)
    net.take(decision_id, by=912, at=later)
    assert seen(net, file_id).state is FileState.ADMITTED
    assert accepted_until(places[0]) == [(TODAY, monday), (TODAY + timedelta(days=5), date(2028, 11, 21))]
    assert [each.kind for each in seen(net, file_id).decisions] == [DecisionKind.UPHOLD, DecisionKind.SUSPEND, DecisionKind.ADMIT]


def test_an_appeal_has_its_days(net: Network) -> None:
    secret, file_id = net.sent()
    net.decide(file_id, "REFUSE", criteria=["1"], reason="Les leçons sont payantes.")
    with pytest.raises(AppealTooLate):
        operations.appeal_by_link(secret=secret, text="Non.", request_id=uuid4(), at=AT + timedelta(days=61))
    operations.appeal_by_link(secret=secret, text="Elles ne le sont plus.", request_id=uuid4(), at=AT + timedelta(days=60))
    net.decide(file_id, "DISMISS", reason="Le tarif est encore affiché.", by=(911, 912), at=AT + timedelta(days=61))
    assert queries.joining_file_of_link(secret, at=AT).state is FileState.REFUSED


def test_a_label_withdrawn_stays_in_the_list(net: Network) -> None:
    _secret, file_id, places = admitted(net)
    net.decide(file_id, "END", criteria=["3"], reason="Le lieu a fermé.", from_on=TODAY)
    labels = queries.place_labels(day=TODAY, programme_id=net.programme_id)
    assert [(each.place_id, each.state) for each in sorted(labels, key=lambda each: each.place_id)] == [
        (place_id, LabelState.WITHDRAWN) for place_id in places
    ]
    assert seen(net, file_id).state is FileState.ENDED
    with acting_as_everything(why="try to erase"), pytest.raises(DatabaseError), transaction.atomic():
        PlaceLabel.objects.all().delete()


def test_a_renewed_label_follows_the_first(net: Network) -> None:
    _secret, file_id, places = admitted(net)
    net.decide(file_id, "RENEW", reason="Rien n’a changé.")
    held = [(each.from_on, each.until_on) for each in seen(net, file_id).labels if each.place_id == places[0]]
    assert held == [(date(2028, 11, 21), date(2030, 11, 21)), (TODAY, date(2028, 11, 21))]
    assert accepted_until(places[0]) == [(TODAY, date(2028, 11, 21)), (date(2028, 11, 21), date(2030, 11, 21))]


# --- Terms, reminders, forgetting --------------------------------------------------------------------------------------


def test_terms_are_versions_and_the_charter_is_read_again(net: Network) -> None:
    secret = net.begin()
    net.write(secret)
    admin = net.person(901, "OPERATOR_ADMIN")
    with acting_as(admin):
        again = {"criteria": CRITERIA, "charter": CHARTER + " Et sans délai.", **DELAYS, "actor": admin, "at": AT}
        assert operations.publish_terms(programme_id=net.programme_id, request_id=uuid4(), **again) == 2
        with pytest.raises(TermsInvalid):
            operations.publish_terms(programme_id=net.programme_id, request_id=uuid4(), **{**again, "appeal_days": 3})
    assert [each.code for each in queries.joining_file_of_link(secret, at=AT).problems] == ["charter-changed"]
    assert [each.terms.version for each in queries.terms_versions(net.programme_id)] == [2, 1]


def test_an_ending_label_is_told_once(net: Network) -> None:
    admitted(net)
    close = AT.replace(year=2028, month=10)
    with acting_as_everything(why="the timer"):
        assert operations.remind_of_renewals(at=AT) == 0
        assert operations.remind_of_renewals(at=close) == 2
        assert operations.remind_of_renewals(at=close) == 0


def test_what_has_served_is_forgotten(net: Network) -> None:
    secret = net.begin("oubli@example.org")
    _sent, file_id = net.sent()
    with acting_as_everything(why="the timer"):
        assert operations.forget_joining_files(at=AT + timedelta(days=179)) == 0
        assert operations.forget_joining_files(at=AT + timedelta(days=181)) == 1
        assert JoiningFile.objects.get(id=file_id).erased_at is None
    with pytest.raises(JoiningFileUnknown):
        queries.joining_file_of_link(secret, at=AT)
    net.decide(file_id, "REFUSE", criteria=["1"], reason="Les leçons sont payantes.")
    with acting_as_everything(why="the timer"):
        assert operations.forget_joining_files(at=AT + timedelta(days=366)) == 1
        row = JoiningDecision.objects.get(file_id=file_id)
    assert row.state == DecisionState.TAKEN
