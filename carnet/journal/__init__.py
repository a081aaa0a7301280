"""Who did what, when, and for whom: append-only, without foreign keys, sealed in a chain of blocks.

*Line*: one thing done. *Block*: a sealed run of rows of one append-only table, chained to the block
before it. *Answer*: the first answer given to a request key, given again to any repetition.

Always true: a line is never updated or deleted; every row below the oldest running transaction is in
exactly one block, or in the tail that ``journal verify`` names.
"""
