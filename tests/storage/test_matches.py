"""Matches on both engines: what is found replaces what was found, and never what a person decided."""

from __future__ import annotations

from storage import accounts, matches
from storage.engine import Storage
from storage.values import User
from storage.values.matches import Decision, MatchKind, NewMatch, Thing

ALBUM, TRACK = MatchKind.ALBUM, MatchKind.TRACK
RECORD, FILES, OTHER = Thing("discogs", "7"), Thing("plex", "70"), Thing("plex", "71")


async def test_what_a_person_decided_stays_whatever_is_found_later(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        found = [
            NewMatch(FILES, RECORD, 0.91, "title and artist equal"),
            NewMatch(RECORD, OTHER, 0.7),
            NewMatch(OTHER, OTHER, 1.0),
        ]
        assert await matches.keep(conn, owner.id, ALBUM, found) == 2
        said = await matches.decide(conn, owner.id, ALBUM, OTHER, RECORD, Decision.REJECTED)
        assert (said.one, said.other, said.confidence, said.decision) == (RECORD, OTHER, 0.7, Decision.REJECTED)
        again = [NewMatch(RECORD, FILES, 0.99, "same barcode"), NewMatch(RECORD, OTHER, 0.98)]
        assert await matches.keep(conn, owner.id, ALBUM, again) == 1
    async with storage.read() as conn:
        kept = await matches.of_thing(conn, owner.id, ALBUM, RECORD)
        assert [(each.beside(RECORD), each.confidence, each.reason, each.decision) for each in kept] == [
            (FILES, 0.99, "same barcode", Decision.AUTO),
            (OTHER, 0.7, "", Decision.REJECTED),
        ]
        assert await matches.of_thing(conn, owner.id, TRACK, RECORD) == []
        assert await matches.decisions(conn, owner.id, ALBUM) == {(RECORD, OTHER): False}
        sure = await matches.between(conn, owner.id, ALBUM, "plex", "discogs", least=0.995)
        assert [each.other for each in sure] == [OTHER]


async def test_what_changed_is_forgotten_but_for_what_a_person_decided(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        await matches.keep(conn, owner.id, ALBUM, [NewMatch(RECORD, FILES, 0.95), NewMatch(RECORD, OTHER, 0.95)])
        await matches.decide(conn, owner.id, ALBUM, RECORD, FILES, Decision.CONFIRMED)
        assert await matches.forget(conn, owner.id, ALBUM, [RECORD]) == 1
        assert [each.other for each in await matches.of_thing(conn, owner.id, ALBUM, RECORD)] == [FILES]
        await matches.decide(conn, owner.id, ALBUM, RECORD, FILES, Decision.AUTO)
        assert await matches.forget(conn, owner.id, ALBUM, [FILES]) == 1
        new = await matches.decide(conn, owner.id, ALBUM, FILES, RECORD, Decision.CONFIRMED)
        assert (new.confidence, new.decided_at is not None) == (1.0, True)


async def test_answers_and_questions_are_each_users_own(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        other = await accounts.register(conn, "other@example.org", "x")
        assert other is not None
        await matches.note(conn, owner.id, "spotify-to-plex", "a\x00b", [("77", 0.9, "title equal"), (None, 0.0, "")])
        first = await matches.ask(conn, owner.id, {"type": "spotify-to-plex", "name": "\ud800"})
        second = await matches.ask(conn, owner.id, {"type": "spotify-to-plex"})
    async with storage.write() as conn:
        told = await matches.newest(conn, owner.id)
        assert [(each.spotify_track_id, each.target_id, each.confidence) for each in told] == [
            ("ab", None, 0.0),
            ("ab", "77", 0.9),
        ]
        assert await matches.newest(conn, other.id) == []
        assert [each.id for each in await matches.waiting(conn, owner.id, 9)] == [first, second]
        assert await matches.waiting(conn, other.id, 9) == []
        assert not await matches.end(conn, other.id, first)
        assert await matches.end(conn, owner.id, first, "no_match")
        assert not await matches.end(conn, owner.id, first)
        assert await matches.count_waiting(conn, owner.id) == 1
        await matches.forget_looked_at(conn, owner.id, keep=1)
        assert await matches.count_waiting(conn, owner.id) == 1
