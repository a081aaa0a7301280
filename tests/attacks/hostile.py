"""Files made to harm: small ones that unfold, that never end, that nest, that lie about what they are."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

MEGA = 1024 * 1024
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><a>&g;</a></Document>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><a>&x;</a></Document>"""
ELSEWHERE = b"""<?xml version="1.0"?><!DOCTYPE Document SYSTEM "http://127.0.0.1:9/evil.dtd"><Document/>"""
SCRIPTED = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script><image href="http://evil.example/"/></svg>'


def zipped(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        package.writestr(name, content)
    return held.getvalue()


def workbook_bomb(megabytes: int) -> bytes:
    """A workbook of a few kilobytes whose sheet unfolds."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _mega in range(megabytes):
                sheet.write(b" " * MEGA)
    return held.getvalue()


def png(width: int, height: int, *, tail: bytes = b"") -> bytes:
    """A picture that announces any size and holds a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"") + tail


def files() -> Mapping[str, bytes]:
    """By name, each small enough to be sent."""
    return {
        "empty": b"",
        "nothing but a mark": b"\xef\xbb\xbf",
        "zeros": b"\0" * 5000,
        "random bytes": bytes(range(256)) * 200,
        "one endless cell": b'"' + b"a" * (2 * MEGA),
        "one cell larger than a reader takes": b"a;" + b"b" * 200_000 + b"\n1;2\n",
        "a column without end": b";" * 200_000 + b"\n",
        "a hundred thousand empty lines": b"\n" * 100_000,
        "bare returns": b"a;b\rc;d\r" * 1000,
        "half a surrogate": "a;b\n\ud800;1".encode("utf-16-le", "surrogatepass"),
        "deep brackets": b"[" * 100_000,
        "deep objects": b'{"a":' * 50_000,
        "a number of a hundred thousand digits": b"9" * 100_000,
        "a number too large for anything": b"1e999999999",
        "gzip bomb": gzip.compress(b"a" * (200 * MEGA)),
        "gzip cut short": gzip.compress(b"a;b\n" * 1000)[:40],
        "gzip in gzip": gzip.compress(gzip.compress(b"a" * MEGA)),
        "workbook bomb": workbook_bomb(300),
        "workbook of entities": zipped("xl/workbook.xml", ENTITIES),
        "a name that climbs": zipped("../../../../etc/passwd", b"x"),
        "a zip inside out": zipped("a.zip", zipped("b.zip", b"x" * MEGA)),
        "billion laughs": ENTITIES,
        "a file of the machine": OUTSIDE,
        "a page of another": ELSEWHERE,
        "elements without end": b"<Document>" + b"<a>" * 100_000,
        "a drawing with a script": SCRIPTED,
        "a picture of four billion dots": png(65_000, 65_000),
        "a picture and a page": png(10, 10, tail=b"<html><script>alert(1)</script>"),
        "a picture cut short": png(10, 10)[:40],
        "a page called a picture": b"GIF89a<script>alert(1)</script>",
        "a paper that is none": b"%PDF-1.7\n%%EOF",
        "a paper that runs": b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>",
        "formulas": b"=cmd|' /C calc'!A0;+1;-1;@SUM(1)\n=1;=2;=3;=4\n",
        "toml that nests": b"a = " + b"[" * 5000 + b"]" * 5000,
    }
