"""Names of fields: which hold a password, and which what a person wrote."""

import pytest

from scanners.passwords.field_names import is_password_name, is_spoken_name, may_hold_name


@pytest.mark.parametrize(
    "name",
    ["password", "Password", "pwd", "pw", "pass", "zip_password", "zipPassword", "filePwd", "PWD1",
     "archive-password", "X-Archive-Password", "passwort", "contraseña", "contrasena", "senha",
     "пароль", "密码", "mdp", "key", "secret", "decryption_key", "file.key", "parola",
     "password.txt", "zippassword", "hasło", "şifre"],
)  # fmt: skip
def test_names_of_passwords(name: str) -> None:
    assert is_password_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "file", "passport", "compass", "api_key", "x-api-key", "keyboard", "monkey", "message",
     "session_key", "csrf_secret", "sec-websocket-key", "p", "x" * 101, "author", "token"],
)  # fmt: skip
def test_other_names(name: str) -> None:
    assert not is_password_name(name)


@pytest.mark.parametrize("name", ["", "content", "initial_comment", "caption", "messageText", "1"])
def test_what_people_write(name: str) -> None:
    assert is_spoken_name(name)


@pytest.mark.parametrize("name", ["channel", "id", "type", "file_type"])
def test_what_programs_write(name: str) -> None:
    assert not is_spoken_name(name)


def test_most_texts_hold_no_such_name() -> None:
    assert not may_hold_name("https://files.example.com/v/t62.7119-24/12345_n.enc?ccb=11-4")
    assert may_hold_name("https://files.example.com/?ZipPwd=x")
    assert may_hold_name("https://files.example.com/?contrase%C3%B1a=x")
