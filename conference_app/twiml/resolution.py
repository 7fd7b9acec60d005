"""From a verb, as its author wrote it, to the step that carries it out, its URLs made absolute."""

from dataclasses import replace
from urllib.parse import urljoin

from conference_app.twiml.steps import (
    CollectDigits,
    Fetch,
    HangUp,
    HangUpReason,
    JoinRoom,
    PlayDigits,
    PlayUrl,
    RejectCall,
    Speak,
    Step,
    Wait,
)
from conference_app.twiml.verbs import (
    Conference,
    Dial,
    Gather,
    Hangup,
    Pause,
    Play,
    Prompt,
    Redirect,
    Reject,
    Say,
    Verb,
)


def step_for(verb: Verb, document_url: str) -> Step:
    """Give the step of a verb of the document that was found at `document_url` (absolute)."""
    match verb:
        case Say(text=text, voice=voice, language=language, loop=loop):
            return Speak(text, voice, language, loop)
        case Play(digits="", url=url, loop=loop):
            return PlayUrl(urljoin(document_url, url), loop)
        case Play(digits=digits, loop=loop):
            return PlayDigits(digits, loop)
        case Pause(length_seconds=seconds):
            return Wait(seconds)
        case Gather():
            return CollectDigits(_gather(verb, document_url))
        case Dial():
            dial = _dial(verb, document_url)
            return JoinRoom(dial, dial.conference)
        case Redirect(url=url, method=method):
            return Fetch(urljoin(document_url, url), method)
        case Reject(reason=reason):
            return RejectCall(reason)
        case Hangup():
            return HangUp(HangUpReason.HANGUP_VERB)


def _gather(gather: Gather, document_url: str) -> Gather:
    prompts = tuple(_prompt(prompt, document_url) for prompt in gather.prompts)
    return replace(gather, action=urljoin(document_url, gather.action or ""), prompts=prompts)


def _prompt(prompt: Prompt, document_url: str) -> Prompt:
    if isinstance(prompt, Play) and prompt.url:
        return replace(prompt, url=urljoin(document_url, prompt.url))
    return prompt


def _dial(dial: Dial, document_url: str) -> Dial:
    return replace(
        dial,
        conference=_conference(dial.conference, document_url),
        action=_absolute(dial.action, document_url),
        recording_status_callback=_absolute(dial.recording_status_callback, document_url),
    )


def _conference(conference: Conference, document_url: str) -> Conference:
    return replace(
        conference,
        wait_url=_absolute(conference.wait_url, document_url),
        event_callback_url=_absolute(conference.event_callback_url, document_url),
        status_callback=_absolute(conference.status_callback, document_url),
        recording_status_callback=_absolute(conference.recording_status_callback, document_url),
    )


def _absolute(url: str | None, document_url: str) -> str | None:
    """Resolve a URL that is there; None and "" keep their meaning (for waitUrl: music, silence)."""
    return urljoin(document_url, url) if url else url
