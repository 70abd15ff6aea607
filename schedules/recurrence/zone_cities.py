"""What Japanese call the cities and regions in the names of time zones."""

#: One ``name place`` for each last part of a zone's name, those of old names included.
_PLACES = """
Abidjan アビジャン|Accra アクラ|Addis_Ababa アディスアベバ|Algiers アルジェ|Asmara アスマラ|Asmera アスマラ
Bamako バマコ|Bangui バンギ|Banjul バンジュール|Bissau ビサウ|Blantyre ブランタイヤ|Brazzaville ブラザビル
Bujumbura ブジュンブラ|Cairo カイロ|Casablanca カサブランカ|Ceuta セウタ|Conakry コナクリ|Dakar ダカール
Dar_es_Salaam ダルエスサラーム|Djibouti ジブチ|Douala ドゥアラ|El_Aaiun アイウン|Freetown フリータウン
Gaborone ハボローネ|Harare ハラレ|Johannesburg ヨハネスブルク|Juba ジュバ|Kampala カンパラ|Khartoum ハルツーム
Kigali キガリ|Kinshasa キンシャサ|Lagos ラゴス|Libreville リーブルビル|Lome ロメ|Luanda ルアンダ
Lubumbashi ルブンバシ|Lusaka ルサカ|Malabo マラボ|Maputo マプト|Maseru マセル|Mbabane ムババーネ
Mogadishu モガディシュ|Monrovia モンロビア|Nairobi ナイロビ|Ndjamena ンジャメナ|Niamey ニアメ
Nouakchott ヌアクショット|Ouagadougou ワガドゥグー|Porto-Novo ポルトノボ|Sao_Tome サントメ|Timbuktu トンブクトゥ
Tripoli トリポリ|Tunis チュニス|Windhoek ウィントフック|Adak アダック|Anchorage アンカレッジ|Anguilla アンギラ
Antigua アンティグア|Araguaina アラグアイナ|Buenos_Aires ブエノスアイレス|Catamarca カタマルカ
ComodRivadavia コモドロリバダビア|Cordoba コルドバ|Jujuy フフイ|La_Rioja ラリオハ|Mendoza メンドーサ
Rio_Gallegos リオガジェゴス|Salta サルタ|San_Juan サンフアン|San_Luis サンルイス|Tucuman トゥクマン
Ushuaia ウシュアイア|Aruba アルバ|Asuncion アスンシオン|Atikokan アティコカン|Atka アトカ|Bahia バイーア
Bahia_Banderas バイアデバンデラス|Barbados バルバドス|Belem ベレン|Belize ベリーズ|Blanc-Sablon ブランサブロン
Boa_Vista ボアビスタ|Bogota ボゴタ|Boise ボイシ|Cambridge_Bay ケンブリッジベイ|Campo_Grande カンポグランデ
Cancun カンクン|Caracas カラカス|Cayenne カイエンヌ|Cayman ケイマン|Chicago シカゴ|Chihuahua チワワ
Ciudad_Juarez シウダーフアレス|Coral_Harbour コーラルハーバー|Costa_Rica コスタリカ|Coyhaique コイアイケ
Creston クレストン|Cuiaba クイアバ|Curacao キュラソー|Danmarkshavn ダンマルクスハウン|Dawson ドーソン
Dawson_Creek ドーソンクリーク|Denver デンバー|Detroit デトロイト|Dominica ドミニカ国|Edmonton エドモントン
Eirunepe エイルネペ|El_Salvador エルサルバドル|Ensenada エンセナーダ|Fort_Nelson フォートネルソン
Fort_Wayne フォートウェイン|Fortaleza フォルタレザ|Glace_Bay グレースベイ|Godthab ヌーク|Goose_Bay グースベイ
Grand_Turk グランドターク|Grenada グレナダ|Guadeloupe グアドループ|Guatemala グアテマラ|Guayaquil グアヤキル
Guyana ガイアナ|Halifax ハリファックス|Havana ハバナ|Hermosillo エルモシージョ|Indianapolis インディアナポリス
Knox ノックス|Knox_IN ノックス|Marengo マレンゴ|Petersburg ピーターズバーグ|Tell_City テルシティ|Vevay ビーベイ
Vincennes ビンセンス|Winamac ウィナマック|Inuvik イヌビク|Iqaluit イカルイト|Jamaica ジャマイカ|Juneau ジュノー
Louisville ルイビル|Monticello モンティチェロ|Kralendijk クラレンダイク|La_Paz ラパス|Lima リマ
Los_Angeles ロサンゼルス|Lower_Princes ローワープリンセスクオーター|Maceio マセイオ|Managua マナグア|Manaus マナウス
Marigot マリゴ|Martinique マルティニーク|Matamoros マタモロス|Mazatlan マサトラン|Menominee メノミニー|Merida メリダ
Metlakatla メトラカトラ|Mexico_City メキシコシティ|Miquelon ミクロン島|Moncton モンクトン|Monterrey モンテレイ
Montevideo モンテビデオ|Montreal モントリオール|Montserrat モントセラト|Nassau ナッソー|New_York ニューヨーク
Nipigon ニピゴン|Nome ノーム|Noronha ノローニャ|Beulah ビューラ|Center センター|New_Salem ニューセーラム|Nuuk ヌーク
Ojinaga オヒナガ|Panama パナマ|Pangnirtung パングナータング|Paramaribo パラマリボ|Phoenix フェニックス
Port-au-Prince ポルトープランス|Port_of_Spain ポートオブスペイン|Porto_Acre リオブランコ|Porto_Velho ポルトベーリョ
Puerto_Rico プエルトリコ|Punta_Arenas プンタアレーナス|Rainy_River レイニーリバー|Rankin_Inlet ランキンインレット
Recife レシフェ|Regina レジャイナ|Resolute レゾリュート|Rio_Branco リオブランコ|Rosario ロサリオ
Santa_Isabel サンタイサベル|Santarem サンタレン|Santiago サンティアゴ|Santo_Domingo サントドミンゴ
Sao_Paulo サンパウロ|Scoresbysund スコアズビスーン|Shiprock シップロック|Sitka シトカ|St_Barthelemy サンバルテルミー
St_Johns セントジョンズ|St_Kitts セントクリストファー|St_Lucia セントルシア|St_Thomas セントトーマス
St_Vincent セントビンセント|Swift_Current スウィフトカレント|Tegucigalpa テグシガルパ|Thule チューレ
Thunder_Bay サンダーベイ|Tijuana ティフアナ|Toronto トロント|Tortola トルトーラ|Vancouver バンクーバー
Virgin バージン諸島|Whitehorse ホワイトホース|Winnipeg ウィニペグ|Yakutat ヤクタット|Yellowknife イエローナイフ
Casey ケーシー基地|Davis デービス基地|DumontDUrville デュモンデュルビル基地|Macquarie マッコーリー島
Mawson モーソン基地|McMurdo マクマード基地|Palmer パーマー基地|Rothera ロゼラ基地|South_Pole 南極点|Syowa 昭和基地
Troll トロル基地|Vostok ボストーク基地|Longyearbyen ロングイェールビーン|Aden アデン|Almaty アルマトイ
Amman アンマン|Anadyr アナディリ|Aqtau アクタウ|Aqtobe アクトベ|Ashgabat アシガバート|Ashkhabad アシガバート
Atyrau アティラウ|Baghdad バグダッド|Bahrain バーレーン|Baku バクー|Bangkok バンコク|Barnaul バルナウル
Beirut ベイルート|Bishkek ビシュケク|Brunei ブルネイ|Chita チタ|Choibalsan チョイバルサン|Chongqing 重慶
Chungking 重慶|Colombo コロンボ|Dacca ダッカ|Damascus ダマスカス|Dhaka ダッカ|Dili ディリ|Dubai ドバイ
Dushanbe ドゥシャンベ|Famagusta ファマグスタ|Gaza ガザ|Harbin ハルビン|Hebron ヘブロン|Ho_Chi_Minh ホーチミン
Hong_Kong 香港|Hongkong 香港|Hovd ホブド|Irkutsk イルクーツク|Istanbul イスタンブール|Jakarta ジャカルタ
Jayapura ジャヤプラ|Jerusalem エルサレム|Kabul カブール|Kamchatka カムチャツカ|Karachi カラチ|Kashgar カシュガル
Kathmandu カトマンズ|Katmandu カトマンズ|Khandyga ハンドゥイガ|Krasnoyarsk クラスノヤルスク
Kuala_Lumpur クアラルンプール|Kuching クチン|Kuwait クウェート|Macao マカオ|Macau マカオ|Magadan マガダン
Makassar マカッサル|Manila マニラ|Muscat マスカット|Nicosia ニコシア|Novokuznetsk ノボクズネツク
Novosibirsk ノボシビルスク|Omsk オムスク|Oral オラル|Phnom_Penh プノンペン|Pontianak ポンティアナック|Pyongyang 平壌
Qatar カタール|Qostanay コスタナイ|Qyzylorda クズロルダ|Rangoon ヤンゴン|Riyadh リヤド|Saigon ホーチミン
Sakhalin サハリン|Samarkand サマルカンド|Singapore シンガポール|Srednekolymsk スレドネコリムスク|Taipei 台北
Tashkent タシケント|Tbilisi トビリシ|Tehran テヘラン|Tel_Aviv テルアビブ|Thimbu ティンプー|Thimphu ティンプー
Tomsk トムスク|Ujung_Pandang マカッサル|Ulaanbaatar ウランバートル|Ulan_Bator ウランバートル|Urumqi ウルムチ
Ust-Nera ウスチネラ|Vientiane ビエンチャン|Vladivostok ウラジオストク|Yakutsk ヤクーツク|Yangon ヤンゴン
Yekaterinburg エカテリンブルク|Yerevan エレバン|Azores アゾレス諸島|Bermuda バミューダ|Canary カナリア諸島
Cape_Verde カーボベルデ|Faeroe フェロー諸島|Faroe フェロー諸島|Jan_Mayen ヤンマイエン島|Madeira マデイラ
Reykjavik レイキャビク|South_Georgia サウスジョージア|St_Helena セントヘレナ|Stanley スタンリー|ACT キャンベラ
Adelaide アデレード|Brisbane ブリスベン|Broken_Hill ブロークンヒル|Canberra キャンベラ|Currie カリー
Darwin ダーウィン|Eucla ユークラ|Hobart ホバート|LHI ロード・ハウ島|Lindeman リンデマン島|Lord_Howe ロード・ハウ島
Melbourne メルボルン|NSW ニューサウスウェールズ|North ノーザンテリトリー|Perth パース|Queensland クイーンズランド
South 南オーストラリア|Sydney シドニー|Tasmania タスマニア|Victoria ビクトリア州|West 西オーストラリア
Yancowinna ヤンコウィナ|Acre アクレ|DeNoronha ノローニャ|Newfoundland ニューファンドランド
Saskatchewan サスカチュワン|Yukon ユーコン|Continental チリ本土|EasterIsland イースター島|Cuba キューバ
Egypt エジプト|Eire アイルランド|Amsterdam アムステルダム|Andorra アンドラ|Astrakhan アストラハン|Athens アテネ
Belfast ベルファスト|Belgrade ベオグラード|Berlin ベルリン|Bratislava ブラチスラバ|Brussels ブリュッセル
Bucharest ブカレスト|Budapest ブダペスト|Busingen ビュージンゲン|Chisinau キシナウ|Copenhagen コペンハーゲン
Dublin ダブリン|Gibraltar ジブラルタル|Guernsey ガーンジー|Helsinki ヘルシンキ|Isle_of_Man マン島|Jersey ジャージー
Kaliningrad カリーニングラード|Kiev キーウ|Kirov キーロフ|Kyiv キーウ|Lisbon リスボン|Ljubljana リュブリャナ
London ロンドン|Luxembourg ルクセンブルク|Madrid マドリード|Malta マルタ|Mariehamn マリエハムン|Minsk ミンスク
Monaco モナコ|Moscow モスクワ|Oslo オスロ|Paris パリ|Podgorica ポドゴリツァ|Prague プラハ|Riga リガ|Rome ローマ
Samara サマーラ|San_Marino サンマリノ|Sarajevo サラエボ|Saratov サラトフ|Simferopol シンフェロポリ|Skopje スコピエ
Sofia ソフィア|Stockholm ストックホルム|Tallinn タリン|Tirane ティラナ|Tiraspol ティラスポリ
Ulyanovsk ウリヤノフスク|Uzhgorod ウージュホロド|Vaduz ファドゥーツ|Vatican バチカン|Vienna ウィーン
Vilnius ビリニュス|Volgograd ボルゴグラード|Warsaw ワルシャワ|Zagreb ザグレブ|Zaporozhye ザポリージャ
Zurich チューリッヒ|Iceland アイスランド|Antananarivo アンタナナリボ|Chagos チャゴス諸島|Christmas クリスマス島
Cocos ココス諸島|Comoro コモロ|Kerguelen ケルゲレン諸島|Mahe マヘ島|Maldives モルディブ|Mauritius モーリシャス
Mayotte マヨット|Reunion レユニオン|Iran イラン|Israel イスラエル|Kwajalein クワジェリン|Libya リビア
BajaNorte バハカリフォルニア|BajaSur 南バハカリフォルニア|NZ-CHAT チャタム諸島|Navajo ナバホ|Apia アピア
Auckland オークランド|Bougainville ブーゲンビル|Chatham チャタム諸島|Chuuk チューク|Easter イースター島
Efate エファテ島|Enderbury エンダーベリー島|Fakaofo ファカオフォ|Fiji フィジー|Funafuti フナフティ
Galapagos ガラパゴス諸島|Gambier ガンビエ諸島|Guadalcanal ガダルカナル|Guam グアム|Johnston ジョンストン島
Kanton カントン島|Kiritimati キリスィマスィ島|Kosrae コスラエ|Majuro マジュロ|Marquesas マルキーズ諸島
Midway ミッドウェー諸島|Nauru ナウル|Niue ニウエ|Norfolk ノーフォーク島|Noumea ヌメア|Pago_Pago パゴパゴ
Palau パラオ|Pitcairn ピトケアン島|Pohnpei ポンペイ|Ponape ポンペイ|Port_Moresby ポートモレスビー
Rarotonga ラロトンガ|Saipan サイパン|Samoa サモア|Tahiti タヒチ|Tarawa タラワ|Tongatapu トンガタプ|Truk チューク
Wake ウェーク島|Wallis ウォリス島|Yap ヤップ|Poland ポーランド|Portugal ポルトガル|ROC 台湾|Turkey トルコ
Alaska アラスカ|Aleutian アリューシャン|Arizona アリゾナ|East-Indiana インディアナ東部
Indiana-Starke インディアナ州スターク郡|Michigan ミシガン
"""

CITIES_JA = dict(pair.split(" ") for line in _PLACES.split("\n") for pair in line.split("|") if pair)
