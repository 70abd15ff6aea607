"""Definitions and their sentences in both languages: cron expressions as they are, other definitions as JSON.

Read by a person, line by line; change a line only when the sentence has become better.
"""

TABLE = """
{"kind": "daily", "times": ["8:10"]}
    毎日 8:10
    Every day at 8:10
{"kind": "daily", "times": ["8:10", "17:40", "25:00"]}
    毎日 8:10、17:40、25:00（翌日1:00）
    Every day at 8:10, 17:40 and 25:00 (1:00 the next day)
{"kind": "daily", "times": ["0:00"]}
    毎日 0:00
    Every day at 0:00
{"kind": "daily", "times": ["24:00"]}
    毎日 24:00（翌日0:00）
    Every day at 24:00 (0:00 the next day)
{"kind": "daily", "times": ["08:10:30"]}
    毎日 8:10:30
    Every day at 8:10:30
{"kind": "daily", "times": ["12:00"]}
    毎日 12:00
    Every day at 12:00
{"kind": "daily", "times": ["9:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]}
    毎日 9:00、10:00、11:00、12:00、13:00、14:00、15:00
    Every day at 9:00, 10:00, 11:00, 12:00, 13:00, 14:00 and 15:00
{"kind": "daily", "times": ["8:10"], "trading_day_rule": "skip"}
    毎日 8:10（東証の営業日のみ）
    Every day at 8:10 (only on trading days of the Tokyo Stock Exchange)
{"kind": "daily", "times": ["8:10"], "trading_day_rule": "next", "exchange": "XNYS"}
    毎日 8:10（ニューヨーク証取の休業日に当たるときは翌営業日）
    Every day at 8:10 (moved to the next trading day when the New York Stock Exchange is closed)
{"kind": "daily", "times": ["8:10"], "timezone": "America/New_York"}
    毎日 8:10（ニューヨーク時間）
    Every day at 8:10 (New York time)
{"kind": "daily", "times": ["8:10"], "timezone": "Europe/Lisbon"}
    毎日 8:10（リスボン時間）
    Every day at 8:10 (Lisbon time)
{"kind": "daily", "times": ["8:10"], "starts_at": "2026-12-01T00:00:00+09:00", "ends_at": "2026-12-31T23:59:59+09:00"}
    毎日 8:10（2026年12月1日 0:00から、2026年12月31日 23:59:59まで）
    Every day at 8:10 (from 1 December 2026 at 0:00; until 31 December 2026 at 23:59:59)
{"kind": "daily", "times": ["8:10"], "excluded_dates": ["2026-12-31"]}
    毎日 8:10（2026年12月31日を除く）
    Every day at 8:10 (except 31 December 2026)
{"kind": "daily", "times": ["8:10"], "excluded_dates": ["2026-12-31", "2027-01-01", "2027-01-02",
"2027-01-03", "2027-01-04"]}
    毎日 8:10（2026年12月31日・2027年1月1日・2027年1月2日ほか2日を除く）
    Every day at 8:10 (except 31 December 2026, 1 January 2027, 2 January 2027 and 2 more dates)
{"kind": "weekly", "times": ["8:10", "17:40"], "weekdays": ["mon", "wed", "fri"]}
    毎週月・水・金 8:10、17:40
    Every Monday, Wednesday and Friday at 8:10 and 17:40
{"kind": "weekly", "times": ["8:10", "17:40"], "weekdays": ["mon"]}
    毎週月曜日 8:10、17:40
    Every Monday at 8:10 and 17:40
{"kind": "weekly", "times": ["8:10", "17:40"], "weekdays": ["mon", "tue", "wed", "thu", "fri"]}
    毎週月〜金 8:10、17:40
    Every Monday to Friday at 8:10 and 17:40
{"kind": "weekly", "times": ["8:10", "17:40"], "weekdays": ["sat", "sun"]}
    毎週土・日 8:10、17:40
    Every Saturday and Sunday at 8:10 and 17:40
{"kind": "weekly", "times": ["8:10", "17:40"], "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    毎日 8:10、17:40
    Every day at 8:10 and 17:40
{"kind": "weekly", "times": ["8:10", "17:40"], "weekdays": ["mon", "tue", "wed", "fri"]}
    毎週月〜水・金 8:10、17:40
    Every Monday to Wednesday and Friday at 8:10 and 17:40
{"kind": "weekly", "times": ["8:10", "17:40"], "weekdays": ["mon", "wed", "fri"], "trading_day_rule": "skip"}
    毎週月・水・金 8:10、17:40（東証の営業日のみ）
    Every Monday, Wednesday and Friday at 8:10 and 17:40 (only on trading days of the Tokyo Stock Exchange)
{"kind": "weekly", "times": ["25:00"], "weekdays": ["fri"]}
    毎週金曜日 25:00（翌日1:00）
    Every Friday at 25:00 (1:00 the next day)
{"kind": "monthly", "times": ["18:00"], "month_days": [1]}
    毎月1日 18:00
    Every month on the 1st at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": [1, 15]}
    毎月1日・15日 18:00
    Every month on the 1st and the 15th at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["last"]}
    毎月末日 18:00
    Every month on the last day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": [31]}
    毎月31日 18:00（31日がない月は実行しない）
    Every month on the 31st at 18:00 (not in months without the 31st)
{"kind": "monthly", "times": ["18:00"], "month_days": [29, 30, 31]}
    毎月29日〜31日 18:00（月にない日は実行しない）
    Every month on the 29th to the 31st at 18:00 (where the month has them)
{"kind": "monthly", "times": ["18:00"], "month_days": [15, "last"]}
    毎月15日・末日 18:00
    Every month on the 15th and the last day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["2-fri"]}
    毎月第2金曜日 18:00
    Every month on the second Friday at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["1-mon", "3-mon"]}
    毎月第1月曜日・第3月曜日 18:00
    Every month on the first Monday and the third Monday at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["last-fri"]}
    毎月最終金曜日 18:00
    Every month on the last Friday at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["trading:1"]}
    毎月第1営業日 18:00
    Every month on the 1st trading day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["trading:3"]}
    毎月第3営業日 18:00
    Every month on the 3rd trading day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["trading:-1"]}
    毎月最終営業日 18:00
    Every month on the last trading day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["trading:-2"]}
    毎月最終営業日の前営業日 18:00
    Every month on the second-to-last trading day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["trading:-3"]}
    毎月最終営業日の2営業日前 18:00
    Every month on the third-to-last trading day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": [1, 2, 3, 4, 5]}
    毎月1日〜5日 18:00
    Every month on the 1st to the 5th at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]}
    毎日 18:00
    Every day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": [1, 3, 5, 7, 9, 11]}
    毎月1日から11日まで2日ごと 18:00
    Every month on every 2nd day from the 1st to the 11th at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["trading:1", "trading:-1"]}
    毎月第1営業日・最終営業日 18:00
    Every month on the 1st trading day and the last trading day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": [10, 20, "last", "last-fri"]}
    毎月10日・20日・末日・最終金曜日 18:00
    Every month on the 10th, the 20th, the last day and the last Friday at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": ["5-mon"]}
    毎月第5月曜日 18:00
    Every month on the fifth Monday at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": [1, "trading:1"]}
    毎月1日・第1営業日 18:00
    Every month on the 1st and the 1st trading day at 18:00
{"kind": "monthly", "times": ["18:00"], "month_days": [31], "short_months": "last_day"}
    毎月31日 18:00（31日がない月は末日）
    Every month on the 31st at 18:00 (on the last day of months without the 31st)
{"kind": "monthly", "times": ["18:00"], "month_days": [30, 31], "short_months": "last_day"}
    毎月30日・31日 18:00（月にない日は末日）
    Every month on the 30th and the 31st at 18:00 (on the last day of months that lack one of these days)
{"kind": "monthly", "times": ["18:00"], "month_days": ["trading:-1"], "exchange": "XNYS",
"timezone": "America/New_York"}
    毎月最終営業日 18:00（ニューヨーク時間、営業日はニューヨーク証取の暦による）
    Every month on the last trading day at 18:00 (New York time; trading days of the New York Stock Exchange)
{"kind": "monthly", "times": ["9:00"], "month_days": [25], "trading_day_rule": "previous"}
    毎月25日 9:00（東証の休業日に当たるときは前営業日）
    Every month on the 25th at 9:00 (moved to the previous trading day when the Tokyo Stock Exchange is closed)
{"kind": "interval", "every_seconds": 1, "anchor": "2026-11-24T09:00:00+09:00"}
    1秒ごと（2026年11月24日 9:00を起点）
    Every second (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 30, "anchor": "2026-11-24T09:00:00+09:00"}
    30秒ごと（2026年11月24日 9:00を起点）
    Every 30 seconds (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 60, "anchor": "2026-11-24T09:00:00+09:00"}
    1分ごと（2026年11月24日 9:00を起点）
    Every minute (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 90, "anchor": "2026-11-24T09:00:00+09:00"}
    1分30秒ごと（2026年11月24日 9:00を起点）
    Every 1 minute 30 seconds (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 300, "anchor": "2026-11-24T09:00:00+09:00"}
    5分ごと（2026年11月24日 9:00を起点）
    Every 5 minutes (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 600, "anchor": "2026-11-24T09:00:00+09:00"}
    10分ごと（2026年11月24日 9:00を起点）
    Every 10 minutes (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 3600, "anchor": "2026-11-24T09:00:00+09:00"}
    1時間ごと（2026年11月24日 9:00を起点）
    Every hour (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 5400, "anchor": "2026-11-24T09:00:00+09:00"}
    1時間30分ごと（2026年11月24日 9:00を起点）
    Every 1 hour 30 minutes (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 7200, "anchor": "2026-11-24T09:00:00+09:00"}
    2時間ごと（2026年11月24日 9:00を起点）
    Every 2 hours (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 86400, "anchor": "2026-11-24T09:00:00+09:00"}
    24時間ごと（2026年11月24日 9:00を起点）
    Every 24 hours (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 172800, "anchor": "2026-11-24T09:00:00+09:00"}
    2日（48時間）ごと（2026年11月24日 9:00を起点）
    Every 2 days (48 hours) (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 90061, "anchor": "2026-11-24T09:00:00+09:00"}
    1日1時間1分1秒ごと（2026年11月24日 9:00を起点）
    Every 1 day 1 hour 1 minute 1 second (counted from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 3600, "anchor": "2026-11-24T09:00:00+09:00",
"starts_at": "2026-11-24T09:00:00+09:00"}
    1時間ごと（2026年11月24日 9:00から）
    Every hour (from 24 November 2026 at 9:00)
{"kind": "interval", "every_seconds": 3600, "anchor": "2026-11-24T09:00:00+09:00", "trading_day_rule": "skip"}
    1時間ごと（東証の営業日のみ、2026年11月24日 9:00を起点）
    Every hour (only on trading days of the Tokyo Stock Exchange; counted from 24 November 2026 at 9:00)
{"kind": "once", "at": "2026-12-24T18:30:00+09:00"}
    2026年12月24日（木）18:30に1回だけ
    Once, on Thursday 24 December 2026 at 18:30
{"kind": "once", "at": "2026-12-24T18:30:15+09:00", "timezone": "UTC"}
    2026年12月24日（木）9:30:15に1回だけ（協定世界時）
    Once, on Thursday 24 December 2026 at 9:30:15 (UTC)
* * * * *
    毎分
    Every minute
*/5 * * * *
    5分ごと
    Every 5 minutes
*/15 * * * *
    15分ごと
    Every 15 minutes
0 * * * *
    毎時0分
    Every hour at minute 0
@hourly
    毎時0分
    Every hour at minute 0
30 * * * *
    毎時30分
    Every hour at minute 30
0,30 * * * *
    30分ごと
    Every 30 minutes
10,40 * * * *
    毎時10分・40分
    Every hour at minutes 10 and 40
5-59/15 * * * *
    毎時5分から50分まで15分ごと
    Every 15 minutes from minute 5 to minute 50 of every hour
3-59/5 * * * *
    毎時3分から58分まで5分ごと
    Every 5 minutes from minute 3 to minute 58 of every hour
*/7 * * * *
    毎時0分から56分まで7分ごと
    Every 7 minutes from minute 0 to minute 56 of every hour
*/40 * * * *
    毎時0分・40分
    Every hour at minutes 0 and 40
0 */2 * * *
    毎日 0:00から22:00まで2時間ごと
    Every day, every 2 hours from 0:00 to 22:00
0 */5 * * *
    毎日 0:00から20:00まで5時間ごと
    Every day, every 5 hours from 0:00 to 20:00
15 */4 * * *
    毎日 0:15から20:15まで4時間ごと
    Every day, every 4 hours from 0:15 to 20:15
0 9-15 * * 1-5
    毎週月〜金 9:00から15:00まで1時間ごと
    Every Monday to Friday, every hour from 9:00 to 15:00
*/5 9-15 * * 1-5
    毎週月〜金 9:00から15:55まで5分ごと
    Every Monday to Friday, every 5 minutes from 9:00 to 15:55
*/5 9-14 * * *
    毎日 9:00から14:55まで5分ごと
    Every day, every 5 minutes from 9:00 to 14:55
*/10 9,13 * * *
    毎日 9時台・13時台に10分ごと
    Every day, every 10 minutes in the hours 9 and 13
0 8 * * *
    毎日 8:00
    Every day at 8:00
10 8 * * 1-5
    毎週月〜金 8:10
    Every Monday to Friday at 8:10
10 8,17 * * *
    毎日 8:10、17:10
    Every day at 8:10 and 17:10
10,40 8,17 * * 1,3,5
    毎週月・水・金 8:10、8:40、17:10、17:40
    Every Monday, Wednesday and Friday at 8:10, 8:40, 17:10 and 17:40
0 8 * * 0
    毎週日曜日 8:00
    Every Sunday at 8:00
0 8 * * 6,0
    毎週土・日 8:00
    Every Saturday and Sunday at 8:00
0 8 * * 5-7
    毎週金〜日 8:00
    Every Friday to Sunday at 8:00
0 8 * * 1,3,5
    毎週月・水・金 8:00
    Every Monday, Wednesday and Friday at 8:00
0 18 L * *
    毎月末日 18:00
    Every month on the last day at 18:00
0 18 LW * *
    毎月最後の平日（月〜金） 18:00
    Every month on the last weekday (Monday to Friday) at 18:00
0 18 15W * *
    毎月15日に最も近い平日（月〜金） 18:00
    Every month on the weekday (Monday to Friday) nearest to the 15th at 18:00
0 18 1,15 * *
    毎月1日・15日 18:00
    Every month on the 1st and the 15th at 18:00
0 18 1,L * *
    毎月1日・末日 18:00
    Every month on the 1st and the last day at 18:00
0 18 1-7 * *
    毎月1日〜7日 18:00
    Every month on the 1st to the 7th at 18:00
0 18 */2 * *
    毎月奇数日 18:00
    Every month on every odd-numbered day at 18:00
0 18 */10 * *
    毎月1日・11日・21日・31日 18:00（31日がない月は実行しない）
    Every month on the 1st, the 11th, the 21st and the 31st at 18:00 (not in months without the 31st)
0 18 * * 5L
    毎月最終金曜日 18:00
    Every month on the last Friday at 18:00
0 18 * * 5#2
    毎月第2金曜日 18:00
    Every month on the second Friday at 18:00
0 18 * * 1#1,1#3
    毎月第1月曜日・第3月曜日 18:00
    Every month on the first Monday and the third Monday at 18:00
0 18 * * mon,5#2
    毎週月曜日と毎月第2金曜日 18:00
    Every month on every Monday and also on the second Friday at 18:00
0 0 1 1 *
    毎年1月1日 0:00
    Every year on the 1st of January at 0:00
0 0 1 1,7 *
    毎年1月・7月の1日 0:00
    Every year in January and July on the 1st at 0:00
0 0 1 */3 *
    毎年1月・4月・7月・10月の1日 0:00
    Every year in January, April, July and October on the 1st at 0:00
0 9 1 4-6 *
    毎年4月〜6月の1日 9:00
    Every year from April to June on the 1st at 9:00
0 9 * 4 *
    毎年4月は毎日 9:00
    Every day in April at 9:00
0 9 * 12 1-5
    毎年12月の月〜金曜日 9:00
    Every Monday to Friday in December at 9:00
0 9 * 6-8 1
    毎年6月〜8月の月曜日 9:00
    Every Monday from June to August at 9:00
0 0 13 * 5
    毎月13日または毎週金曜日 0:00
    Every month on the 13th and also on every Friday at 0:00
0 0 1,15 * 1
    毎月1日・15日または毎週月曜日 0:00
    Every month on the 1st and the 15th and also on every Monday at 0:00
0 0 1-7 * 1
    毎月1日〜7日または毎週月曜日 0:00
    Every month on the 1st to the 7th and also on every Monday at 0:00
0 0 */2 * 1
    毎月奇数日（月曜日に当たる日のみ） 0:00
    Every month on every odd-numbered day (only when it is a Monday) at 0:00
0 0 13 */3 5
    毎年1月・4月・7月・10月の13日または金曜日 0:00
    Every year in January, April, July and October on the 13th and also on every Friday at 0:00
0 0 13 * */2
    毎月13日（火・木・土・日曜日に当たる日のみ） 0:00
    Every month on the 13th (only when it is a Tuesday, Thursday, Saturday or Sunday) at 0:00
0 0 * * */2
    毎週火・木・土・日 0:00
    Every Tuesday, Thursday, Saturday and Sunday at 0:00
0 0 L * 5L
    毎月末日または毎月最終金曜日 0:00
    Every month on the last day and also on the last Friday at 0:00
0 0 L * 1-5
    毎月末日または毎週月〜金 0:00
    Every month on the last day and also on every Monday to Friday at 0:00
0 0 */2 * 5#2
    毎月奇数日（第2金曜日に当たる日のみ） 0:00
    Every month on every odd-numbered day (only when it is the second Friday) at 0:00
0 0 15 6 1,5L
    毎年6月の15日または月曜日・最終金曜日 0:00
    Every year in June on the 15th and also on every Monday and the last Friday at 0:00
0 0 1-31 * 1
    毎日 0:00
    Every day at 0:00
0 0 29 2 *
    毎年2月29日 0:00（うるう年のみ）
    Every year on the 29th of February at 0:00 (leap years only)
1,2,4,8,16,32 3 * * *
    毎日 3:01、3:02、3:04、3:08、3:16、3:32
    Every day at 3:01, 3:02, 3:04, 3:08, 3:16 and 3:32
1,2,4,8,16,32,50 3 * * *
    毎日 3時台の1分・2分・4分・8分・16分・32分・50分
    Every day, in the hour 3 at minutes 1, 2, 4, 8, 16, 32 and 50
1,2,4,8,16,32,50 3,4,5,9 * * 2
    毎週火曜日 3〜5時台・9時台の毎時1分・2分・4分・8分・16分・32分・50分
    Every Tuesday, in the hours 3 to 5 and 9 at minutes 1, 2, 4, 8, 16, 32 and 50
0-10 3 * * *
    毎日 3:00から3:10まで毎分
    Every day, every minute from 3:00 to 3:10
*/20 22-23,0-5 * * *
    毎日 0〜5時台・22〜23時台に20分ごと
    Every day, every 20 minutes in the hours 0 to 5 and 22 to 23
0 22-23,0-5 * * *
    毎日 0〜5時台・22〜23時台の毎時0分
    Every day, in the hours 0 to 5 and 22 to 23 at minute 0
5 4 * * sun
    毎週日曜日 4:05
    Every Sunday at 4:05
* 9 * * *
    毎日 9:00から9:59まで毎分
    Every day, every minute from 9:00 to 9:59
* 9-17 * * 1-5
    毎週月〜金 9:00から17:59まで毎分
    Every Monday to Friday, every minute from 9:00 to 17:59
*/2 9 * * *
    毎日 9:00から9:58まで2分ごと
    Every day, every 2 minutes from 9:00 to 9:58
0 0 * * 1-5
    毎週月〜金 0:00
    Every Monday to Friday at 0:00
59 23 31 12 *
    毎年12月31日 23:59
    Every year on the 31st of December at 23:59
0 0,12 1 */2 *
    毎年1月・3月・5月・7月・9月・11月の1日 0:00、12:00
    Every year in January, March, May, July, September and November on the 1st at 0:00 and 12:00
0 12 */5 * *
    毎月1日から31日まで5日ごと 12:00
    Every month on every 5th day from the 1st to the 31st at 12:00
15 14 1 * *
    毎月1日 14:15
    Every month on the 1st at 14:15
0 22 * * 1-5
    毎週月〜金 22:00
    Every Monday to Friday at 22:00
23 0-20/2 * * *
    毎日 0:23から20:23まで2時間ごと
    Every day, every 2 hours from 0:23 to 20:23
0 0,12 1 1 *
    毎年1月1日 0:00、12:00
    Every year on the 1st of January at 0:00 and 12:00
30 4 1,15 * 5
    毎月1日・15日または毎週金曜日 4:30
    Every month on the 1st and the 15th and also on every Friday at 4:30
*/15 0-6 * 1,7 0
    毎年1月・7月の日曜日 0:00から6:45まで15分ごと
    Every Sunday in January and July, every 15 minutes from 0:00 to 6:45
0 0 1 * */7
    毎月1日（日曜日に当たる日のみ） 0:00
    Every month on the 1st (only when it is a Sunday) at 0:00
{"kind": "daily", "times": ["8:10"], "timezone": "Europe/Lisbon", "trading_day_rule": "previous", "exchange": "XLON"}
    毎日 8:10（リスボン時間、ロンドン証取の休業日に当たるときは前営業日）
    Every day at 8:10 (Lisbon time; moved to the previous trading day when the London Stock Exchange is closed)
{"kind": "cron", "cron": "*/10 9-15 * * 1-5", "trading_day_rule": "skip", "exchange": "XNAS",
"timezone": "US/Eastern"}
    毎週月〜金 9:00から15:50まで10分ごと（米国東部時間、ナスダックの営業日のみ）
    Every Monday to Friday, every 10 minutes from 9:00 to 15:50 (Eastern time; only on trading days of the Nasdaq)
{"kind": "weekly", "times": ["25:30"], "weekdays": ["fri"], "trading_day_rule": "skip"}
    毎週金曜日 25:30（翌日1:30）（東証の営業日のみ）
    Every Friday at 25:30 (1:30 the next day) (only on trading days of the Tokyo Stock Exchange)
{"kind": "daily", "times": ["6:00"], "timezone": "Etc/GMT-9"}
    毎日 6:00（UTC+9）
    Every day at 6:00 (UTC+9)
{"kind": "monthly", "times": ["18:00"], "month_days": ["trading:-5"]}
    毎月最終営業日の4営業日前 18:00
    Every month on the fifth-to-last trading day at 18:00
0 18 31 * *
    毎月31日 18:00（31日がない月は実行しない）
    Every month on the 31st at 18:00 (not in months without the 31st)
0 18 30,31 1,4 *
    毎年1月・4月の30日・31日 18:00（31日がない月は実行しない）
    Every year in January and April on the 30th and the 31st at 18:00 (not in months without the 31st)
0 18 2-30/2 * *
    毎月偶数日 18:00
    Every month on every even-numbered day at 18:00
*/20 22-23 * * 1-5
    毎週月〜金 22:00、22:20、22:40、23:00、23:20、23:40
    Every Monday to Friday at 22:00, 22:20, 22:40, 23:00, 23:20 and 23:40
"""
