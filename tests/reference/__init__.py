"""Plain implementations to compare fast ones with. Nothing here is imported by the project itself."""
