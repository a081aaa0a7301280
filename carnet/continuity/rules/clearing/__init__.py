"""Clearing between operators: the messages, the life of a claim on both sides, statements, and what the messages kept prove by themselves.

Pure: no database, no clock, no key. Source: docs/operating/clearing.md.
"""
