"""The end of validity on screen: the same pages for the operator, a funder and an auditor; a desk lead has its own part."""
