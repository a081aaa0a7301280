"""Feasibility studies of a solidarity connection: the same pages for a landlord, the operator, a funder and the State.

`words`, `files` and `views` need numpy through the rules they name: `urls` loads them when a page asks.
"""
