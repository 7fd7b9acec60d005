import asyncio
import time

from tests.benchmarks.pacing import PERIOD_S, STEPS, Pacer


def test_who_can_not_keep_up_still_leaves_turns_to_others() -> None:
    async def overload() -> float:
        pacer = Pacer()
        for place in range(STEPS):
            pacer.add((lambda _frame: time.sleep(2 * PERIOD_S / STEPS), lambda _now: b""), place)
        await asyncio.sleep(3 * PERIOD_S)
        pacer.stop()
        return max(pacer.lateness)

    assert asyncio.run(overload()) > PERIOD_S / 2
