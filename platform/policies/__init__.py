"""The safety policy as data: versions, what differs, what would change, and which one is live."""
