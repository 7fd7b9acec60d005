"""The keys of Twilio's JSON, from the example bodies of its OpenAPI description."""

CONFERENCE = {
    "account_sid",
    "api_version",
    "call_sid_ending_conference",
    "date_created",
    "date_updated",
    "friendly_name",
    "reason_conference_ended",
    "region",
    "sid",
    "status",
    "subresource_uris",
    "uri",
}
PARTICIPANT = {
    "account_sid",
    "call_sid",
    "call_sid_to_coach",
    "coaching",
    "conference_sid",
    "date_created",
    "date_updated",
    "end_conference_on_exit",
    "hold",
    "label",
    "muted",
    "queue_time",
    "start_conference_on_enter",
    "status",
    "uri",
}
APPLICATION = {
    "account_sid",
    "api_version",
    "date_created",
    "date_updated",
    "friendly_name",
    "message_status_callback",
    "public_application_connect_enabled",
    "sid",
    "sms_fallback_method",
    "sms_fallback_url",
    "sms_method",
    "sms_status_callback",
    "sms_url",
    "status_callback",
    "status_callback_method",
    "uri",
    "voice_caller_id_lookup",
    "voice_fallback_method",
    "voice_fallback_url",
    "voice_method",
    "voice_url",
}
PAGE = {
    "end",
    "first_page_uri",
    "next_page_uri",
    "page",
    "page_size",
    "previous_page_uri",
    "start",
    "uri",
}
ERROR = {"code", "message", "more_info", "status"}

RFC_2822 = r"^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$"
