"""The only shared look: layout, components, pictograms, formats, and the sentence of every refusal.

A screen extends ``design/base.html``, loads ``carnet_design`` and writes no CSS and no colour of its own.
Every component is shown, alive, on ``/design``. Every page works without JavaScript.
"""
