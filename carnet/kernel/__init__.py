"""The vocabulary every room shares: money, time, identifiers, actors. Knows nothing of Django.

Always true: money is whole cents; periods are half-open; the legal day is the day in Paris.
"""
