"""Does it help? Indicators of survey answers, plans of evaluation and what their results allow to be said, the same at every office.

`words` needs numpy through the rules it names: views load it when a page asks, never when the process starts.
"""
