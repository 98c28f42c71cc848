"""What happens, kept in its order, and how far it was delivered."""
