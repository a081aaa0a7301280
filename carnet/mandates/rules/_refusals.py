"""Why a mandate is not signed, not renewed, not used, not read."""

from carnet.kernel.refusals import Refusal


class MandatesRefused(Refusal):
    """Base of the refusals of mandates."""

    code = "mandates-refused"


class MandateNumberMistyped(MandatesRefused):
    """Not the number of a mandate: some symbol was mistyped."""

    code = "mandate-number-mistyped"


class PersonNumberMistyped(MandatesRefused):
    """Not the number of a person: some symbol was mistyped."""

    code = "mandate-person-number-mistyped"


class CheckCodeMistyped(MandatesRefused):
    """Not the code of a mandate's QR."""

    code = "mandate-check-code-mistyped"


class PersonCodeMistyped(MandatesRefused):
    """Not the code of a person's own paper."""

    code = "mandate-person-code-mistyped"


class MandateUnknown(MandatesRefused):
    """No mandate has this number or code, or it is another structure's. The same for all."""

    code = "mandate-unknown"


class PersonUnknown(MandatesRefused):
    """Nobody has this number here, or another structure's. The same for both."""

    code = "mandate-person-unknown"


class AuthorisationUnknown(MandatesRefused):
    """No authorisation has this identifier here, or another structure's. The same for both."""

    code = "mandate-authorisation-unknown"


class StructureUnknown(MandatesRefused):
    """The organisation was never admitted to help under mandates, or is another programme's."""

    code = "mandate-structure-unknown"


class StructureClosed(MandatesRefused):
    """The structure stopped helping under mandates."""

    code = "mandate-structure-closed"


class StructureAdmitted(MandatesRefused):
    """The organisation is a structure already."""

    code = "mandate-structure-admitted"


class DraftUnknown(MandatesRefused):
    """No such preparation, or another structure's."""

    code = "mandate-draft-unknown"


class DraftOver(MandatesRefused):
    """It was signed, given up, or left for two hours: begin again with the person."""

    code = "mandate-draft-over"


class IdentityMissing(MandatesRefused):
    """Nobody has proved yet who the person is."""

    code = "mandate-identity-missing"


class IdentityIncomplete(MandatesRefused):
    """A family name, a given name and a day of birth, as on the paper."""

    code = "mandate-identity-incomplete"


class IdentityOther(MandatesRefused):
    """Whoever signed in at FranceConnect is not the person of this mandate."""

    code = "mandate-identity-other"


class IdentityErased(MandatesRefused):
    """The person's identity was erased: nothing is signed any more under this number."""

    code = "mandate-identity-erased"


class SecondHelperNeeded(MandatesRefused):
    """A second helper reads the paper too, and says so from their own account."""

    code = "mandate-second-helper-needed"


class SecondHelperSame(MandatesRefused):
    """The second helper is another one."""

    code = "mandate-second-helper-same"


class FamiliesMissing(MandatesRefused):
    """At least one family of procedures."""

    code = "mandate-families-missing"


class FamilyNotAllowed(MandatesRefused):
    """A family that the structure does not do. Facts: families."""

    code = "mandate-family-not-allowed"


class ProtectedPerson(MandatesRefused):
    """Somebody under a protection measure does not sign alone."""

    code = "mandate-person-protected"


class PersonEnded(MandatesRefused):
    """The person's file was closed: a death, a protection measure. Facts: reason."""

    code = "mandate-person-ended"


class ConsentMissing(MandatesRefused):
    """The person has not said yes."""

    code = "mandate-consent-missing"


class RenewalTooLate(MandatesRefused):
    """It ended too long ago: sign a new one. Facts: days."""

    code = "mandate-renewal-too-late"


class AuthorisationOver(MandatesRefused):
    """The person does not authorise it any more: it was ended, or its last day has passed."""

    code = "mandate-authorisation-over"


class ProcedureNotOfFamily(MandatesRefused):
    """The procedure belongs to another family than the one authorised. Facts: family, procedure."""

    code = "mandate-procedure-not-of-family"


class ServiceMissing(MandatesRefused):
    """A use names the service where it was done."""

    code = "mandate-service-missing"


class NothingToEnd(MandatesRefused):
    """Nothing is in force: it had ended already."""

    code = "mandate-nothing-to-end"


class NothingToTransfer(MandatesRefused):
    """No mandate in force that the other structure may carry on."""

    code = "mandate-nothing-to-transfer"


class TransferElsewhere(MandatesRefused):
    """The other structure is the same one, or of another programme."""

    code = "mandate-transfer-elsewhere"
