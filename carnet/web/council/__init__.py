"""The report for an elected council: chosen in one click, told once, shown on a page and printed as the same paper."""
