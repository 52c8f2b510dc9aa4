"""What happened, in an order that nobody can rewrite unnoticed."""
