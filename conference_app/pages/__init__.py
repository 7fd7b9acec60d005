"""What a browser or a health check gets: phone, guest links, TwiML bins, recordings."""
