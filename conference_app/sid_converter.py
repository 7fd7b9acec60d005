"""SIDs in paths: what has another form is no resource."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class SidConverter(StringConverter):
    """`<sid:…>`: two capitals and 32 hexadecimal digits."""

    regex = "[A-Z]{2}[0-9a-fA-F]{32}"


register_converter(SidConverter, "sid")
