"""A plan on the screen: made, tried otherwise, kept, taken away, ordered; who may, and who sees nothing."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from carnet.distribution import operations as distribution
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing.models import Order
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.rules import Role
from carnet.places.models import Place
from carnet.planning.models import AllotmentPlan, PlanDestination, PlanOrder, PlanVersion
from carnet.planning.operations import plan_runs, plans
from carnet.planning.queries import plan_orders
from carnet.planning.rules.plans import PlanOverBudget, VersionState
from tests.factories.campaign import NOW, SYSTEM, accept, organisation, place
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.season import TODAY, Season
from tests.web.season import season as season

pytestmark = pytest.mark.django_db

ASKED = {
    "budget": "5000",
    "floor": "1",
    "priority_percent": "0",
    "minutes_max": "30",
    "desk_minimum": "0",
    "desk_maximum": "",
}
NEW = ASKED | {"name": "Automne", "territory": "44", "mode": "car", "seats_assumed": "8"}


@dataclass
class Offices:
    """An operator and a funder of one season, whose desks are at Nantes and Châteaubriant, and whose places too."""

    season: Season
    admin: Client
    approver: Client
    funder: Client
    stranger: Client
    desk_ids: tuple[int, int]

    @property
    def programme_id(self) -> int:
        return self.season.campaign.programme_id

    def make(self, client: Client | None = None, **more: str) -> str:
        """Begin a plan; the address of its first version."""
        given = NEW | {"programme": str(self.programme_id), "request_id": str(uuid4())} | more
        answer = (client or self.admin).post("/need/plans/new/", given)
        assert answer.status_code == 302, text_of(answer.content.decode())
        return str(answer["Location"])

    def row(self, url: str) -> PlanVersion:
        plan_id, number = map(int, re.findall(r"\d+", url)[:2])
        with acting_as(programme_ids=[self.programme_id]):
            return PlanVersion.objects.get(plan_id=plan_id, number=number)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").replace("\u202f", " ")


def desk(name: str, postcode: str, city: str, operator_id: int) -> int:
    return parties.create_organisation(
        name=name, kinds=["PRESCRIBER"], street="1 place", postcode=postcode, city=city, is_simulated=True, registered_by=operator_id,
        actor=SYSTEM, request_id=uuid4(), at=NOW,
    )  # fmt: skip


@pytest.fixture
def offices(season: Season) -> Offices:
    made = season.campaign

    def enter(role: str, organisation_id: int) -> Client:
        email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
        person_id = parties.enrol_member(
            organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD,
            actor=SYSTEM, request_id=uuid4(), at=NOW,
        )  # fmt: skip
        parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
        return come_in(Client(), email)

    ids = (
        desk("Maison de Nantes", "44000", "Nantes", made.operator_id),
        desk("Mairie de Châteaubriant", "44110", "Châteaubriant", made.operator_id),
    )
    with acting_as_everything(why="desks of a plan"):
        for desk_id in ids:
            distribution.join_programme(programme_id=made.programme_id, organisation_id=desk_id, actor=SYSTEM, request_id=uuid4(), at=NOW)
        far = place("Médiathèque de Châteaubriant", None)
        Place.objects.filter(id=far).update(latitude=47.717, longitude=-1.376, commune_code="44036", commune="Châteaubriant")
        accept(far, made.programme_id)
    return Offices(
        season=season,
        admin=enter("OPERATOR_ADMIN", made.operator_id),
        approver=enter("APPROVER", made.operator_id),
        funder=enter("FUNDER", made.funder_ids[0]),
        stranger=enter("OPERATOR_ADMIN", organisation("Ailleurs", "OPERATOR")),
        desk_ids=ids,
    )


def test_a_plan_is_made_in_one_form_and_read_beside_both_other_methods(offices: Offices) -> None:
    assert "Aucun plan" in offices.admin.get("/need/plans/").content.decode()
    url = offices.make()
    page = offices.admin.get(url).content.decode()
    assert len(page.encode()) < 100_000
    told = text_of(page)
    for words in (
        "Au mieux",
        "Par habitant",
        "Part fixe et part sociale",
        "C’est prouvé",
        "Besoin couvert",
        "Ce que coûte chaque garantie",
    ):
        assert words in told
    assert "Avec un dixième de budget en plus" in told
    # The desk without an address is said to be left out.
    assert "laissés de côté" in told
    row = offices.row(url)
    best = row.result["methods"]["OPTIMAL"]
    others = [row.result["methods"][name]["worth"] for name in ("PER_HEAD", "FORMULA")]
    assert best["worth"] >= max(others)
    assert sum(each[2] for each in best["handed"]) * 5_000 <= 500_000
    assert "Automne" in offices.funder.get("/need/plans/").content.decode()


def test_a_change_is_another_version_that_says_what_it_changed(offices: Offices) -> None:
    url = offices.make()
    desk_code = f"o{offices.desk_ids[1]}"
    page = offices.admin.get(f"{url}try/?without={desk_code}").content.decode()
    assert re.search(rf'value="{desk_code}"[^>]*checked', page)
    given = ASKED | {"budget": "10000", "closed": [desk_code], "new_commune": "Clisson", "new_people": "30", "request_id": str(uuid4())}
    answer = offices.admin.post(f"{url}try/", given)
    assert answer.status_code == 302
    told = text_of(offices.admin.get(answer["Location"]).content.decode())
    assert "Budget : 10 000 € au lieu de 5 000 €" in told
    assert "Fermé : Mairie de Châteaubriant" in told
    assert "Lieu ajouté à Clisson" in told
    assert "Ce que cela change : +" in told
    row = offices.row(answer["Location"])
    assert (row.number, row.from_number) == (2, 1)
    assert row.problem["yardstick"] == offices.row(url).problem["yardstick"] == 100
    # Sent again, it is done once; what is closed is open again from the first version.
    assert offices.admin.post(f"{url}try/", given)["Location"] == answer["Location"]
    again = offices.admin.post(f"{answer['Location']}try/", ASKED | {"added": [], "request_id": str(uuid4())})
    assert "Rouvert : Mairie de Châteaubriant" in text_of(offices.admin.get(again["Location"]).content.decode())


def test_guarantees_that_contradict_each_other_are_named(offices: Offices) -> None:
    url = offices.make(budget="100", floor="3", seats_assumed="500")
    told = text_of(offices.admin.get(url).content.decode())
    assert offices.row(url).state == VersionState.FAILED
    assert "Ces garanties se contredisent" in told
    assert "les carnets promis à chaque commune" in told
    assert "le budget" in told
    assert offices.admin.post(f"{url}keep/").status_code == 409
    assert offices.admin.get(f"{url}desks.csv").status_code == 404


def test_a_version_is_taken_away_as_files_that_say_the_same(offices: Offices) -> None:
    url = offices.make()
    row = offices.row(url)
    handed = sum(each[2] for each in row.result["methods"]["OPTIMAL"]["handed"])
    csv = b"".join(offices.admin.get(f"{url}desks.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert sum(int(line.split(";")[2]) for line in csv[1:]) == handed
    communes = b"".join(offices.admin.get(f"{url}communes.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert sum(int(line.split(";")[5]) for line in communes[1:]) == handed
    assert b"".join(offices.admin.get(f"{url}communes.ods").streaming_content)[:2] == b"PK"
    kept = json.loads(offices.admin.get(f"{url}plan.json").content)
    assert kept["digest"] == row.digest
    assert kept["answer"]["methods"].keys() == {"OPTIMAL", "PER_HEAD", "FORMULA"}
    assert offices.admin.get(f"{url}plan.pdf").content[:5] == b"%PDF-"
    drawn = offices.admin.get(f"{url}map-optimal.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert drawn.content.startswith(b"<svg")
    assert offices.admin.get(f"{url}map-nothing.svg").status_code == 404
    assert offices.admin.get(f"{url}desks.exe").status_code == 404


def test_a_kept_version_becomes_an_order_that_says_where_each_booklet_goes(offices: Offices) -> None:
    url = offices.make()
    agreement = {"agreement": str(offices.season.campaign.agreement_id)}
    early = offices.admin.post(f"{url}order/", agreement | {"request_id": str(uuid4())})
    assert early.status_code == 422
    assert "Gardez d’abord cette version" in early.content.decode()
    assert offices.admin.post(f"{url}keep/").status_code == 302
    assert "Commander ces carnets" in offices.admin.get(url).content.decode()
    asked = agreement | {"request_id": str(uuid4())}
    answer = offices.admin.post(f"{url}order/", asked)
    assert answer.status_code == 302, text_of(answer.content.decode())
    assert offices.admin.post(f"{url}order/", asked)["Location"] == answer["Location"]
    with acting_as(programme_ids=[offices.programme_id]):
        order = Order.objects.latest("id")
        sent = {row.organisation_id: row.booklet_count for row in PlanDestination.objects.all()}
    by_desk: dict[int, int] = {}
    for point, _commune, booklets, _minutes in offices.row(url).result["methods"]["OPTIMAL"]["handed"]:
        by_desk[int(point[1:])] = by_desk.get(int(point[1:]), 0) + booklets
    assert sent == by_desk
    assert order.booklet_count == sum(sent.values())
    assert order.approved_at is None
    page = text_of(offices.admin.get(answer["Location"]).content.decode())
    assert "Automne" in page
    assert "Commander ces carnets" not in offices.admin.get(url).content.decode(), "ordered already"
    for name in ("Maison de Nantes", "Mairie de Châteaubriant"):
        assert name in page
    # The same plan is not ordered twice; refused by the second person, it may be.
    again = offices.admin.post(f"{url}order/", agreement | {"request_id": str(uuid4())})
    assert "a déjà sa commande" in again.content.decode()
    assert offices.admin.post(f"/operator/orders/{order.id}/decide/", {"request_id": str(uuid4()), "answer": "yes"}).status_code in (
        302,
        403,
        409,
        422,
    )
    with acting_as(programme_ids=[offices.programme_id]):
        order.refresh_from_db()
    assert order.approved_at is None, "whoever ordered never approves"


def test_a_funder_plans_and_never_orders_and_a_stranger_sees_nothing(offices: Offices) -> None:
    url = offices.make(offices.funder, name="Vu du financeur")
    assert offices.funder.post(f"{url}keep/").status_code == 302
    assert offices.funder.get(f"{url}order/").status_code == 403
    assert "Vu du financeur" in offices.admin.get("/need/plans/").content.decode()
    assert "Vu du financeur" not in offices.stranger.get("/need/plans/").content.decode()
    for page in ("", "plan.json", "plan.pdf", "desks.csv", "map-optimal.svg", "try/", "keep/", "order/"):
        assert offices.stranger.get(f"{url}{page}").status_code == 404
    refused = offices.stranger.post("/need/plans/new/", NEW | {"programme": str(offices.programme_id), "request_id": str(uuid4())})
    assert refused.status_code == 422


def test_what_was_asked_and_answered_cannot_be_changed(offices: Offices) -> None:
    url = offices.make()
    row = offices.row(url)
    with acting_as(programme_ids=[offices.programme_id]):
        for change in ({"asked": {}}, {"problem": {}}, {"result": {}}, {"digest": "0" * 64}):
            with pytest.raises(DatabaseError), transaction.atomic():
                PlanVersion.objects.filter(id=row.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            PlanVersion.objects.filter(id=row.pk).delete()
    offices.admin.post(f"{url}keep/")
    with acting_as(programme_ids=[offices.programme_id]):
        for change in ({"kept_at": None, "kept_by_id": None}, {"done": 0}, {"error": "x"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                PlanVersion.objects.filter(id=row.pk).update(**change)
        for model in (AllotmentPlan, PlanOrder, PlanDestination):
            with pytest.raises(DatabaseError), transaction.atomic():
                model.objects.update(programme_id=0) if model.objects.exists() else model.objects.raw(
                    "TRUNCATE planning_planorder"
                ).__len__()  # type: ignore[attr-defined]


def test_a_waiting_version_is_answered_by_whoever_comes_first(offices: Offices, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too large to be answered at once, it waits; the page answers it where no worker does, and once only."""
    monkeypatch.setattr("carnet.web.need.plans.views.AT_ONCE_MAX", 0)
    url = offices.make()
    row = offices.row(url)
    assert row.state == VersionState.WAITING
    page = offices.admin.get(url).content.decode()
    assert "data-goes-on" in page
    assert "Étape 0 sur" in text_of(page)
    asked = {"version_id": row.pk, "programme_id": offices.programme_id}
    with acting_as(programme_ids=[offices.programme_id]):
        PlanVersion.objects.filter(id=row.pk).update(state=VersionState.RUNNING.value, taken_at=TODAY)
    assert plan_runs.run_version(**asked, at=TODAY) is VersionState.RUNNING, "somebody is at it"
    with acting_as(programme_ids=[offices.programme_id]):
        PlanVersion.objects.filter(id=row.pk).update(taken_at=NOW)
    steps: list[tuple[int, int]] = []
    assert plan_runs.run_version(**asked, at=TODAY, progress=lambda done, total: steps.append((done, total))) is VersionState.DONE
    assert steps == sorted(steps)
    answered = offices.row(url)
    assert answered.done == answered.total
    assert offices.admin.post(url).status_code == 302
    assert offices.row(url).result == answered.result


def test_the_same_ground_gives_the_same_answer(offices: Offices) -> None:
    """Two plans made alike answer alike: what was kept is enough to compute it again."""
    first, second = (offices.row(offices.make(name=name)) for name in ("Un", "Deux"))
    assert first.digest == second.digest
    without_time = [{key: value for key, value in each.result.items() if key != "seconds"} for each in (first, second)]
    assert without_time[0] == without_time[1]


def test_an_order_never_passes_the_budget_even_when_a_booklet_costs_more(offices: Offices) -> None:
    url = offices.make()
    offices.admin.post(f"{url}keep/")
    row = offices.row(url)
    admin = replace(
        Actor.system("tests", programme_ids={offices.programme_id}, organisation_ids={offices.season.campaign.operator_id}),
        kind="person", person_id=9, organisation_id=offices.season.campaign.operator_id, roles=frozenset({Role.OPERATOR_ADMIN.value}),
    )  # fmt: skip
    from carnet.funding.models import Programme

    with acting_as(admin):
        Programme.objects.filter(id=offices.programme_id).update(voucher_value_cents=2_000)
        with pytest.raises(PlanOverBudget):
            plans.order_version(
                plan_id=row.plan_id, number=1, agreement_id=offices.season.campaign.agreement_id, actor=admin, request_id=uuid4(), at=TODAY
            )
        assert plan_orders.standing_order(admin, row.pk) is None


def test_each_fault_of_the_form_is_said_beside_its_field(offices: Offices) -> None:
    def refused(**more: Any) -> str:
        given = NEW | {"programme": str(offices.programme_id), "request_id": str(uuid4())} | more
        answer = offices.admin.post("/need/plans/new/", given)
        assert answer.status_code == 422
        return text_of(answer.content.decode())

    assert "Donnez un nom" in refused(name="   ") or "obligatoire" in refused(name="   ")
    assert "Ce budget ne paie pas un seul carnet" in refused(budget="10")
    assert "n’est pas dans celui du programme" in refused(territory="35")
    assert "aucune commune connue" in refused(territory="99999")
    # No file of diplomas was read: a part of people without one could not be checked by anybody.
    assert "n’est connue nulle part ici" in refused(priority_percent="20")
    assert "Le maximum par guichet est plus petit que le minimum." in refused(desk_minimum="9", desk_maximum="2")


def test_a_place_added_outside_the_plan_is_refused_beside_its_field(offices: Offices) -> None:
    url = offices.make()
    answer = offices.admin.post(f"{url}try/", ASKED | {"new_commune": "75056", "new_people": "30", "request_id": str(uuid4())})
    assert answer.status_code == 422
    assert "Ce plan ne compte pas cette commune" in text_of(answer.content.decode())


def test_one_of_anything_is_told_in_the_singular_and_what_is_equal_is_said_equal(offices: Offices) -> None:
    told = text_of(offices.admin.get(offices.make(budget="50", minutes_max="1")).content.decode())
    assert "Sans la limite de trajet de 1 minute," in told or "Sans la limite de trajet de 1 minute :" in told
    assert not re.search(r"[+ ]1 (carnets|guichets|communes|minutes)", told)
    assert "le besoin couvert serait le même" in told
    assert not re.search(r"serait de (\d+) au lieu de \1\b", told)
