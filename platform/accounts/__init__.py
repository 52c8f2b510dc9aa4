"""People, their roles, and what protects what they wrote."""
