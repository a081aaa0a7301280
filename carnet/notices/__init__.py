"""What must be told to someone, as a row now and a letter, e-mail or text later.

*Notice*: one message to one address, written in the transaction that earned it, sent by a job. *Endpoint*: an address of an
organisation's own program. *Delivery*: one event on its way there, made of a finished line of the journal.
Always true: nothing is sent for work that was rolled back; nothing is sent twice on purpose.
"""
