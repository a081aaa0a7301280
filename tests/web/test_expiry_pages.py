"""The end of a season by screen: the operator and the funders go through it step by step, a desk lead and an auditor read their part."""

import io
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.kernel.periods import legal_day
from carnet.settlement.models import CreditNote, Expiry, JointStatement
from carnet.settlement.rules.expiry import ExpiryStep as Step
from tests.factories.campaign import NOW
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday
from tests.settlement.test_expiry import Ending
from tests.settlement.test_expiry import ending as ending
from tests.web.test_operator_payments import person, send, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(ending: Ending, settings: Any) -> tuple[Ending, dict[str, Client]]:
    """The operator's administrator and approver, two funders and the desk's lead, each at a browser, on the day of the alert."""
    settings.CARNET_CLOCK = ending.day(Step.ALERT)
    campaign = ending.campaign
    people = {
        "admin": person(NOW, campaign.operator_id, "OPERATOR_ADMIN"),
        "approver": person(NOW, campaign.operator_id, "APPROVER"),
        "first": person(NOW, campaign.funder_ids[0], "FUNDER"),
        "second": person(NOW, campaign.funder_ids[1], "FUNDER"),
        "lead": person(NOW, campaign.prescriber_id, "PRESCRIBER_LEAD"),
    }
    return ending, people


def test_a_season_ends_by_screen(office: tuple[Ending, dict[str, Client]], settings: Any) -> None:
    ending, people = office
    home = f"/operator/expiry/{ending.id}/"
    admin, first = people["admin"], people["first"]

    def on(step: Step) -> None:
        settings.CARNET_CLOCK = ending.day(step)
        ending.call(settings.CARNET_CLOCK)

    assert "Prévenir : la fin approche" in text_of(admin.get("/operator/"))
    assert "Voir et confirmer" in text_of(admin.get(home))
    asked = text_of(admin.get(f"{home}steps/alert/"))
    assert "Les financeurs reçoivent les chiffres" in asked
    assert "8 remis, dont 2 commencés ; 0 pas remis" in asked
    assert send(admin, f"{home}steps/alert/").status_code == 302
    # Not its day yet, and the sentence says which day.
    early = send(admin, f"{home}steps/stop/", stops_on=legal_day(ending.day(Step.STOP)).isoformat())
    assert early.status_code == 422
    assert "se confirme à partir du" in text_of(early)

    on(Step.STOP)
    assert "Fin de validité : Arrêter les remises" in text_of(first.get("/funder/"))
    tomorrow = legal_day(ending.day(Step.STOP)) + timedelta(days=1)
    assert send(first, f"/funder/expiry/{ending.id}/steps/stop/", stops_on=tomorrow.isoformat()).status_code == 302
    lead = text_of(people["lead"].get("/prescriber/season-end/"))
    assert "Dernier jour pour remettre : la veille" in lead
    settings.CARNET_CLOCK = ending.day(Step.STOP) + timedelta(days=1)
    assert "La remise est arrêtée" in text_of(people["lead"].get("/prescriber/season-end/"))

    on(Step.CONFIRM)
    assert send(admin, f"{home}steps/confirm/", reason="").status_code == 422
    assert send(people["second"], f"/funder/expiry/{ending.id}/steps/confirm/").status_code == 302
    for step in (Step.PRINTED_END, Step.ACCEPTANCE_END, Step.STATEMENT):
        on(step)
        assert send(admin, f"{home}steps/{step.value.lower()}/").status_code == 302

    _sign_contest_and_sign_again(ending, people)
    _credited(ending, people)


def _sign_contest_and_sign_again(ending: Ending, people: dict[str, Client]) -> None:
    with acting_as_everything(why="read"):
        own, other = JointStatement.objects.order_by("funder_id")
    first, second, approver = people["first"], people["second"], people["approver"]
    read = text_of(first.get(f"/funder/joint-statements/{own.id}/"))
    assert "À vous rendre" in read
    assert "165,00 €" in read
    assert first.get(f"/funder/joint-statements/{other.id}/").status_code == 404
    assert send(first, f"/funder/joint-statements/{own.id}/contest/", reason="Il manque un versement").status_code == 302
    assert "contesté" in text_of(people["admin"].get(f"/operator/expiry/{ending.id}/"))
    assert send(people["admin"], f"/operator/expiry/{ending.id}/redraw/").status_code == 302
    with acting_as_everything(why="read"):
        living = list(JointStatement.objects.filter(withdrawn_at=None).order_by("funder_id"))
    for row, funder in zip(living, (first, second), strict=True):
        digest = bytes(row.digest).hex()
        assert send(approver, f"/operator/joint-statements/{row.id}/sign/", digest=digest).status_code == 422  # it must be ticked
        assert send(approver, f"/operator/joint-statements/{row.id}/sign/", digest=digest, read="on").status_code == 302
        assert send(funder, f"/funder/joint-statements/{row.id}/sign/", digest=digest, read="on").status_code == 302
        paper = funder.get(f"/funder/joint-statements/{row.id}/paper.pdf").content
        assert paper == approver.get(f"/operator/joint-statements/{row.id}/paper.pdf").content
        page = pypdfium2.PdfDocument(io.BytesIO(paper))[0].get_textpage().get_text_range()
        assert "État contradictoire" in page
        assert "Signé à l’écran" in page
        assert "Approver" in page and "Funder" in page  # who signed for each side
        assert b"pdfuaid" in paper


def _credited(ending: Ending, people: dict[str, Client]) -> None:
    admin, approver, first = people["admin"], people["approver"], people["first"]
    closing = f"/operator/closings/agreements/{ending.campaign.agreement_id}/"
    still = text_of(admin.get(closing))
    assert "70,00 € sont encore dus aux lieux" in still
    url = send(admin, f"{closing}prepare/")["Location"]
    assert send(approver, f"{url}approve/").status_code == 302
    assert send(admin, f"{url}repaid/", reference="VIR 1", paid_on="2027-03-01").status_code == 302
    with acting_as_everything(why="read"):
        notes = list(CreditNote.objects.order_by("number"))
    assert [each.number for each in notes] == [1, 2]
    paper = first.get(f"/funder/credit-notes/{notes[0].id}.pdf").content
    text = pypdfium2.PdfDocument(io.BytesIO(paper))[0].get_textpage().get_text_range()
    assert notes[0].content["number"] in text
    assert "Les frais ne sont pas remboursés" in text
    assert first.get(f"/funder/credit-notes/{notes[1].id}.pdf").status_code == 404
    assert "Terminée" in text_of(first.get("/funder/expiry/"))


def test_a_day_is_moved_by_the_administrator_with_a_reason(office: tuple[Ending, dict[str, Client]]) -> None:
    ending, people = office
    url = f"/operator/expiry/{ending.id}/move/acceptance_end/"
    later = legal_day(ending.day(Step.ACCEPTANCE_END)) + timedelta(days=10)
    assert people["approver"].get(url).status_code == 403
    assert send(people["admin"], url, to_on=later.isoformat(), reason="").status_code == 422
    assert "jamais avancée" in text_of(send(people["admin"], url, to_on=(later - timedelta(days=20)).isoformat(), reason="essai"))
    assert send(people["admin"], url, to_on=later.isoformat(), reason="Inondation").status_code == 302
    assert "Inondation" in text_of(people["second"].get(f"/funder/expiry/{ending.id}/"))


def test_a_step_that_does_not_exist_and_a_stranger_get_nothing(office: tuple[Ending, dict[str, Client]]) -> None:
    ending, people = office
    assert people["admin"].get(f"/operator/expiry/{ending.id}/steps/other/").status_code == 404
    with acting_as_everything(why="another number"):
        unknown = Expiry.objects.order_by("-id").values_list("id", flat=True)[0] + 1
    assert people["first"].get(f"/funder/expiry/{unknown}/").status_code == 404
    assert people["lead"].get(f"/operator/expiry/{ending.id}/").status_code == 403
