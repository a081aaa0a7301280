"""Passwords that anybody who knows this house would try first (docs/operating/security.md#passwords)."""

import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Names of the programme, of its people and of what they handle, as they are typed without accents.
WORDS: Final = (
    "carnet", "passnumerique", "pass numerique", "cheque", "mediateur", "conseiller", "numerique", "inclusion", "mediatheque", "operateur",
    "financeur", "prescripteur", "aidant", "beneficiaire", "motdepasse", "mot de passe", "bonjour", "france",
)  # fmt: skip
# What is left once a word of the house and every digit and sign are gone: less than this, and the word was the password.
LEFT_LEAST: Final = 6


class HouseWordsValidator:
    """Refuse a password that is a word of this house with a number or a sign around it."""

    def validate(self, password: str, user: object = None) -> None:
        plain = "".join(each for each in unicodedata.normalize("NFKD", password.lower()) if not unicodedata.combining(each))
        for word in sorted(WORDS, key=len, reverse=True):
            if word in plain and sum(each.isalpha() for each in plain.replace(word, "")) < LEFT_LEAST:
                raise ValidationError(_("Ce mot de passe se devine : c’est un mot de ce métier. Ajoutez d’autres mots."), code="house-word")

    def get_help_text(self) -> str:
        return _("Pas un mot de ce métier, même avec un nombre derrière.")
