"""What things are called: voucher codes and serials, organisations, bank accounts, communes, phones.

Each identifier is a frozen value made by ``parse``, which accepts what people type (spaces, dots,
dashes) and raises its own refusal. ``str()`` gives the compact form that is stored.
"""

from carnet.kernel.identifiers._bank import Bic, BicInvalid, Iban, IbanInvalid
from carnet.kernel.identifiers._drawn import ALPHABET, DrawnNumber
from carnet.kernel.identifiers._organisations import (
    Rna,
    RnaInvalid,
    Siren,
    SirenInvalid,
    Siret,
    SiretInvalid,
)
from carnet.kernel.identifiers._places import (
    CommuneCode,
    CommuneCodeInvalid,
    PhoneNumber,
    PhoneNumberInvalid,
)
from carnet.kernel.identifiers._screening import (
    IbanInText,
    NirInText,
    check_free_text,
    holds_iban,
    holds_nir,
)
from carnet.kernel.identifiers._vouchers import (
    PRETEND_PREFIX,
    BookletSerial,
    CodeMistyped,
    IssuerPrefix,
    IssuerPrefixInvalid,
    IssuerPrefixReserved,
    ParcelSerial,
    SecretCode,
    SerialMistyped,
    VoucherSerial,
)

__all__ = [
    "ALPHABET",
    "PRETEND_PREFIX",
    "Bic",
    "BicInvalid",
    "BookletSerial",
    "CodeMistyped",
    "CommuneCode",
    "CommuneCodeInvalid",
    "DrawnNumber",
    "Iban",
    "IbanInText",
    "IbanInvalid",
    "IssuerPrefix",
    "IssuerPrefixInvalid",
    "IssuerPrefixReserved",
    "NirInText",
    "ParcelSerial",
    "PhoneNumber",
    "PhoneNumberInvalid",
    "Rna",
    "RnaInvalid",
    "SecretCode",
    "SerialMistyped",
    "Siren",
    "SirenInvalid",
    "Siret",
    "SiretInvalid",
    "VoucherSerial",
    "check_free_text",
    "holds_iban",
    "holds_nir",
]
