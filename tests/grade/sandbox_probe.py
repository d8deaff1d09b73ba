"""Looks about in a sandbox and says what it found; standard library alone, and nothing of the course's.

It runs in a student's process, and in one that an ordinary user has shut in.
"""


def look(known):
    """Return what can be seen and done here.

    Parameters
    ----------
    known
        What to try that stands outside: "hidden" paths, a "port" on 127.0.0.1, an abstract "socket".
    """
    import os
    import resource
    import socket
    import sys

    def tried(do, *arguments):
        try:
            return do(*arguments) or "done"
        except OSError as error:
            return type(error).__name__

    def connected(family, address):
        with socket.socket(family, socket.SOCK_STREAM) as one:
            one.settimeout(2)
            one.connect(address)

    def written(folder):
        path = f"{folder}/written"
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        os.unlink(path)

    def filled(folder):
        """Write until nothing more goes in, into several files since each has a limit of its own."""
        taken = 0
        for number in range(8):
            try:
                with open(f"{folder}/large{number}", "wb", buffering=0) as file:
                    while taken < 1 << 30:
                        taken += file.write(bytes(1 << 20))
            except OSError:
                pass
        for number in range(8):
            tried(os.unlink, f"{folder}/large{number}")
        return taken

    def lines(path):
        with open(path) as file:
            return [line.split() for line in file]

    def status(name):
        return next(words[1] for words in lines("/proc/self/status") if words[0] == f"{name}:")

    found = {
        "workplace": [os.getcwd(), sorted(os.listdir(os.getcwd()))],
        "top": sorted(os.listdir("/")),
        "seen": [path for path in known["hidden"] if os.path.lexists(path)],
        "network": [words[0] for words in lines("/proc/net/dev")[2:] if words[0] != "lo:"],
        "called": {
            "own machine": tried(connected, socket.AF_INET, ("127.0.0.1", known["port"])),
            "the world": tried(connected, socket.AF_INET, ("192.0.2.1", 80)),
            "the other world": tried(connected, socket.AF_INET6, ("2001:db8::1", 80)),
            "a socket's name": tried(connected, socket.AF_UNIX, "\0" + known["socket"]),
        },
        "environment": dict(os.environ),
        "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
        "me": [os.getpid(), os.getppid(), os.geteuid(), os.getegid(), os.getgroups()],
        "capabilities": [status(name) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")],
        "no new privileges": status("NoNewPrivs"),
        "filter of calls": status("Seccomp"),
        "limits": {
            name: list(resource.getrlimit(getattr(resource, f"RLIMIT_{name}")))
            for name in ("CPU", "DATA", "NPROC", "FSIZE", "CORE", "NOFILE", "MSGQUEUE")
        },
        "first process": tried(os.listdir, "/proc/1/fd"),
        "open files": [
            tried(os.readlink, f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")
        ],
        "module search": sys.path,
    }
    places = {words[4] for words in lines("/proc/self/mountinfo")} | {
        os.path.join(place, name)
        for place in ("/", "/usr", "/dev", *sys.path)
        if os.path.isdir(place)
        for name in os.listdir(place)
    }
    places = {place for place in places if os.path.isdir(place)}
    found["written"] = sorted(place for place in places if tried(written, place) == "done")
    found["filled"] = [filled("/tmp"), filled("/dev/shm")]
    with open("/tmp/left", "w") as file:
        file.write("for the next one")
    return found
