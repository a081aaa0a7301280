"""Who is left far from any place: the page, its files, and the line on the home pages of those who can do something.

`views` and `words` need numpy through travel times: they are loaded by the first page that is asked (see `urls`); `tasks` needs nothing.
"""
