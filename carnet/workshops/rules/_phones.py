"""The telephone a person leaves to be told of a change."""

from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid


def phone_left(text: str) -> PhoneNumber | None:
    """The number as typed, or None when none was. A short number is nobody's. Raises: PhoneNumberInvalid."""
    if not text.strip():
        return None
    phone = PhoneNumber.parse(text)
    if not str(phone).startswith("+"):
        raise PhoneNumberInvalid(typed=text[:30])
    return phone


def takes_texts(phone: str) -> bool:
    """Whether a text message may be read at this number: of a French one, if it is a mobile; of another, nobody knows."""
    return not phone.startswith("+33") or phone[3:4] in ("6", "7")
