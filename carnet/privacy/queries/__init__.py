"""Reads about people's data: the map, the rows about somebody, the search everywhere, what each night forgot. Each sees every tenant."""
