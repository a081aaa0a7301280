"""Fraud seen early, without policing the poor: signals, cases and holds on payments, samples and questions asked by consent."""
