"""A clock for tests of what times things."""


class Clock:
    """A clock that only the work under test moves; nanoseconds."""

    def __init__(self):
        self.now = 0

    def __call__(self):
        return self.now

    def work(self, *nanoseconds):
        """Return a call that takes these times, one after the other, and then the last for ever."""
        durations = list(nanoseconds)

        def call(*_):
            self.now += durations.pop(0) if len(durations) > 1 else durations[0]

        return call
