"""REST in Twilio's shape, under /2010-04-01. Views validate, call a service, render."""
