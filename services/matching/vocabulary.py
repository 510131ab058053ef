"""The words that say which version something is, in the languages that record covers speak, as patterns over spelt names
(lower case, Latin letters, no punctuation).
"""

from __future__ import annotations

import re

from services.matching.music import Form


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


OTHER_RECORDINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("karaoke", _any("karaoke", "sing ?along", "backing tracks?", "minus one", "playback version")),
    (
        "cover",
        _any(
            r"cover(ed)?( version)?( of| by)?",
            r"tribute( to)?",
            "made (famous|popular) by",
            "in the style of",
            "originally (performed|recorded|sung) by",
            "as performed by",
            "performs?",
            "plays the (music|songs) of",
            "version de",
        ),
    ),
    (
        "live",
        _any(
            "live",
            "en vivo",
            "ao vivo",
            "en directo",
            "en public",
            "en concert",
            "in concert",
            "in concerto",
            "dal vivo",
            "i konsert",
            "konzert",
            "concert version",
            "unplugged",
            r"(peel|bbc|radio|kexp|daytrotter|studio \d+) sessions?",
            "on stage",
            "soundcheck",
            "raibu",
        ),
    ),
    (
        "acoustic",
        _any(
            "acoustic", "acustic[oa]", "acoustique", "akustik", "akustisch", "unplugged", "stripped( down)?", "campfire"
        ),
    ),
    (
        "demo",
        _any(
            "demos?",
            "rough (mix|cut)",
            "early (version|take)",
            "work ?tape",
            "home recording",
            "maqueta",
            "maquette",
            "four track",
            "4 track",
        ),
    ),
    ("instrumental", _any("instrumental(e|es|s)?", "off vocal", "without vocals")),
    ("a cappella", _any("a ?cap+el+as?", "vocals only", "isolated vocals")),
    (
        "orchestral",
        _any("orchestral", "symphonic", "orchester", "philharmonic", "string quartet", "for strings", "sinfonic[oa]"),
    ),
    ("piano", _any("piano( version| solo| mix)?", "for piano")),
    (
        "re-recorded",
        _any(
            "re ?recorded",
            "re ?recording",
            r"\w+s version",
            "newly recorded",
            "neuaufnahme",
            "regrabad[oa]",
            "nueva version",
        ),
    ),
    (
        "alternate",
        _any(
            "(alternat(e|ive)|different) (take|version|mix|ending|lyrics)",
            "alt (take|version|mix)",
            r"take \d+",
            "out ?takes?",
            "rehearsal",
            "false start",
            "session version",
            "working version",
            "monitor mix",
            "early mix",
        ),
    ),
    (
        "altered",
        _any(
            "sped up",
            "slowed",
            "nightcore",
            "reverb",
            "8d( audio)?",
            "8 bit",
            "chiptune",
            "lullaby",
            "music box",
            "daycore",
            "chopped",
            "screwed",
        ),
    ),
    ("spoken", _any("commentary", "interview", "spoken( word)?", "audiobook", "horspiel")),
    ("reprise", _any("reprise")),
    (
        "extended",
        _any(
            "extended",
            "maxi version",
            "long version",
            "full length( version)?",
            "12 ?(inch)?( dance| disco| club)? ?(mix|version)",
            "uncut",
            "disco version",
            "dance version",
            "club version",
        ),
    ),
    (
        "remix",
        _any(
            "remix(es|ed|ado|ad[oa]s?|e)?",
            "rmx",
            "re ?work(ed|s|ings?)?",
            "re ?edit",
            "re ?fix",
            "bootleg",
            "mash ?up",
            "vip",
            "dubs?",
            "dub version",
            "re ?imagined",
            "re ?interpretations?",
            "variations?",
            r"(\w+ )+mix",
            "megamix",
            "continuous mix",
            "dj mix",
            "mixed",
        ),
    ),
    (
        "edit",
        _any(
            "radio (edit|mix|version|cut)",
            "(single|video|tv|short|clean radio) (edit|version|mix)",
            "edit(ed)?( version)?",
            "short(ened)?( version)?",
            "7 ?(inch)? (edit|mix|version)",
            "cut version",
        ),
    ),
)
"""What sets another recording apart, in the order in which it is looked for."""

SAME_RECORDING: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "remaster",
        _any(
            r"(digital(ly)? )?re ?master(ed|ing|ise|izado|isiert|izada|isee?|izat)?( version| edition| album)?",
            "neu gemastert",
            "rimasterizzat[oa]",
            "rimasuta",
            "half speed( master(ed)?)?",
            "new( stereo)? mix",
            r"\d{4}( stereo)? mix",
            "restored",
        ),
    ),
    (
        "edition",
        _any(
            "(super |ultra |digital )?deluxe",
            "(extended |expanded |revisited )?edition",
            "expanded",
            "special",
            "limited",
            "collectors?",
            "anniversary",
            "anniversaire",
            "aniversario",
            "jubilaums?(ausgabe|edition)?",
            "legacy",
            "bonus( tracks?| cd| disc| version)?",
            "extra tracks?",
            "complete",
            "definitive",
            "platinum",
            "gold",
            "edicion",
            "edizione",
            "edicao",
            "ausgabe",
            "re ?issue",
            "re ?release",
            "repress(ing)?",
            "wiederveroffentlichung",
            "import",
            "promo",
            "advance",
            "japan(ese)?|uk|us|usa|eu|european|international|standard|original",
            "explicit|clean|censored|uncensored",
            "itunes|amazon|target|exclusive|rough trade|record store day|rsd|mfsl|mofi|dr|sacd|hdcd|shm cd|blu spec",
            "dolby atmos|atmos|spatial audio|hi ?res|surround|quadraphonic|plus",
            "gatefold",
            "colou?red( vinyl)?",
            "(blue|red|green|white|clear|black|splatter|yellow|pink|orange|purple|marbled) vinyl",
            "(mono|stereo)( version| mix)?",
            "original (version|mix|recording|album|master|soundtrack)",
            "version originale",
            "album (version|mix|edit)",
            "(lp|main) (version|mix)",
            "full (version|album)",
            "studio( version)?",
            "(original )?(motion picture )?soundtrack",
            "ost",
            "music from the (motion picture|film)",
            "original score",
            "banda sonora( original)?",
            "bande originale",
            "colonna sonora",
            "official( music)?( audio| video| lyric video| visualizer)?",
            "lyrics?( video)?",
            "audio|video|visualizer|hd|hq|4k|topic",
        ),
    ),
    (
        "medium",
        _any(
            "flac|mp3|aac|alac|ogg|opus|wav|wma|m4a|ape|lossless|web|webrip|cd ?rip|vinyl ?rip|vinyl|cds?|lps?|album|cassette|tape",
            "digital|download|dl|eac|log|cue|scans?|proper|retail|rip|v0|v2|cbr|vbr",
            r"\d{2,3} ?k(bps|hz|bit)?|\d{3,4} ?kbps|\d{2} ?bit|\d{2} \d{2,3}|320|256|192|128",
            r"\d{1,2}x?lp|\d{1,2}x?cd",
        ),
    ),
)
"""What may be said without another recording being meant."""

FORMS: dict[str, str] = {
    "ep": Form.EP,
    "e p": Form.EP,
    "extended play": Form.EP,
    "mini album": Form.EP,
    "single": Form.SINGLE,
    "maxi single": Form.SINGLE,
    "maxi": Form.SINGLE,
    "cd single": Form.SINGLE,
    "12 single": Form.SINGLE,
    "7 single": Form.SINGLE,
    "box set": Form.BOX,
    "boxset": Form.BOX,
    "box": Form.BOX,
    "the box set": Form.BOX,
    "compilation": Form.COMPILATION,
}
DISC = re.compile(
    r"(?:cd|disc|disk|disque|dvd|lp|vinyl|side|seite|platte|kassette|tape) ?(\d{1,2}|[a-d])(?: of \d{1,2})?(?: .*)?"
)
PART = re.compile(
    r"(?:(?:pt|part|teil|parte|partie|deel|del|vol|vols|volume|volumen|band|no|nr|num|number|chapter|kapitel|book|act|movement|"
    r"episode|series|chast) ?)(\w+)(?: .*)?"
)
FEATURED = re.compile(r"(?:feat|ft|featuring|mit|con|avec|with|w) (.+)")
LANGUAGE = re.compile(
    r"(english|german|deutsche?|french|francaise?|spanish|espanola?|italian|italiano|japanese|korean|portuguese|swedish|dutch|"
    r"polish|russian|chinese|mandarin|hindi|arabic|turkish|en espanol|auf deutsch|en francais|in italiano) ?(version|fassung)?"
)
ANY_VERSION = re.compile(r"(?:.+ )?(?:version|versao|versione|fassung|versie|take)(?: .+)?")
LITTLE = frozenset(
    (
        "the", "a", "an", "of", "and", "in", "on", "at", "from", "for", "by", "with", "de", "la", "le", "el", "der", "die", "das",
        "version", "mix", "edit", "edition", "recorded", "recording", "session", "sessions", "remastered", "remaster", "track",
        "tracks", "new", "original", "official", "album", "take",
    )
)  # fmt: skip
"""Words that tell one version from another of its kind no better than nothing."""
NATIVE = (
    ("live", re.compile("ライブ|ライヴ|现场|現場|라이브|концерт|живой|живьём|زنده|ζωνταν")),
    ("remix", re.compile("リミックス|混音|리믹스|ремикс")),
    ("instrumental", re.compile("インストゥルメンタル|カラオケ|伴奏|연주곡|инструментал")),
    ("acoustic", re.compile("アコースティック|原声|어쿠스틱|акустик")),
    ("demo", re.compile("デモ|демо|데모")),
)
NATIVE_SAME = re.compile("リマスタ|ремастер|初回|限定|通常盤|デラックス|豪華|重制|版$|издание|리마스터")
