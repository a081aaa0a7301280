"""What an edition looks like, and the proofs of it: made at the operator's, answered by another person, looked at by its funders."""
