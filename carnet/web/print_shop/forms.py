"""Forms about print shops. They validate shape; the rules of issuing decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.gateways.sealed_files import CERTIFICATE_BYTES_MAX
from carnet.issuing.rules import BOOKLETS_PER_ORDER_MAX
from carnet.web.design.forms import OperationForm, WeighedFileField

CERTIFICATE_REFUSALS = dict.fromkeys(
    (
        "private-key-sent",
        "certificate-unreadable",
        "certificate-key-unfit",
        "certificate-key-weak",
        "certificate-expired",
        "print-key-known",
    ),
    "certificate",
)


class CertificateForm(OperationForm):
    """The public half of a key, never the other."""

    certificate = WeighedFileField(
        label=_("Certificat (fichier certificat.pem)"),
        help_text=_("La partie publique de la clé. La clé privée, elle, ne quitte jamais l’imprimerie."),
        most_bytes=CERTIFICATE_BYTES_MAX,
        accept=".pem,.crt,.cer,.der",
    )


class ProveForm(OperationForm):
    """What was printed, and under which reference."""

    reference = forms.CharField(label=_("Votre référence"), help_text=_("Bon de fin de tirage ou bon de livraison."), max_length=120)
    printed_count = forms.IntegerField(
        label=_("Carnets imprimés et bons"),
        help_text=_("Sans les carnets abîmés que vous avez signalés et pas encore refaits."),
        min_value=0,
        max_value=BOOKLETS_PER_ORDER_MAX,
    )


class SpoiledForm(OperationForm):
    """Which booklets the press damaged, by their rank in the edition."""

    first_rank = forms.IntegerField(label=_("Du carnet n°"), help_text=_("Son rang dans le tirage, depuis 1."), min_value=1)
    last_rank = forms.IntegerField(label=_("Au carnet n°"), help_text=_("Le même rang pour un seul carnet."), min_value=1)
