"""`python -m media_engine.sound_worker <ChildSettings as JSON>`: a sound child; SoundWorker starts
it.
"""

import json
import sys

from media_engine.sound_worker.child import ChildSettings, serve

serve(ChildSettings(**json.loads(sys.argv[1])))
