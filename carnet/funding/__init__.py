"""Who pays, for what, and how much each: programmes, agreements, shares, money received, pledges.

A *programme* is one campaign of vouchers: a territory, a public, a face value, windows of time. An
*agreement* binds its funders; its *shares* come in versions, and each order is divided by the version in
force on the day its codes are drawn. An order *commits* the agreement to cents per funder.

Always true: the shares of a version make the whole, exactly; the cents committed for an order sum to its
face value; after any number of orders each percentage funder has borne its exact share within one cent.
"""
