"""One view, plain Django and its ORM, served by granian's WSGI as our site is."""

import hashlib
import hmac
import json
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

KEY = b"only-for-the-benchmark"


def code_hash(code: str) -> bytes:
    return hmac.new(KEY, code.encode(), "sha256").digest()[:16]


def redeem(request: HttpRequest) -> JsonResponse:
    from benchmarks._peers.textbook.models import Account, Entry, JournalLine, Redemption, Token, Voucher

    raw = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = Token.objects.select_related("place").filter(secret_hash=hashlib.sha256(raw.encode()).digest()).first()
    if token is None:
        return _refused("token-invalid", 401)
    body: dict[str, Any] = json.loads(request.body)
    key = request.headers["Idempotency-Key"]
    with transaction.atomic():
        before = Redemption.objects.select_related("voucher").filter(idempotency_key=key).first()
        if before is not None:
            return _made(before, before.voucher.value_cents)
        voucher = Voucher.objects.select_for_update().filter(code_hash=code_hash(body["code"])).first()
        if voucher is None or not token.place.programmes.filter(pk=voucher.programme_id).exists():
            return _refused("voucher-unknown", 404)
        if voucher.state != "ACTIVE" or voucher.expires_on < timezone.localdate():
            return _refused("voucher-already-redeemed", 409)
        voucher.state = "REDEEMED"
        voucher.save()
        redemption = Redemption.objects.create(voucher=voucher, place=token.place, service=body["service"], idempotency_key=key)
        circulation = Account.objects.get(name=f"circulation {voucher.programme_id}")
        owed = Account.objects.get(name=f"owed {token.place_id}")
        Entry.objects.create(redemption=redemption, account=circulation, cents=-voucher.value_cents)
        Entry.objects.create(redemption=redemption, account=owed, cents=voucher.value_cents)
        JournalLine.objects.create(action="redeemed", subject_id=voucher.pk, facts={"place": token.place_id, "service": body["service"]})
    return _made(redemption, voucher.value_cents)


def _made(redemption: Any, value_cents: int) -> JsonResponse:
    return JsonResponse({"id": redemption.pk, "value_cents": value_cents, "redeemed_at": redemption.at.isoformat()}, status=201)


def _refused(code: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code}, status=status)


def health(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


urlpatterns = [path("api/v1/redemptions", redeem), path("healthz", health)]
application = get_wsgi_application()
