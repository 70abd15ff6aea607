"""What measurements share: a throw-away copy of Stockura, figures of a process, a look at a queue."""
