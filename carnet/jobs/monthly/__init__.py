"""A funder's monthly statement on paper: its words, and the PDF that is sent and downloaded."""

from carnet.jobs.monthly._paper import file_name, letter_pdf
from carnet.jobs.monthly._words import told

__all__ = ["file_name", "letter_pdf", "told"]
