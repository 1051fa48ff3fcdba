"""What was published: frozen with all that it was made from, made again, and held against its record."""
