"""People's data: where it is, how long, who asked to read it, correct it or be forgotten; what each night forgot; and the proof by search.

Words: a *processing* (traitement) is one reason to hold data of people; a *period* is how long; a *finding* is one row about the person
sought. Invariants: every column that may hold a person's data is declared; an erasure is written in a register outside the database before
the row is emptied; whatever may not be erased says by which law and until when.

Beside `continuity`, this room names tables of every other room: it must miss none (docs/decisions/0091).
"""
