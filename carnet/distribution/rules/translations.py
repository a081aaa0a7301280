"""When a translated sentence may be shown without a mark: a person read it beside its French, and neither changed since. Pure."""

import hashlib
import re
from collections.abc import Mapping

from carnet.distribution.rules._handing import DistributionRefused

# What the paper is in besides French and English: an installation validates these.
TRANSLATED = ("ar", "uk")
CHECKED_AT_ONCE_MAX = 500
_KEY = re.compile(r"[a-z][a-z\-]{1,39}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class TranslationUnknown(DistributionRefused):
    """No such language, sentence or version of it: the page was open while the text changed. Facts: language."""

    code = "translation-unknown"


class SlipWithoutPhone(DistributionRefused):
    """A text message is sent to a mobile telephone: this number is not one."""

    code = "slip-without-phone"


class TextsNotOffered(DistributionRefused):
    """This installation sends no text message."""

    code = "texts-not-offered"


class SlipTextTooLong(DistributionRefused):
    """The text would not fit in a few messages. Facts: most."""

    code = "slip-text-too-long"


def digest_of(source: str, text: str) -> str:
    """The version of a translation: of the French sentence and of what it became. Change one letter of either, and it is another."""
    return hashlib.sha256(f"{source}\0{text}".encode()).hexdigest()


def check_checked(language: str, checked: Mapping[str, str]) -> None:
    """Refuse what is not a list of sentences of a language with the digest of each. Raises: TranslationUnknown."""
    well_formed = all(_KEY.fullmatch(key) and _DIGEST.fullmatch(digest) for key, digest in checked.items())
    if language not in TRANSLATED or not 0 < len(checked) <= CHECKED_AT_ONCE_MAX or not well_formed:
        raise TranslationUnknown(language=language)
