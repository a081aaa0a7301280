"""Why a bill of connections is not taken, agreed or paid."""

from carnet.connectivity.rules._refusals import ConnectivityRefused


class BillUnknown(ConnectivityRefused):
    """No such bill, or another's. The same for both."""

    code = "connection-bill-unknown"


class MonthNotOver(ConnectivityRefused):
    """A month is billed once it is over. Facts: possible_on."""

    code = "connection-month-not-over"


class NothingToBill(ConnectivityRefused):
    """No month of a connection ended then that was not billed before."""

    code = "connection-nothing-to-bill"


class BillAlreadySent(ConnectivityRefused):
    """One bill waits already for this agreement. Facts: bill."""

    code = "connection-bill-already-sent"


class BillDiffers(ConnectivityRefused):
    """The provider's total is not what the connections say. Facts: told_cents, counted_cents."""

    code = "connection-bill-differs"


class BillChanged(ConnectivityRefused):
    """What was connected changed since the bill was sent: it is refused and sent again. Facts: sent_cents, counted_cents."""

    code = "connection-bill-changed"


class BillNotInState(ConnectivityRefused):
    """The bill is at another step. Facts: state."""

    code = "connection-bill-not-in-state"


class BillReasonMissing(ConnectivityRefused):
    """A bill is refused with a reason."""

    code = "connection-bill-reason-missing"


class PaymentMoreThanDue(ConnectivityRefused):
    """A landlord paid in more than it owes: the rest is given back by the bank, not kept. Facts: due_cents."""

    code = "connection-payment-more-than-due"


class NothingToPayOn(ConnectivityRefused):
    """No landlord paid in anything that a provider waits for."""

    code = "connection-nothing-to-pay-on"


class BankSaysOtherwise(ConnectivityRefused):
    """The bank's answer says nothing of this payment, or another amount or account. Facts: verdict."""

    code = "connection-bank-says-otherwise"
