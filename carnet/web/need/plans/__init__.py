"""Allotment plans on the screen: what was asked, the three methods side by side, what each guarantee costs, another try, an order.

`views`, `words` and `paper` need numpy through what a plan stands on: they are loaded by the first page that is asked (see `urls`).
"""
