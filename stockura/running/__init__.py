"""What `make run` does: install, prepare and run a complete copy of Stockura on one bare machine."""
