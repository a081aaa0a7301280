"""Sentences of the kernel's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "weights-invalid": _("Les parts ne permettent pas de partager la somme : il en faut au moins une, et aucune ne peut être négative."),
    "period-reversed": _("La fin doit venir après le début."),
    "code-mistyped": _("Ce code comporte une erreur. Relisez les 18 chiffres, trois par trois."),
    "serial-mistyped": _("Ce numéro comporte une erreur. Relisez-le sur le carnet ou sur le chèque, chiffres de fin compris."),
    "issuer-prefix-invalid": _("Le préfixe des numéros compte 2 à 4 lettres ou chiffres et commence par une lettre."),
    "issuer-prefix-reserved": _("Ce préfixe est celui des carnets de la répétition. Choisissez-en un autre."),
    "siren-invalid": _("Ce SIREN comporte une erreur : il compte 9 chiffres, dont le dernier vérifie les autres."),
    "siret-invalid": _("Ce SIRET comporte une erreur : il compte 14 chiffres, dont le dernier vérifie les autres."),
    "rna-invalid": _("Ce numéro d’association comporte une erreur : un W, puis 9 caractères, par exemple W442001234."),
    "iban-invalid": _("Cet IBAN comporte une erreur, ou son pays n’accepte pas les virements SEPA. Recopiez-le depuis le RIB."),
    "bic-invalid": _("Ce BIC comporte une erreur : il compte 8 ou 11 caractères. Recopiez-le depuis le RIB."),
    "commune-code-invalid": _("« %(typed)s » n’est pas le code d’une commune. C’est celui de l’INSEE (44109), pas le code postal."),
    "phone-number-invalid": _("« %(typed)s » n’est pas un numéro de téléphone que l’on peut appeler."),
    "nir-in-text": _("Ce texte semble contenir un numéro de sécurité sociale. Retirez-le : il n’a pas à être gardé ici."),
    "iban-in-text": _("Ce texte semble contenir un numéro de compte bancaire. Retirez-le : il n’a pas à être gardé ici."),
    "card-in-text": _("Ce texte semble contenir un numéro de carte bancaire. Retirez-le : il n’a pas à être gardé ici."),
    "code-in-text": _("Ce texte contient le code secret d’un chèque. Retirez-le : ce code ne se dit et ne s’écrit jamais."),
}
