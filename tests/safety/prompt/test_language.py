import pytest

from safety.prompt.language import LanguageGate
from safety.prompt.normalise import normalise

GATE = LanguageGate()


@pytest.mark.parametrize(
    "text",
    [
        "un gato rojo salta sobre la mesa por la noche",
        "une voiture verte roule dans la ville",
        "ein roter Ballon steigt über die Hügel",
        "um balão vermelho sobe acima das colinas",
        "czerwony balon unosi się nad wzgórzami",
        "kırmızı bir balon tepelerin üzerinde yükseliyor",
        "quả bóng bay màu đỏ bay lên trên đồi",
        "красный шар поднимается над холмами",
        "一只红色的气球升过山丘",
        "بالون أحمر يرتفع فوق التلال",
        "赤い風船が丘の上に昇る",
        "लाल गुब्बारा पहाड़ियों पर उठता है",
        "mujer desnuda",
        "asdf qwer zxcv",
        "😂😂😂",
        "12345",
        "...",
    ],
)
def test_what_is_not_legible_english_is_held(text):
    assert GATE.objection(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "a red balloon rising over the hills",
        "cat",
        "falling stars",
        "a handbag on a table, 4k, slow motion",
        "a café with a piñata at noon",
        "the Eiffel Tower in Paris",
    ],
)
def test_english_passes(text):
    assert GATE.objection(normalise(text)) is None


def test_a_foreign_sentence_inside_a_long_english_text_is_held():
    english = "a red balloon rises over the hills while the children play in the park " * 8
    foreign = "el hombre sigue matando gente inocente por la calle oscura sin parar nunca "
    assert GATE.objection(normalise(english + foreign * 2 + english))
