"""Where the demo's enterprises are and what they make: believable weights, invented names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One of the 13 live units with its share of the enterprises and the trades it is known for."""

    code: str
    name: str
    region: str  # six digits for the credit codes of its enterprises
    weight: int  # enterprises out of 600
    trades: tuple[tuple[str, str], ...]  # (industry code, word in the company's name)


PLACES = (
    Place("350502", "鲤城区", "350502", 34, (("C3911", "电子"), ("C1821", "服饰"), ("C2438", "工艺品"))),
    Place("350503", "丰泽区", "350503", 32, (("C3516", "智能装备"), ("C4011", "仪器仪表"), ("C1819", "服装"))),
    Place("350504", "洛江区", "350504", 30, (("C3441", "机械"), ("C3411", "重工"), ("C2927", "塑胶"))),
    Place("350505", "泉港区", "350505", 28, (("C2614", "化工"), ("C2651", "新材料"), ("C2511", "石化"))),
    Place("350521", "惠安县", "350521", 54, (("C3032", "石业"), ("C1441", "食品"), ("C1830", "鞋材"))),
    Place("350524", "安溪县", "350524", 58, (("C1530", "茶业"), ("C2130", "藤铁家居"), ("C3976", "光电"))),
    Place("350525", "永春县", "350525", 26, (("C2684", "香业"), ("C3074", "陶瓷"), ("C1495", "食品"))),
    Place("350526", "德化县", "350526", 34, (("C3074", "陶瓷"), ("C3075", "瓷艺"), ("B1019", "矿业"))),
    Place("350581", "石狮市", "350581", 76, (("C1713", "印染"), ("C1751", "纺织"), ("C1829", "服饰"))),
    Place("350582", "晋江市", "350582", 108, (("C1951", "鞋业"), ("C1819", "体育用品"), ("C1421", "食品"), ("C3071", "建陶"))),
    Place("350583", "南安市", "350583", 72, (("C3343", "水暖"), ("C3032", "石材"), ("C3311", "金属制品"))),
    Place("QZ-KFQ", "泉州经济技术开发区", "350500", 26, (("C3922", "通信"), ("C2720", "药业"), ("C3829", "电气"))),
    Place("QZ-TSQ", "泉州台商投资区", "350500", 22, (("C3521", "精工"), ("C3670", "汽车部件"), ("C3742", "航空部件"))),
)

# Batch 6 of the city's real project list: projects and total investment in units of a million yuan.
BATCH_SIX = (("350581", 14, 2381), ("350582", 6, 2049), ("350583", 2, 46), ("350524", 9, 2963), ("QZ-KFQ", 2, 304))

FIRST_CHARACTERS = "恒宏瑞鑫泰华昌盛福源永兴安达信德嘉铭凯丰顺荣祥隆" + "锦海晟辉诚佳億卓越"
SECOND_CHARACTERS = "发达通利成和兴源泰益旺康龙升晖远博创科润邦华腾亨"
BANKS = (
    ("citong", "刺桐银行股份有限公司泉州分行", "刺桐银行"),
    ("qingyuan", "清源银行股份有限公司泉州分行", "清源银行"),
    ("donghai", "东海银行股份有限公司泉州分行", "东海银行"),
    ("luoyang", "洛阳江银行股份有限公司泉州分行", "洛阳江银行"),
    ("wenling", "温陵银行股份有限公司泉州分行", "温陵银行"),
    ("minnan", "闽南银行股份有限公司泉州分行", "闽南银行"),
    ("haisi", "海丝银行股份有限公司泉州分行", "海丝银行"),
    ("zimao", "紫帽银行股份有限公司泉州分行", "紫帽银行"),
    ("jiuri", "九日山银行股份有限公司泉州分行", "九日山银行"),
    ("anping", "安平银行股份有限公司泉州分行", "安平银行"),
    ("licheng", "鲤城农村商业银行股份有限公司", "鲤城农商银行"),
    ("jinjiang", "晋水农村商业银行股份有限公司", "晋水农商银行"),
)
SLOW_BANKS = frozenset({"jiuri", "anping"})
TRUST_BANKS = ("haisi", "luoyang", "citong", "anping", "wenling", "minnan", "qingyuan", "zimao")
