"""Places: where a person can learn, and where a voucher is accepted. The national directory, kept whole.

Words:   a *place* is a door one can walk through; its *operator* is the organisation that runs it; a place
         *accepts* a programme for some services between two days; a *service* is one of about twenty things
         a voucher pays for, on three levels (discover, master, act).
Facts:   places are public. They come from files in the national standard (v1.0.2, or the older v0.1), each
         keeping where it came from and when. Nothing of a file is lost in silence: what does not fit a column
         is reported, line by line, and kept in the place's `extras`.
Always:  one place per (provenance, national identifier); latitude and longitude together or neither; two
         acceptances of one programme by one place never overlap; an ended place accepts nothing.
"""
