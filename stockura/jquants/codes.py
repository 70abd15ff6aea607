"""The code tables of J-Quants V2, with the names that JPX gives them in Japanese and English.

Lists are compared by code, never by name: JPX spells several names differently in different places (with a
half-width dot in the API, a full-width one in its Excel list). Source: the code tables of jpx-jquants.com/spec.
"""

from typing import NamedTuple


class Name(NamedTuple):
    """An official name in both languages; not for translating, it is data."""

    ja: str
    en: str


MARKETS = {
    "0101": Name("東証一部", "1st Section"),
    "0102": Name("東証二部", "2nd Section"),
    "0104": Name("マザーズ", "Mothers"),
    "0105": Name("TOKYO PRO MARKET", "TOKYO PRO MARKET"),
    "0106": Name("JASDAQ スタンダード", "JASDAQ Standard"),
    "0107": Name("JASDAQ グロース", "JASDAQ Growth"),
    "0109": Name("その他", "Others"),
    "0111": Name("プライム", "Prime"),
    "0112": Name("スタンダード", "Standard"),
    "0113": Name("グロース", "Growth"),
}

SECTORS_17 = {
    "1": Name("食品", "Foods"),
    "2": Name("エネルギー資源", "Energy Resources"),
    "3": Name("建設・資材", "Construction & Materials"),
    "4": Name("素材・化学", "Raw Materials & Chemicals"),
    "5": Name("医薬品", "Pharmaceutical"),
    "6": Name("自動車・輸送機", "Automobiles & Transportation Equipment"),
    "7": Name("鉄鋼・非鉄", "Steel & Nonferrous Metals"),
    "8": Name("機械", "Machinery"),
    "9": Name("電機・精密", "Electric Appliances & Precision Instruments"),
    "10": Name("情報通信・サービスその他", "IT & Services, Others"),
    "11": Name("電気・ガス", "Electric Power & Gas"),
    "12": Name("運輸・物流", "Transportation & Logistics"),
    "13": Name("商社・卸売", "Commercial & Wholesale Trade"),
    "14": Name("小売", "Retail Trade"),
    "15": Name("銀行", "Banks"),
    "16": Name("金融（除く銀行）", "Financials (Ex Banks)"),
    "17": Name("不動産", "Real Estate"),
    "99": Name("その他", "Other"),
}

SECTORS_33 = {
    "0050": Name("水産・農林業", "Fishery, Agriculture & Forestry"),
    "1050": Name("鉱業", "Mining"),
    "2050": Name("建設業", "Construction"),
    "3050": Name("食料品", "Foods"),
    "3100": Name("繊維製品", "Textiles & Apparels"),
    "3150": Name("パルプ・紙", "Pulp & Paper"),
    "3200": Name("化学", "Chemicals"),
    "3250": Name("医薬品", "Pharmaceutical"),
    "3300": Name("石油･石炭製品", "Oil & Coal Products"),
    "3350": Name("ゴム製品", "Rubber Products"),
    "3400": Name("ガラス･土石製品", "Glass & Ceramics Products"),
    "3450": Name("鉄鋼", "Iron & Steel"),
    "3500": Name("非鉄金属", "Nonferrous Metals"),
    "3550": Name("金属製品", "Metal Products"),
    "3600": Name("機械", "Machinery"),
    "3650": Name("電気機器", "Electric Appliances"),
    "3700": Name("輸送用機器", "Transportation Equipment"),
    "3750": Name("精密機器", "Precision Instruments"),
    "3800": Name("その他製品", "Other Products"),
    "4050": Name("電気･ガス業", "Electric Power & Gas"),
    "5050": Name("陸運業", "Land Transportation"),
    "5100": Name("海運業", "Marine Transportation"),
    "5150": Name("空運業", "Air Transportation"),
    "5200": Name("倉庫･運輸関連業", "Warehousing & Harbor Transportation"),
    "5250": Name("情報･通信業", "Information & Communication"),
    "6050": Name("卸売業", "Wholesale Trade"),
    "6100": Name("小売業", "Retail Trade"),
    "7050": Name("銀行業", "Banks"),
    "7100": Name("証券･商品先物取引業", "Securities & Commodity Futures"),
    "7150": Name("保険業", "Insurance"),
    "7200": Name("その他金融業", "Other Financing Business"),
    "8050": Name("不動産業", "Real Estate"),
    "9050": Name("サービス業", "Services"),
    "9999": Name("その他", "Other"),
}

#: Each of the 33 sectors belongs to one of the 17.
SECTOR_17_OF_33 = {
    "0050": "1", "1050": "2", "2050": "3", "3050": "1", "3100": "4", "3150": "4", "3200": "4", "3250": "5",
    "3300": "2", "3350": "6", "3400": "3", "3450": "7", "3500": "7", "3550": "3", "3600": "8", "3650": "9",
    "3700": "6", "3750": "9", "3800": "10", "4050": "11", "5050": "12", "5100": "12", "5150": "12",
    "5200": "12", "5250": "10", "6050": "13", "6100": "14", "7050": "15", "7100": "16", "7150": "16",
    "7200": "16", "8050": "17", "9050": "10", "9999": "99",
}  # fmt: skip

MARGINS = {
    "1": Name("信用", "Margin"),
    "2": Name("貸借", "Margin & loan"),
    "3": Name("その他", "Other"),
}

PRODUCT_CATEGORIES = {
    "011": Name("内国株式", "Domestic stocks"),
    "012": Name("優先出資証券", "Preferred equity investment certificates"),
    "013": Name("REIT", "REIT"),
    "014": Name("ETF", "ETF"),
    "021": Name("外国株式", "Foreign stocks"),
    "022": Name("外国REIT", "Foreign REIT"),
    "023": Name("外国ETF", "Foreign ETF"),
    "024": Name("外国株預託証券", "Foreign depositary receipts"),
}
