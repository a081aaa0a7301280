"""The desk that hands vouchers over: in less than a minute, to somebody who stands in front of it and gives no name."""
