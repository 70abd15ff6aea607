"""What `make run` does: install, prepare and run a complete copy of Stockura on one bare machine.

Two halves. ``installing`` runs in whatever Python the machine has and uses the standard library only.
Everything else runs in ``.venv`` afterwards. No module here imports the package `stockura` (see
``__main__``).
"""
