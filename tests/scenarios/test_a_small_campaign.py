"""A campaign of a few booklets, played whole: its sums are exact, for each funder, to the cent."""

import dataclasses
import random
from datetime import date, datetime, time
from pathlib import Path
from uuid import uuid4

import pytest

from carnet import scenarios
from carnet.continuity.queries import commitments
from carnet.continuity.queries.commitments import ProgrammeNow
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS
from carnet.ledger import queries as ledger
from carnet.observatory.queries import figures
from carnet.observatory.rules import Cut, Measure, Scope
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role
from carnet.places import operations as places
from carnet.places import queries as places_queries
from carnet.scenarios import cast
from carnet.scenarios.plan import ScenarioUnreadable, closed_season, open_season
from carnet.settlement import queries as settlement
from carnet.settlement.models import BankFile
from carnet.settlement.queries import expiry
from carnet.settlement.rules.expiry import StepState
from tests.observatory.rolled import count_now

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def the_department_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole of France takes seconds to import, and its places are tested where they belong."""
    monkeypatch.setattr(cast, "PLACES_FILE", "conseillers-numeriques-44-2022.v1.0.2.csv")


def small(name: str, **changes: object) -> scenarios.Scenario:
    return dataclasses.replace(scenarios.load(name), **{"booklets": 8, "prescribers": 2, "places": 3, **changes})  # type: ignore[arg-type]


def adds_up(summary: dict) -> None:
    vouchers, money = summary["vouchers"], summary["money_cents"]
    assert summary["ledger_verified"]
    assert vouchers["issued"] == sum(vouchers[name] for name in vouchers if name != "issued")
    assert money["funded"] == sum(money[name] for name in money if name != "funded")
    for name in money:
        assert money[name] == sum(funder[name] for funder in summary["by_funder"])


def ended_as_signed(played: scenarios.Played) -> None:
    """Every step of the end was confirmed, and what each funder signed and was credited with is what the ledger gave back."""
    with acting_as_everything(why="compare with the ledger"):
        admin = played.cast.actor(Role.OPERATOR_ADMIN, played.programme_id, played.season_closed_at)
        (ending,) = [each for each in expiry.expiries(admin, at=played.season_closed_at) if each.agreement_id == played.agreement_id]
        page = expiry.expiry_page(admin, ending.id, at=played.season_closed_at)
        money = ledger.money(agreement_id=played.agreement_id).by_funder
        kept = settlement.kept_statements(actor=admin, agreement_id=played.agreement_id)
    assert all(each.state is StepState.DONE for each in ending.steps)
    assert all(each.is_signed and each.has_paper for each in page.statements)
    returned = {funder_id: each.returned for funder_id, each in money.items()}
    assert {each.funder_id: each.return_cents for each in page.statements} == returned
    assert {each.funder_id: each.cents for each in page.credit_notes} == {key: cents for key, cents in returned.items() if cents}
    assert {each.figures.funder_id: each.figures.returned_cents for each in kept} == returned
    for each in page.statements:
        assert each.figures.unissued_cents + each.figures.in_circulation_cents == each.return_cents
        assert each.figures.funded_cents == money[each.funder_id].funded


def nothing_is_missing(played: scenarios.Played, at: datetime) -> ProgrammeNow:
    """What the bank's statements say the account held is what the ledger says it must hold, moved forward by the bank's days."""
    (told,) = commitments.programmes_now(at=at, programme_ids=[played.programme_id])
    assert [(each.agreement, each.cover.gap_cents) for each in told.accounts if each.cover.gap_cents] == []
    assert all(each.cover.held_cents == each.cover.needed_cents for each in told.accounts if each.standing.held is not None)
    return told


def test_nantes_closes_with_every_cent_paid_or_given_back(tmp_path: Path) -> None:
    played = scenarios.play(small("nantes"), today=TODAY, out=tmp_path)
    summary = scenarios.summarise(played, seconds=1)
    adds_up(summary)
    assert summary["vouchers"]["issued"] == 40
    assert summary["money_cents"]["paid"] == summary["vouchers"]["redeemed"] * 1000 > 0
    assert summary["money_cents"]["returned"] == 40_000 - summary["money_cents"]["paid"]
    ended_as_signed(played)
    assert nothing_is_missing(played, played.season_closed_at).account_cents is not None
    assert [funder["funded"] for funder in summary["by_funder"]] == [20_000, 20_000]
    at = played.season_closed_at
    count_now(at)
    with acting_as_everything(why="where it was handed over"):
        scope = Scope(programme_ids=(played.programme_id,))
        somewhere = figures.cut(Cut.COMMUNE, scope, measures=[Measure.HANDED_OVER, Measure.USED], at=at)
        whole = figures.measured(scope, at=at, measures=[Measure.HANDED_OVER])
    assert all(row.key for row in somewhere.rows), "each desk and each place is somewhere"
    assert sum(row.values[Measure.HANDED_OVER] for row in somewhere.rows) == whole.values[Measure.HANDED_OVER] > 0
    assert all((tmp_path / name).is_file() for name in summary["files"])
    kinds = {Path(name).parts[0] for name in summary["files"]}
    assert kinds == {"carnets", "paiements", "banque", "releves", "comptes", "opendata", "fin-de-validite"}


def test_the_state_bears_only_what_was_used_and_owes_it_to_whoever_advanced_it() -> None:
    played = scenarios.play(small("departement"), today=TODAY)
    summary = scenarios.summarise(played, seconds=1)
    adds_up(summary)
    by_name = {funder["name"]: funder for funder in summary["by_funder"]}
    used = summary["vouchers"]["redeemed"] * 1000
    assert by_name["État"]["funded"] == by_name["État"]["paid"] == used // 2
    assert by_name["État"]["returned"] == 0
    with acting_as_everything(why="who owes whom"):
        # Its places are paid by its public accountant, whose answers are lists given back.
        assert set(BankFile.objects.filter(agreement_id=played.agreement_id).values_list("message", flat=True)) == {"mandats"}
        (debt,) = ledger.on_use_debts(agreement_id=played.agreement_id)
        statements = settlement.statement_figures(agreement_id=played.agreement_id, at=played.season_closed_at)
    assert debt.cents == used // 2
    assert sum(each.returned_cents for each in statements) == summary["money_cents"]["returned"]
    ended_as_signed(played)


def test_the_same_seed_plays_the_same_campaign() -> None:
    first, second = (scenarios.summarise(scenarios.play(small("nantes"), today=TODAY, seed=seed), seconds=0) for seed in (7, 7))
    assert first["vouchers"] == second["vouchers"]
    assert first["money_cents"] == second["money_cents"]


def test_an_open_season_leaves_vouchers_in_hands() -> None:
    played = scenarios.play(small("nantes"), today=TODAY, season=open_season(TODAY))
    assert played.in_hands
    summary = scenarios.summarise(played, seconds=0)
    adds_up(summary)
    assert summary["vouchers"]["lapsed"] == 0
    nothing_is_missing(played, datetime.combine(TODAY, time(12), tzinfo=PARIS))


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2027, 1, 1), date(2024, 2, 29)])
def test_a_closed_season_is_over_whatever_the_day(day: date) -> None:
    for name in scenarios.SHIPPED:
        chosen = scenarios.open_scenario(name)
        told = chosen.programmes if isinstance(chosen, scenarios.NationalScenario) else (chosen,)
        for each in told:
            if isinstance(each, scenarios.Scenario):  # the others have no voucher, no season of validity
                season = closed_season(each, day)
                assert season.is_closed and season.closed_on <= day


@pytest.mark.parametrize(
    ("text", "reason"),
    [("not toml [", "at line"), ("name = 'x'", "booklets"), (None, "No such file")],
)
def test_a_broken_scenario_is_named(tmp_path: Path, text: str | None, reason: str) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioUnreadable) as refused:
        scenarios.load(str(path))
    assert reason in refused.value.facts["reason"]


def test_shares_that_do_not_make_the_whole_are_refused(tmp_path: Path) -> None:
    text = (Path(scenarios.__file__).parent / "shipped" / "nantes.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("percent = 50", "percent = 49", 1), encoding="utf-8")
    with pytest.raises(ScenarioUnreadable):
        scenarios.load(str(path))


@pytest.mark.parametrize(
    ("commune", "name"),
    [("Le Pellerin", "CCAS du Pellerin"), ("Les Sorinières", "CCAS des Sorinières"), ("Indre", "CCAS d’Indre"), ("Orvault", "CCAS d’Orvault"),
     ("La Montagne", "CCAS de La Montagne"), ("Nantes", "CCAS de Nantes")],
)  # fmt: skip
def test_a_desk_is_named_as_french_contracts(commune: str, name: str) -> None:
    assert f"CCAS {cast.of_town(commune)}" == name


def test_another_campaign_leaves_out_whoever_is_only_joining_the_first() -> None:
    """An organisation whose bank account waits for its second person is not to be paid yet, nor asked for another account."""
    at, system = cast.cast_moment(TODAY), Actor.system("scenario")
    with acting_as_everything(why="prepare a campaign"):
        first = cast.gather(small("nantes"), today=TODAY, dice=random.Random(1))
        around = sorted(places_queries.ids_in(places_queries.territory(small("nantes").perimeter), at=at))
        place_id = next(each for each in around if each not in first.place_ids)
        joining = parties.create_organisation(
            name="Clavier ouvert", kinds=[OrganisationKind.PLACE_OPERATOR], is_simulated=True, registered_by=first.operator_id,
            actor=Actor.system("scenario", organisation_ids={first.operator_id}), request_id=uuid4(), at=at,
        )  # fmt: skip
        places.attach_operator(place_id=place_id, organisation_id=joining, actor=system, request_id=uuid4(), at=at)
        parties.propose_bank_account(
            organisation_id=joining, iban=cast.simulated_iban(joining), holder_name="Clavier ouvert",
            actor=first.actor(Role.OPERATOR_ADMIN, 0, at), request_id=uuid4(), at=at,
        )  # fmt: skip
        again = cast.gather(small("nantes", places=len(around) - 1), today=TODAY, dice=random.Random(2))
    assert set(around) - set(again.place_ids) == {place_id}
