"""Every change. The doors (admin, API, beat, commands) ask here, so that a change is the same through all of them."""
