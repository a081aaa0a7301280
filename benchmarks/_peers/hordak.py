"""django-hordak: `Account.transfer_to`, as its documentation shows. Less than a redemption: no voucher, no place, no key, no journal."""

from typing import Any

from django.db import transaction

PLACES = 32
_accounts: list[Any] = []


def prepare() -> dict[str, int]:
    from hordak.models import Account, AccountType

    Account.objects.create(name="circulation", type=AccountType.asset, currencies=["EUR"])
    for number in range(PLACES):
        Account.objects.create(name=f"owed {number}", type=AccountType.liability, currencies=["EUR"])
    return {}


def unit(number: int) -> None:
    from hordak.models import Account
    from moneyed import Money

    if not _accounts:
        _accounts.extend(Account.objects.order_by("id"))
    circulation, *owed = _accounts
    with transaction.atomic():
        circulation.transfer_to(owed[number % PLACES], Money(10, "EUR"), description=f"voucher {number}")


def done_count() -> int:
    from hordak.models import Transaction

    return Transaction.objects.count()
