"""Twilio's own library against a running server, and Twilio's own description of its API."""
