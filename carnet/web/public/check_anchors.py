"""Check a file of anchors with plain Python, alone, offline:  python3 check_anchors.py anchors.csv [an older copy of it]

Each line names the digest of the line before; a line taken out, changed or added between two others shows. With an older copy, kept by
yourself, every line of it must be found unchanged in the new one. Signatures and timestamps: openssl checks them, the last lines say how.
Nothing of Carnet is needed, and nothing is sent anywhere.
"""

import base64
import csv
import hashlib
import sys

FIELDS = ("format", "site", "number", "day", "at", "previous", "resumes", "chains", "key", "next_key")


def message_of(row: dict) -> bytes:
    return "".join(f"{name}:{row[name]}\n" for name in FIELDS).encode()


def rows_of(path: str) -> list:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def faults_of(rows: list):
    before = None
    for row in rows:
        where = f"line {row['number']} of {row['day']}"
        if hashlib.sha256(message_of(row)).hexdigest() != row["digest"]:
            yield f"{where}: it does not say what its digest says"
        if hashlib.sha256(base64.b64decode(row["public_key"])).hexdigest() != row["key"]:
            yield f"{where}: its key is not the one it names"
        if before is not None and (row["previous"] != before["digest"] or int(row["number"]) != int(before["number"]) + 1):
            yield f"{where}: it does not follow line {before['number']}"
        before = row


def changed_since(older: list, rows: list):
    now = {row["number"]: row["digest"] for row in rows}
    for row in older:
        if now.get(row["number"]) != row["digest"]:
            yield f"line {row['number']} of {row['day']}: it was {row['digest']}, it is {now.get(row['number'], 'not there any more')}"


def write_for_openssl(row: dict) -> None:
    """What was signed, its signature, and the key as openssl reads it: twelve bytes that say Ed25519 (RFC 8410), then the key."""
    der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(row["public_key"])
    written = {
        "message.bin": b"carnet anchor 1\0" + message_of(row),
        "signature.bin": base64.b64decode(row["signature"]),
        "key-" + row["key"][:16] + ".pem": b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n",
    }
    for name, content in written.items():
        with open(name, "wb") as file:
            file.write(content)


def main(arguments: list) -> int:
    rows = rows_of(arguments[0])
    faults = list(faults_of(rows))
    if len(arguments) > 1:
        faults += changed_since(rows_of(arguments[1]), rows)
    if not rows:
        faults.append("no line at all")
    say = sys.stdout.write
    for fault in faults:
        say(f"WRONG  {fault}\n")
    if rows:
        last = rows[-1]
        say(f"{len(rows)} lines, until {last['day']}; the last digest: {last['digest']}\n")
        write_for_openssl(last)
        say("Its key (compare it with one you know by another way): " + last["key"] + "\n")
        say("Its signature, from the three files just written here:\n")
        say("  openssl pkeyutl -verify -pubin -inkey key-" + last["key"][:16] + ".pem -rawin -in message.bin -sigfile signature.bin\n")
        say("Its timestamp, if there is one, with the authority's own certificate:\n")
        say(f"  openssl ts -verify -digest {last['digest']} -in anchor-{last['number']}.tsr -CAfile authority.pem\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
