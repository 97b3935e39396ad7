"""Pieces of names by which a bank is known; a bank beyond them is a notice, never an error.

Compared inside the written name, so 中国农业银行股份有限公司张掖甘州支行 and 农行 are both known.
"""

KNOWN_BANKS = frozenset(
    "工商银行 工行 农业银行 农行 中国银行 中行 建设银行 建行 交通银行 交行 邮政储蓄 邮储 邮政银行 招商银行 招行 民生银行 中信银行 "
    "光大银行 浦发银行 浦东发展 兴业银行 平安银行 华夏银行 广发银行 广东发展 渤海银行 浙商银行 恒丰银行 甘肃银行 兰州银行 农村商业银行 "
    "农商银行 农商行 信用社 信合 农村信用 农信 村镇银行 合作银行 北京银行 上海银行 宁夏银行 青海银行 新疆银行 西安银行 长安银行 秦农银行 "
    "宁波银行 江苏银行 南京银行 杭州银行 成都银行 重庆银行 微众银行 网商银行 昆仑银行 石嘴山银行 乌鲁木齐银行".split()
)
