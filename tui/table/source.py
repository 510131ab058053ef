"""A table's rows out of a store: read by position, a page at a time, never all of them.

The source knows nothing of the screen, nor of what it lists: a :class:`Reading` answers it, out of the shelf for records
(:mod:`tui.table.shelf`), through the services for wants (:mod:`tui.table.wants`). Everything but the answering runs where
the table runs; answers wait in a queue until the table takes them with ``settle()``, so no lock is needed and a stale
answer can be told by its token.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, wait
from time import monotonic
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from tui.table.marks import Key
from tui.table.rows import Change

T = TypeVar("T")
Query = TypeVar("Query")
Query_contra = TypeVar("Query_contra", contravariant=True)

PAGE = 128
PAGES = 64
LOOK_AGAIN = 0.9
"""Seconds between two looks at whether the library changed."""


class Order(NamedTuple):
    """The keys of a whole list in order, at a ``version`` of the store; reading it took ``seconds``."""

    version: int
    keys: Sequence[int] | None
    """A ``range`` where a key is a place in the list. None: nothing has changed since the version that was asked about."""
    seconds: float


class Keyed(Protocol):
    """A row that knows its own key in the store."""

    @property
    def pk(self) -> int: ...


Row = TypeVar("Row", bound=Keyed)


class Reading(Protocol[Query_contra, Row]):
    """Who answers a source. Every method returns at once; what comes late is told by the future, in any thread."""

    def first(self, query: Query_contra, limit: int) -> Future[list[Row]]:
        """The first page of what ``query`` finds."""
        ...

    def order(self, query: Query_contra, known: int | None) -> Future[Order]:
        """The keys of all that ``query`` finds, unless the store still is at version ``known``. May take long."""
        ...

    def rows(self, keys: Sequence[int]) -> Future[list[Row]]:
        """The rows with these keys; one that is gone is left out."""
        ...

    def letters(self, query: Query_contra) -> Future[list[tuple[str, int]]]:
        """Initials and the position of their first row; none where the order has no alphabet. May take long."""
        ...


_Asked = tuple[Callable[[list[Row]], Change], Future[list[Row]]]
"""A page on its way: what takes the answer, and the answer."""


class WindowSource(Generic[Query, Row]):
    """Rows of a list of any length.

    A new question shows its first page at once and fetches the order of the whole list behind it (4 to 8 MB per million
    rows); rows are then read by key, 128 at a time, the last 64 pages kept.
    """

    def __init__(self, reading: Reading[Query, Row], query: Query, *, patience: float = 0.005) -> None:
        """``patience``: seconds the table may wait for a page before it draws a placeholder."""
        self._reading = reading
        self._patience = patience
        self._arrived: Callable[[], object] | None = None
        self._answers: deque[tuple[int, Callable[[Any], Change], Future[Any]]] = deque()
        self._waiting: set[Future[Any]] = set()
        self._token = 0
        self._version = -1
        self._order: Sequence[int] = array("q")
        self._is_whole = False
        self._pages: OrderedDict[int, list[Row | None]] = OrderedDict()
        self._requested: dict[int, _Asked[Row]] = {}
        self._late: set[int] = set()
        """Pages that were waited for once; they are drawn when they come."""
        self._near = -1
        self._former: dict[int, Row] = {}
        self._letters: Sequence[tuple[str, int]] = ()
        self._next_poll = 0.0
        self._is_fresh = False
        """The list is that of the first answer, whose page needs not be read again when the order comes."""
        self._lettered: tuple[Query, int] | None = None
        self.query: Query = query
        self.rest = 0.0
        """Seconds between two looks at least, where that is longer than usual: while a job fills the list, say."""
        self.is_loading = False
        self.kept: Key | None = None
        self.problem: Exception | None = None
        # A short wait lets the first paint show records instead of an empty frame.
        wait([self._ask_anew(self.query, None)], timeout=patience)

    @property
    def is_whole(self) -> bool:
        """Whether the order of the whole list is known; until then ``count`` is that of the first page."""
        return self._is_whole

    def ask(self, query: Query, *, keep: Key | None = None) -> None:
        """Show what ``query`` finds; an answer to an older question is dropped. ``keep`` is the row the cursor is
        to be on, where the list holds it; else it goes to the top. What is shown stays until the answer is there."""
        self._ask_anew(query, keep)

    def _ask_anew(self, query: Query, keep: Key | None) -> Future[list[Row]]:
        self._supersede()
        self.query, self.kept, self.is_loading = query, keep, True
        first = self._expect(self._reading.first(query, PAGE), self._take_first)
        self._ask_order(known=None)
        return first

    def reload(self) -> None:
        """Read the list again, the cursor staying on its row; for after a change of our own."""
        self._supersede()
        self.kept = None
        self._lettered = None
        self._is_fresh = False
        self._ask_order(known=None)

    def poll(self) -> None:
        """Look whether anybody changed the library; a list that is slow to order is looked at less often."""
        if self._waiting or self._arrived is None or monotonic() < self._next_poll:
            return
        self._next_poll = monotonic() + max(LOOK_AGAIN, self.rest)
        self._ask_order(known=self._version)

    def connect(self, arrived: Callable[[], object] | None) -> None:
        self._arrived = arrived
        if arrived is not None and self._answers:
            arrived()

    def settle(self) -> Change:
        """Take the answers that have arrived."""
        change = Change.NOTHING
        while self._answers:
            token, take, future = self._answers.popleft()
            self._waiting.discard(future)
            if token != self._token:
                continue
            try:
                change |= take(future.result())
            except CancelledError:
                continue
            except Exception as error:  # noqa: BLE001 - whatever the store says belongs to the table, which shows it
                import logging  # costs more than a millisecond before the first paint

                logging.getLogger(__name__).warning("A list could not be read: %s", error)
                self.problem, self.is_loading = error, False
                change |= Change.PROBLEM
        return change

    def count(self) -> int:
        return len(self._order)

    def row(self, position: int) -> Row | None:
        if not 0 <= position < len(self._order):
            return None
        number, offset = divmod(position, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._fetch(number)
        else:
            self._pages.move_to_end(number)
        self._look_around(number)
        if page is None:
            return self._former.get(self._order[position])
        return page[offset]

    def key_at(self, position: int) -> Key | None:
        return self._order[position] if 0 <= position < len(self._order) else None

    def position_of(self, key: Key) -> int | None:
        try:
            return self._order.index(key)  # pyright: ignore[reportArgumentType] - a foreign key is simply not found
        except (ValueError, TypeError):
            return None

    def keys(self) -> Sequence[Key]:
        return self._order

    def letters(self) -> Sequence[tuple[str, int]]:
        """Initials and the position of their first row; empty where the order has no alphabet."""
        return self._letters

    def _supersede(self) -> None:
        self._token += 1
        for future in list(self._waiting):
            future.cancel()
        self._requested.clear()
        self._late.clear()

    def _expect(self, future: Future[T], take: Callable[[T], Change]) -> Future[T]:
        """Let ``take`` have the answer once it is there and this question still stands."""
        token = self._token
        self._waiting.add(future)

        def arrived(done: Future[T]) -> None:
            self._answers.append((token, take, done))
            if self._arrived is not None:
                self._arrived()

        future.add_done_callback(arrived)
        return future

    def _ask_order(self, *, known: int | None) -> None:
        self._expect(self._reading.order(self.query, known), self._take_order)

    def _ask_letters(self) -> None:
        """Initials of the list as it is held now, once per list and version."""
        if self._lettered == (self.query, self._version):
            return
        self._lettered = (self.query, self._version)
        self._expect(self._reading.letters(self.query), self._take_letters)

    def _take_first(self, rows: list[Row]) -> Change:
        if not self.is_loading:
            return Change.NOTHING
        self._hold(array("q", [row.pk for row in rows]), is_whole=len(rows) < PAGE)
        self._pages[0] = list(rows)
        self._is_fresh = True
        return self._begin()

    def _take_order(self, answer: Order) -> Change:
        self._version = answer.version
        self._next_poll = monotonic() + max(LOOK_AGAIN, self.rest, 4 * answer.seconds)
        if answer.keys is None:
            return Change.NOTHING
        is_begun = self._is_fresh and list(answer.keys[:PAGE]) == list(self._order[:PAGE])
        first_page = self._pages.get(0) if is_begun else None
        is_same = answer.keys == self._order
        self._is_fresh = False
        self._hold(answer.keys, is_whole=True)
        if first_page is not None:
            self._pages[0] = first_page
        change = self._begin() if self.is_loading else Change.ROWS if is_same else Change.ORDER
        self._ask_letters()
        return change

    def _begin(self) -> Change:
        """The first answer to a new question is there."""
        self.is_loading, self.problem = False, None
        self._letters = ()
        return Change.ORDER | Change.ANEW | Change.LETTERS

    def _take_letters(self, letters: list[tuple[str, int]]) -> Change:
        self._letters = letters
        return Change.LETTERS

    def _hold(self, order: Sequence[int], *, is_whole: bool) -> None:
        self._former = {row.pk: row for page in self._pages.values() for row in page if row is not None}
        self._pages.clear()
        self._requested.clear()
        self._late.clear()
        self._near = -1
        self._order, self._is_whole = order, is_whole

    def _fetch(self, number: int) -> list[Row | None] | None:
        """The page, where it comes within the patience; else it arrives later."""
        if number in self._late:
            return None
        take, page = self._requested.get(number) or self._request(number)
        try:
            take(page.result(timeout=self._patience))
        except TimeoutError:
            self._late.add(number)
        except Exception:  # noqa: BLE001 - the same answer is in the queue; settle() logs and shows it
            self._late.add(number)
        return self._pages.get(number)

    def _look_around(self, number: int) -> None:
        """Ask for the pages beside one that is shown for the first time, so that paging on finds them there."""
        if number == self._near:
            return
        self._near = number
        for beside in (number + 1, number - 1):
            if beside not in self._pages and beside not in self._requested and 0 <= beside * PAGE < len(self._order):
                self._request(beside)

    def _request(self, number: int) -> _Asked[Row]:
        order = self._order
        keys = order[number * PAGE : (number + 1) * PAGE]

        def take(rows: list[Row]) -> Change:
            if order is not self._order or number in self._pages:
                return Change.NOTHING
            found = {row.pk: row for row in rows}
            self._pages[number] = [found.get(key) for key in keys]
            self._requested.pop(number, None)
            self._late.discard(number)
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
            return Change.ROWS

        asked = self._requested[number] = take, self._expect(self._reading.rows(keys), take)
        return asked
