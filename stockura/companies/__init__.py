"""The companies listed on the Tokyo Stock Exchange, and what changed about them. Knows nothing of schedules' inside."""
