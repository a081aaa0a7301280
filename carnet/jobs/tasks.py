"""Every task of the house: procrastinate looks for them here. One module per room."""

from carnet.jobs import activities, issuing, journal, letters, papers, places, texts, webhooks, workshops

__all__ = ["activities", "issuing", "journal", "letters", "papers", "places", "texts", "webhooks", "workshops"]
