"""What makes transfers move: peers that answer, queue, send, refuse and break off, as simulated time goes by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import audio, placement
from .dialect import Dialect
from .network import Network, Peer, SharedFile, Temper
from .records import Happening, Phase, Transfer

_ACKNOWLEDGED_WITHIN = 180.0
_AT_ONCE = 30
"""Files that are asked of a peer at once; of longer lists only a few at a time (slskd-api.md 5.2)."""
_NEVER_AGAIN = (Phase.CANCELLED, Phase.REJECTED, Phase.ABORTED, Phase.SUCCEEDED)


class Engine:
    """Moves the transfers of one slskd. ``tell`` is given the events; the two folders are on this disk."""

    def __init__(
        self, network: Network, dialect: Dialect, downloads: Path, incomplete: Path, tell: Callable[[Happening], None]
    ) -> None:
        self.network = network
        self.dialect = dialect
        self.downloads = downloads
        self.incomplete = incomplete
        self.transfers: list[Transfer] = []
        self.disk_is_full = False
        self.cancel_delay = 0.3
        self.move_delay = 0.0
        """Seconds from "Completed, Succeeded" until the file is at its final place."""
        self._tell = tell
        self._again: dict[str, float] = {}

    @property
    def current(self) -> list[Transfer]:
        """What is not removed."""
        return [each for each in self.transfers if not each.removed]

    def find(self, transfer_id: str) -> Transfer | None:
        return next((each for each in self.transfers if each.id == transfer_id), None)

    def active(self, username: str, filename: str) -> Transfer | None:
        """The download of a file that has not ended."""
        return next(
            (
                each
                for each in self.current
                if (each.username, each.filename) == (username, filename)
                and each.direction == "Download"
                and not each.phase.is_over
            ),
            None,
        )

    def add(self, username: str, filename: str, size: int, now: float) -> Transfer:
        """A new download; ended ones of the same file are off the list."""
        for each in self.current:
            if (each.username, each.filename, each.direction) == (username, filename, "Download"):
                each.removed = True
        transfer = Transfer(username, filename, size, now, enqueued=now, due=now + 0.2)
        self.transfers.append(transfer)
        return transfer

    def cancel(self, transfer: Transfer, now: float) -> None:
        """Ends some time after it was asked for."""
        if not transfer.phase.is_over and transfer.cancel_at is None:
            transfer.cancel_at = now + self.cancel_delay

    def step(self, now: float, seconds: float) -> None:
        """Let everything go on by ``seconds``, up to ``now``."""
        for transfer in self.current:
            if transfer.cancel_at is not None and transfer.cancel_at <= now and not transfer.phase.is_over:
                transfer.end(Phase.CANCELLED, now, "Transfer cancelled")
            elif transfer.phase.is_over:
                self._after_the_end(transfer, now)
            elif transfer.direction == "Upload":
                self._send(transfer, now, seconds)
            else:
                self._go_on(transfer, now, seconds)

    # --- one transfer

    def _go_on(self, transfer: Transfer, now: float, seconds: float) -> None:
        peer = self.network.peers.get(transfer.username)
        if transfer.phase is Phase.LOCAL:
            if transfer.due <= now and self._asked_of(transfer.username) < _AT_ONCE:
                transfer.phase, transfer.due, transfer.next_attempt = Phase.REQUESTED, now + 0.3, None
            return
        if peer is None or not peer.is_online:
            self._fail(transfer, Phase.ERRORED, now, f"User {transfer.username} appears to be offline")
            return
        match transfer.phase:
            case Phase.REQUESTED:
                self._ask(transfer, peer, now)
            case Phase.REMOTE:
                self._queue(transfer, peer, now)
            case Phase.INITIALIZING if transfer.due <= now:
                self._begin(transfer, peer, now)
            case Phase.RUNNING:
                self._receive(transfer, peer, now, seconds)
            case _:
                pass

    def _asked_of(self, username: str) -> int:
        return sum(each.username == username and each.phase is Phase.REQUESTED for each in self.current)

    def _ask(self, transfer: Transfer, peer: Peer, now: float) -> None:
        if peer.temper is Temper.SILENT:
            if now >= transfer.due + _ACKNOWLEDGED_WITHIN:
                self._fail(transfer, Phase.TIMED_OUT, now, "The wait timed out after 180000 milliseconds")
            return
        if transfer.due > now:
            return
        if peer.temper is Temper.UNREACHABLE:
            text = f"Failed to establish a direct or indirect message connection to {peer.name}"
            self._fail(transfer, Phase.ERRORED, now, text)
        elif peer.temper is Temper.REJECTING:
            self._fail(transfer, Phase.REJECTED, now, f"Transfer rejected: {peer.words}")
        elif peer.file(transfer.filename) is None:
            self._fail(transfer, Phase.REJECTED, now, "Transfer rejected: File not shared.")
        else:
            ahead = sum(each.username == peer.name and each.phase is Phase.REMOTE for each in self.current)
            transfer.phase, transfer.place, transfer.due = Phase.REMOTE, peer.queue + ahead, now + peer.pace

    def _queue(self, transfer: Transfer, peer: Peer, now: float) -> None:
        if peer.temper is Temper.STUCK:
            return
        while transfer.place and transfer.due <= now and peer.queue:
            transfer.place, transfer.due = transfer.place - 1, transfer.due + peer.pace
        under_way = (Phase.INITIALIZING, Phase.RUNNING)
        busy = sum(each.username == peer.name and each.phase in under_way for each in self.current)
        is_first = not peer.queue or not transfer.place
        if is_first and busy < peer.slots:
            transfer.phase, transfer.place, transfer.due = Phase.INITIALIZING, None, now + 0.3

    def _begin(self, transfer: Transfer, peer: Peer, now: float) -> None:
        file = peer.file(transfer.filename)
        if file is None:
            self._fail(transfer, Phase.REJECTED, now, "Transfer rejected: File not shared.")
        elif file.size != transfer.size:
            text = f"The remote size of {file.size} does not match the expected size of {transfer.size}"
            transfer.started = now
            self._fail(transfer, Phase.ABORTED, now, text)
        elif self.disk_is_full:
            self._fail(transfer, Phase.ERRORED, now, f"There is not enough space on the disk. : '{self.incomplete}'")
        else:
            transfer.phase, transfer.started = Phase.RUNNING, now
            transfer.speed = peer.speed / (20 if peer.temper is Temper.SLOW else 1)
            audio.write(self._unfinished(transfer), file, int(transfer.sent))

    def _receive(self, transfer: Transfer, peer: Peer, now: float, seconds: float) -> None:
        file = peer.file(transfer.filename)
        if file is None:
            self._fail(transfer, Phase.ERRORED, now, "Transfer failed: Connection reset by peer")
            return
        transfer.sent = min(transfer.size, transfer.sent + transfer.speed * seconds)
        breaks = peer.temper is Temper.FLAKY and transfer.filename not in peer.broke
        if breaks and transfer.sent >= 0.4 * transfer.size:
            peer.broke.add(transfer.filename)
            self._fail(transfer, Phase.ERRORED, now, "Transfer failed: Connection reset by peer")
        if transfer.sent >= transfer.size and transfer.phase is Phase.RUNNING:
            transfer.end(Phase.SUCCEEDED, now)
            transfer.moves_at = now + self.move_delay
            if not self.move_delay:
                self._move(transfer, file, now)
        elif (grown := self._unfinished(transfer)).exists():
            with grown.open("r+b") as growing:
                growing.truncate(int(transfer.sent))

    def _send(self, transfer: Transfer, now: float, seconds: float) -> None:
        if transfer.phase is Phase.RUNNING:
            transfer.sent = min(transfer.size, transfer.sent + transfer.speed * seconds)
            if transfer.sent >= transfer.size:
                transfer.end(Phase.SUCCEEDED, now)

    # --- the end of one

    def _fail(self, transfer: Transfer, phase: Phase, now: float, exception: str) -> None:
        transfer.end(phase, now, exception)
        if phase not in _NEVER_AGAIN and transfer.attempts < self.dialect.attempts:
            self._again[transfer.id] = now + 1.0

    def _after_the_end(self, transfer: Transfer, now: float) -> None:
        if transfer.moves_at is not None and transfer.moves_at <= now:
            peer = self.network.peers.get(transfer.username)
            if file := peer.file(transfer.filename) if peer else None:
                self._move(transfer, file, now)
        back_at = self._again.get(transfer.id)
        if back_at is not None and back_at <= now:
            del self._again[transfer.id]
            pause = min(60.0, 5.0 * 2 ** (transfer.attempts - 1))
            transfer.attempts += 1
            transfer.phase, transfer.ended, transfer.exception = Phase.LOCAL, None, None
            transfer.due = transfer.next_attempt = now + pause

    def _move(self, transfer: Transfer, file: SharedFile, now: float) -> None:
        transfer.moves_at = None
        ticks = int((now + 62_135_596_800) * 10_000_000)
        place = placement.finished(self.downloads, self.dialect, transfer.filename, transfer.destination, ticks)
        audio.write(place, file)
        self._unfinished(transfer).unlink(missing_ok=True)
        done = {
            "localFilename": str(place),
            "remoteFilename": transfer.filename,
            "transfer": transfer.document(self.dialect, now),
        }
        self._tell(Happening(now, "DownloadFileComplete", done))
        directory = transfer.filename.rpartition("\\")[0]
        beside = (each for each in self.current if each.username == transfer.username and not each.phase.is_over)
        if not any(each.filename.rpartition("\\")[0] == directory for each in beside):
            names = {"localDirectoryName": str(place.parent), "remoteDirectoryName": directory}
            self._tell(Happening(now, "DownloadDirectoryComplete", {**names, "username": transfer.username}))

    def _unfinished(self, transfer: Transfer) -> Path:
        return placement.unfinished(self.incomplete, self.dialect, transfer.username, transfer.filename)

    # --- a restart

    def shut_down(self, now: float) -> None:
        """Whatever had not ended has now."""
        self._again.clear()
        for transfer in self.transfers:
            if not transfer.phase.is_over:
                transfer.end(Phase.ERRORED, now, "Application shut down")

    def resume(self, now: float) -> None:
        """After log-in: what the shutdown ended is asked for again, under new ids."""
        for transfer in self.current:
            if transfer.exception == "Application shut down" and transfer.direction == "Download":
                again = self.add(transfer.username, transfer.filename, transfer.size, now)
                again.batch_id, again.destination = transfer.batch_id, transfer.destination
                transfer.removed = True
