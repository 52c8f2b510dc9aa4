"""Where people decide what the gates leave to them."""
