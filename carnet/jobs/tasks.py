"""Every task of the house: procrastinate looks for them here. One module per room."""

from carnet.jobs import (
    activities,
    announcements,
    digests,
    helpline,
    issuing,
    joining,
    journal,
    letters,
    papers,
    places,
    postal,
    reminders,
    stock,
    texts,
    webhooks,
    workshops,
)

__all__ = [
    "activities",
    "announcements",
    "digests",
    "helpline",
    "issuing",
    "joining",
    "journal",
    "letters",
    "papers",
    "places",
    "postal",
    "reminders",
    "stock",
    "texts",
    "webhooks",
    "workshops",
]
