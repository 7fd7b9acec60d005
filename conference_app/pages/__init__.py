"""What a browser or a health check gets: overview, TwiML bins, recordings."""
