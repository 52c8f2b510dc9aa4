"""What the whole platform agrees on: settings, addresses, errors, logging, keys."""
