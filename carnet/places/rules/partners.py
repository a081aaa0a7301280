"""The one place of the directory that is none: where vouchers taken by a clearing partner's places are counted."""

# Its provenance. Such a place is never found, shown nor exported: it has no door.
PARTNERS = "clearing"
# What the national standard asks of every place, and this one has not.
NO_POSTCODE = "00000"
