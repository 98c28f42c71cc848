"""Words for "password" and what stands between them and one: data, by language.

Spelled in lower case, as people write them in chats and mails, without accents too where they leave
them out.  Adding a language is adding lines.
"""

# Written with blanks between words.  From five letters on also as the end of a longer word
# (Archivpasswort, zip-password), and with up to three letters more behind it (passwords, паролем).
SPACED = {
    "en": "password passcode passphrase pass-phrase pass-word passwd pass pwd pw psw",
    "de": "passwort kennwort passwörter losungswort entsperrcode zugangscode",
    "fr": "mot·de·passe mdp code·d'accès code·d’accès clé·d'accès",
    "es": "contraseña contrasena clave clave·de·acceso",
    "pt": "senha palavra-passe palavra·passe palavra·chave",
    "it": "parola·d'ordine parola·d’ordine parola·chiave chiave·di·accesso",
    "nl": "wachtwoord paswoord toegangscode",
    "pl": "hasło hasła hasłem haslo haslem",
    "ru": "пароль пароля паролем пароли код·доступа",
    "uk": "гасло код·доступу",
    "bg": "парола",
    "tr": "şifre şifresi sifre sifresi parola parolası",
    "ar": "كلمة·المرور كلمة·السر كلمه·المرور كلمه·السر الرقم·السري باسورد الباسورد",
    "fa": "رمز·عبور گذرواژه رمز·فایل",
    "he": "סיסמה סיסמא הסיסמה הסיסמא",
    "ko": "비밀번호 암호 패스워드 비번 비밀번호는 암호는 패스워드는 비번은",
    "vi": "mật·khẩu mat·khau",
    "id": "kata·sandi sandi",
    "cs": "heslo heslem",
    "sv": "lösenord lösenordet losenord",
    "da": "adgangskode kodeord kodeordet",
    "no": "passord passordet",
    "fi": "salasana salasanan tunnussana",
    "hu": "jelszó jelszava jelszo",
    "ro": "parolă parola",
    "el": "κωδικός κωδικος συνθηματικό",
    "hi": "पासवर्ड",
}  # fmt: skip

# Written without blanks: the password may follow directly.
UNSPACED = {
    "zh": "密码 密碼 口令 解压码 解壓碼 提取码 提取碼",
    "ja": "パスワード パスコード 暗証番号 合言葉 パス",
    "th": "รหัสผ่าน",
}

# Only with a colon or an equals sign behind them: they are words of every day.
WITH_SIGN = (
    "key pin code secret clave schlüssel chiave clé ключ код 密钥 キー 키 anahtar sleutel klucz"
)

# What says "is" between the word and the password.
IS = {
    "en": "is was are be use",
    "de": "ist lautet war heißt heisst",
    "fr": "est sera",
    "es pt it": "es é è será sarà e'",
    "nl": "is luidt",
    "pl": "to jest brzmi",
    "ru uk": "это це есть такой",
    "tr": "olarak",
    "ar": "هي هو",
    "ko": "는 은 이 가",
    "sv da no": "är er",
    "cs": "je",
}
IS_UNSPACED = "是 为 為 は が คือ"

# Names of fields, parameters and headers that say it as one of their words (zip_password, filePwd).
FIELDS = (
    "pass pwd pw psw passwd password passwords passcode passphrase passwort kennwort mdp "
    "motdepasse contraseña contrasena contrasenia senha wachtwoord hasło haslo пароль парол şifre "
    "sifre parola lösenord heslo jelszo salasana 密码 密碼 口令 提取码 パスワード 비밀번호 암호"
)

# The same if no other word is in the name than those below: an api_key is none.
FIELDS_ALONE = "key secret clave unlock decrypt"
BESIDE = "archive zip rar file doc document pdf attachment the my extract decryption download"

# Names of fields that hold what a person wrote.
SPOKEN = (
    "text content message msg body caption comment initialcomment note notes description subject "
    "title summary remark remarks readme"
)
