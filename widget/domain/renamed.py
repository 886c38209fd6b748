"""Names that plugins knew things by, and those that the things have now."""


class Renamed(DeprecationWarning):
    """Says that a hook, or an argument of one, has a new name, and until when the old one works.

    ``@hookspec(warn_on_impl=Renamed(…))`` on the old hook, or
    ``@hookspec(warn_on_impl_args={"old": Renamed(…)})`` on one that has both arguments. Whoever
    uses the old name gets the new one's call or value.
    """

    def __init__(self, old: str, new: str, *, until: str) -> None:
        super().__init__(f"{old} is called {new} now; the old name works until version {until}.")
        self.old, self.new = old, new
