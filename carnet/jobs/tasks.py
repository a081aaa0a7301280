"""Every task of the house: procrastinate looks for them here. One module per room."""

from carnet.jobs import issuing, journal, letters, papers, places, texts, webhooks, workshops

__all__ = ["issuing", "journal", "letters", "papers", "places", "texts", "webhooks", "workshops"]
