"""Every answer "no" of the observatory: one class each, a stable code, facts instead of a sentence."""

from carnet.kernel.refusals import Refusal


class ObservatoryRefused(Refusal):
    """Base of every refusal of this room."""

    code = "observatory-refused"


class LetterUnknown(ObservatoryRefused):
    """No such monthly statement, or another funder's."""

    code = "monthly-letter-unknown"


class RecipientsTooMany(ObservatoryRefused):
    """More addresses than a monthly statement is sent to. Facts: most."""

    code = "recipients-too-many"


class RecipientWrong(ObservatoryRefused):
    """Something that is no e-mail address. Facts: email."""

    code = "recipient-wrong"
