"""Every notice posted anywhere becomes a letter a person can read, sent once, then forgotten."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage

import carnet
from carnet.gateways.database import acting_as_everything
from carnet.issuing.rules.parcels import Outcome
from carnet.jobs.letters import BATCH, letter_of, send_letters
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.notices.models import Notice
from carnet.parties import operations as parties

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
HOUSE = Path(carnet.__file__).parent
CASE = {"case": 7, "place": "Médiathèque", "programme": "Nantes", "phone": "02 40 00 00 00"}
CONTEXTS = {
    "observatory.territory-joined": {"territory": "Nantes Métropole", "leader": "La Métropole"},
    "places.error-reported": {"place": "Le lieu", "about": "Les horaires", "reported_at": "2026-11-21T09:30:00+00:00"},
    "places.report-answered": {"place": "Le lieu", "number": "K7FM-42PX", "is_accepted": True, "answer": "C’est corrigé."},
    "places.confirmation-due": {"place": "Le lieu", "due_on": "2026-11-21", "is_again": False},
    "parties.invitation": {"organisation": "Atelier & Cie", "role": "MEDIATOR", "secret": "s3cret", "expires_at": "2026-11-17T00:00:00+00:00"},
    "parties.password-reset": {"person_id": 7, "token": "abc-def"},
    "parties.new-browser": {"browser": "Firefox", "system": "Windows", "seen_at": "2026-11-17T09:00:00+00:00"},
    "parties.bank-account-proposed": {"organisation": "Atelier", "iban": "FR76 … 0189", "valid_from": None},
    "parties.bank-account-approved": {"organisation": "Atelier", "iban": "FR76 … 0189", "valid_from": "2026-11-06T09:00:00+00:00"},
    "parties.bank-account-refused": {"organisation": "Atelier", "iban": "FR76 … 0189", "valid_from": None},
    "parties.bank-account-ended": {"organisation": "Atelier", "iban": "FR76 … 0189", "valid_from": None},
    "parties.recovery-code": {"code": "ABCD-EFGH", "expires_at": "2026-11-17T09:00:00+00:00"},
    "parties.recovery-asked": {"opens_at": "2026-11-17T09:00:00+00:00"},
    "parties.recovery-begun": {"name": "Awa Diallo"},
    "parties.card-guessed": {},
    "journal.anchored": {
        "number": 12, "said_on": "2026-11-23", "words": "abri acier agneau", "digest": "0f" * 32, "lost": 2, "line": "carnet-anchor-1,…",
    },
    "journal.verification-broken": {"what": "ledger", "count": 3},
    "parties.helper-unused": {"organisation": "Médiathèque", "closes_on": "2026-12-21"},
    "parties.helper-closed": {"organisation": "Médiathèque"},
    "parties.helpers-closed": {"name": "Awa Diallo"},
    "notices.webhook-stopped": {"host": "hooks.example.org", "failing_at": "2026-11-01T09:00:00+00:00"},
    "funding.money-received": {
        "programme": "Nantes", "agreement": "Convention 2025", "cents": 5000000, "received_on": "2025-11-02", "reference": "VIR-1",
    },
    "funding.fund-low": {"programme": "Nantes", "agreement": "Convention 2025", "cents": 120000, "threshold_cents": 500000},
    "observatory.monthly-letter": {
        "letter_id": 3, "agreement_id": 4, "programme": "Nantes", "agreement": "Convention 2025", "month_on": "2026-10-01", "paid_cents": 5000000,
        "used": 120,
    },
    "issuing.booklets-shipped": {"booklets": 40, "first": "NM-1", "last": "NM-40"},
    "issuing.parcel-short": {"parcel": "NM-P00000042-17", "sent": 100, "missing": 2, "damaged": 1, "to": "Mission locale"},
    "issuing.parcel-settled": {"parcel": "NM-P00000042-17", "outcome": "LOST", "booklets": 2, "left": 1},
    "issuing.parcels-awaited": {"parcels": 2, "to": "Mission locale", "days": 7},
    "issuing.parcels-unconfirmed": {"parcels": 1, "to": "Mission locale", "days": 14},
    "issuing.booklets-activated": {"order": 3, "booklets": 40},
    "issuing.proof-waits": {"order": 3, "proof": 5, "version": 1, "programme": "Nantes", "operator": "L’Opératrice"},
    "issuing.proof-answered": {
        "order": 3, "proof": 5, "version": 1, "programme": "Nantes", "operator": "L’Opératrice", "is_approved": False, "remarks": "Le logo manque.",
    },
    "issuing.proof-reopened": {"order": 3, "proof": 5, "version": 1, "programme": "Nantes", "operator": "L’Opératrice", "reason": "Le logo manque."},
    "redemption.dispute-opened": {"number": "D3", "redemption": "1-2-0", "cents": 1000, "programme": "Nantes"},
    "redemption.dispute-decided": {"number": "D3", "redemption": "1-2-0", "cents": 1000, "programme": "Nantes", "outcome": "TO_RECOVER"},
    "settlement.payment-sent": {"programme": "Nantes", "cents": 123450, "execute_on": "2026-11-10", "advice": "AP-2026-000012", "netted_cents": 1000},
    "settlement.payment-held": {
        "words": "Une leçon doit être vérifiée.", "phone": "02 40 00 00 00", "ends_at": "2026-12-03T09:00:00+00:00",
    },
    "settlement.payment-freed": {},
    "settlement.claim-redrawn": {"programme": "Nantes", "paid_cents": 6000, "waiting_cents": 4000},
    "controls.case-opened": {**CASE, "answer_on": "2026-12-08", "held_cents": 10000},
    "controls.case-reminder": {**CASE, "answer_on": "2026-12-08", "held_cents": 0},
    "controls.payment-held": {**CASE, "answer_on": "2026-12-08", "held_cents": 10000},
    "controls.payment-released": {**CASE, "held_cents": 10000},
    "controls.case-answered": CASE,
    "controls.case-appealed": {**CASE, "answer_on": "2026-12-08"},
    "controls.hold-ended": {**CASE, "held_cents": 10000},
    "controls.case-decided": {**CASE, "decision": "PARTLY", "taken_cents": 4000, "appeal_on": "2026-12-22"},
    "controls.appeal-decided": {**CASE, "decision": "RELEASE", "taken_cents": 0},
    "controls.case-closed": {**CASE, "taken_cents": 4000},
    "settlement.fees-stated": {"programme": "Nantes", "from_on": "2026-12-10"},
    "settlement.fee-invoice": {"number": "FA-2026-3-00007", "cents": 12000},
    "settlement.run-waits": {"programme": "Nantes", "cents": 123450, "execute_on": "2026-11-10"},
    "settlement.payment-returned": {"cents": 123450, "reason_code": "AC04"},
    "settlement.payment-kept": {"programme": "Nantes", "cents": 2000, "advice": "AP-2026-000012"},
    "settlement.debit-note": {"programme": "Nantes", "note": "ND-2026-000003", "cents": 1000, "due_on": "2026-12-24"},
    "settlement.debit-note-paid": {"note": "ND-2026-000003", "cents": 1000},
    "settlement.debit-note-withdrawn": {"note": "ND-2026-000003", "cents": 1000, "reason": "Le lieu avait raison"},
    "settlement.expiry-due": {"programme": "Nantes", "agreement": "Convention", "step": "STOP", "due_on": "2026-12-16"},
    "settlement.expiry-alert": {
        "programme": "Nantes", "agreement": "Convention", "last_on": "2026-12-31", "issued": 100, "handed_over": 60, "not_handed_over": 39,
        "started": 40, "void": 1,
    },
    "settlement.expiry-desk": {"programme": "Nantes", "last_on": "2026-12-31", "booklets": 12},
    "settlement.hand-overs-stop": {"programme": "Nantes", "stop_on": "2026-12-16"},
    "settlement.printed-end": {"programme": "Nantes", "last_on": "2026-12-31", "accepted_on": "2027-01-31"},
    "settlement.expiry-moved": {
        "programme": "Nantes", "step": "ACCEPTANCE_END", "from_on": "2027-02-01", "to_on": "2027-02-15", "reason": "inondation",
    },
    "settlement.joint-statement": {"programme": "Nantes", "agreement": "Convention", "cents": 123450},
    "settlement.joint-statement-contested": {"programme": "Nantes", "funder": "Métropole", "reason": "un versement manque"},
    "settlement.credit-note": {"programme": "Nantes", "number": "AV-1-2027-0001", "cents": 123450},
    "settlement.funder-repaid": {"programme": "Nantes", "cents": 123450, "paid_on": "2026-11-10"},
    "workshops.seat-found": {"title": "Ma boîte mail", "place": "Médiathèque", "starts_at": "2026-11-17T13:00:00+00:00", "number": "K7FM-42PX"},
    "workshops.session-changed": {
        "title": "Ma boîte mail", "place": "Médiathèque", "starts_at": "2026-11-17T13:00:00+00:00", "numbers": "K7FM-42PX", "vouchers": 1,
    },
    "workshops.session-cancelled": {
        "title": "Ma boîte mail", "place": "Médiathèque", "starts_at": "2026-11-17T13:00:00+00:00", "numbers": "K7FM-42PX", "because": "Fermeture",
    },
    "places.joining-link": {"programme": "Nantes", "name": "Les Souris", "secret": "s3cret"},
    "places.joining-sent": {"programme": "Nantes", "name": "Les Souris", "due_on": "2026-12-03"},
    "places.joining-decided": {
        "programme": "Nantes", "name": "Les Souris", "kind": "SUSPEND", "reason": "Des leçons ont été facturées.",
        "criteria": ["Des leçons gratuites"], "from_on": "2026-12-03", "due_on": None, "appeal_days": 60,
    },
    "distribution.desk-file-link": {"programme": "Nantes", "name": "Les Voisins", "secret": "s3cret"},
    "distribution.desk-file-sent": {"programme": "Nantes", "name": "Les Voisins"},
    "distribution.desk-decided": {"programme": "Nantes", "name": "Les Voisins", "kind": "SUSPEND", "reason": "Des carnets ont été vendus."},
    "mandates.structure-link": {"programme": "Nantes", "name": "Médiathèque", "number": "K7FM-42PX", "code": "K7FM-42PX", "secret": "K7FM42PX.s3"},
    "mandates.structure-sent": {"programme": "Nantes", "name": "Médiathèque", "number": "K7FM-42PX"},
    "mandates.structure-message": {"programme": "Nantes", "name": "Médiathèque", "number": "K7FM-42PX"},
    "mandates.structure-decided": {
        "programme": "Nantes", "name": "Médiathèque", "number": "K7FM-42PX", "kind": "SUSPEND", "reason": "Un aidant n’était pas formé.",
    },
    "mandates.carried": {"count": 2},
    "mandates.structure-appeal": {"programme": "Nantes", "name": "Médiathèque"},
    "mandates.training-seat": {"title": "Aider avec un mandat", "place": "1 rue du Bourg", "starts_at": "2026-11-17T08:00:00+00:00"},
    "mandates.training-changed": {"title": "Aider avec un mandat", "place": "1 rue du Bourg", "starts_at": "2026-11-17T08:00:00+00:00"},
    "mandates.training-cancelled": {"title": "Aider avec un mandat", "place": "1 rue du Bourg", "starts_at": "2026-11-17T08:00:00+00:00"},
    "distribution.desk-leaves": {"programme": "Nantes", "name": "Les Voisins"},
    "distribution.desk-left": {"programme": "Nantes"},
    "distribution.postal-asked": {"programme": "Nantes"},
    "distribution.agreement-signed": {"programme": "Nantes", "name": "Les Voisins"},
    "distribution.agreement-countersigned": {"programme": "Nantes", "from_on": "2026-12-01", "until_on": "2027-12-01"},
    "distribution.agreement-sent-back": {"programme": "Nantes", "reason": "L’arrêté nomme une autre personne."},
    "distribution.agreement-ends": {"programme": "Nantes", "last_on": "2026-12-01"},
    "distribution.agreement-lapsed": {"programme": "Nantes"},
    "places.joining-appeal": {"programme": "Nantes", "name": "Les Souris"},
    "places.label-ends": {"place": "Les Souris, Bellevue", "programme": "Nantes", "last_on": "2028-11-20"},
    "parties.operator-label-decided": {
        "state": "GRANTED", "reason": "Tout est conforme.", "order": "Arrêté du 3 mars 2026", "from_on": "2026-04-01", "until_on": "2029-04-01",
        "withdrawn_on": None,
    },
    "helpline.complaint-filed": {"number": "K7FM-42PX", "due_on": "2026-12-03"},
    "helpline.place-asked": {"place": "Le lieu", "until_on": "2026-12-03"},
    "helpline.complaint-closed": {"number": "K7FM-42PX", "answer": "Vous aviez raison."},
    "helpline.complaint-decided": {"number": "K7FM-42PX"},
    "distribution.season-invitation": {
        "programme": "Nantes 2026", "earlier": "Nantes 2025", "invited_as": "DESK", "until_on": "2026-12-31", "organisation_id": 3, "programme_id": None,
    },
    "notices.announcement": {"title": "Formation", "text": "Une heure, jeudi."},
    "notices.digest": {
        "week_on": "2026-11-23", "programme_id": None, "sections": [{"title": "Votre stock", "lines": ["12 carnets à remettre", "3 remises"]}],
    },
    "distribution.stock-requested": {"desk": "Mairie de Vertou", "booklets": 20, "wanted_on": "2026-12-03"},
    "distribution.stock-request-refused": {"booklets": 20, "why": "NO_STOCK"},
    "distribution.stock-move-asked": {"booklets": 20, "to": "Mission locale"},
    "distribution.stock-move-sent": {"booklets": 20, "first": "LA-C00000001-14", "last": "LA-C00000020-71"},
    "distribution.stock-move-short": {"missing": 2, "sent": 20, "to": "Mission locale"},
    "distribution.stock-asleep": {"programme": "Nantes", "booklets": 30, "days": 40},
    "distribution.stock-running-out": {"programme": "Nantes", "booklets": 2, "days": 7},
    "distribution.stock-week": {"programme": "Nantes", "asleep": 1, "booklets": 30, "running_out": 1, "proposals": 1},
}  # fmt: skip


def posted_kinds() -> set[str]:
    """The kinds written in the code, the families of f-strings spelt out."""
    found = set()
    for file in (*HOUSE.rglob("operations/**/*.py"), *(HOUSE / "jobs").glob("*.py")):
        found |= set(re.findall(r'\b(?:post\(\s*kind=f?|tell\(\s*)"([^"]+)"', file.read_text(encoding="utf-8")))
    found.remove("parties.bank-account-{what}")
    return found | {f"parties.bank-account-{what}" for what in ("proposed", "approved", "refused", "ended")}


def test_every_kind_posted_has_a_letter_and_no_letter_is_left_over() -> None:
    written = {file.stem for file in (HOUSE / "jobs/templates/letters").glob("*.txt")}
    assert posted_kinds() == written == set(CONTEXTS)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", sorted(CONTEXTS))
def test_a_letter_has_a_subject_a_link_and_no_hole(kind: str, language: str) -> None:
    letter = letter_of(kind=kind, context=CONTEXTS[kind], language=language)
    assert letter.subject
    assert "\n" not in letter.subject
    assert "http://" in letter.body
    assert not re.search(r"None|\{|&amp;|\(\)", letter.subject + letter.body)


def test_money_days_and_secrets_are_written_for_a_person() -> None:
    assert "1\u202f234,50" in letter_of(kind="settlement.payment-sent", context=CONTEXTS["settlement.payment-sent"], language="fr").body
    invitation = letter_of(kind="parties.invitation", context=CONTEXTS["parties.invitation"], language="fr")
    assert "/invitation/s3cret/" in invitation.body
    assert "Atelier & Cie" in invitation.subject


def test_what_became_of_booklets_is_said_for_each_outcome() -> None:
    context = CONTEXTS["issuing.parcel-settled"]
    told = {letter_of(kind="issuing.parcel-settled", context=context | {"outcome": each.value}, language="fr").body for each in Outcome}
    assert len(told) == len(Outcome)


def test_what_waits_is_sent_once_then_forgotten(db: None) -> None:
    program = Actor.system("letters")
    named = parties.create_organisation(
        name="A", kinds=["FUNDER"], is_simulated=True, contact_email="contact@example.org", actor=program, request_id=uuid4(), at=AT
    )
    silent = parties.create_organisation(name="B", kinds=["FUNDER"], is_simulated=True, actor=program, request_id=uuid4(), at=AT)
    led = parties.create_organisation(name="C", kinds=["FUNDER"], is_simulated=True, actor=program, request_id=uuid4(), at=AT)
    parties.enrol_member(
        organisation_id=led, email="lead@example.org", display_name="Lead", role="FUNDER", actor=program, request_id=uuid4(), at=AT
    )
    notices.post(kind="parties.invitation", to_email="new@example.org", context=CONTEXTS["parties.invitation"], at=AT)
    for organisation_id in (named, silent, led):
        notices.post(kind="settlement.payment-sent", to_organisation_id=organisation_id, context=CONTEXTS["settlement.payment-sent"], at=AT)
    assert send_letters(at=AT) == (3, 1)
    assert [letter.to for letter in mail.outbox] == [["new@example.org"], ["contact@example.org"], ["lead@example.org"]]
    assert send_letters(at=AT) == (0, 0), "what failed is not asked again at once"
    assert send_letters(at=AT + timedelta(minutes=1)) == (0, 1)
    with acting_as_everything(why="reading the outbox in a test"):
        kept = list(Notice.objects.order_by("id").values_list("to_email", "context", "attempts", "latest_error"))
    assert kept[0] == ("", {}, 1, "")
    assert kept[2][2:] == (2, "NobodyToWriteTo")


def test_letters_that_cannot_leave_let_the_others_pass(db: None) -> None:
    silent = parties.create_organisation(
        name="B", kinds=["FUNDER"], is_simulated=True, actor=Actor.system("letters"), request_id=uuid4(), at=AT
    )
    for _each in range(BATCH):
        notices.post(kind="settlement.payment-sent", to_organisation_id=silent, context=CONTEXTS["settlement.payment-sent"], at=AT)
    notices.post(kind="parties.invitation", to_email="new@example.org", context=CONTEXTS["parties.invitation"], at=AT)
    assert send_letters(at=AT) == (0, BATCH)
    assert send_letters(at=AT) == (1, 0)
    assert [letter.to for letter in mail.outbox] == [["new@example.org"]]


def test_a_server_away_for_two_days_loses_no_letter(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    notices.post(kind="parties.invitation", to_email="new@example.org", context=CONTEXTS["parties.invitation"], at=AT)
    away = AT + timedelta(days=2)

    def refused(_message: EmailMessage) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", refused)
        tried = sum(send_letters(at=AT + timedelta(minutes=minute))[1] for minute in range(0, 2 * 24 * 60, 5))
    assert 5 <= tried < 10, "later and later, never given up"
    assert send_letters(at=away + timedelta(days=1)) == (1, 0)
