"""The addresses of each side, each behind its door."""

from django.urls import URLPattern, path

from carnet.web.doors import door
from carnet.web.expiry import acts, pages
from carnet.web.expiry.sides import AUDITOR, FUNDER, OPERATOR, Side

_ONE, _STATEMENT = "expiry/<int:expiry_id>", "joint-statements/<int:statement_id>"


def reading(side: Side) -> list[URLPattern]:
    """The pages to look at."""
    see, seen_from = door("settlement.see-expiry"), {"side": side}
    return [
        path("expiry/", see(pages.expiries), seen_from, name="expiries"),
        path(f"{_ONE}/", see(pages.page), seen_from, name="expiry"),
        path(f"{_STATEMENT}/", see(pages.statement), seen_from, name="joint"),
        path(f"{_STATEMENT}/paper.pdf", see(pages.paper), seen_from, name="joint-paper"),
        path("credit-notes/<int:note_id>.pdf", see(pages.credit_note), seen_from, name="credit-note"),
    ]


def acting(side: Side, confirms: str) -> list[URLPattern]:
    """Confirming a step, signing and contesting."""
    sign = door("settlement.sign-statement")
    return [
        path(f"{_ONE}/steps/<str:step>/", door(confirms)(acts.ConfirmView.as_view(side=side)), name="expiry-step"),
        path(f"{_STATEMENT}/sign/", sign(acts.SignView.as_view(side=side)), name="joint-sign"),
        path(f"{_STATEMENT}/contest/", sign(acts.ContestView.as_view(side=side)), name="joint-contest"),
    ]


operator_urls = [
    *reading(OPERATOR),
    *acting(OPERATOR, "settlement.play-expiry"),
    path(f"{_ONE}/move/<str:step>/", door("settlement.move-expiry")(acts.MoveView.as_view(side=OPERATOR)), name="expiry-move"),
    path(f"{_ONE}/redraw/", door("settlement.play-expiry")(acts.RedrawView.as_view(side=OPERATOR)), name="expiry-redraw"),
]
funder_urls = [*reading(FUNDER), *acting(FUNDER, "settlement.confirm-expiry")]
auditor_urls = reading(AUDITOR)
