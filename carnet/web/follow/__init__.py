"""One euro followed both ways: one page for whoever may see it (operator, auditor, funder); nothing personal, no code."""
