"""The stand-in's own list: well-known issues, typed in from public knowledge, for trying things out.

Not a copy of anybody's list, and not kept up to date: sizes and segments are as of about 2026. It holds one of
each shape that code trips over: a letter in the code, a fifth character that is not 0, a fund, a REIT.
"""

from dataclasses import dataclass
from typing import Any

from stockura.jquants import codes

PRIME, GROWTH, FUNDS = "0111", "0113", "0109"
CORE, LARGE, MID, NONE = "TOPIX Core30", "TOPIX Large70", "TOPIX Mid400", "-"


@dataclass(frozen=True)
class Issue:
    """One issue; the defaults fit a large domestic company."""

    code: str
    name: str
    name_en: str
    sector_33: str
    scale: str
    market: str = PRIME
    margin: str = "2"
    category: str = "011"

    def row(self) -> dict[str, Any]:
        """The issue in the shape of ``/equities/master``, without its Date."""
        sector_17 = codes.SECTOR_17_OF_33[self.sector_33]
        return {
            "Code": self.code,
            "CoName": self.name,
            "CoNameEn": self.name_en,
            "S17": sector_17,
            "S17Nm": codes.SECTORS_17[sector_17].ja,
            "S33": self.sector_33,
            "S33Nm": codes.SECTORS_33[self.sector_33].ja,
            "ScaleCat": self.scale,
            "Mkt": self.market,
            "MktNm": codes.MARKETS[self.market].ja,
            "Mrgn": self.margin,
            "MrgnNm": codes.MARGINS[self.margin].ja,
            "ProdCat": self.category,
        }


ISSUES = (
    Issue(
        "13060",
        "ＮＥＸＴ　ＦＵＮＤＳ　ＴＯＰＩＸ連動型上場投信",
        "NEXT FUNDS TOPIX Exchange Traded Fund",
        "9999",
        NONE,
        market=FUNDS,
        category="014",
    ),
    Issue(
        "130A0", "Ｖｅｒｉｔａｓ　Ｉｎ　Ｓｉｌｉｃｏ", "Veritas In Silico Inc.", "3250", NONE, market=GROWTH, margin="1"
    ),
    Issue(
        "13210",
        "ＮＥＸＴ　ＦＵＮＤＳ　日経２２５連動型上場投信",
        "NEXT FUNDS Nikkei 225 Exchange Traded Fund",
        "9999",
        NONE,
        market=FUNDS,
        category="014",
    ),
    Issue("16050", "ＩＮＰＥＸ", "INPEX CORPORATION", "1050", MID),
    Issue("19250", "大和ハウス工業", "DAIWA HOUSE INDUSTRY CO.,LTD.", "2050", LARGE),
    Issue("25020", "アサヒグループホールディングス", "Asahi Group Holdings,Ltd.", "3050", LARGE),
    Issue("25930", "伊藤園", "ITO EN,LTD.", "3050", MID),
    Issue("25935", "伊藤園第１種優先株式", "ITO EN,LTD. Class-A Preferred Stock", "3050", NONE),
    Issue("29140", "日本たばこ産業", "JAPAN TOBACCO INC.", "3050", CORE),
    Issue("33820", "セブン＆アイ・ホールディングス", "Seven & i Holdings Co.,Ltd.", "6100", CORE),
    Issue("40630", "信越化学工業", "Shin-Etsu Chemical Co.,Ltd.", "3200", CORE),
    Issue("45020", "武田薬品工業", "Takeda Pharmaceutical Company Limited", "3250", CORE),
    Issue("51080", "ブリヂストン", "BRIDGESTONE CORPORATION", "3350", LARGE),
    Issue("54010", "日本製鉄", "NIPPON STEEL CORPORATION", "3450", LARGE),
    Issue("60980", "リクルートホールディングス", "Recruit Holdings Co.,Ltd.", "9050", CORE),
    Issue("63670", "ダイキン工業", "DAIKIN INDUSTRIES,LTD.", "3600", CORE),
    Issue("65010", "日立製作所", "Hitachi,Ltd.", "3650", CORE),
    Issue("67580", "ソニーグループ", "SONY GROUP CORPORATION", "3650", CORE),
    Issue("68610", "キーエンス", "KEYENCE CORPORATION", "3650", CORE),
    Issue("72030", "トヨタ自動車", "TOYOTA MOTOR CORPORATION", "3700", CORE),
    Issue("72670", "本田技研工業", "HONDA MOTOR CO.,LTD.", "3700", CORE),
    Issue("79740", "任天堂", "Nintendo Co.,Ltd.", "3800", CORE),
    Issue("80010", "伊藤忠商事", "ITOCHU Corporation", "6050", CORE),
    Issue("80580", "三菱商事", "Mitsubishi Corporation", "6050", CORE),
    Issue("83060", "三菱ＵＦＪフィナンシャル・グループ", "Mitsubishi UFJ Financial Group,Inc.", "7050", CORE),
    Issue("86970", "日本取引所グループ", "Japan Exchange Group,Inc.", "7200", LARGE),
    Issue("87660", "東京海上ホールディングス", "Tokio Marine Holdings,Inc.", "7150", CORE),
    Issue("88010", "三井不動産", "Mitsui Fudosan Co.,Ltd.", "8050", LARGE),
    Issue("89510", "日本ビルファンド投資法人", "Nippon Building Fund Inc.", "9999", NONE, market=FUNDS, category="013"),
    Issue("90200", "東日本旅客鉄道", "East Japan Railway Company", "5050", LARGE),
    Issue("91010", "日本郵船", "Nippon Yusen Kabushiki Kaisha", "5100", LARGE),
    Issue("92020", "ＡＮＡホールディングス", "ANA HOLDINGS INC.", "5150", LARGE),
    Issue("94320", "ＮＴＴ", "NTT,Inc.", "5250", CORE),
    Issue("94340", "ソフトバンク", "SoftBank Corp.", "5250", CORE),
    Issue(
        "94345",
        "ソフトバンク第１回社債型種類株式",
        "SoftBank Corp. Series 1 Bond-Type Class Shares",
        "5250",
        NONE,
        margin="1",
    ),
    Issue("95010", "東京電力ホールディングス", "Tokyo Electric Power Company Holdings,Incorporated", "4050", MID),
    Issue("99830", "ファーストリテイリング", "FAST RETAILING CO.,LTD.", "6100", CORE),
    Issue("99840", "ソフトバンクグループ", "SoftBank Group Corp.", "5250", CORE),
)


def well_known_rows() -> list[dict[str, Any]]:
    """Return the issues as rows of ``/equities/master``, sorted by code, without their Date."""
    return [issue.row() for issue in ISSUES]
