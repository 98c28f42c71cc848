"""Script languages as data: the marks that tell them apart from prose and from each other.

All is matched in lower case.  A mark is a set of words, or a pattern; patterns begin with fixed
bytes, which makes a search fast, and repeat no repetition, which keeps it linear.
"""

import re
from dataclasses import dataclass

Mark = frozenset[bytes] | re.Pattern[bytes]
"""One of these words stands in the text, or the pattern is found in it."""

WORD_BYTES = b"abcdefghijklmnopqrstuvwxyz0123456789_$%@#~[-"
"""What words are made of; [ because PowerShell's types begin with it."""


@dataclass(frozen=True, slots=True)
class Language:
    kind: str
    words: frozenset[bytes]
    """Without one of them no pattern is tried."""
    marks: tuple[Mark, ...]
    """Habits that do not follow from one another."""
    need: int
    """How many of the marks make a script of a text."""
    must: tuple[Mark, ...] = ()
    """One of them has to be there; empty: none."""
    never: tuple[Mark, ...] = ()
    """What only related languages have, which no system runs."""


def _words(text: bytes) -> frozenset[bytes]:
    return frozenset(text.split())


def _line(pattern: bytes) -> re.Pattern[bytes]:
    """Return what finds a line that begins with `pattern`; blanks around lines are gone."""
    return re.compile(rb"\n(?:" + pattern + b")", re.MULTILINE)


_CMDLETS = _words(
    b"get-childitem get-content get-item get-process get-service get-wmiobject get-ciminstance"
    b" get-date get-location get-random get-command set-executionpolicy set-content set-item"
    b" set-location set-strictmode set-variable new-object new-item new-variable new-service"
    b" invoke-expression invoke-webrequest invoke-restmethod invoke-command invoke-item"
    b" stop-process start-process start-sleep start-job start-bitstransfer test-path join-path"
    b" split-path copy-item remove-item import-module add-type add-content add-mppreference"
    b" write-host write-output write-verbose write-error write-warning out-null out-file"
    b" out-string select-object where-object foreach-object convertto-json convertfrom-json"
)
POWERSHELL = Language(
    "powershell",
    _CMDLETS | _words(b"$env [cmdletbinding $psscriptroot iex downloadstring"),
    (
        _CMDLETS,
        _words(b"$env $psscriptroot $pscmdlet $psboundparameters $erroractionpreference"),
        _line(rb"param[ \t]*[(\n]|\[cmdletbinding"),
        _line(rb"function[ \t]+[a-z]+-[a-z]"),
        _line(rb"\$[a-z_]\w*[ \t]*\+?=[^=~>]"),
        _words(b"[system [net [convert [text [io [reflection [environment [void [string [int"
               b" [switch [byte [char [datetime [array [bool [hashtable [psobject [math"),
        re.compile(rb"\|[ \t]*(?:[%?][ \t]*\{|iex\b|out-|select-|where-|foreach-|sort-)"),
        _words(b"$null $true $false $_"),
        _words(b"-eq -ne -gt -lt -like -notlike -match -notmatch -join -split -replace -contains"),
        _words(b"iex downloadstring downloadfile downloaddata frombase64string"),
        _words(b"-path -force -erroraction -passthru -argumentlist -filepath -windowstyle -uri"
               b" -outfile -recurse -filter -namespace -class -itemtype -value -foregroundcolor"),
    ),
    need=4,
    never=(_line(rb"(?:fi|done|esac|use (?:strict|warnings);)$|my [$@%]|#include\b"),),
)  # fmt: skip
BATCH = Language(
    "batch",
    _words(b"@echo @rem setlocal errorlevel %errorlevel% goto %~dp0 %~nx0 %~n0 %temp% %appdata%"
           b" %comspec% %userprofile% %windir% %systemroot% %programfiles% powershell nul"),
    (
        _line(rb"@?echo[ \t]+off$|@[a-z]+[ \t]"),
        re.compile(rb"%~[a-z]{0,8}[0-9*]"),
        _line(rb"@?(?:set|end)local\b"),
        _line(rb"@?(?:if[ \t][^\n]{1,200}[ \t(])?goto[ \t]*:?[a-z_]"),
        _line(rb":[a-z_][\w-]{0,60}$"),
        _line(rb"@?set[ \t]+(?:/[ap][ \t]+)?\"?[a-z_]\w*[ \t]?="),
        _line(rb"@?if[ \t]+(?:/i[ \t]+)?(?:not[ \t]+)?(?:exist\b|errorlevel\b|defined\b|\"?%|\[%)"),
        _line(rb"@?for[ \t]+[^\n]{0,60}%%[a-z~]"),
        re.compile(rb">[ \t]*nul\b"),
        _words(b"%temp% %tmp% %appdata% %localappdata% %systemroot% %windir% %userprofile% %path%"
               b" %comspec% %programfiles% %systemdrive% %random% %errorlevel% %username% %cd% %*"),
        _line(rb"@?(?:exit[ \t]+/b|pause$|cls$|title[ \t]+\w)"),
        _line(rb"@?rem[ \t]|::"),
        _line(
            rb"@?(?:(?:call|certutil|bitsadmin|schtasks|taskkill|attrib|xcopy|copy|del|[wc]script"
            rb"|regsvr32|rundll32)[ \t]|start[ \t]+[/\"]|cmd(?:\.exe)?[ \t]+/[ck]"
            rb"|powershell(?:\.exe)?[ \t]+-|reg[ \t]+(?:add|delete)\b)"
        ),
    ),
    need=4,
    never=(_line(rb"(?:use (?:strict|warnings)|package [\w:]+);"),),
)  # fmt: skip
_AUTOMATION = _words(b"createobject getobject wscript executeglobal")
VBSCRIPT = Language(
    "vbs",
    _AUTOMATION | _words(b"execute msgbox"),
    (
        _AUTOMATION,
        _line(rb"dim[ \t]+[a-z_]"),
        _line(rb"set[ \t]+[a-z_][\w.]*[ \t]*=|const[ \t]+[a-z_]"),
        _line(rb"(?:(?:public|private)[ \t]+)?(?:sub|function)[ \t]+[a-z_]"),
        _line(rb"end[ \t]+(?:sub|function|if|select|with)\b"),
        _line(rb"(?:on[ \t]+error[ \t]+resume[ \t]+next|option[ \t]+explicit)\b"),
        _words(b"chr chrw asc ascw strreverse lbound ubound instr cstr cint createtextfile"),
        _line(rb"'|rem[ \t]"),
        _line(rb"(?:else)?if\b[^\n]{1,300}[ \t)]then\b|(?:loop|wend|next)\b"),
        re.compile(rb"\"[ \t]*&[ \t]*[a-z_\"]"),
        _words(b"msgbox inputbox"),
        _words(b"executeglobal execute eval"),
    ),
    need=4,
    must=(_AUTOMATION, _line(rb"execute[ \t]*\(|msgbox[ \t(\"]")),
    never=(
        _line(rb"'[^'\n]{0,60}',"),  # a list of words in Python
        _line(rb"(?:dim|private|public|friend|function|sub)\b[^\n]{0,200}[ \t]as[ \t]+[a-z]"),
        _line(rb"attribute vb_|imports[ \t]|\$|#include\b"),
        re.compile(rb"[;{][ \t]*\n"),
    ),
)  # fmt: skip
JSCRIPT = Language(
    "js",
    _words(b"wscript activexobject"),
    (
        re.compile(rb"var[ \t]+[a-z_$][\w$]*[ \t]*[=;,]"),
        re.compile(rb"function\b[^\n{]{0,200}\{"),
        re.compile(rb";[ \t]*\n"),
        re.compile(rb"new[ \t]+activexobject[ \t]*\("),
        _words(
            b"run exec shellexecute savetofile regwrite expandenvironmentstrings createtextfile"
        ),
        re.compile(rb"[)}][ \t]*(?:;|\n|\{|catch\b|else\b)"),
    ),
    need=3,
    must=(
        re.compile(
            rb"wscript\.(?:createobject|echo|quit|sleep|arguments|script\w+|std\w+|shell)\b"
        ),
        re.compile(rb"activexobject[ \t]*\([ \t]*[\"'](?:wscript|scripting|shell|adodb)\."),
    ),
    never=(_line(rb"(?:dim|sub|set)[ \t]+[a-z_]|end (?:if|sub)\b"),),
)
PYTHON = Language(
    "python",
    _words(b"import __import__"),
    (
        _line(rb"import[ \t]+[a-z_][\w., ]*(?:#[^\n]*)?$"),
        _line(rb"from[ \t]+[.\w]+[ \t]+import[ \t]+[\w(*]"),
        _line(rb"(?:async[ \t]+)?def[ \t]+\w+[ \t]*\([^\n]*[,(:]$"),
        _line(rb"class[ \t]+\w+[^\n{;:]*:$"),
        _words(b"__name__ __import__ __file__ __all__"),
        _line(rb"(?:self\.|return\b|raise\b|pass$)"),
        _line(rb"(?:try|else|finally)[ \t]*:$|(?:elif|except|with|while|for|if)\b[^\n]*:$"),
        _line(rb"print[ \t]*\(|(?:exec|eval|__import__)[ \t]*\("),
    ),
    need=3,
    must=(_line(rb"(?:import|from)[ \t]+[.a-z_]"), _words(b"__import__")),
    never=(
        re.compile(rb"[;{][ \t]*\n"),
        _line(rb"(?:module|package|end)\b[^\n(=.]*$|c(?:p?def|typedef|import)[ \t]"),
    ),
)
AUTOIT = Language(
    "autoit",
    _words(b"@scriptdir #notrayicon #autoit3wrapper_icon endfunc @comspec au3 #requireadmin"),
    (
        _line(rb"func[ \t]+\w+[ \t]*\("),
        _words(b"endfunc"),
        _words(b"@scriptdir @scriptname @comspec @tempdir @error @appdatadir @crlf @sw_hide"
               b" @autoitexe @startupdir @scriptfullpath @windowsdir"),
        _line(rb"#(?:notrayicon|requireadmin|autoit3wrapper_|include[ \t]+[<\"][^\n>\"]+\.au3)"),
        _line(rb"(?:local|global|dim)[ \t]+(?:const[ \t]+)?\$\w"),
        _words(b"shellexecute filewrite inetget filedelete run regwrite msgbox consolewrite dllcall"
               b" fileinstall winwait filecopy"),
        _line(rb"(?:wend|endif|until)\b"),
    ),
    need=3,
    must=(
        _words(b"@scriptdir @scriptname @comspec @tempdir @appdatadir @autoitexe @sw_hide @crlf"),
        _line(rb"#(?:notrayicon|requireadmin|autoit3wrapper_|include[ \t]+[<\"])"),
    ),
)  # fmt: skip
AUTOHOTKEY = Language(
    "ahk",
    _words(b"#noenv #persistent #singleinstance a_scriptdir %a_scriptdir% autohotkey #notrayicon"),
    (
        _line(rb"#(?:noenv|persistent|singleinstance|notrayicon|requires[ \t]+autohotkey|warn\b)"),
        _words(b"a_scriptdir %a_scriptdir% a_scriptname a_scriptfullpath %a_scriptfullpath%"
               b" a_loopfield a_appdata %a_appdata% a_temp %a_temp% a_comspec %a_startup%"),
        _line(rb"(?:sendmode|setworkingdir|setbatchlines|fileinstall|urldownloadtofile|settimer"
              rb"|regwrite|fileappend|gosub|winactivate|runwait|run|sleep|send)\b[ \t,]"),
        _line(rb"[^\s:;]{1,40}::"),
        _line(rb"\w+[ \t]*:="),
    ),
    need=3,
    never=(_words(b"endfunc"),),
)  # fmt: skip
LANGUAGES = (POWERSHELL, BATCH, VBSCRIPT, JSCRIPT, PYTHON, AUTOIT, AUTOHOTKEY)
