"""django-ledger: a journal entry of two transactions, posted, by `commit_txs`, as its documentation shows. No voucher, no place, no key."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

_facts: dict[str, Any] = {}


def prepare() -> dict[str, int]:
    from django.contrib.auth import get_user_model
    from django_ledger.io import roles
    from django_ledger.models import EntityModel

    person = get_user_model().objects.create_user("bench")
    entity = EntityModel.create_entity(name="Bench", use_accrual_method=True, admin=person, fy_start_month=1)
    entity.create_chart_of_accounts(assign_as_default=True, commit=True, coa_name="Bench")
    for code, role, balance in (("1010", roles.ASSET_CA_CASH, "debit"), ("2010", roles.LIABILITY_CL_ACC_PAYABLE, "credit")):
        entity.create_account(code=code, role=role, name=code, balance_type=balance, active=True)
    entity.create_ledger(name="vouchers", posted=True)
    unit(0)  # the first entry of a year opens its numbering, which two at once do not survive
    return {}


def unit(_number: int) -> None:
    if not _facts:
        from django_ledger.models import AccountModel, LedgerModel

        _facts["accounts"] = [AccountModel.objects.get(code=code) for code in ("1010", "2010")]
        _facts["ledger"] = LedgerModel.objects.select_related("entity").get(name="vouchers")
    circulation, owed = _facts["accounts"]
    now: datetime = timezone.now()
    lines = [
        {"account": circulation, "amount": Decimal(10), "tx_type": "credit", "description": "voucher"},
        {"account": owed, "amount": Decimal(10), "tx_type": "debit", "description": "voucher"},
    ]
    _facts["ledger"].commit_txs(je_timestamp=now, je_txs=lines, je_posted=True)


def done_count() -> int:
    from django_ledger.models import JournalEntryModel

    return JournalEntryModel.objects.filter(posted=True).count()
