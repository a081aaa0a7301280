"""The papers of a mandate, for every door: the mandate and its draft, what was stopped, the slip of a visit, and the page that checks one."""
