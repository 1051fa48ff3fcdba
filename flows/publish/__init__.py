"""How it is printed: HTML, PDF, Word, Excel and charts."""
