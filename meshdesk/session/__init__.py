"""What is open now, without Qt: the session, the programs it starts, settings and secrets."""
