"""The outbox: letters and webhooks, a row now, sent later."""

from carnet.notices.operations._deliveries import (
    Due,
    Tried,
    claim_due,
    forget_deliveries,
    record_tries,
    tell_events,
)
from carnet.notices.operations._endpoints import (
    end_endpoint,
    open_endpoint,
    pause_endpoint,
    post_test,
    resume_endpoint,
    rotate_secret,
    send_again,
)
from carnet.notices.operations._letters import ATTEMPTS_MAX, post, send_waiting
from carnet.notices.operations._texts import TEXT_GIVEN_UP, TextToSend, post_text, send_texts

__all__ = [
    "ATTEMPTS_MAX",
    "TEXT_GIVEN_UP",
    "Due",
    "TextToSend",
    "Tried",
    "claim_due",
    "end_endpoint",
    "forget_deliveries",
    "open_endpoint",
    "pause_endpoint",
    "post",
    "post_test",
    "post_text",
    "record_tries",
    "resume_endpoint",
    "rotate_secret",
    "send_again",
    "send_texts",
    "send_waiting",
    "tell_events",
]
