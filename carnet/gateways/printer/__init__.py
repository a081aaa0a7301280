"""The printer: booklets as PDF pages of 210 by 99 mm, and the variable data a print shop composes from.

``Edition`` says what every page of an edition shares, ``PrintedBooklet`` what one booklet carries.
``write_pdf`` and ``write_csv`` take booklets one at a time and keep memory flat; an edition of more
than a few thousand pages is cut into files by its caller, so that a killed run starts again at the
last whole file.
"""

from carnet.gateways.printer._edition import Edition, PrintedBooklet, PrintedVoucher
from carnet.gateways.printer._pdf import write_pdf
from carnet.gateways.printer._variable_data import CSV_HEADER, write_csv
from carnet.gateways.printer._words import printed_validity

__all__ = ["CSV_HEADER", "Edition", "PrintedBooklet", "PrintedVoucher", "printed_validity", "write_csv", "write_pdf"]
