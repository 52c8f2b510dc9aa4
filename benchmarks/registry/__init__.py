"""How fast the registry answers, among how many."""
