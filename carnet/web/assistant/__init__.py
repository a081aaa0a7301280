"""The first hour of an installation: the first administrator, then a short list of what is left to do, each with one verb.

The first page is open to anybody only while no organisation exists; afterwards the list is the administrator's.
"""
