"""Names of time zones in sentences."""

_JAPANESE = {
    "UTC": "協定世界時",
    "Etc/UTC": "協定世界時",
    "GMT": "グリニッジ標準時",
    "Asia/Tokyo": "日本時間",
    "Japan": "日本時間",
    "Asia/Seoul": "ソウル時間",
    "Asia/Shanghai": "中国時間",
    "Asia/Hong_Kong": "香港時間",
    "Asia/Taipei": "台北時間",
    "Asia/Singapore": "シンガポール時間",
    "Asia/Bangkok": "バンコク時間",
    "Asia/Kolkata": "インド時間",
    "Asia/Dubai": "ドバイ時間",
    "Australia/Sydney": "シドニー時間",
    "Australia/Lord_Howe": "ロード・ハウ島時間",
    "Pacific/Auckland": "オークランド時間",
    "Pacific/Chatham": "チャタム諸島時間",
    "Pacific/Honolulu": "ハワイ時間",
    "America/New_York": "ニューヨーク時間",
    "America/Chicago": "シカゴ時間",
    "America/Denver": "デンバー時間",
    "America/Los_Angeles": "ロサンゼルス時間",
    "America/Toronto": "トロント時間",
    "America/Sao_Paulo": "サンパウロ時間",
    "America/Santiago": "サンティアゴ時間",
    "Europe/London": "ロンドン時間",
    "Europe/Paris": "パリ時間",
    "Europe/Berlin": "ベルリン時間",
    "Europe/Zurich": "チューリッヒ時間",
    "Africa/Cairo": "カイロ時間",
    "Africa/Johannesburg": "ヨハネスブルク時間",
}
_ENGLISH = {
    "UTC": "UTC",
    "Etc/UTC": "UTC",
    "GMT": "GMT",
    "Asia/Kolkata": "Indian time",
    "Pacific/Honolulu": "Hawaii time",
}


def zone_ja(name: str) -> str:
    """Return how a Japanese sentence names the zone; a zone without a Japanese name keeps its identifier."""
    return _JAPANESE.get(name) or f"タイムゾーン {name}"


def zone_en(name: str) -> str:
    """Return how an English sentence names the zone."""
    return _ENGLISH.get(name) or f"{name.rpartition('/')[2].replace('_', ' ')} time"
