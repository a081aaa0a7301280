"""A design, its numbered proofs, and two people: nothing is printed that somebody else did not agree to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.funding.rules import ShareTerms, percent, template_terms
from carnet.gateways.database import acting_as
from carnet.gateways.printer import LogoIsDrawing, LogoTooHeavy, LogoTooPale, LogoTooSmall, LogoUnreadable
from carnet.issuing import operations
from carnet.issuing import queries as issuing
from carnet.issuing.models import Design, DesignLogo, Order, Proof
from carnet.issuing.operations import proofs
from carnet.issuing.queries import proofs as queries
from carnet.issuing.rules import OrderNotApproved, OrderUnknown, ProofStage, Step
from carnet.issuing.rules.proofs import (
    DesignFrozen,
    DesignMissing,
    DraftLogo,
    LogoUnnamed,
    PaperChoice,
    PrintingBegun,
    ProofAnswered,
    ProofDecision,
    ProofNotApproved,
    ProofOfNobody,
    ProofOutdated,
    ProofUnknown,
    ProofWaits,
    ServiceNotOffered,
    TextOverflows,
    TooManyLogos,
)
from carnet.journal import queries as journal
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.notices.models import Notice
from carnet.parties import queries as parties
from carnet.parties.rules import ApprovalChanged, NotAllowed, ReasonMissing, Role, SamePerson, SecondFactorNeeded
from carnet.scenarios.proofread import leave_proofs
from carnet.scenarios.proofs import approved_proof, draft_of, sent_proof
from tests.issuing import pictures
from tests.issuing.conftest import SYSTEM, Cast, unproved
from tests.issuing.printing import shop_of


def save(cast: Cast, order_id: int, actor: Actor | None = None, **chosen: object) -> None:
    draft = replace(draft_of(cast.agent, order_id), **chosen)
    proofs.save_design(order_id=order_id, draft=draft, **cast.by(actor or cast.agent))


def send(cast: Cast, order_id: int, to: int | None = None) -> int:
    return proofs.send_proof(order_id=order_id, asked_of_id=to or cast.metropolis_id, **cast.by(cast.agent))


def waiting(cast: Cast, to: int | None = None) -> tuple[int, int]:
    order_id = cast.approved()
    save(cast, order_id)
    return order_id, send(cast, order_id, to)


def add_logo(cast: Cast, order_id: int, content: bytes, name: str = "Nantes Métropole") -> None:
    proofs.add_logo(order_id=order_id, content=content, name=name, **cast.by(cast.agent))


class TestADesign:
    def test_begins_with_the_programmes_own_words(self, cast: Cast) -> None:
        order_id = cast.approved()
        assert issuing.order(cast.agent, order_id).line.next_step is Step.MAKE_PROOF
        save(cast, order_id)
        page = queries.design(cast.agent, order_id)
        assert page.draft is not None
        assert page.draft.funders == ("Métropole", "Département")
        assert [code for code, _words in page.draft.services] == ["mailbox", "cv"]
        assert page.stage is ProofStage.DESIGNED
        assert [(each.name, each.is_operator) for each in page.asked] == [
            ("Métropole", False),
            ("Département", False),
            ("Opératrice", True),
        ]

    def test_keeps_the_pixels_of_a_logo_once_and_never_the_file(self, cast: Cast) -> None:
        order_id = cast.approved()
        save(cast, order_id)
        add_logo(cast, order_id, pictures.good())
        add_logo(cast, order_id, pictures.good(), name="la même")
        logo = DesignLogo.objects.get()
        assert b"PNG" not in bytes(logo.pixels)
        assert len(bytes(logo.pixels)) < 60_000
        draft = queries.design(cast.agent, order_id).draft
        assert draft is not None
        assert draft.logos == (DraftLogo(logo.id, "Nantes Métropole"),)
        edition, _paper = queries.preview(cast.agent, order_id)
        assert edition.logos[0].name == "Nantes Métropole"
        assert len(edition.logos[0].rgb) == logo.width_px * logo.height_px * 3
        proofs.remove_logo(order_id=order_id, logo_id=logo.id, **cast.by(cast.agent))
        assert queries.preview(cast.agent, order_id)[0].logos == ()

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (pictures.truncated, LogoUnreadable),
            (pictures.bomb, LogoTooHeavy),
            (pictures.pale, LogoTooPale),
            (pictures.tiny, LogoTooSmall),
            (pictures.drawing, LogoIsDrawing),
            (lambda: b"", LogoUnreadable),
        ],
    )
    def test_refuses_a_logo_that_prints_badly(self, cast: Cast, content: Callable[[], bytes], refusal: type[Refusal]) -> None:
        order_id = cast.approved()
        save(cast, order_id)
        with pytest.raises(refusal):
            add_logo(cast, order_id, content())
        assert not DesignLogo.objects.exists()

    def test_takes_four_logos_at_most_each_with_a_name(self, cast: Cast) -> None:
        order_id = cast.approved()
        save(cast, order_id)
        with pytest.raises(LogoUnnamed):
            add_logo(cast, order_id, pictures.good(), name=" ")
        for width in (800, 810, 820, 830):
            add_logo(cast, order_id, pictures.good(width=width), name=f"logo {width}")
        with pytest.raises(TooManyLogos):
            add_logo(cast, order_id, pictures.good(width=840))

    def test_refuses_a_text_that_overflows_and_says_where(self, cast: Cast) -> None:
        order_id = cast.approved()
        with pytest.raises(TextOverflows) as refused:
            save(cast, order_id, notice="Ce chèque paie une leçon ou une aide au numérique. " * 11)
        assert refused.value.facts["field"] == "notice"
        assert refused.value.facts["lines"] > refused.value.facts["most_lines"]
        with pytest.raises(TextOverflows) as refused:
            save(cast, order_id, title="W" * 100)
        assert refused.value.facts["field"] == "title"
        assert not Design.objects.exists()

    def test_refuses_a_service_of_another_programme(self, cast: Cast) -> None:
        with pytest.raises(ServiceNotOffered):
            save(cast, cast.approved(), services=(("gardening", "Jardiner"),))

    def test_begins_from_the_latest_approved_one(self, cast: Cast) -> None:
        first, second = cast.approved(), cast.approved()
        assert queries.latest_approved_draft(cast.agent, second) is None
        chosen = replace(draft_of(cast.agent, first), title="Pass de l’an dernier", paper=PaperChoice.A4)
        approved_proof(first, sender=cast.agent, approver=cast.funder, at=cast.at, draft=chosen, logos=(("Ville", pictures.good()),))
        found = queries.latest_approved_draft(cast.agent, second)
        assert found is not None
        assert (found.order_id, found.is_same_programme, found.has_same_funders) == (first, True, True)
        assert found.draft.title == "Pass de l’an dernier"
        proofs.save_design(order_id=second, draft=found.draft, **cast.by(cast.agent))
        assert queries.preview(cast.agent, second)[0].logos[0].name == "Ville"

    def test_says_whether_the_earlier_one_is_of_the_same_programme_and_paid_by_the_same(self, cast: Cast) -> None:
        first = cast.approved()
        approved_proof(first, sender=cast.agent, approver=cast.funder, at=cast.at)
        programme_id = funding.create_programme(
            terms=template_terms("nantes", first_day=date(2025, 11, 1), service_codes=("cv",)), operator_id=cast.operator_id,
            is_simulated=True, **cast.by(SYSTEM),
        )  # fmt: skip
        agent = replace(cast.agent, programme_ids=cast.agent.programme_ids | {programme_id})
        for of_programme, shares, expected in (
            (cast.programme_id, [ShareTerms(cast.department_id, portion=percent(100_00))], (True, False)),
            (programme_id, [ShareTerms(each, portion=percent(50_00)) for each in (cast.department_id, cast.metropolis_id)], (False, True)),
        ):
            with acting_as(agent):
                agreement_id = funding.sign_agreement(
                    programme_id=of_programme, name="Autre convention", signed_on=date(2025, 10, 1), account_holder="Régie",
                    iban="FR7630006000011234567890189", shares=shares, **cast.by(agent),
                )  # fmt: skip
                order_id = cast.order(programme_id=of_programme, agreement_id=agreement_id, **cast.by(agent))
                found = queries.latest_approved_draft(agent, order_id)
            assert found is not None
            assert (found.order_id, found.is_same_programme, found.has_same_funders) == (first, *expected)

    def test_is_of_its_operator_alone(self, cast: Cast) -> None:
        order_id = cast.approved()
        draft = draft_of(cast.agent, order_id)
        for actor, refusal in ((cast.stranger, OrderUnknown), (cast.funder, NotAllowed), (cast.treasurer, NotAllowed)):
            with acting_as(actor), pytest.raises(refusal):
                proofs.save_design(order_id=order_id, draft=draft, **cast.by(actor))


class TestAProof:
    def test_shows_everything_and_waits_for_another_organisation(self, cast: Cast) -> None:
        order_id, proof_id = waiting(cast)
        page = queries.proof(cast.agent, proof_id)
        assert page.line.version == 1
        assert page.content["validity"].startswith("Valable")
        assert page.content["funders"] == ["Métropole", "Département"]
        assert issuing.order(cast.agent, order_id).line.next_step is Step.WAIT_PROOF
        assert [each.subject_id for each in parties.approvals_waiting_for(actor=cast.funder)] == [proof_id]
        assert parties.approvals_waiting_for(actor=cast.approver) == []
        with acting_as(cast.funder):
            proofs.approve_proof(proof_id=proof_id, **cast.by(cast.funder))
            proofs.approve_proof(proof_id=proof_id, **cast.by(cast.funder))
        assert issuing.order(cast.agent, order_id).line.next_step is Step.DRAW
        assert queries.design(cast.agent, order_id).stage is ProofStage.APPROVED

    def test_is_sent_once_for_one_request(self, cast: Cast) -> None:
        order_id = cast.approved()
        save(cast, order_id)
        told = cast.by(cast.agent)
        assert len({proofs.send_proof(order_id=order_id, asked_of_id=cast.metropolis_id, **told) for _ in range(2)}) == 1
        with pytest.raises(ProofWaits):
            send(cast, order_id)

    def test_needs_an_approved_order_a_design_and_somebody_of_the_agreement(self, cast: Cast) -> None:
        placed = cast.order()
        save(cast, placed)
        with pytest.raises(OrderNotApproved):
            send(cast, placed)
        order_id = cast.approved()
        with pytest.raises(DesignMissing):
            send(cast, order_id)
        save(cast, order_id)
        with pytest.raises(ProofOfNobody):
            send(cast, order_id, cast.prescriber_id)

    def test_is_never_approved_by_who_sent_it(self, cast: Cast) -> None:
        _order_id, proof_id = waiting(cast, cast.operator_id)
        with pytest.raises(SamePerson):
            proofs.approve_proof(proof_id=proof_id, **cast.by(cast.agent))
        with acting_as(cast.approver):
            proofs.approve_proof(proof_id=proof_id, **cast.by(cast.approver))
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            Proof.objects.filter(id=proof_id).update(decided_by_id=cast.agent.person_id)

    def test_is_answered_by_those_who_were_asked(self, cast: Cast) -> None:
        _order_id, proof_id = waiting(cast)
        for actor, refusal in (
            (cast.approver, ProofUnknown), (cast.stranger, ProofUnknown), (cast.treasurer, NotAllowed), (unproved(cast.funder), SecondFactorNeeded),
        ):  # fmt: skip
            with acting_as(actor), pytest.raises(refusal):
                proofs.approve_proof(proof_id=proof_id, **cast.by(actor))
        with acting_as(cast.stranger), pytest.raises(ProofUnknown):
            queries.proof(cast.stranger, proof_id)

    def test_comes_back_with_remarks_then_as_another_version(self, cast: Cast) -> None:
        order_id, proof_id = waiting(cast)
        with acting_as(cast.funder):
            with pytest.raises(ReasonMissing):
                proofs.return_proof(proof_id=proof_id, remarks=" ", **cast.by(cast.funder))
            proofs.return_proof(proof_id=proof_id, remarks="Écrivez Nantes Métropole en entier.", **cast.by(cast.funder))
            with pytest.raises(ProofAnswered):
                proofs.approve_proof(proof_id=proof_id, **cast.by(cast.funder))
        page = queries.design(cast.agent, order_id)
        assert page.stage is ProofStage.RETURNED
        assert page.proofs[0].remarks == "Écrivez Nantes Métropole en entier."
        assert issuing.order(cast.agent, order_id).line.next_step is Step.MAKE_PROOF
        save(cast, order_id, funders=("Nantes Métropole", "Département"), paper=PaperChoice.A4)
        second = queries.proof(cast.agent, send(cast, order_id))
        assert second.line.version == 2
        assert [(each.field, each.before, each.now) for each in second.changes] == [
            ("funders", ["Métropole", "Département"], ["Nantes Métropole", "Département"]),
            ("paper", "DL", "A4"),
        ]

    def test_is_taken_back_to_be_corrected(self, cast: Cast) -> None:
        order_id, proof_id = waiting(cast)
        with pytest.raises(ProofWaits):
            save(cast, order_id, title="Autre titre")
        for _ in range(2):
            proofs.withdraw_proof(proof_id=proof_id, **cast.by(cast.agent))
        assert parties.approvals_waiting_for(actor=cast.funder) == []
        with acting_as(cast.funder), pytest.raises(ProofAnswered):
            proofs.approve_proof(proof_id=proof_id, **cast.by(cast.funder))
        save(cast, order_id, title="Autre titre")
        assert queries.proof(cast.agent, send(cast, order_id)).changes[0].now == "Autre titre"

    def test_that_would_show_something_else_today_is_refused(self, cast: Cast) -> None:
        _order_id, proof_id = waiting(cast)
        longer(cast)
        with acting_as(cast.funder):
            with pytest.raises(ApprovalChanged):
                proofs.approve_proof(proof_id=proof_id, **cast.by(cast.funder))
            proofs.return_proof(proof_id=proof_id, remarks="Les dates ont changé.", **cast.by(cast.funder))

    def test_tells_both_sides_and_the_journal(self, cast: Cast) -> None:
        order_id, proof_id = waiting(cast)
        with acting_as(cast.funder):
            proofs.approve_proof(proof_id=proof_id, **cast.by(cast.funder))
        proofs.reopen_design(order_id=order_id, reason="Un logo manque.", **cast.by(cast.agent))
        told = list(Notice.objects.filter(kind__startswith="issuing.proof").order_by("id").values_list("kind", "to_organisation_id"))
        assert told == [
            ("issuing.proof-waits", cast.metropolis_id),
            ("issuing.proof-answered", cast.operator_id),
            ("issuing.proof-reopened", cast.metropolis_id),
        ]
        lines = journal.lines(programme_id=cast.programme_id, subject=("order", order_id))
        actions = {line.action for line in lines}
        assert {"issuing.design-saved", "issuing.proof-sent", "issuing.proof-approved", "issuing.proof-reopened"} <= actions
        assert not [line for line in lines if "Métropole" in str(line.facts)]


def longer(cast: Cast) -> None:
    """The programme's vouchers are good for a month more."""
    terms = funding_queries.programme(cast.programme_id).terms
    assert terms.windows.printed_until is not None
    later = replace(terms, windows=replace(terms.windows, printed_until=terms.windows.printed_until + timedelta(days=30)))
    funding.change_programme(programme_id=cast.programme_id, terms=later, **cast.by(cast.agent))


class TestWhatWasApproved:
    def test_is_what_is_printed_and_nothing_is_without_it(self, cast: Cast, tmp_path: Path) -> None:
        order_id = cast.approved()
        cast.run(operations.draw_order(order_id=order_id, **cast.by(cast.agent)))
        assert issuing.order(cast.agent, order_id).line.next_step is Step.MAKE_PROOF
        for ask in (
            lambda: operations.print_order(order_id=order_id, **cast.by(cast.agent)),
            lambda: operations.export_print_files(order_id=order_id, folder=tmp_path, **cast.by(cast.agent)),
        ):
            with pytest.raises(ProofNotApproved):
                ask()
        approved_proof(
            order_id, sender=cast.agent, approver=cast.funder, at=cast.at,
            draft=replace(draft_of(cast.agent, order_id), title="Titre approuvé"), logos=(("Ville", pictures.good()),),
        )  # fmt: skip
        approved = proofs.approved_edition(Order.objects.get(id=order_id))
        assert approved.edition.title == "Titre approuvé"
        assert [logo.name for logo in approved.edition.logos] == ["Ville"]
        assert issuing.order(cast.agent, order_id).line.next_step is Step.PRINT
        written = operations.export_print_files(order_id=order_id, folder=tmp_path, **cast.by(cast.agent))
        assert written[0].stat().st_size > 1000

    def test_is_frozen_by_the_database(self, cast: Cast) -> None:
        order_id = cast.proved()
        with pytest.raises(DesignFrozen):
            save(cast, order_id, title="Autre")
        for statement in (
            "UPDATE issuing_design SET title = 'Autre' WHERE order_id = %s",
            "DELETE FROM issuing_design WHERE order_id = %s",
            "UPDATE issuing_proof SET content = '{}' WHERE order_id = %s",
            "UPDATE issuing_proof SET decision = 'RETURNED', remarks = 'x' WHERE order_id = %s",
            "DELETE FROM issuing_proof WHERE order_id = %s",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [order_id])

    def test_is_opened_again_only_before_anything_is_printed(self, cast: Cast) -> None:
        order_id = cast.proved()
        proofs.reopen_design(order_id=order_id, reason="La ville change de nom.", **cast.by(cast.agent))
        assert issuing.order(cast.agent, order_id).line.next_step is Step.MAKE_PROOF
        save(cast, order_id, title="Nouveau titre")
        send(cast, order_id, cast.operator_id)
        (latest, first) = queries.design(cast.agent, order_id).proofs
        assert (latest.version, first.decision, first.is_standing) == (2, ProofDecision.APPROVED, False)
        printed = cast.drawn()
        operations.print_order(order_id=printed, **cast.by(cast.agent))
        with pytest.raises(PrintingBegun):
            proofs.reopen_design(order_id=printed, reason="Trop tard", **cast.by(cast.agent))

    def test_is_done_again_when_the_dates_changed_since(self, cast: Cast, tmp_path: Path) -> None:
        order_id = cast.proved()
        longer(cast)
        cast.run(operations.draw_order(order_id=order_id, **cast.by(cast.agent)))
        with pytest.raises(ProofOutdated) as refused:
            operations.export_print_files(order_id=order_id, folder=tmp_path, **cast.by(cast.agent))
        assert refused.value.facts["fields"] == ("validity",)
        proofs.reopen_design(order_id=order_id, reason="Les dates.", **cast.by(cast.agent))
        proof_id = send(cast, order_id)
        assert [each.field for each in queries.proof(cast.agent, proof_id).changes] == ["validity"]

    def test_needs_no_proof_once_printed_before_there_were_any(self, cast: Cast, tmp_path: Path) -> None:
        order_id = cast.approved()
        cast.run(operations.draw_order(order_id=order_id, **cast.by(cast.agent)))
        operations.record_printed(order_id=order_id, reference="BAT-0", **cast.by(cast.agent))
        assert issuing.order(cast.agent, order_id).line.next_step is Step.DESTROY_SEED
        assert operations.export_print_files(order_id=order_id, folder=tmp_path, **cast.by(cast.agent))

    def test_saying_that_it_is_printed_is_no_way_around_one(self, cast: Cast) -> None:
        order_id = cast.approved()
        cast.run(operations.draw_order(order_id=order_id, **cast.by(cast.agent)))
        operations.record_printed(order_id=order_id, reference="BL", **cast.by(cast.agent))
        shop = shop_of(cast)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE funding_programme SET is_simulated = false WHERE id = %s", [cast.programme_id])
        with pytest.raises(ProofNotApproved):
            operations.print_order(order_id=order_id, print_shop_id=shop.id, **cast.by(cast.agent))


def test_a_proof_of_another_programme_is_nobodys(cast: Cast) -> None:
    order_id = cast.approved()
    save(cast, order_id)
    add_logo(cast, order_id, pictures.good())
    proof_id = send(cast, order_id)
    abroad = replace(cast.stranger, programme_ids=frozenset())
    with acting_as(abroad):
        assert queries.proofs(abroad) == []
        assert not Proof.objects.filter(id=proof_id).exists()
        assert not Design.objects.exists()
        assert not DesignLogo.objects.exists()


def test_a_scenario_sends_a_proof_that_waits(cast: Cast) -> None:
    proof_id = sent_proof(cast.approved(), sender=cast.agent, asked_of_id=cast.department_id, at=cast.at)
    assert queries.proof(cast.agent, proof_id).line.asked_of == "Département"


def test_the_demonstration_leaves_one_waiting_for_its_funder_and_one_sent_back(cast: Cast) -> None:
    people = {Role.OPERATOR_ADMIN: cast.agent, Role.APPROVER: cast.approver}
    played = SimpleNamespace(
        programme_id=cast.programme_id,
        agreement_id=cast.agreement_id,
        cast=SimpleNamespace(actor=lambda role, _programme_id, _at: people[role], funder_ids={"Métropole": cast.metropolis_id}),
    )
    leave_proofs(played, at=cast.at)  # type: ignore[arg-type]
    found = {each.decision: each for each in queries.proofs(cast.agent)}
    assert found[None].asked_of == "Métropole"
    assert "logo" in found[ProofDecision.RETURNED].remarks
    assert [each["name"] for each in queries.proof(cast.agent, found[None].id).content["logos"]] == ["Métropole"]
