"""Every task of the house: procrastinate looks for them here. One module per room."""

from carnet.jobs import activities, helpline, issuing, joining, journal, letters, papers, places, stock, texts, webhooks, workshops

__all__ = ["activities", "helpline", "issuing", "joining", "journal", "letters", "papers", "places", "stock", "texts", "webhooks", "workshops"]
