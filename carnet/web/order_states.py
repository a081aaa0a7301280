"""Where an order of booklets stands, in words: the same on every page that names one."""

from django.utils.translation import gettext_lazy

from carnet.issuing.rules import OrderState
from carnet.web.design.components import Cell

STATES = {
    OrderState.ORDERED: (gettext_lazy("à approuver"), "warning"),
    OrderState.REFUSED: (gettext_lazy("refusée"), "danger"),
    OrderState.APPROVED: (gettext_lazy("approuvée"), "info"),
    OrderState.DRAWN: (gettext_lazy("codes tirés"), "info"),
    OrderState.PRINTED: (gettext_lazy("imprimée"), "info"),
    OrderState.SHIPPED: (gettext_lazy("en cours d’envoi"), "info"),
    OrderState.RECEIVED: (gettext_lazy("reçue"), "info"),
    OrderState.ACTIVATED: (gettext_lazy("activée"), "success"),
}


def state_cell(state: OrderState) -> Cell:
    """An order's state as a pill."""
    word, tone = STATES[state]
    return Cell(str(word), tone=tone)
