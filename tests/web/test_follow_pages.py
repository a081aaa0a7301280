"""One euro followed both ways, an auditor's sample and its evidence; nothing personal on any page an auditor opens."""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from carnet.funding import operations as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import SERVICE_DONE, key_ring
from carnet.journal import operations as journal
from carnet.journal import queries as journal_queries
from carnet.ledger import queries as ledger
from carnet.parties import operations as parties
from carnet.redemption import operations as redemption
from carnet.settlement.models import Claim, ClaimLine, Transfer
from carnet.settlement.queries import certificates, following
from tests.factories.campaign import NOW, SYSTEM, organisation, rid
from tests.settlement.conftest import APRIL, SPENT_AT, Payday
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday
from tests.web.conftest import PASSWORD, PROGRAM, SECRET, come_in

# Pages of an end of validity: no free text of a person is in them, and their own tests open them.
OPENED_ELSEWHERE = {"expiry_id", "statement_id", "note_id", "book_id", "parcel_id", "order_id"}
PLANTED = ("Zélie", "Plantée", "06 12 34 56 78", "0612345678")


def person(organisation_id: int, role: str, name: str = "Zélie Plantée") -> Client:
    email = f"{role.lower()}-{uuid4().hex[:6]}@example.org"
    person_id = parties.enrol_member(
        organisation_id=organisation_id, email=email, display_name=name, role=role, password=PASSWORD, actor=PROGRAM,
        request_id=uuid4(), at=NOW,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=PROGRAM, request_id=uuid4(), at=NOW)
    return come_in(Client(), email)


@pytest.fixture
def court(payday: Payday, settings: Any) -> tuple[Payday, Client]:
    """Two places paid for eight vouchers in April, one voucher undone and one disputed; an auditor engaged for the year."""
    settings.CARNET_CLOCK = APRIL + timedelta(days=1)
    treasurer = payday.treasurer(NOW)
    with acting_as(treasurer):
        for rank, funder_id in enumerate(payday.campaign.funder_ids):
            funding.record_money_received(
                agreement_id=payday.agreement_id, funder_id=funder_id, cents=100_00, received_on=NOW.date(), bank_reference=f"VIR {rank}",
                actor=treasurer, request_id=rid(), at=NOW,
            )  # fmt: skip
    taken = [*payday.spend(5), *payday.spend(3, second=True)]
    undone = payday.spend(1, at=SPENT_AT + timedelta(minutes=1))[0]
    counter = payday.counter(payday.campaign.place_organisation_id)
    with acting_as(counter):
        redemption.reverse(
            number=undone.number,
            reason="Zélie Plantée, 06 12 34 56 78",
            actor=counter,
            request_id=rid(),
            at=SPENT_AT + timedelta(minutes=9),
        )
        redemption.open_dispute(
            number=taken[0].number, reason="Zélie Plantée rappelle", actor=counter, request_id=rid(), at=SPENT_AT + timedelta(days=3)
        )
    payday.pay()
    with acting_as_everything(why="engage an auditor"):
        auditor_id = organisation("Chambre des comptes", "AUDITOR")
        funding.engage_auditor(
            programme_id=payday.campaign.programme_id, organisation_id=auditor_id, starts_at=NOW, ends_at=APRIL + timedelta(days=365),
            actor=SYSTEM, request_id=rid(), at=NOW,
        )  # fmt: skip
        journal.seal(at=APRIL)
    person(payday.campaign.operator_id, "TREASURER")
    return payday, person(auditor_id, "AUDITOR", "Contrôle")


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("\u00a0", " ").replace("\u202f", " ")


def serial_of(payday: Payday, rank: int = 0) -> str:
    with acting_as_everything(why="read a serial"):
        series = ledger.series(payday.campaign.series_id)
        return ledger.serial_of_voucher(series, series.first_voucher_id + rank)


def pages(resolver: URLResolver | None = None, prefix: str = "", names: tuple[str, ...] = ()) -> list[tuple[str, str, set[str]]]:
    """Every route of the auditor's doors: its name, its address, its parameters."""
    found: list[tuple[str, str, set[str]]] = []
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            found += pages(each, prefix + str(each.pattern), (*names, each.namespace or ""))
        elif isinstance(each, URLPattern) and prefix.startswith(("auditor/", "follow/")):
            found.append((":".join(filter(None, (*names, each.name or ""))), prefix + str(each.pattern), set(each.pattern.converters)))
    return found


def filled(payday: Payday) -> dict[str, int]:
    with acting_as_everything(why="addresses of the pages"):
        paid = Transfer.objects.order_by("id").first()
        assert paid is not None
        (receipt, *_others) = following.funding.receipts(payday.agreement_id)
    return {
        "programme_id": payday.campaign.programme_id,
        "agreement_id": payday.agreement_id,
        "transfer_id": paid.id,
        "claim_id": paid.claim_id,
        "receipt_id": receipt.id,
    }


def body_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer["Content-Type"] == "application/pdf":
        with pypdfium2.PdfDocument(content) as paper:
            return "\n".join(page.get_textpage().get_text_range() for page in paper)
    if answer["Content-Type"] == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return str(content.decode())


def test_no_page_of_an_auditor_names_a_person_or_shows_a_code(court: tuple[Payday, Client]) -> None:
    payday, auditor = court
    known = filled(payday)
    codes = {payday.campaign.code(rank) for rank in range(10)}
    walked = 0
    for name, route, wanted in pages():
        if wanted & OPENED_ELSEWHERE:
            continue
        assert wanted <= set(known), f"say what {name} is opened with"
        address = "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(known[found[1]]), route)
        asked = [auditor.get(address), auditor.get(address, {"serial": serial_of(payday), **TERMS})]
        asked += [auditor.post(address, TERMS)] if name.endswith((":verify", ":evidence")) else []
        for answer in asked:
            assert answer.status_code in (200, 302, 405), (name, answer.status_code)
            said = body_of(answer)
            for word in PLANTED:
                assert word not in said, (name, word)
            plain = re.sub(r"[\s.]", "", said)
            assert not any(code in plain for code in codes), name
            walked += 1
    assert walked > 20


TERMS = {"seed": "tirage-1", "until": "2026-04-01", "size": 6, "strata": "place", "weight": "count"}


def test_a_voucher_is_followed_to_the_bank_with_its_proofs(court: tuple[Payday, Client]) -> None:
    payday, auditor = court
    page = auditor.get(f"/follow/programmes/{payday.campaign.programme_id}/", {"serial": serial_of(payday)})
    said = text_of(page)
    for words in ("Un financeur paie", "La convention", "L’édition des chèques", "De main en main", "Utilisé pour un service",
                  "Le décompte du lieu", "Les approbations", "Le fichier pour la banque", "La ligne de la banque", "La preuve"):  # fmt: skip
        assert words in said, words
    order = [
        said.index(words) for words in ("Un financeur paie", "Utilisé pour un service", "Le décompte du lieu", "La ligne de la banque")
    ]
    assert order == sorted(order)
    assert len(page.content) < 100_000
    assert auditor.get(f"/follow/programmes/{payday.campaign.programme_id}/", {"serial": "NA-0000000001-1"}).status_code == 422


def test_a_code_typed_by_mistake_is_in_no_address_and_not_shown_again(court: tuple[Payday, Client]) -> None:
    payday, auditor = court
    here, code = f"/follow/programmes/{payday.campaign.programme_id}/", payday.campaign.code(1)
    asked = auditor.post(here, {"serial": serial_of(payday)})
    assert asked.status_code == 302 and "serial=" in asked["Location"]
    refused = auditor.post(here, {"serial": code})
    assert refused.status_code == 422 and code not in refused.content.decode()


def test_each_proof_is_the_row_as_sealed(court: tuple[Payday, Client]) -> None:
    payday, _auditor = court
    with acting_as_everything(why="look at proofs"):
        auditor = payday.staff(601, "TREASURER")
        story = following.follow_voucher(actor=auditor, programme_id=payday.campaign.programme_id, serial=serial_of(payday))
        proofs = [proof for step in story.steps for proof in step.proofs]
        assert proofs and all(proof.holds for proof in proofs if proof.block is not None)
        kinds = {step.kind for step in story.steps if step.proofs}
        assert {following.StepKind.REDEEMED, following.StepKind.CLAIMED, following.StepKind.BOOKED, following.StepKind.DRAWN} <= kinds
        assert sum(part.borne_cents for part in story.parts) == story.value_cents
        assert journal_queries.proofs([("journal_line", 10**12)]) == {}


def test_a_line_of_the_bank_goes_back_to_every_payment_and_adds_up(court: tuple[Payday, Client]) -> None:
    payday, auditor = court
    known = filled(payday)
    said = text_of(auditor.get(f"/follow/transfers/{known['transfer_id']}/"))
    assert "Qui paie ce virement" in said and "une seule somme" in said and serial_of(payday) in said
    with acting_as_everything(why="add up"):
        story = following.follow_transfer(actor=payday.staff(601, "TREASURER"), transfer_id=known["transfer_id"])
        assert sum(part.borne_cents for part in story.parts) == story.cents == sum(line.cents for line in story.lines)
        money = ledger.money(agreement_id=payday.agreement_id)
        for funder_id in payday.campaign.funder_ids:
            receipt = next(each for each in following.funding.receipts(payday.agreement_id) if each.funder_id == funder_id)
            told = following.follow_receipt(actor=payday.staff(601, "TREASURER"), agreement_id=payday.agreement_id, receipt_id=receipt.id)
            assert told.paid_cents == money.by_funder[funder_id].paid
            assert told.received_cents == receipt.cents and told.proofs
    assert "voici où elle est" in text_of(auditor.get(f"/follow/agreements/{payday.agreement_id}/receipts/{known['receipt_id']}/"))


def test_a_funder_follows_its_own_payments_and_nobody_else_s(court: tuple[Payday, Client]) -> None:
    payday, _auditor = court
    first, second = payday.campaign.funder_ids
    with acting_as_everything(why="addresses"):
        own = {each.funder_id: each.id for each in following.funding.receipts(payday.agreement_id)}
    funder = person(first, "FUNDER")
    assert funder.get(f"/follow/programmes/{payday.campaign.programme_id}/", {"serial": serial_of(payday)}).status_code == 200
    assert funder.get(f"/follow/agreements/{payday.agreement_id}/receipts/{own[first]}/").status_code == 200
    assert funder.get(f"/follow/agreements/{payday.agreement_id}/receipts/{own[second]}/").status_code == 404
    assert funder.get(f"/follow/programmes/{payday.campaign.programme_id}/sample/").status_code == 403
    with acting_as_everything(why="a stranger"):
        stranger = person(organisation("Autre financeur", "FUNDER"), "FUNDER")
    assert stranger.get(f"/follow/programmes/{payday.campaign.programme_id}/", {"serial": serial_of(payday)}).status_code == 404
    assert stranger.get(f"/follow/transfers/{filled(payday)['transfer_id']}/").status_code == 404


def test_the_same_seed_draws_the_same_sample_and_the_pack_verifies_itself(court: tuple[Payday, Client], tmp_path: Path) -> None:
    payday, auditor = court
    address = f"/follow/programmes/{payday.campaign.programme_id}/sample/"
    first, again = (auditor.get(address, TERMS) for _ in range(2))
    assert text_of(first) == text_of(again) and "passages tirés" in text_of(first)
    assert len(re.findall(r"[?]serial=", first.content.decode())) == 6
    packs = [b"".join(auditor.post(f"{address}evidence.zip", TERMS).streaming_content) for _ in range(2)]  # type: ignore[attr-defined]
    assert packs[0] == packs[1], "the same sample is the same bytes"
    with zipfile.ZipFile(io.BytesIO(packs[0])) as archive:
        archive.extractall(tmp_path)
        names = set(archive.namelist())
    assert {"LISEZMOI.txt", "verify.py", "sample.csv", "universe.csv", "proofs.csv", "manifest.json", "manifest.sig"} <= names
    assert len([name for name in names if name.startswith("receipts/")]) == 6 and any(name.endswith(".pdf") for name in names)
    assert verified(tmp_path) == (0, "as signed")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    by_hand = ten_lines((tmp_path / "universe.csv").read_text(), manifest["seed"], "place", 6)
    assert sorted(manifest["sample"]) == sorted(by_hand)
    (tmp_path / "sample.csv").write_bytes((tmp_path / "sample.csv").read_bytes().replace(b"1000", b"9000", 1))
    assert verified(tmp_path) == (1, "not as signed")
    for name, spoilt in (("universe.csv", b"\xff"), ("manifest.json", b"{")):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(spoilt + whole)
        assert verified(tmp_path)[0] == 1, "said, not a crash"
        assert name in said(tmp_path)
        (tmp_path / name).write_bytes(whole)
    with acting_as_everything(why="read the journal"):
        lines = [
            each for each in journal_queries.lines(programme_id=payday.campaign.programme_id) if each.action == "settlement.evidence-made"
        ]
    assert [line.facts["seed"] for line in lines] == ["tirage-1"] * 2 and lines[0].facts["universe_sha256"] == manifest["universe_sha256"]


def run_of(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", str(folder / "verify.py")], capture_output=True, text=True, check=False)


def verified(folder: Path) -> tuple[int, str]:
    ran = run_of(folder)
    return ran.returncode, ran.stdout.strip().rsplit(": ", 1)[-1]


def said(folder: Path) -> str:
    ran = run_of(folder)
    assert not ran.stderr
    return ran.stdout


def ten_lines(universe: str, seed: str, strata: str, size: int) -> list[str]:
    """What the decision says anybody can write."""
    rows = [line.split(";") for line in universe.split()[1:]]
    rows.sort(key=lambda row: hashlib.sha256(f"{seed}\n{row[0]}".encode()).hexdigest())
    counts = {name: len([row for row in rows if row[1] == name]) for name in sorted({row[1] for row in rows})}
    parts = {name: size * count // len(rows) for name, count in counts.items()}
    for name in sorted(counts, key=lambda name: (-(size * counts[name] % len(rows)), name))[: size - sum(parts.values())]:
        parts[name] += 1
    return [row[0] for name in counts for row in [row for row in rows if row[1] == name][: parts[name]]]


def test_the_certificate_of_service_done_says_what_the_claim_pays_and_is_signed(court: tuple[Payday, Client]) -> None:
    payday, auditor = court
    claim_id = filled(payday)["claim_id"]
    answer = auditor.get(f"/follow/claims/{claim_id}/certificate.pdf")
    said = re.sub(r"\s+", " ", body_of(answer))
    assert "Certificat de service fait" in said and "2012-1246" in said
    with acting_as_everything(why="compare"):
        made = certificates.service_certificate(actor=payday.staff(601, "TREASURER"), claim_id=claim_id)
        claim = Claim.objects.get(id=claim_id)
        assert (made.cents, made.voucher_count) == (claim.cents, claim.voucher_count)
        assert made.service_count == ClaimLine.objects.filter(claim=claim).count()
        payload, signature = certificates.unpacked(made.signed)
        assert key_ring().verify(made.programme_id, 1, SERVICE_DONE, payload, signature)
        assert json.loads(payload)["cents"] == claim.cents
