"""Reminders by consent, lessons booked again, announcements, a programme's own words, those of last season invited."""
