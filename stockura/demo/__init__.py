"""What `make run` shows a newcomer: an endpoint with schedules, and a login. Loaded once; then it is the person's."""
