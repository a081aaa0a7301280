"""The outbox: letters and webhooks, a row now, sent later."""

from carnet.notices.operations._announcements import (
    Reader,
    Words,
    end_announcement,
    mail_announcement,
    read_announcement,
    write_announcement,
)
from carnet.notices.operations._deliveries import (
    Due,
    Tried,
    claim_due,
    forget_deliveries,
    record_tries,
    tell_events,
)
from carnet.notices.operations._digests import begin_digests, choose_digest, finish_digests, post_digest
from carnet.notices.operations._endpoints import (
    end_endpoint,
    open_endpoint,
    pause_endpoint,
    post_test,
    resume_endpoint,
    rotate_secret,
    send_again,
)
from carnet.notices.operations._letters import post, send_waiting
from carnet.notices.operations._texts import TEXT_GIVEN_UP, TextToSend, post_text, send_texts
from carnet.notices.operations._wording import reset_text, write_text

__all__ = [
    "TEXT_GIVEN_UP",
    "Due",
    "Reader",
    "TextToSend",
    "Tried",
    "Words",
    "begin_digests",
    "choose_digest",
    "claim_due",
    "end_announcement",
    "end_endpoint",
    "finish_digests",
    "forget_deliveries",
    "mail_announcement",
    "open_endpoint",
    "pause_endpoint",
    "post",
    "post_digest",
    "post_test",
    "post_text",
    "read_announcement",
    "record_tries",
    "reset_text",
    "resume_endpoint",
    "rotate_secret",
    "send_again",
    "send_texts",
    "send_waiting",
    "tell_events",
    "write_announcement",
    "write_text",
]
