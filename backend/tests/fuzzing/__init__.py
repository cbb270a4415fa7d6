"""Contract fuzzing: Schemathesis on the real server, by the OpenAPI document."""
