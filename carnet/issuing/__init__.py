"""Issuing: how money in an account becomes booklets on paper, up to the desk that hands them over.

Words: an *order* asks for booklets under an agreement; a second person *approves* the edition; its
codes are *drawn* (the ledger then holds a series), *printed*, *shipped*, *received*, and *activated*
once covered. Each is a fact with its moment and its author; they do not wait for one another more
than they must.

Always true: whoever orders never approves; codes are drawn from one sealed seed, the same however
often a run is killed; the database never holds a code; the seed is destroyed once the paper exists;
nothing is active that is not covered (the ledger refuses).
"""
