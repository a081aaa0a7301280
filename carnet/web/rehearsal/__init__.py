"""A rehearsal: the real screens of a desk and of a counter, with pretend booklets. Nothing is written but ticks in the session.

Under `/rehearsal/` a request has addresses of its own (`carnet.web.rehearsal.addresses`), where each name of the real screens (`prescriber:given`,
`place:accept`...) leads to its pretend twin: the templates, forms and rules are the real ones, unchanged, and no link leads out by mistake.
"""
