"""What to do about an acceptance without network that was refused: said under the sentence of the refusal, in plain words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.refusals import Refusal

ADVICE = {
    "voucher-already-redeemed": gettext_lazy(
        "Un autre passage a été confirmé avant le vôtre. Ce chèque ne vous sera pas payé : demandez-en un autre à la personne."
    ),
    "voucher-lapsed": gettext_lazy("Il a été envoyé après la fin. Ce chèque ne vous sera pas payé : demandez-en un autre à la personne."),
    "voucher-unknown": gettext_lazy("Ce chèque ne vous sera pas payé. Gardez-le : il est peut-être faux."),
    "device-revoked": gettext_lazy(
        "Aucun de ces passages ne vous est payé pour l’instant. L’opérateur les voit tous et peut vous répondre."
    ),
}


def advice_for(refusal: Refusal, *, phone: str = "") -> str:
    """What a place does next, ending with whom to call. `phone`: the programme's, as printed."""
    first = ADVICE.get(refusal.code, gettext_lazy("Ce chèque ne vous sera pas payé pour l’instant. Gardez-le."))
    call = _("Une question ? Appelez l’opérateur au %(phone)s.") % {"phone": phone} if phone else _("Une question ? Appelez l’opérateur.")
    return f"{first} {call}"
