"""A funder's statement on paper: the same lines as a PDF to sign and as a CSV to check.

Both are written from `carnet.settlement.queries.FunderStatement`, in the reader's language; nothing is
counted here. Used by the operator's and the funder's pages, and by campaigns that leave their files.
"""

from carnet.web.statements import _book_words as words
from carnet.web.statements._book_pdf import book_pdf
from carnet.web.statements._book_table import book_csv
from carnet.web.statements._lines import Line, Section, sections
from carnet.web.statements._pdf import statement_pdf
from carnet.web.statements._season_end import credit_note_pdf, credit_sections, joint_pdf, joint_sections
from carnet.web.statements._table import as_text, statement_csv

__all__ = [
    "Line",
    "Section",
    "as_text",
    "book_csv",
    "book_pdf",
    "credit_note_pdf",
    "credit_sections",
    "joint_pdf",
    "joint_sections",
    "sections",
    "statement_csv",
    "statement_pdf",
    "words",
]
