"""Alerts in Japanese."""

from datetime import date, datetime

from schedules.alerts.words.lines import Line, Words
from schedules.recurrence import EXCHANGES
from schedules.recurrence.phrases_ja import date_ja

_WEEKDAYS = "月火水木金土日"
#: What follows the name, with its particle.
_MATTERS = {
    "failed": "が失敗しました",
    "missed": "が実行されませんでした",
    "late": "の実行が遅れています",
    "running_long": "の実行が長引いています",
    "paused_long": "が一時停止のままです",
    "drift": "がエンジンに反映されていません",
}
_OVER = {
    "failed": "が正常に戻りました",
    "missed": "が実行されました",
    "late": "が開始されました",
    "running_long": "が終了しました",
    "paused_long": "の一時停止が終わりました",
    "drift": "がエンジンに反映されました",
}
_OF_THE_ENGINE = {
    "beat_silent": ("Beatが応答せず、何も送信されていません", "Beatが再び稼働しています"),
    "calendar": ("確認済みの休業日がまもなく終わります", "先の休業日まで確認されました"),
}
_REASONS = {
    "not_begun": "送信済みですが、ワーカーが開始していません",
    "not_sent": "Beatは稼働していますが、送信していません",
    "no_leader": "稼働中のBeatがありません",
    "redis": "Redisが応答しません",
    "not_in_force": "Beatが受け取っていません",
    "stale": "Beatが古い内容を持っています",
    "orphan": "無効なのにBeatに残っています",
    "set_aside": "Beatが実行できません",
}


def _subject(event: str, kind: str, count: int, title: str) -> str:
    is_over = kind == "recovered"
    prefix = {"recovered": "【復旧】", "reminder": "【継続中】"}.get(kind, "【警告】")
    if event in _OF_THE_ENGINE:
        return prefix + _OF_THE_ENGINE[event][is_over]
    who = f"「{title}」" if count == 1 else f"{count}件のスケジュール"
    return f"{prefix}{who}{(_OVER if is_over else _MATTERS)[event]}"


def _detail(line: Line, now: datetime) -> str:
    facts, since = line.facts, _instant(line.since, now)
    if line.event == "calendar":
        return f"{date_ja(date.fromisoformat(facts['until']))}まで確認済みです。"
    if line.event == "failed":
        count = int(facts.get("count", 1))
        at_least = "以上" if facts.get("at_least") else ""
        times = "失敗しました" if count == 1 else f"{count}回{at_least}続けて失敗しています"
        return _joined(f"{since}{'に' if count == 1 else 'から'}{times}", facts.get("error") or line.reason)
    if line.event == "missed":
        count = int(facts.get("count", 1))
        what = f"{since}の実行が行われませんでした" if count == 1 else f"{since}から{count}回の実行が行われませんでした"
        return _joined(what, line.reason)
    if line.event == "paused_long":
        return _joined(f"{since}から一時停止しています", f"理由: {line.reason}" if line.reason else "理由の記載なし")
    if line.event == "running_long":
        return f"{since}から実行中です。"
    known = _REASONS.get(facts.get("reason", ""), "")
    return _joined(f"{since}から", known, facts.get("error", ""))


def _joined(first: str, *more: str) -> str:
    # What comes from elsewhere may end in a full stop of its own, in either language.
    rest = [part.strip().rstrip("。.") for part in more if part]
    if first.endswith("から"):  # Only a beginning of a sentence.
        return f"{first}、{'。'.join(rest)}。" if rest else f"{first}続いています。"
    return "。".join([first, *rest]) + "。"


def _instant(local: datetime, now: datetime) -> str:
    time = f"{local:%H:%M}"
    if local.date() == now.date():
        return time
    year = "" if local.year == now.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日({_WEEKDAYS[local.weekday()]}) {time}"


def _name(line: Line) -> str:
    if line.event == "beat_silent":
        return "Beat"
    if line.event == "calendar":
        return next((each.ja for each in EXCHANGES if each.code == line.title), line.title)
    return line.title


JAPANESE = Words(
    subject=_subject,
    detail=_detail,
    name=_name,
    advice={
        "failed": "対応: 実行の画面を開いてエラーを確認してください。"
        "原因を取り除いたら、同じ画面の「もう一度実行」を押します。",
        "missed": "対応: この分が自動で実行されることはもうありません。"
        "データが必要な場合は、スケジュールの画面で「今すぐ実行」を押してください。",
        "late": "対応: 概要の画面でワーカーとキューを確認してください。"
        "ワーカーがいない場合は起動します: celery -A stockura worker"
        "（Beatが送信していない場合は、Beatを再起動してください。）",
        "running_long": "対応: 実行の画面を開き、進捗が進んでいるか確認してください。"
        "止まっている場合はワーカーを再起動します。その実行はやり直されるか、「応答なし」として記録されます。",
        "paused_long": "対応: 再開する、一時停止の終了日時を決める、無効にする、のいずれかを行ってください。",
        "beat_silent": "対応: Beatを起動してください: celery -A stockura beat"
        "（Redisが停止している場合は、先にRedisを起動します）。"
        "その間に予定されていた分は、各スケジュールの後追い実行の期限内であれば実行されます。",
        "drift": "対応: Beatが自動で修復できていません。"
        "スケジュール一覧から「エンジンと照合」を開くと、原因が表示されます。",
        "calendar": "対応: 新しい版に更新するか、今後の休業日を「臨時休業・営業日」に登録してください。"
        "その後の営業日は現在の規則から計算したもので、変わることがあります。",
    },
    recovered="復旧済み",
    reminder="前にお知らせした問題が続いています。",
    more=lambda count: f"…ほか{count}件",
    look_here="現在の警告の一覧",
    by_rule=lambda name: f"通知ルール「{name}」によるお知らせです。",
    test_subject=lambda channel: f"【テスト】「{channel}」への通知",
    test_body=lambda channel: "管理画面から送られたテストです。問題は起きていません。警告はここに届きます。",
)
