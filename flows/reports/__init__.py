"""What each document says: facts of a position made ready to print."""
