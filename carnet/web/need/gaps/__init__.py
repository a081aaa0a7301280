"""Who is left far from any place: the page and its files.

`views` and `words` need numpy through travel times: they are loaded by the first page that is asked (see `urls`).
"""
