"""The money of connections: bills of providers, what landlords owe and paid, and each party's account. The same pages at every office."""
