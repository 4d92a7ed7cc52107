"""A mail server that lets nobody speak without TLS and a login: aiosmtpd, on HOST:PORT. Tells of what comes, a line each.

Usage: mail_server.py HOST PORT CERTIFICATE KEY starttls|tls
"""

import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

host, port, certificate, key, how = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


def say(*words):
    print(*words, flush=True)


def knows(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"vaern", b"hemmelig")
    say("login", "good" if good else "bad")
    return AuthResult(success=good)


class Keep:
    async def handle_DATA(self, server, session, envelope):
        secret = server.transport.get_extra_info("cipher") is not None
        say("came", "by TLS" if secret else "in clear", envelope.mail_from or "<>", *envelope.rcpt_tos)
        return "250 kept"


starttls = {"tls_context": context, "require_starttls": True} if how == "starttls" else {}
at_once = {"ssl_context": context, "auth_require_tls": False} if how == "tls" else {}
Controller(Keep(), hostname=host, port=int(port), authenticator=knows, auth_required=True, **starttls, **at_once).start()
say("ready")
sys.stdin.read()
