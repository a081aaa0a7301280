"""django-oscar: a voucher looked up, put on a basket, its offer applied, the order placed, as its checkout does. More than a redemption."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

VOUCHERS = 6_000
_facts: dict[str, Any] = {}


def prepare() -> dict[str, int]:
    from oscar.core.loading import get_model
    from oscar.test import factories
    from oscar.test.factories.offer import ConditionalOfferFactory

    Voucher, Offer, Country = get_model("voucher", "Voucher"), get_model("offer", "ConditionalOffer"), get_model("address", "Country")
    product = factories.create_product(title="lesson", price=10, num_in_stock=10**6)
    offer = ConditionalOfferFactory(offer_type=Offer.VOUCHER)
    offer.condition.range.includes_all_products = offer.benefit.range.includes_all_products = True
    offer.condition.range.save()
    offer.benefit.range.save()
    now = timezone.now()
    made = Voucher.objects.bulk_create(
        Voucher(
            name=f"voucher {rank}", code=f"CODE{rank:06d}", usage=Voucher.SINGLE_USE, start_datetime=now - timedelta(days=1),
            end_datetime=now + timedelta(days=90),
        )
        for rank in range(VOUCHERS)
    )  # fmt: skip
    through = Voucher.offers.through
    through.objects.bulk_create(through(voucher_id=each.pk, conditionaloffer_id=offer.pk) for each in made)
    Country.objects.create(iso_3166_1_a2="FR", name="France")
    return {"product": product.pk}


def unit(number: int) -> None:
    from django.contrib.auth.models import AnonymousUser
    from oscar.core.loading import get_class, get_model
    from oscar.test.factories import create_order

    Basket, Voucher, Product = get_model("basket", "Basket"), get_model("voucher", "Voucher"), get_model("catalogue", "Product")
    if not _facts:
        _facts.update(product=Product.objects.get(), strategy=get_class("partner.strategy", "Default")())
        _facts["applicator"] = get_class("offer.applicator", "Applicator")
    with transaction.atomic():
        voucher = Voucher.objects.get(code=f"CODE{number % VOUCHERS:06d}")
        available, why = voucher.is_available_to_user(None)
        assert available, why
        basket = Basket.objects.create()
        basket.strategy = _facts["strategy"]
        basket.add_product(_facts["product"])
        basket.vouchers.add(voucher)
        _facts["applicator"]().apply(basket)
        create_order(number=f"order-{number}", basket=basket, user=AnonymousUser())


def done_count() -> int:
    from oscar.core.loading import get_model

    return get_model("voucher", "VoucherApplication").objects.count()
