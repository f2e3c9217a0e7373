"""The window: the only room that knows Qt. Views ask the session at every beat; nothing is told to them from afar."""
