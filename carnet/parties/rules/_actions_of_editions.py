"""The lines of the table of roles: editions of booklets, from the order to the last parcel."""

from carnet.parties.rules._permission import Permission, do, see
from carnet.parties.rules._words import Role

_ADMIN, _AGENT, _TREASURER, _APPROVER = (Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER)
_FUNDER, _AUDITOR, _LEAD, _PRESCRIBER = Role.FUNDER, Role.AUDITOR, Role.PRESCRIBER_LEAD, Role.PRESCRIBER
_PRINT_SHOP = Role.PRINT_SHOP
_OPERATOR = (_ADMIN, _AGENT, _TREASURER, _APPROVER)

LINES: tuple[Permission, ...] = (
    see("home.print_shop", "the print shop's home page: editions to print, parcels to send", _PRINT_SHOP),
    see("issuing.see", "orders and series", *_OPERATOR, _FUNDER, _AUDITOR),
    do("issuing.order", "order booklets", _ADMIN, _AGENT),
    do("issuing.approve-edition", "approve an edition", _ADMIN, _APPROVER, proof=True),
    do("issuing.draw", "draw the codes of an approved order", _ADMIN, _AGENT, proof=True),
    do("issuing.download-print-files", "download the files to print (they hold secrets)", _ADMIN, _AGENT, proof=True),
    do("issuing.ship", "declare printed and shipped", _ADMIN, _AGENT),
    do("issuing.receive", "declare booklets received", _ADMIN, _AGENT, _LEAD),
    do("issuing.activate", "activate a covered series", _ADMIN, _TREASURER, proof=True),
    do("issuing.void", "void booklets or vouchers", _ADMIN, proof=True),
    # the proof before anything is printed
    do("issuing.design", "design the booklets of an edition: logos, texts, where they are good; send a proof", _ADMIN, _AGENT),
    see("issuing.see-proofs", "the proofs of the editions of one's programmes", *_OPERATOR, _FUNDER, _AUDITOR),
    do("issuing.approve-proof", "approve a proof that somebody else sent, or send it back", _ADMIN, _APPROVER, _FUNDER, proof=True),
    # the print shop
    do("issuing.manage-print-shops", "admit a print shop and propose the key its files are sealed for", _ADMIN, _AGENT, proof=True),
    do(
        "issuing.approve-print-key",
        "agree to the key of a print shop that somebody else proposed, or refuse",
        _ADMIN,
        _APPROVER,
        proof=True,
    ),
    do("issuing.offer-print-key", "give the certificate of one's print shop, or end it", _PRINT_SHOP, proof=True),
    see("issuing.see-print-shops", "the print shops one's operator works with, and their keys", *_OPERATOR),
    do("issuing.pack", "say which booklets go to which point, box by box", _ADMIN, _AGENT),
    see("issuing.see-print-work", "the editions one's print shop was given", _PRINT_SHOP),
    do("issuing.fetch-print-files", "fetch the sealed files of one's print shop", _PRINT_SHOP, proof=True),
    do("issuing.prove-printing", "declare an edition printed, with the proof of it", _PRINT_SHOP),
    do("issuing.send-parcels", "say that parcels left", _PRINT_SHOP, _ADMIN, _AGENT),
    # parcels
    see("issuing.see-parcels", "where every parcel is, and what was short", *_OPERATOR, _FUNDER, _AUDITOR),
    do("issuing.settle-parcel", "say what became of what is missing from a parcel", _ADMIN, _AGENT),
    # keys
    do("issuing.rotate-keys", "draw new keys for a programme's next editions; older vouchers stay good", _ADMIN, proof=True),
)
