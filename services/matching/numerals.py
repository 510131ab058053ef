"""Numbers as titles write them: digits, Roman, words."""

from __future__ import annotations

_ROMAN = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12, "xiii": 13,
    "xiv": 14, "xv": 15, "xvi": 16, "xvii": 17, "xviii": 18, "xix": 19, "xx": 20, "xxi": 21, "xxv": 25, "xxx": 30,
}  # fmt: skip
_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20,
}  # fmt: skip
_NUMBERS_ELSEWHERE = {
    "eins": 1, "zwei": 2, "drei": 3, "vier": 4, "uno": 1, "dos": 2, "tres": 3, "un": 1, "deux": 2, "trois": 3, "due": 2, "tre": 3,
    "first": 1, "second": 2, "third": 3, "1st": 1, "2nd": 2, "3rd": 3, "a": 1, "b": 2,
}  # fmt: skip


def numeral(word: str) -> int | None:
    """The number behind "Part" or "Vol.": digits, Roman, or a word; None if it is none."""
    if word.isdigit():
        return int(word[:6])
    return next((table[word] for table in (_ROMAN, _WORDS, _NUMBERS_ELSEWHERE) if word in table), None)


def number_in_title(word: str, *, is_last: bool) -> int | None:
    """The number that a word of a title is: Roman ones only at its end and where they are no word of their own."""
    if word.isdigit():
        return int(word[:6])
    if word in _WORDS:
        return _WORDS[word]
    return _ROMAN[word] if is_last and len(word) > 1 and word in _ROMAN else None
