"""The world of payments: two places, two funders, forty vouchers in hands."""

from tests.settlement.conftest import lasting_payday, payday

__all__ = ["lasting_payday", "payday"]
