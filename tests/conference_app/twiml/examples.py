"""The documents of the feature page, in its words, and what each of them asks for."""

from conference_app.twiml.verbs import Beep, Conference, Dial

EXAMPLES: dict[str, tuple[str, Dial]] = {
    "1-simple": (
        """<Response>
  <Dial>
    <Conference>Room 1234</Conference>
  </Dial>
</Response>""",
        Dial(Conference("Room 1234")),
    ),
    "2-moderated-participant": (
        """<Response>
  <Dial>
    <Conference startConferenceOnEnter="false">moderated-conference-room</Conference>
  </Dial>
</Response>""",
        Dial(Conference("moderated-conference-room", start_on_enter=False)),
    ),
    "2-moderated-moderator": (
        """<Response>
  <Dial>
    <Conference startConferenceOnEnter="true" endConferenceOnExit="true">
      moderated-conference-room
    </Conference>
  </Dial>
</Response>""",
        Dial(Conference("moderated-conference-room", end_on_exit=True)),
    ),
    "3-muted": (
        """<Response>
  <Dial>
    <Conference muted="true">SimpleRoom</Conference>
  </Dial>
</Response>""",
        Dial(Conference("SimpleRoom", muted=True)),
    ),
    "4-bridge": (
        """<Response>
  <Dial>
    <Conference beep="false" waitUrl="" startConferenceOnEnter="true" endConferenceOnExit="true">
      NoMusicNoBeepRoom
    </Conference>
  </Dial>
</Response>""",
        Dial(Conference("NoMusicNoBeepRoom", beep=Beep.FALSE, wait_url="", end_on_exit=True)),
    ),
    "5-on-hold-customer": (
        """<Response>
  <Dial>
    <Conference beep="false">
      Customer Waiting Room
    </Conference>
  </Dial>
</Response>""",
        Dial(Conference("Customer Waiting Room", beep=Beep.FALSE)),
    ),
    "5-on-hold-operator": (
        """<Response>
  <Dial>
    <Conference beep="false" endConferenceOnExit="true">
      Customer Waiting Room
    </Conference>
  </Dial>
</Response>""",
        Dial(Conference("Customer Waiting Room", beep=Beep.FALSE, end_on_exit=True)),
    ),
    "6-dial-attributes": (
        """<Response>
  <Dial action="handleLeaveConference.php" method="POST" hangupOnStar="true" timeLimit="30">
    <Conference>LoveTwilio</Conference>
  </Dial>
</Response>""",
        Dial(
            Conference("LoveTwilio"),
            action="handleLeaveConference.php",
            hangup_on_star=True,
            time_limit_seconds=30,
        ),
    ),
    "7-recorded": (
        """<Response>
  <Dial>
    <Conference record="record-from-start" eventCallbackUrl="saveConferenceRecording.php">"""
        """LoveTwilio</Conference>
  </Dial>
</Response>""",
        Dial(
            Conference("LoveTwilio", record=True, event_callback_url="saveConferenceRecording.php")
        ),
    ),
}
