"""Why a complaint is not taken, not answered, not read; why the line does not answer."""

from carnet.kernel.refusals import Refusal


class HelplineRefused(Refusal):
    """Base of the refusals of the phone line and of complaints."""

    code = "helpline-refused"


class ComplaintEmpty(HelplineRefused):
    """A complaint says what happened."""

    code = "complaint-empty"


class ComplaintNumberMistyped(HelplineRefused):
    """Not the number of a complaint: some symbol was mistyped."""

    code = "complaint-number-mistyped"


class ComplaintUnknown(HelplineRefused):
    """No complaint has this number, or its secret is another one, or it is not the reader's."""

    code = "complaint-unknown"


class ComplaintLocked(HelplineRefused):
    """Too many wrong secrets: whoever answers the telephone reads it out. Facts: tries."""

    code = "complaint-locked"


class ComplaintClosed(HelplineRefused):
    """It was closed already. Facts: closed_at."""

    code = "complaint-closed"


class TooManyComplaints(HelplineRefused):
    """Many complaints come from one address in one hour. Facts: minutes."""

    code = "complaints-too-many"


class ComplaintAboutNobody(HelplineRefused):
    """Nobody here answers for it: no programme is named, and several operators could. Say the place, the booklet or the programme."""

    code = "complaint-about-nobody"


class ComplaintKindNotYours(HelplineRefused):
    """Only a place says that it is paid late; only a person or who speaks for one says the rest. Facts: kind."""

    code = "complaint-kind-not-yours"


class ContactInvalid(HelplineRefused):
    """Neither an e-mail address nor a telephone number."""

    code = "complaint-contact-invalid"


class PlaceNotNamed(HelplineRefused):
    """The complaint names no place that somebody runs: nobody can be asked."""

    code = "complaint-place-not-named"


class HearingDayInvalid(HelplineRefused):
    """The place is given at least one working day, and no more than a few. Facts: first_on, last_on."""

    code = "complaint-hearing-day-invalid"


class HeardAlready(HelplineRefused):
    """The place has answered what it was asked last, or was asked nothing."""

    code = "complaint-heard-already"


class AskedAlready(HelplineRefused):
    """The place was asked and its day has not passed. Facts: asked_on."""

    code = "complaint-asked-already"


class AnswerMissing(HelplineRefused):
    """Whoever complained is told something, in plain words."""

    code = "complaint-answer-missing"


class DelayInvalid(HelplineRefused):
    """A delay is at least one day and at most what the texts allow. Facts: days_max."""

    code = "complaint-delay-invalid"


class NumberUnknown(HelplineRefused):
    """Nothing here has this number: unknown, or another operator's. The same for both."""

    code = "helpline-number-unknown"


class NumberUnreadable(HelplineRefused):
    """Neither a serial, a place, a booking, a payment, a hand-over, a replacement nor a complaint can be written so."""

    code = "helpline-number-unreadable"


class CodeDictated(HelplineRefused):
    """Somebody typed the secret code of a voucher, or the address of its QR code. Carries no fact on purpose."""

    code = "helpline-code-dictated"


class TooManyQuestions(HelplineRefused):
    """One person asks faster than one can answer calls, or asks for numbers that do not exist. Facts: minutes."""

    code = "helpline-too-many-questions"
