"""How ccxt is pointed at a server: every address that spot needs, so that nothing goes to the exchange itself."""


def options(base, stream="/ws"):
    ws = base.replace("http://", "ws://")
    rest = {"public": base + "/api/v3", "private": base + "/api/v3", "v1": base + "/api/v1"}
    rest.update({name: f"{base}/sapi/v{nth}" for nth, name in enumerate(["sapi", "sapiV2", "sapiV3", "sapiV4"], 1)})
    rest["ws"] = {"spot": ws + stream, "margin": ws + stream, "ws-api": {"spot": ws + "/ws-api/v3"}}
    return {
        "urls": {"api": rest},
        "enableRateLimit": False,
        "options": {"fetchMarkets": {"types": ["spot"]}, "fetchMargins": False, "fetchCurrencies": False},
    }


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def refused(call, error):
    try:
        call()
    except error:
        return
    raise AssertionError(f"not refused with {error.__name__}")
