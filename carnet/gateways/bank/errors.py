"""Why a bank file is refused: one class per reason, with the facts a sentence needs."""

from carnet.kernel.refusals import Refusal


class BankFileRefused(Refusal):
    """A bank file that cannot be written or believed; nothing was changed."""

    code = "bank-file-refused"


class BankFileEmpty(BankFileRefused):
    """No content at all."""

    code = "bank-file-empty"


class BankFileTooLarge(BankFileRefused):
    """Longer than the limit. Facts: `size_max_bytes`."""

    code = "bank-file-too-large"


class BankFileHostile(BankFileRefused):
    """A document type, an entity or a nesting that only an attack would carry. Facts: `reason`."""

    code = "bank-file-hostile"


class BankFileEncodingUnknown(BankFileRefused):
    """Not UTF-8 nor a Latin encoding a European bank sends. Facts: `encoding`."""

    code = "bank-file-encoding"


class BankFileMalformed(BankFileRefused):
    """Not well-formed, or not valid against the ISO schema. Facts: `line`, `reason`."""

    code = "bank-file-malformed"


class OrderListColumnsMissing(BankFileRefused):
    """An accountant's list without the columns that say what was paid. Facts: `columns`, by their French names."""

    code = "order-list-columns-missing"


class BankFileWrongType(BankFileRefused):
    """Another message than the ones read here. Facts: `found`, `expected`."""

    code = "bank-file-wrong-type"


class BankFilePacked(BankFileRefused):
    """A zip or another archive: the file inside is wanted, not its box."""

    code = "bank-file-packed"


class PaymentFileInvalid(BankFileRefused):
    """A payment that no bank would take; not written. Facts: `field`, `reason`."""

    code = "payment-file-invalid"
