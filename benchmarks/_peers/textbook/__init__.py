"""The redemption a Django textbook would write: a view, a lock, `save()`. Token, key, place, programme, double entry and journal, as ours."""

import hashlib
from datetime import date

TOKEN = "textbook-token"  # noqa: S105 - opens nothing but the benchmark


def prepare(vouchers: int) -> dict[str, str]:
    from benchmarks._peers.textbook.models import Account, Place, Programme, Token, Voucher
    from benchmarks._peers.textbook.views import code_hash

    programme, place = Programme.objects.create(name="bench"), Place.objects.create(name="bench")
    place.programmes.add(programme)
    Token.objects.create(secret_hash=hashlib.sha256(TOKEN.encode()).digest(), place=place)
    Account.objects.create(name=f"circulation {programme.pk}")
    Account.objects.create(name=f"owed {place.pk}")
    Voucher.objects.bulk_create(
        (
            Voucher(code_hash=code_hash(f"{rank:018d}"), programme=programme, value_cents=1000, expires_on=date(2099, 1, 1))
            for rank in range(vouchers)
        ),
        batch_size=5_000,
    )
    return {"token": TOKEN}


def done_count() -> int:
    from benchmarks._peers.textbook.models import Redemption

    return Redemption.objects.count()
