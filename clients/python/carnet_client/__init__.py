"""A small client of Carnet's API: Python's own library and nothing else.

    from carnet_client import Client

    carnet = Client("https://carnet.example", token="carnet_…")
    print(carnet.check("482 915 006 731 284 906")["state"])
    print(carnet.redeem("482 915 006 731 284 906", service="mailbox")["id"])

A refusal is a `Problem`, with its stable `code`. What moves value carries an idempotency key of its own, and is sent again under the
same key when the network, or the server for a moment, fails: it is never done twice.
"""

from carnet_client.client import Answer, Client, Problem, Request, Transport, Unreachable, urllib_transport
from carnet_client.webhooks import WebhookInvalid, verify_webhook

__all__ = [
    "Answer",
    "Client",
    "Problem",
    "Request",
    "Transport",
    "Unreachable",
    "WebhookInvalid",
    "urllib_transport",
    "verify_webhook",
]
