"""What must be told to someone, as a row now and a letter, e-mail or text later.

*Notice*: one message to one address, written in the transaction that earned it, sent by a job.
Always true: nothing is sent for work that was rolled back; nothing is sent twice on purpose.
"""
