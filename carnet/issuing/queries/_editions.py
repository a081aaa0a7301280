"""An edition as it is printed: what somebody chose, with the facts nobody chooses; from a design, or exactly as a proof showed it."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from carnet.funding import queries as funding
from carnet.gateways.printer import Edition, Logo, Paper, printed_validity
from carnet.issuing.models import DesignLogo, Order
from carnet.issuing.rules.proofs import Draft, DraftLogo, LogoUnknown, PaperChoice
from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties


def content_of(order: Order, draft: Draft) -> dict[str, Any]:
    """Everything the booklets of an order would show, as plain values: what a proof keeps, and what its digest covers. Raises: LogoUnknown."""
    programme = funding.programme(order.programme_id)
    # Once drawn, the series says it; until then, the programme.
    dates = ledger.series(order.series_id) if order.series_id is not None else funding.series_dates(order.programme_id)
    return {
        "title": draft.title,
        "notice": draft.notice,
        "perimeter": draft.perimeter,
        "services": [list(each) for each in draft.services],
        "phone": _printed_phone(draft.phone),
        "phone_hours": draft.phone_hours,
        "validity": printed_validity(
            printed_until=dates.printed_until, months_after_hand_over=programme.terms.windows.months_after_hand_over
        ),
        "funders": list(draft.funders),
        "logos": _shown_logos(order.programme_id, draft.logos),
        "accent": draft.accent,
        "paper": draft.paper.value,
        "with_marks": draft.with_marks,
        "booklet_size": order.booklet_size,
        "value_cents": order.face_value_cents,
        "operator": parties.organisation(order.operator_id).name,
        "website": settings.BASE_URL.split("://", 1)[-1],
        "is_simulated": programme.is_simulated,
    }


def edition_of(content: Mapping[str, Any]) -> Edition:
    """The edition a content describes, its logos read back from their pixels. Raises: LogoUnknown."""
    return Edition(
        title=content["title"],
        booklet_size=content["booklet_size"],
        value_cents=content["value_cents"],
        validity=content["validity"],
        phone=content["phone"],
        website=content["website"],
        funders=tuple(content["funders"]),
        operator=content["operator"],
        services=tuple(words for _code, words in content["services"]),
        notice=content["notice"],
        accent=content["accent"],
        is_simulated=content["is_simulated"],
        logos=_pictures(content["logos"]),
        perimeter=content["perimeter"],
        phone_hours=content["phone_hours"],
    )


def paper_of(content: Mapping[str, Any]) -> Paper:
    """The paper a content was approved for."""
    return Paper(content["paper"])


def default_draft(order: Order) -> Draft:
    """What the programme's own words give, for an order printed before there were proofs."""
    terms = funding.programme(order.programme_id).terms
    return Draft(
        title=terms.print_title or terms.name,
        notice=terms.print_notice,
        phone=terms.phone,
        funders=tuple(funder_names(order)),
        paper=PaperChoice.DL,
    )


def funder_names(order: Order) -> list[str]:
    """The funders of an order, in the order of its agreement: those who bear it once it is drawn."""
    ids = funder_ids(order)
    names = parties.organisations(ids)
    return [names[funder_id].name for funder_id in ids if funder_id in names]


def funder_ids(order: Order) -> list[int]:
    """The ids of the funders of an order, in the order of its agreement."""
    if order.series_id is not None:
        patterns = ledger.patterns(series_ids=[order.series_id]).values()
        return list(dict.fromkeys(funder_id for pattern in patterns for funder_id in pattern.funder_ids))
    return list(dict.fromkeys(share.funder_id for version in funding.versions(order.agreement_id)[-1:] for share in version.shares))


def _shown_logos(programme_id: int, logos: Sequence[DraftLogo]) -> list[dict[str, Any]]:
    rows = {
        row.id: row for row in DesignLogo.objects.filter(id__in=[each.logo_id for each in logos], programme_id=programme_id).defer("pixels")
    }
    for each in logos:
        if each.logo_id not in rows:
            raise LogoUnknown(logo=each.logo_id)
    return [{"id": each.logo_id, "name": each.name, "digest": bytes(rows[each.logo_id].digest).hex()} for each in logos]


def _pictures(logos: Sequence[Mapping[str, Any]]) -> tuple[Logo, ...]:
    rows = DesignLogo.objects.in_bulk([each["id"] for each in logos])
    for each in logos:
        if each["id"] not in rows or bytes(rows[each["id"]].digest).hex() != each["digest"]:
            raise LogoUnknown(logo=each["id"])
    return tuple(
        Logo(name=each["name"], width_px=row.width_px, height_px=row.height_px, rgb=zlib.decompress(row.pixels))
        for each in logos
        for row in (rows[each["id"]],)
    )


def _printed_phone(phone: str) -> str:
    try:
        return PhoneNumber.parse(phone).printed()
    except PhoneNumberInvalid:
        return phone
