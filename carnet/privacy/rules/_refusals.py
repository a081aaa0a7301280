"""Why something about a person's data is refused."""

from carnet.kernel.refusals import Refusal


class PrivacyRefused(Refusal):
    """Base of this room's refusals."""

    code = "privacy-refused"


class TooVague(PrivacyRefused):
    """What was given finds too many people: a single short word, a few digits."""

    code = "sought-too-vague"


class NobodyFound(PrivacyRefused):
    """No row is about whoever was given."""

    code = "nobody-found"


class RowUnknown(PrivacyRefused):
    """The row named is not one of those found for that person. Facts: `row`."""

    code = "row-not-found"


class NotCorrectable(PrivacyRefused):
    """That column is sealed, published or evidence: it is corrected on its own screen, or kept as it was. Facts: `column`."""

    code = "not-correctable"
