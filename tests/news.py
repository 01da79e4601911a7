"""A sentence of news in five languages, for tests of encodings."""

FRENCH = "L'été dernier, le président a déclaré à l'Assemblée que la situation était très préoccupante, même au cœur. "
RUSSIAN = (
    "Президент заявил вчера, что положение в области остаётся сложным, но правительство держит его под контролем. "
)
JAPANESE = "昨日、首相は記者会見で新しい経済政策について説明しました。国民の生活を守るためだと述べています。\n"
CHINESE = "国务院总理昨天在北京会见了来访的外国客人，双方就经济合作问题交换了意见。\n"
KOREAN = "정부는 어제 새로운 경제 정책을 발표하고 국민의 이해를 구했다고 밝혔습니다.\n"
