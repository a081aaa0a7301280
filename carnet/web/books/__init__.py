"""Accountants' books: for the treasurer, a public accountant, the funders, the State and the auditor; the same pages, the same files."""
