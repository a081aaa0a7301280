"""Reading a request: its JSON, and what is wrong with it field by field. The same for both servers."""

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError

from carnet.api.refusals import BodyNotJson, BodyTooLarge, BodyTypeUnsupported, RequestInvalid

BODY_BYTES_MAX = 16 * 1024
BATCH_BYTES_MAX = 512 * 1024
CLEARING_BYTES_MAX = 2 * 1024 * 1024
ERRORS_MAX = 20

Read = TypeVar("Read", bound=BaseModel)

# Why a field is refused, by the validator's own name for it: our code, and the words.
FAULTS = {
    "missing": ("missing", gettext_lazy("Ce champ manque.")),
    "extra_forbidden": ("unknown-field", gettext_lazy("Ce champ n’existe pas ici.")),
    "string_type": ("text-expected", gettext_lazy("Un texte est attendu.")),
    "string_unicode": ("text-expected", gettext_lazy("Un texte est attendu.")),
    "string_too_long": ("too-long", gettext_lazy("Ce texte est trop long.")),
    "string_too_short": ("empty", gettext_lazy("Ce texte est vide.")),
    "text_not_plain": ("text-not-plain", gettext_lazy("Ce texte contient des caractères de contrôle.")),
    "number_expected": ("number-expected", gettext_lazy("Un numéro est attendu, en entier ou en chiffres entre guillemets.")),
    "day_expected": ("day-expected", gettext_lazy("Un jour est attendu, écrit AAAA-MM-JJ.")),
    "date_from_datetime_parsing": ("no-such-day", gettext_lazy("Ce jour n’existe pas.")),
    "date_parsing": ("no-such-day", gettext_lazy("Ce jour n’existe pas.")),
    "moment_expected": ("moment-expected", gettext_lazy("Un instant est attendu, écrit comme 2026-11-03T10:00:00+01:00.")),
    "literal_error": ("not-a-choice", gettext_lazy("Cette valeur n’est pas l’une des valeurs possibles.")),
    "yes_or_no_expected": ("yes-or-no-expected", gettext_lazy("true ou false est attendu.")),
    "list_type": ("list-expected", gettext_lazy("Une liste est attendue.")),
    "too_short": ("empty", gettext_lazy("Cette liste est vide.")),
    "model_attributes_type": ("object-expected", gettext_lazy("Un objet JSON est attendu.")),
    "model_type": ("object-expected", gettext_lazy("Un objet JSON est attendu.")),
    "dict_type": ("object-expected", gettext_lazy("Un objet JSON est attendu.")),
    "int_parsing": ("number-expected", gettext_lazy("Un nombre entier est attendu.")),
    "float_parsing": ("number-expected", gettext_lazy("Un nombre est attendu.")),
    "greater_than_equal": ("too-small", gettext_lazy("Ce nombre est trop petit.")),
    "less_than_equal": ("too-large", gettext_lazy("Ce nombre est trop grand.")),
}
OTHER_FAULT = ("invalid", gettext_lazy("Cette valeur n’est pas acceptée ici."))


def check_length(header: str | None, *, bytes_max: int = BODY_BYTES_MAX) -> None:
    """Before anything is read. Raises: BodyTooLarge."""
    if header and header.isascii() and header.isdigit() and int(header[:19]) > bytes_max:
        raise BodyTooLarge(kilobytes_max=bytes_max // 1024)


def check_content_type(header: str) -> None:
    """Bodies are JSON in UTF-8, and say so. Raises: BodyTypeUnsupported."""
    media_type, _sep, parameters = header.partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise BodyTypeUnsupported


def read_json(raw: bytes) -> Any:
    """One JSON value, as the standard has it: UTF-8, no NaN, no field twice. Raises: BodyNotJson."""
    try:
        return _JSON.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BodyNotJson from None


def _no_such_number(name: str) -> Any:
    raise ValueError(name)


def _fields_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field is given twice")
    return fields


_JSON = json.JSONDecoder(parse_constant=_no_such_number, object_pairs_hook=_fields_once)


def read_body(raw: bytes, shape: type[Read]) -> Read:
    """A body of one shape. Raises: BodyNotJson, RequestInvalid."""
    value = read_json(raw)
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_input=False)) from None


def invalid(faults: Iterable[Any]) -> RequestInvalid:
    """The refusal of a malformed request, naming each field."""
    errors = []
    for fault in list(faults)[:ERRORS_MAX]:
        code, words = FAULTS.get(fault["type"], OTHER_FAULT)
        errors.append({"field": ".".join(str(step) for step in fault["loc"]) or "body", "code": code, "detail": str(words)})
    return RequestInvalid(field=errors[0]["field"], errors=errors)
