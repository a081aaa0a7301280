"""Papers that people send, as an outside system: looked at with suspicion, made harmless, then kept sealed by whoever asked.

The name and the type a browser announces are not believed: the first bytes say what a file is. A picture is drawn anew
(`photographs`). A PDF is written anew without what could act: scripts, actions, forms that send, files hidden inside.
"""

from dataclasses import dataclass, field
from io import BytesIO

import pikepdf

from carnet.gateways import photographs
from carnet.kernel.refusals import Refusal

BYTES_MAX = 8 * 1024 * 1024
PAGES_MAX = 60
PDF, JPEG = "application/pdf", "image/jpeg"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_ACTING_NAMES = ("/JavaScript", "/EmbeddedFiles")
_ACTING_ROOT = ("/OpenAction", "/AA", "/AF", "/Collection", "/AcroForm")
# A link to a page of the same document is harmless; these run, send or open something.
_ACTING = ("/A", "/AA")


class DocumentRefused(Refusal):
    """Base of the refusals of a paper."""

    code = "document-refused"


class DocumentTooHeavy(DocumentRefused):
    """More bytes or pages than are kept. Facts: megabytes_max, pages_max."""

    code = "document-too-heavy"


class DocumentUnreadable(DocumentRefused):
    """Neither a PDF nor a JPEG, PNG or WebP picture, or a broken one."""

    code = "document-unreadable"


class DocumentLocked(DocumentRefused):
    """A PDF behind a password: nobody could check it."""

    code = "document-locked"


@dataclass(frozen=True, slots=True)
class Document:
    """A paper made harmless, and what it now is."""

    content: bytes = field(repr=False)
    media_type: str

    @property
    def extension(self) -> str:
        """The end of the name it is saved under."""
        return "pdf" if self.media_type == PDF else "jpg"


def read(content: bytes) -> Document:
    """Judge a paper by what it holds and write it anew. Raises: DocumentTooHeavy, DocumentUnreadable, DocumentLocked."""
    if len(content) > BYTES_MAX:
        raise _too_heavy()
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return Document(_harmless(content), PDF)
    if content.startswith(_PICTURES):
        try:
            return Document(photographs.read(content).jpeg, JPEG)
        except photographs.PhotographTooHeavy:
            raise _too_heavy() from None
        except photographs.PhotographUnreadable:
            raise DocumentUnreadable from None
    raise DocumentUnreadable


def _too_heavy() -> DocumentTooHeavy:
    return DocumentTooHeavy(megabytes_max=BYTES_MAX // 2**20, pages_max=PAGES_MAX)


def _harmless(content: bytes) -> bytes:
    """The same pages without what could act."""
    try:
        with pikepdf.open(BytesIO(content)) as paper:
            if not 1 <= len(paper.pages) <= PAGES_MAX:
                raise _too_heavy() if len(paper.pages) else DocumentUnreadable()
            _disarm(paper)
            written = BytesIO()
            paper.save(written, encryption=False)
    except pikepdf.PasswordError:
        raise DocumentLocked from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RecursionError, MemoryError):
        raise DocumentUnreadable from None
    if written.tell() > 2 * BYTES_MAX:
        raise _too_heavy()
    return written.getvalue()


def _disarm(paper: pikepdf.Pdf) -> None:
    for name in _ACTING_ROOT:
        if name in paper.Root:
            del paper.Root[name]
    if "/Names" in paper.Root:
        for name in _ACTING_NAMES:
            if name in paper.Root.Names:
                del paper.Root.Names[name]
    for page in paper.pages:
        if "/AA" in page.obj:
            del page.obj["/AA"]
        if "/Annots" in page.obj:
            page.obj.Annots = paper.make_indirect(pikepdf.Array([each for each in page.obj.Annots if _is_still(each)]))


def _is_still(annotation: pikepdf.Object) -> bool:
    """A remark or a plain link inside the paper, and nothing that runs, plays, sends or carries a file."""
    kind = str(annotation.get("/Subtype", ""))
    return kind not in ("/FileAttachment", "/Screen", "/Movie", "/Sound", "/RichMedia", "/3D", "/Widget") and not any(
        name in annotation for name in _ACTING
    )
