"""The operator lost its label: vouchers in hands are spent, and places are paid, as if nothing had happened."""

from datetime import timedelta

import pytest

from tests.factories.labels import withdraw_label
from tests.settlement.conftest import NOW, Payday


@pytest.mark.usefixtures("everything_adds_up")
def test_vouchers_in_hands_are_redeemed_and_paid_without_a_label(payday: Payday) -> None:
    withdraw_label(payday.campaign.operator_id, at=NOW + timedelta(days=2))
    spent = payday.spend(3)
    assert [each.value_cents for each in spent] == [1000, 1000, 1000]
    assert payday.pay().run_id
    money = payday.money()
    assert (money.owed, money.paid) == (0, 3000)
