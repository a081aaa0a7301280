"""Workshops: lessons given at a place, on a day, to a few people. Found, booked without a name, attended.

Words:   a *workshop* is what is repeated (or given once); a *session* is one of its days; a *booking* is one seat, known
         by its number alone; *waiting* is a booking without a seat yet; a *presence* is a voucher spent at a session.
Facts:   sessions are public; bookings belong to the place and to the desk that made them. Nobody is named: a slip of
         paper carries the booking's number, and whoever holds it may give the seat back.
Always:  a session never has more bookings than seats; a seat given back goes to the one who waits first, at once; a
         booklet has one seat at a session; a cancelled session has no bookings left standing.
"""
