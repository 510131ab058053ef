"""Auto-sync: what a listener has on Spotify and not as files is looked for on Soulseek, fetched and filed
(harmony-contract.md section 18).
"""
