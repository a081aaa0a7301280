"""The feasibility study of a landlord's estate: residences, assumptions, costs, who pays, and from how many homes it is worth it.

`simulation` and `written` need numpy: they are loaded by their own name, so that a process starts without it.
"""
