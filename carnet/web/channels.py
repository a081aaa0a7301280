"""By which way a voucher was accepted or tried, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

CHANNELS: Mapping[str, Promise] = {
    "SCREEN": gettext_lazy("à l’écran"),
    "API": gettext_lazy("par l’API"),
    "OFFLINE": gettext_lazy("sans réseau"),
    "PAPER": gettext_lazy("sur une feuille"),
    "SMS": gettext_lazy("par SMS"),
}
