"""Words about keys, the same for the operator and the print shop."""

from django.utils.translation import gettext_lazy as _

from carnet.issuing.rules.print_shops import Output, PrintKeyState, SaidFor

KEY_STATES = {
    PrintKeyState.PROPOSED: (_("à approuver"), "warning"),
    PrintKeyState.REFUSED: (_("refusée"), "danger"),
    PrintKeyState.IN_FORCE: (_("en vigueur"), "success"),
    PrintKeyState.NOT_YET: (_("pas encore valable"), "warning"),
    PrintKeyState.EXPIRED: (_("périmée"), "danger"),
    PrintKeyState.ENDED: (_("finie"), "neutral"),
}
OUTPUTS = {
    Output.PAGES: _("Les pages, en PDF"),
    Output.DATA: _("Les données variables, en CSV"),
    Output.ACCESSIBLE: _("Des exemplaires en grands caractères, en PDF accessible"),
}
SAID_FOR = {
    SaidFor.ON_PAPER: _("il a envoyé sa preuve de tirage sur papier ou par courriel"),
    SaidFor.NO_ACCESS: _("il ne peut pas ouvrir sa page"),
    SaidFor.CLOSED: _("il a fermé, ou ne répond plus"),
}
