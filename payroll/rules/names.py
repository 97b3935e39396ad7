"""Names of people as sheets have them: what belongs to the name and what was only written beside it.

王伟（退场）, 王伟3月15离职, 王 伟, 组长王伟, 阿依古丽•买买提: the name stays clean, the note is kept apart.
"""

import re

SPACES = re.compile(r"[\s\u3000\u200b-\u200f\u2060\ufeff\xa0]+")
CJK = re.compile(r"[\u3400-\u9fff]")
DOTS = re.compile(r"(?<=[\u3400-\u9fff])\s*[·•・‧∙⋅●．.。﹒]\s*(?=[\u3400-\u9fff])")
BRACKETED = re.compile(r"[(（\[【〔]([^)）\]】〕]*)[)）\]】〕]?")
POSTS = "班组长|施工队长|项目经理|组长|班长|队长|带班|代班|领班|工长|带工|师傅|大工|小工|技工|普工|代领"
POST_BEHIND = re.compile(rf"(?P<name>[\u3400-\u9fff·]{{2,20}}?)[-—/:：]?(?P<note>{POSTS})\Z")
POST_BEFORE = re.compile(rf"(?P<note>{POSTS})[-—/:：]?(?P<name>[\u3400-\u9fff·]{{2,20}})\Z")
DATE = r"(?:\d{2,4}[年./\-])?\d{1,2}[月./\-]?(?:\d{1,2}[日号]?)?"
MOVED = "退场|离场|离职|辞职|离开|辞退|开除|进场|入场|入职|新进|新来|新增|请假|休假|补发|调离|调走|调入|停工|返乡|回家"
MOVE_BEHIND = re.compile(
    rf"(?P<name>[\u3400-\u9fff·]{{2,20}}?)[-—/,，、;；:：*＊]*(?P<note>(?:{DATE})?(?:已|于|刚)?(?:{MOVED}).{{0,12}}|{DATE}(?:已|于)?(?:走|来|退|离|止|起).{{0,6}})\Z"
)
MARK_BEHIND = re.compile(r"(?P<name>[\u3400-\u9fff·]{2,20})[-—_]?(?P<note>[A-Za-z\d]{1,2}|[*＊★☆#△▲√]+)\Z")

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹"
    "孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁"
    "尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜"
    "冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮"
    "粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修"
    "邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由刀蔚拉才尕旦索多完达扎"
)
COMPOUND = frozenset(
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 夏侯 端木 独孤 南宫 完颜".split()
)
NO_NAME = re.compile(r".*[工班组队行社市县区省镇村乡路街部厂院员处科所]\Z")


def split_name(text: str) -> tuple[str, str]:
    """(name, note): 王伟（退场） → 王伟, 退场. A text that can't be told apart stays whole, without a note."""
    if not CJK.search(text):
        return " ".join(text.split()), ""
    whole = DOTS.sub("·", SPACES.sub("", text))
    if whole.isalpha() and len(whole) <= 3:
        return whole, ""
    notes = [note for found in BRACKETED.findall(whole) if (note := found.strip())]
    name = BRACKETED.sub("", whole)
    if not CJK.search(name):
        # The whole name in brackets is still the name.
        return (notes[0] if len(notes) == 1 else whole), ""
    for pattern in (MOVE_BEHIND, POST_BEHIND, POST_BEFORE, MARK_BEHIND):
        match = pattern.match(name)
        if match and _may_be_name(match["name"]):
            name = match["name"]
            notes.insert(0, match["note"])
    return name.rstrip("-—/,，、;；:：*＊"), "；".join(notes)


def looks_like_name(text: str) -> bool:
    """Whether a text is very likely a person's name: two to four characters with a common surname, or a
    minority name with its dot."""
    name = split_name(text)[0]
    if "·" in name:
        return len(name) <= 20 and all(CJK.match(part) and len(part) <= 8 for part in name.split("·"))
    if not 2 <= len(name) <= 4 or not all(map(CJK.match, name)) or NO_NAME.match(name):
        return False
    return name[:2] in COMPOUND or name[0] in SURNAMES


def _may_be_name(name: str) -> bool:
    return len(name) >= 2 and ("·" in name or len(name) > 3 or name[0] in SURNAMES or name[:2] in COMPOUND)
