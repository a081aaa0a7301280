"""Help without a voucher: what a place did for people who paid nothing, counted and never named; and the seats of its free digital space.

Words:   an *activity* is one thing done on one day for some people: open access, a visit of the free space, a free workshop,
         one-to-one help, an event, a lesson paid by vouchers; a *record* is one telling of it, a correction being the next one;
         a *visit* is an activity of one person, told by one tap at the door; a *station* is one seat of a free space.
Facts:   records and bookings belong to the place's organisation. The words (age bands, channels, themes) are those of the national
         activity tool, so that nobody types twice: what is here goes there by a file.
Always:  a record is never changed nor removed: the next one says otherwise; a finished workshop, a day of vouchers, a booked seat
         is told once; two bookings never hold one station at the same time; nobody is named.
"""
