"""Contract fuzzing: Schemathesis against the real server, from the OpenAPI document."""
