"""The media socket: connections, their proof of identity, and the way of frames."""
