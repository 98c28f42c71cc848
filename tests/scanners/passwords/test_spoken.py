"""What people say a password is, in many languages and spellings."""

import time

import pytest

from scanners.passwords.spoken import (
    HITS,
    PLACES,
    SHORT_LINE,
    around_words,
    near_words,
    short_line,
    trimmed,
)

SAID = [
    "password: X7k!", "password : X7k!", "Password=X7k!", "pw=X7k!", "PW X7k!", "pass:X7k!",
    "the password is X7k!", "The password is: X7k!", "Password is X7k!. Have fun.",
    'Password: "X7k!"', "use password 'X7k!' to open", "**Password**: `X7k!`", "PASSWORD - X7k!",
    "password for the file -> X7k!", "password (zip): X7k!", "Password:\n\nX7k!\n\nRegards",
    "key: X7k!", "code: X7k!", "PIN: X7k!", "see https://x.example/?a=1&password=X7k!&x=1",
    "Passwort lautet X7k!", "Das PW ist X7k!", "Das Passwort für das Archiv lautet „X7k!“.",
    "Zip-Passwort: X7k!", "Kennwort X7k!",
    "le mot de passe est X7k!", "mdp: X7k!", "Le mot  de passe : « X7k! »",
    "La contraseña es X7k!", "clave: X7k!", "A senha é: X7k!", "palavra-passe: X7k!",
    "La password è X7k!", "parola d'ordine: X7k!", "wachtwoord = X7k!", "Hasło: X7k!",
    "hasło to X7k!", "Пароль от архива: X7k!", "пароль X7k!", "ПАРОЛЬ — X7k!", "с паролем X7k!",
    "密码：X7k!", "密码是X7k!", "解压密码为：X7k!", "提取码 X7k!", "密碼: X7k!",
    "パスワード：X7k!", "パスワードは「X7k!」です", "パスワードは X7k! です",
    "Şifre: X7k!", "ŞİFRE: X7k!", "كلمة المرور: X7k!", "كلمة السر هي X7k!", "סיסמה: X7k!",
    "비밀번호: X7k!", "비밀번호는 X7k! 입니다", "암호 X7k!", "Mật khẩu: X7k!", "kata sandi: X7k!",
    "heslo je X7k!", "lösenord: X7k!", "Lösenordet är X7k!", "adgangskode: X7k!", "passord: X7k!",
    "รหัสผ่าน X7k!",
    "salasana: X7k!", "jelszó: X7k!", "parolă: X7k!", "κωδικός: X7k!", "पासवर्ड: X7k!",
]  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_what_is_said_comes_first(text: str) -> None:
    """Dear formats get two or three guesses."""
    likely = list(dict.fromkeys(found for found in near_words(text) if found))
    assert likely.index("X7k!") == 0


@pytest.mark.parametrize(
    "text, password",
    [
        ("パスワードはX7k!です", "X7k!"),
        ("password: open sesame now", "open sesame now"),
        ("Password: X7k!).", "X7k!"),
        ("password is X7k!?", "X7k"),
    ],
)
def test_variants_are_among_the_likely(text: str, password: str) -> None:
    assert password in list(near_words(text))


@pytest.mark.parametrize("text", ["X7k! is the password", "The password's X7k!", "X7k! ← password"])
def test_what_stands_elsewhere_is_less_likely(text: str) -> None:
    assert "X7k!" in list(around_words(text))


@pytest.mark.parametrize(
    "text",
    ["see you at noon", "a passport", "the keyboard", "shopping: list", "", "compass: north"],
)
def test_other_texts_say_nothing(text: str) -> None:
    assert not [*near_words(text), *around_words(text)]


def test_a_short_line_may_be_the_password() -> None:
    assert next(short_line(" infected \n")) == "infected"
    assert "X7k!" in list(short_line("it is X7k!"))
    assert not list(short_line("one\ntwo"))
    assert not list(short_line("x" * (SHORT_LINE + 1)))
    assert not list(short_line(" \n"))


def test_trimmed() -> None:
    assert list(dict.fromkeys(trimmed("(abc!),"))) == ["abc!", "(abc!),", "(abc!", "abc"]


def test_places_are_bounded() -> None:
    many = "".join(f"password: a{number}\n" for number in range(PLACES + 50))
    found = set(near_words(many))
    assert f"a{PLACES - 1}" in found
    assert f"a{PLACES}" not in found
    assert "X7k!" in set(near_words("shopping " * (HITS // 2) + "pin: X7k!"))


@pytest.mark.parametrize(
    "text",
    ["a " * 32768, "password " * 8000, "password:" * 8000, "pass" + "(" * 65536, "mot de " * 9000,
     "\n" * 65536, "密" * 60000, "'" * 65536, "password" + " " * 60000, "pin" * 20000,
     "password:" + "is " * 20000, "İ" * 60000],
)  # fmt: skip
def test_hostile_texts_cost_little(text: str) -> None:
    started = time.process_time()
    list(near_words(text))
    list(around_words(text))
    assert time.process_time() - started < 0.5
