"""Where the money of agreements is, for whoever funds, runs or audits them: the same pages at every office, each behind its own walls."""
