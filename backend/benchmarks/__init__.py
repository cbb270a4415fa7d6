"""Speed, measured; never tested against a limit."""
