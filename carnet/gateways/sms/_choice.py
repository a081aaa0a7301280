"""Which gateway this installation has, as its settings say."""

from django.conf import settings

from carnet.gateways.sms._double import DoubleGateway
from carnet.gateways.sms._http import HttpGateway
from carnet.gateways.sms._outgoing import SmsGateway


def is_offered() -> bool:
    """Whether this installation can be written to by text message."""
    return settings.SMS_GATEWAY != "none"


def gateway() -> SmsGateway:
    """The gateway of the settings. A demonstration, whatever they say, writes to nobody."""
    if settings.SMS_GATEWAY == "http" and not settings.DEMO:
        return HttpGateway(settings.SMS_URL, settings.SMS_TOKEN)
    return DoubleGateway(settings.VAR_DIR / "sms")
