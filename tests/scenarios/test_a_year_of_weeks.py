"""A year of weekly payments, with returns, a stopped run, a changed account, a debt kept and a debit note: every sum is the ledger's."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from carnet import scenarios
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.scenarios import cast, weeks
from carnet.settlement import queries as settlement
from carnet.settlement.models import Advice, BankFile, DebitNote, Netting, PaymentRun, Transfer
from carnet.settlement.queries.debts import debts_of_agreement

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAY = date(2026, 11, 22)


def test_a_year_of_weekly_payments_ends_equal_to_the_ledger(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cast, "PLACES_FILE", "conseillers-numeriques-44-2022.v1.0.2.csv")
    # The weeks in which something happens, then one in six: the whole year is the shipped scenario's, played by hand.
    every = weeks.week_days
    monkeypatch.setattr(weeks, "week_days", lambda first, last: every(first, last)[:16] + every(first, last)[16::6])
    played = scenarios.play(
        dataclasses.replace(scenarios.load("semaines"), booklets=60, prescribers=2, places=2), today=TODAY, out=tmp_path, printing="none"
    )
    summary = scenarios.summarise(played, seconds=0.0)
    assert summary["ledger_verified"]
    with acting_as_everything(why="compare"):
        assert ledger.verify() == []
        assert settlement.verify() == []
        own = {"agreement_id": played.agreement_id}
        runs = PaymentRun.objects.filter(**own)
        assert runs.exclude(state="CANCELLED").count() > 15
        assert runs.filter(state="CANCELLED").count() == 1
        assert runs.filter(stopped_at__isnull=False).count() == 1
        assert Transfer.objects.filter(**own, state="REPLACED").count() == 3
        assert not Transfer.objects.filter(**own, state__in=["PENDING", "SENT", "RETURNED"]).exists()
        nettings = Netting.objects.filter(**own)
        assert nettings.filter(undone_at=None).count() == 2
        assert nettings.exclude(undone_at=None).exists()
        note = DebitNote.objects.get(**own)
        (owed,) = debts_of_agreement(agreement_id=played.agreement_id)
        assert (owed.cents, owed.back_cents, owed.ledger_due_cents) == (3000, 3000, 0)
        # Cash: what the bank paid out, less what came back and what the note brought in, is what the ledger calls paid.
        told = BankFile.objects.filter(**own)
        out = sum(told.values_list("paid_cents", flat=True)) - sum(told.values_list("came_back_cents", flat=True))
        money = ledger.money(agreement_id=played.agreement_id).total
        assert money.paid == out - note.cents
        assert money.owed == money.in_circulation == 0
        counted = ledger.counts(agreement_id=played.agreement_id)
        assert money.paid == counted.redeemed * 1000 - owed.back_cents
        numbers = sorted(Advice.objects.filter(**own).values_list("year", "number"))
        for year in {each[0] for each in numbers}:
            mine = [number for each, number in numbers if each == year]
            assert mine == list(range(mine[0], mine[0] + len(mine)))
    assert any(name.startswith("avis-de-paiement/") for name in played.files)
    assert any(name.startswith("notes-de-debit/") for name in played.files)
