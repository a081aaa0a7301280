"""A small sample of the drill: one installation killed, its programme taken over by another, everybody paid."""

import pytest

from drills import takeover

pytestmark = pytest.mark.slow


def test_nothing_is_lost_nothing_is_paid_twice_when_an_operator_falls() -> None:
    figures = takeover.play(vouchers=400, spent_first=60, in_the_gap=15, offline=5)
    assert (figures["lost"], figures["doubled"]) == (0, 0)
    assert figures["offline_honoured"] == 5
    assert figures["receipts_honoured"] == 15
    assert figures["refused_before_the_new_account"]
    assert figures["money_cents"]["paid"] == figures["redemptions"] * 1000
