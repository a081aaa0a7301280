"""Each refusal of clearing, with its stable code. Some travel: a partner reads them as the reason of an answer."""

from carnet.kernel.refusals import Refusal


class ClearingRefused(Refusal):
    """Base of clearing's refusals."""

    code = "clearing-refused"


class MessageUnreadable(ClearingRefused):
    """Not a message of this protocol. Facts: what (a stable word)."""

    code = "message-unreadable"


class MessageTooLarge(ClearingRefused):
    """More bytes than a message may have. Facts: bytes_max."""

    code = "message-too-large"


class PartnerUnknown(ClearingRefused):
    """No partner has this number, or none agreed to: nothing more is said to a stranger."""

    code = "partner-unknown"


class PartnerEnded(ClearingRefused):
    """Clearing with this partner was ended."""

    code = "partner-ended"


class PartnerNotWaiting(ClearingRefused):
    """Nothing about this partner waits for a second person."""

    code = "partner-not-waiting"


class PartnerIsOurs(ClearingRefused):
    """An operator does not clear with itself."""

    code = "partner-is-ours"


class PartnerProgrammeMissing(ClearingRefused):
    """A partner is proposed with at least one programme of ours, and of its own."""

    code = "partner-programme-missing"


class FingerprintDiffers(ClearingRefused):
    """What was read out on the telephone is not the fingerprint of the keys given."""

    code = "fingerprint-differs"


class OperatorUnnumbered(ClearingRefused):
    """An operator without a SIRET cannot be named in a message."""

    code = "operator-unnumbered"


class SignatureForged(ClearingRefused):
    """A message that no key of the partner signed."""

    code = "signature-forged"


class MessageNumberReused(ClearingRefused):
    """Another message of this partner has the same number, or the same id and other words. Facts: number."""

    code = "message-number-reused"


class ClaimReused(ClearingRefused):
    """A claim came before under the same id with other words."""

    code = "claim-reused"


class MessageNotForUs(ClearingRefused):
    """A message to another operator."""

    code = "message-not-for-us"


class SecretMissing(ClearingRefused):
    """A claim without the box it speaks of, or with another: its code cannot be read."""

    code = "secret-missing"


class SecretUnreadable(ClearingRefused):
    """A box that no key of ours opens."""

    code = "secret-unreadable"


class IssuerUnknown(ClearingRefused):
    """No partner's programme signed this QR code, or the operator written on the voucher was not said."""

    code = "issuer-unknown"


class VoucherIsOurs(ClearingRefused):
    """The voucher is of a programme this place accepts: the ordinary counter takes it."""

    code = "voucher-is-ours"


class ClaimOpen(ClearingRefused):
    """A claim for this voucher is open already, or was accepted."""

    code = "claim-open"


class ClaimUnknown(ClearingRefused):
    """No such claim among one's own."""

    code = "clearing-claim-unknown"


class ClaimWithdrawn(ClearingRefused):
    """The claim was withdrawn before it arrived."""

    code = "claim-withdrawn"


class ClaimNotWithdrawable(ClearingRefused):
    """A claim that was refused, withdrawn, or whose payment is prepared, is not withdrawn. Facts: state."""

    code = "claim-not-withdrawable"


class ClaimOfAnotherKind(ClearingRefused):
    """The place accepts no voucher now, or not for this service: not those of another operator either."""

    code = "clearing-place-not-accepted"


class PeriodInvalid(ClearingRefused):
    """A statement's period ends before it begins, or in the future."""

    code = "clearing-period-invalid"


class StatementTooLong(ClearingRefused):
    """More claims in a period than one statement holds: a shorter period. Facts: claims, claims_max."""

    code = "clearing-statement-too-long"


class TransferAnnounced(ClearingRefused):
    """A transfer of this reference was announced, or recorded, before."""

    code = "transfer-announced"


class NothingToPay(ClearingRefused):
    """No accepted claim of a place waits to be paid, or no money came for any."""

    code = "clearing-nothing-to-pay"


class ClearingPaymentUnknown(ClearingRefused):
    """No such payment of clearing."""

    code = "clearing-payment-unknown"


class ClearingPaymentNotInState(ClearingRefused):
    """The payment is at another step. Facts: state."""

    code = "clearing-payment-not-in-state"


class TooManyFromPartner(ClearingRefused):
    """A partner whose codes are too often unknown: its claims wait."""

    code = "too-many-from-partner"
