"""Names and numbers for invented people and sites."""

import datetime
from random import Random

from responsibilities.rules.identifiers import id_check_digit, luhn_check_digit, uscc_check_character

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程魏苏吕丁任沈"
GIVEN = (
    "建军 国强 志明 海龙 永福 玉兰 秀英 桂花 红霞 文军 小军 大勇 学文 学武 明亮 长河 万里 得胜 有福 宝山 生辉 鹏程 "
    "立新 向东 卫国 爱民 春生 秋菊 冬梅 雪峰 丽萍 彩霞 志刚 振华 振兴 兴旺 兴国 天佑 天祥 金山 银山 玉成 尚文 发祥 "
    "登科 登峰 维新 希望 怀玉 怀德 成林 成才 继红 继业 耀祖 光明 光辉 廷玉 廷栋 作栋"
).split()
TRADES = ("钢筋工", "木工", "混凝土工", "砌筑工", "架子工", "电工", "水暖工", "抹灰工", "防水工", "普工")
AREA_DIGITS = ("620702", "620723", "620724", "620725", "620722", "620721", "620602", "620421")
BANK_BINS = (
    ("621700", "建设银行"),
    ("622848", "农业银行"),
    ("621660", "中国银行"),
    ("622202", "工商银行"),
    ("623065", "甘肃银行"),
)

SITES = {
    "building": (
        "{place}安置房项目",
        "{place}棚户区改造工程",
        "{place}住宅小区二期",
        "{place}中学教学楼",
        "{place}人民医院住院楼",
    ),
    "municipal": ("{place}老旧小区供热管网改造", "{place}城区道路提升改造", "{place}污水处理厂提标改造"),
    "transport": ("{place}至机场公路改建工程", "{place}通村公路安全提升工程", "{place}客运枢纽站"),
    "water": ("{place}灌区续建配套与现代化改造", "{place}水库除险加固工程", "{place}农村饮水安全巩固提升"),
    "agriculture": ("{place}高标准农田建设项目", "{place}冷链仓储保鲜设施", "{place}戈壁农业产业园"),
    "energy": ("{place}20万千瓦光伏发电项目", "{place}风光储一体化示范项目", "{place}110千伏输变电工程"),
    "railway": ("{place}货场专用线改造",),
    "aviation": ("{place}通用机场配套工程",),
    "mining": ("{place}矿山地质环境恢复治理",),
    "telecom": ("{place}5G基站及管线工程",),
    "other": ("{place}文化遗址保护利用设施",),
}
PLACES = {
    "620702": ("滨河新区", "新墩镇", "沙井镇", "党寨镇", "大满镇", "甘浚镇", "北环路", "碱滩镇", "乌江镇"),
    "620723": ("沙河镇", "倪家营镇", "蓼泉镇", "平川镇", "板桥镇", "新华镇"),
    "620724": ("骆驼城镇", "黑泉镇", "巷道镇", "南华镇", "宣化镇", "合黎镇"),
    "620725": ("清泉镇", "位奇镇", "大马营镇", "霍城镇", "陈户镇", "东乐镇"),
    "620722": ("洪水镇", "六坝镇", "三堡镇", "南古镇", "民联镇", "永固镇"),
    "620721": ("红湾寺镇", "皇城镇", "康乐镇", "马蹄乡", "大河乡"),
    "620799": ("东区", "循环经济示范园", "智能制造产业园", "冶金建材园", "物流园"),
}


def person(random: Random) -> str:
    return random.choice(SURNAMES) + random.choice(GIVEN)


def id_number(random: Random, number: int) -> tuple[str, datetime.date]:
    """An invented, checksum-valid ID number and its birth date; `number` keeps it unique."""
    born = datetime.date(1964, 1, 1) + datetime.timedelta(days=random.randrange(15000))
    body = f"{random.choice(AREA_DIGITS)}{born:%Y%m%d}{number % 1000:03d}"
    return body + id_check_digit(body), born


def bank_card(random: Random, number: int) -> tuple[str, str]:
    """A 19-digit card with a valid Luhn digit, and its bank."""
    prefix, bank = random.choice(BANK_BINS)
    body = f"{prefix}{random.randrange(10**5):05d}{number:07d}"
    return body + luhn_check_digit(body), bank


def mobile(random: Random) -> str:
    return f"1{random.choice('3578')}{random.randrange(10**9):09d}"


def uscc(number: int) -> str:
    """A credit code of an invented enterprise."""
    body = f"91620700MADM{number:05d}"
    return body + uscc_check_character(body)
