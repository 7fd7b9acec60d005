"""Work on sound that strangers' bytes go into, in child processes: decoding files, speaking texts.

The libraries for it are C. libsndfile had memory errors; espeak-ng aborts on some texts and never
returns from others. What happens in a child ends that child, and only that one job.
"""

from media_engine.sound_worker.child_process import ChildLimits
from media_engine.sound_worker.front import SoundWorker

__all__ = ["ChildLimits", "SoundWorker"]
