"""SIDs and names in paths: what has another form is no resource."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class SidConverter(StringConverter):
    """`<sid:…>`: two capitals and 32 hexadecimal digits."""

    regex = "[A-Z]{2}[0-9a-fA-F]{32}"


class RoomConverter(StringConverter):
    """`<room:…>`: the name of a room, or a conference's SID."""

    regex = r"[^/\x00]{1,128}"


register_converter(RoomConverter, "room")
register_converter(SidConverter, "sid")
