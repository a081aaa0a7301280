"""The world of payments: two places, two funders, forty vouchers in hands."""

from tests.settlement.conftest import payday

__all__ = ["payday"]
