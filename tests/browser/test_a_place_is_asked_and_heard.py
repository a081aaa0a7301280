"""A signal, a question, money that waits, an answer, another person who lets go, and the place is paid; and a decision that an appeal undoes."""

import re
from datetime import date, timedelta
from uuid import uuid4

from playwright.sync_api import Page

from carnet.controls.models import Signal
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.redemption.models import Redemption
from carnet.redemption.rules import parse_redemption_number
from carnet.settlement import operations as settlement
from carnet.settlement.models import Claim, ClaimLine, Transfer
from tests.browser.conftest import PHONE, TODAY, Site, said
from tests.browser.test_a_place_disputes_a_mistake import accept

NEXT_DAY = TODAY + timedelta(days=1)


def noticed(address: str) -> int:
    """What a rule would have noticed of the day at the place of this redemption: the rule's own test is in tests/controls."""
    series_id, voucher_id, generation = parse_redemption_number(address.strip("/").rpartition("/")[2])
    with acting_as_everything(why="a signal to begin with"):
        taken = Redemption.objects.get(series_id=series_id, voucher_id=voucher_id, generation=generation)
        return Signal.objects.create(
            programme_id=taken.programme_id, organisation_id=taken.organisation_id, place_id=taken.place_id, rule="beyond-seats",
            from_on=date(2026, 3, 18), until_on=date(2026, 3, 19), facts={"seats": 1, "booklets": 2}, threshold=150, cents=2000, noticed_at=TODAY,
        ).id  # fmt: skip


def ask(treasurer: Page, signal_id: int, *, hold: str) -> str:
    """A question asked from a signal; the address of its case."""
    treasurer.goto(f"/operator/cases/new/?signal={signal_id}")
    treasurer.get_by_label("Ce que vous avez vu").fill("Deux chèques pour une place annoncée.")
    treasurer.get_by_label("La question, comme le lieu la lira").fill("Comment s’est passée la leçon du 18 mars ?")
    treasurer.get_by_label(hold).check()
    treasurer.get_by_role("button", name="Ouvrir le dossier").click()
    assert "Le dossier est ouvert. Le lieu est prévenu." in said(treasurer)
    return treasurer.url.removeprefix(treasurer.url.split("/operator/")[0])


def decide(page: Page, address: str, verb: str, *, choice: str, found: str, words: str) -> None:
    page.goto(address)
    page.get_by_role("link", name=verb, exact=True).click()
    page.get_by_label(choice).check()
    page.get_by_label(found).check()
    page.get_by_label("Vos raisons, pour le lieu").fill(words)
    page.locator("main form button").last.click()
    assert "C’est décidé." in said(page)


def test_asked_heard_released_and_paid(site: Site) -> None:
    place = site.become("PLACE_MANAGER", width=PHONE)
    taken = [accept(place, code) for code in site.codes[:2]]
    site.it_is(NEXT_DAY)

    treasurer = site.become("TREASURER")
    address = ask(treasurer, noticed(taken[0]), hold="Retenir les passages en question")
    number = address.strip("/").rpartition("/")[2]
    assert "Plus de monde que de places" in said(treasurer)

    # The place reads it on its telephone: what is asked, how much waits, until when.
    place.goto("/place/")
    assert "L’opérateur vous pose une question" in said(place)
    place.goto(f"/place/cases/{number}/")
    told = said(place)
    assert "Rien n’est décidé." in told
    assert re.search(r"[0-9]+ chèques, [0-9]+,00 € en attente\.", told)
    assert "Vos autres paiements continuent." in told
    assert "Deux chèques pour une place" not in told
    place.get_by_role("link", name="Répondre").click()
    place.get_by_label("Votre réponse").fill("Une personne est venue avec sa voisine.")
    place.get_by_label("Je voudrais un appel").check()
    place.get_by_role("button", name="Envoyer ma réponse").click()
    assert "Votre réponse est envoyée." in said(place)

    # Whoever opened it has no way to decide; somebody else does.
    treasurer.goto(address)
    assert treasurer.get_by_role("link", name="Décider", exact=True).count() == 0
    approver = site.become("APPROVER")
    decide(
        approver, address, "Décider", choice="Rien n’est repris : tout est payé", found="Tout était en ordre", words="La voisine compte aussi.",
    )  # fmt: skip
    place.goto(f"/place/cases/{number}/")
    assert "La voisine compte aussi." in said(place)
    assert "en attente" not in said(place)

    # And with April, the money comes.
    assert paid_with_april(site, taken[0]) == "PENDING"


def paid_with_april(site: Site, address: str) -> str:
    """The state of the transfer that pays a redemption, once the month was counted and its run prepared."""
    at = TODAY.replace(month=4, day=7)
    key = dict(zip(("series_id", "voucher_id", "generation"), parse_redemption_number(address.strip("/").rpartition("/")[2]), strict=True))
    with acting_as_everything(why="whose it is"):
        programme_id = Redemption.objects.get(**key).programme_id
        operator_id = funding.programme(programme_id).operator_id
    treasurer = Actor(
        kind="person", label="treasurer", person_id=int(site.person("TREASURER")["person_id"]), organisation_id=operator_id,
        organisation_ids=frozenset({operator_id}), programme_ids=frozenset({programme_id}), roles=frozenset({"TREASURER"}), proved_at=at,
    )  # fmt: skip
    with acting_as(treasurer):
        settlement.build_claims(programme_id=programme_id, actor=treasurer, request_id=uuid4(), at=at)
        line = ClaimLine.objects.get(**key)
        agreement_id = Claim.objects.get(id=line.claim_id).agreement_id
        settlement.prepare_run(agreement_id=agreement_id, actor=treasurer, request_id=uuid4(), at=at)
        return Transfer.objects.get(claim_id=line.claim_id).state


def test_a_decision_to_take_back_is_undone_by_a_third_person(site: Site) -> None:
    place = site.become("PLACE_MANAGER", width=PHONE)
    taken = [accept(place, code) for code in site.codes[:2]]
    site.it_is(NEXT_DAY)
    treasurer, approver = site.become("TREASURER"), site.become("APPROVER")
    address = ask(treasurer, noticed(taken[0]), hold="Retenir les passages en question")
    own = f"/place/cases/{address.strip('/').rpartition('/')[2]}/"
    place.goto(f"{own}answer/")
    place.get_by_label("Votre réponse").fill("Je ne me souviens plus.")
    place.get_by_role("button", name="Envoyer ma réponse").click()
    decide(
        approver, address, "Décider", choice="Tout est repris", found="Des erreurs, sans intention", words="Une seule place, aucune feuille.",
    )  # fmt: skip

    place.goto(own)
    assert "Vous pouvez faire un recours" in said(place)
    place.get_by_role("link", name="Faire un recours").click()
    place.get_by_label("Pourquoi la décision devrait changer").fill("La feuille de présence est retrouvée.")
    place.get_by_role("button", name="Envoyer mon recours").click()
    assert "Une personne qui n’a ni ouvert ni décidé ce dossier va répondre." in said(place)

    # Neither who opened nor who decided; a third person.
    for page in (treasurer, approver):
        page.goto(address)
        assert page.get_by_role("link", name="Répondre au recours").count() == 0
    third = site.become("OPERATOR_ADMIN")
    decide(
        third, address, "Répondre au recours", choice="Rien n’est repris : tout est payé", found="Tout était en ordre",
        words="La feuille le montre.",
    )  # fmt: skip
    place.goto(own)
    assert "La feuille le montre." in said(place)
    assert "en attente" not in said(place)
