"""Text messages: what a gateway (a telephone with a SIM card, or a carrier's service) takes and gives, over HTTP.

The shape is that of SMSGate, an open-source application that turns an Android telephone into a gateway (docs/sources/text-messages.md#gateway):
``POST {url}/messages`` with a bearer token to send; a webhook signed by HMAC-SHA-256 over the body and its timestamp to receive. The
double keeps the same contract; tests run both through it.
"""

from carnet.gateways.sms._choice import gateway, is_offered
from carnet.gateways.sms._double import DoubleGateway
from carnet.gateways.sms._http import HttpGateway
from carnet.gateways.sms._incoming import (
    BODY_MAX,
    Delivery,
    Incoming,
    MessageForged,
    MessageStale,
    MessageUnreadable,
    SmsRefused,
    read,
    signed,
)
from carnet.gateways.sms._outgoing import NotSent, SmsGateway

__all__ = [
    "BODY_MAX",
    "Delivery",
    "DoubleGateway",
    "HttpGateway",
    "Incoming",
    "MessageForged",
    "MessageStale",
    "MessageUnreadable",
    "NotSent",
    "SmsGateway",
    "SmsRefused",
    "gateway",
    "is_offered",
    "read",
    "signed",
]
