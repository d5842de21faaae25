"""Stand-ins for other packages' interfaces, for scripts that exist."""
