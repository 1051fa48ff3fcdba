"""Many partnerships at once: the work on one of them, in a process of its own, wherever its folder is."""
