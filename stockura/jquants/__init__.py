"""J-Quants API V2: the client, and a server that stands in for the real one."""
