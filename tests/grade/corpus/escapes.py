"""Code that looks for what it must not see, or reaches for what it must not touch.

What it finds it tells in an error: the only way out of the process that a teacher would read.
"""

from tests.grade.corpus.kinds import LEFT_BEHIND, Got, answer, answers, own_cell

KINDS = [
    own_cell(
        "kills_its_parent",
        "The parent is the namespace's first process, which no signal from within ends.",
        """
        import os, signal
        for process in (os.getppid(), 1):
            os.kill(process, signal.SIGKILL)
            os.kill(process, signal.SIGTERM)
        """,
    ),
    answer(
        "kills_its_process_group",
        "It is in a session of its own, without the grader: it ends nothing but itself.",
        """
        def mean_squared_error(predictions, truth):
            import os, signal
            os.kill(0, signal.SIGKILL)
        """,
        "crashed",
        says="It ended the notebook's process (Killed).",
    ),
    own_cell(
        "kills_all_that_it_may",
        "Signals to -1 reach only what is inside; the rest of the machine is out of sight.",
        """
        import os, signal
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass
        own_threads = os.listdir("/proc/self/task")
        for process in range(2, 40_000):
            if str(process) not in own_threads:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        """,
    ),
    own_cell(
        "sends_the_first_process_every_signal",
        "None has a handler there that a student's code could call.",
        """
        import os, signal, time
        for number in signal.valid_signals():
            os.kill(1, number)
        time.sleep(0.5)
        """,
    ),
    answer(
        "reads_the_solution_and_the_checks",
        "None of it is in the file system that the process sees.",
        """
        def mean_squared_error(predictions, truth):
            import glob, os
            folders = ("lessons", "solutions", "exercises", "tests", ".git")
            found = [name for name in folders if os.path.exists(f"@ROOT@/{name}")]
            found += glob.glob("@ROOT@/lockstep/lessons/*/exercises.md")
            others = ("/root/.bashrc", "/work/shared", "/etc/passwd", "/var/log")
            found += [name for name in others if os.path.exists(name)]
            raise ValueError(f"found {found}")
        """,
        "error",
        says="found []",
    ),
    answer(
        "reads_the_hidden_checks_that_lockstep_has",
        "What the process is given of checks.py has neither cases nor the mistakes' functions.",
        """
        def mean_squared_error(predictions, truth):
            from lockstep.learn.exercises import load_exercises
            from lockstep.lessons import lessons_folder
            found = []
            for folder in lessons_folder().iterdir():
                text = (folder / "checks.py").read_text()
                found += [word for word in ("generator", "Case(", "numpy=", "lambda") if word in text]
                for exercise in load_exercises(folder).values():
                    found += [exercise.name] if exercise.cases is not None else []
            raise ValueError(f"found {found}")
        """,
        "error",
        says="found []",
    ),
    answer(
        "looks_for_other_submissions",
        "The only notebooks to be seen are those that the installed packages bring.",
        """
        def mean_squared_error(predictions, truth):
            import os, sys
            found = [name for name in ("@TEACHER@",) if os.path.exists(name)]
            here = ("/usr", "/proc", "/lib", "/lib64", sys.prefix, sys.base_prefix)
            for folder, below, names in os.walk("/"):
                below[:] = [name for name in below if os.path.join(folder, name) not in here]
                found += [name for name in names if name.endswith((".ipynb", ".sqlite", ".npz"))]
            raise ValueError(f"found {sorted(set(found) - {'checks.npz', 'meetings.npz'})}")
        """,
        "error",
        says="found []",
    ),
    answer(
        "reads_the_environment",
        "Nothing of the teacher's environment is handed on.",
        """
        def mean_squared_error(predictions, truth):
            import os
            secret = "".join(reversed("@TERCES@"))
            found = [name for name, value in os.environ.items() if secret in value]
            found += [name for name in os.environ if "TOKEN" in name or "KEY" in name or "SSH" in name]
            raise ValueError(f"found {found}")
        """,
        "error",
        says="found []",
    ),
    answer(
        "reads_proc_of_its_parents",
        "No process but its own and the first one is to be seen, and that one is closed to it.",
        """
        def mean_squared_error(predictions, truth):
            import os
            found = [name for name in os.listdir("/proc") if name.isdigit()]
            found = [name for name in found if name not in ("1", str(os.getpid()))]
            for name in ("environ", "mem", "maps", "root/etc", "cwd/", "fd/0"):
                try:
                    if name[-1] == "/":
                        os.listdir(f"/proc/1/{name}")
                    else:
                        open(f"/proc/1/{name}", "rb").read(1)
                    found.append(name)
                except OSError:
                    pass
            raise ValueError(f"found {found}")
        """,
        "error",
        says="found []",
    ),
    answer(
        "searches_its_memory_for_its_neighbours",
        "The warm process never reads a submission, so what is inherited from it holds none.",
        """
        def mean_squared_error(predictions, truth):
            import re
            # Backwards, through memory that is read backwards: so it does not find what it is looking for.
            found, backwards = [], [b":@REKRAM@", b":@TERCES@"]
            for line in open("/proc/self/maps"):
                start, end, mode, rest = re.match(r"(\\w+)-(\\w+) (\\S+) (.*)", line).groups()
                if mode.startswith("rw") and "/" not in rest:
                    with open("/proc/self/mem", "rb") as memory:
                        memory.seek(int(start, 16))
                        content = memory.read(int(end, 16) - int(start, 16))[::-1]
                    found += [name for name in backwards if name in content]
            raise ValueError(f"found {found}")
        """,
        "error",
        says="found []",
    ),
    answer(
        "climbs_the_frames",
        "The frames above the answer hold what it was given, and neither truth nor other cases.",
        """
        def mean_squared_error(predictions, truth):
            import gc, sys
            frame, values = sys._getframe(), []
            while frame is not None:
                values += [*frame.f_locals.values(), *frame.f_globals.values()]
                frame = frame.f_back
            values += gc.get_objects()
            kinds = {type(value).__name__ for value in values}
            found = kinds & {"RecordedCase", "Assignment", "Submission", "Restored", "Case"}
            found |= {name for name in sys.modules if name.startswith(("lockstep.build", "lockstep.grade.judge"))}
            raise ValueError(f"found {sorted(found)}")
        """,
        "error",
        says="found []",
    ),
    answer(
        "calls_home",
        "There is no network: not to the world, not to this machine, not by an abstract socket.",
        """
        def mean_squared_error(predictions, truth):
            import socket
            reached = []
            try:
                socket.create_connection(("127.0.0.1", @PORT@), 1).sendall(b"hello")
                reached.append("this machine")
            except OSError:
                pass
            try:
                other = socket.socket(socket.AF_UNIX)
                other.connect("\\0@SOCKET@")
                reached.append("an abstract socket")
            except OSError:
                pass
            with open("/proc/net/route") as routes:
                reached += [line.split()[0] for line in routes.readlines()[1:]]
            raise ValueError(f"reached {reached}")
        """,
        "error",
        says="reached []",
    ),
    own_cell(
        "listens",
        "It may listen in a network that nobody else is in, and that ends with it.",
        """
        import socket
        one = socket.create_server(("0.0.0.0", 8888))
        other = socket.socket(socket.AF_UNIX)
        other.bind("\\0lockstep")
        other.listen()
        """,
    ),
    answer(
        "writes_to_every_descriptor",
        "The grader hears rubbish, and ends the process.",
        """
        def mean_squared_error(predictions, truth):
            import os
            for name in os.listdir("/proc/self/fd"):
                try:
                    os.write(int(name), b"rubbish " * 100)
                except OSError:
                    pass
            return np.mean((predictions - truth) ** 2)
        """,
        "crashed",
    ),
    answer(
        "closes_every_descriptor",
        "Nothing can be said any more.",
        """
        def mean_squared_error(predictions, truth):
            import os
            os.closerange(0, 1000)
            return np.mean((predictions - truth) ** 2)
        """,
        "crashed",
    ),
    own_cell(
        "closes_its_standard_streams",
        "They are not what the grader listens to.",
        """
        import os, sys
        sys.stdout.close()
        sys.stderr.close()
        for number in range(3):
            os.close(number)
        """,
    ),
    own_cell(
        "leaves_processes_behind",
        "A child, one in a session of its own, and one that was forked twice: all end with the namespace.",
        f"""
        import os, subprocess
        command = ["sleep", "{LEFT_BEHIND}"]
        subprocess.Popen(command)
        subprocess.Popen(command, start_new_session=True)
        if not os.fork():
            os.setsid()
            if not os.fork():
                os.execvp("sleep", command)
            os._exit(0)
        """,
    ),
    own_cell(
        "leaves_files_behind",
        "Nothing but the scratch folders can be written, and these are gone with the process.",
        """
        import os, sys, site
        for folder in (".", "/tmp", "/dev/shm", "/", "@ROOT@", "@TEACHER@", "/var/tmp", "/usr/lib", sys.prefix,
                       *site.getsitepackages(), os.path.dirname(np.__file__), os.path.expanduser("~")):
            try:
                os.makedirs(f"{folder}/profile_default/startup", exist_ok=True)
                for name in ("left-behind.txt", "sitecustomize.py", "profile_default/startup/00.py", "numpy.py"):
                    with open(f"{folder}/{name}", "w") as file:
                        file.write("raise SystemExit('left behind')")
            except OSError:
                pass
        """,
    ),
    answer(
        "looks_for_files_left_behind",
        "It is graded after the one that left them.",
        """
        def mean_squared_error(predictions, truth):
            import os, sys
            places = (".", "/tmp", "/dev/shm", "/", "/var/tmp", sys.prefix, os.path.expanduser("~"))
            found = [name for name in places if os.path.exists(f"{name}/left-behind.txt")]
            raise ValueError(f"found {found}")
        """,
        "error",
        says="found []",
    ),
    own_cell(
        "deletes_everything",
        # For two seconds: being refused at each of 200,000 files may take longer than a cell is given.
        "What is to be seen is read-only.",
        """
        !timeout 2 rm -rf --no-preserve-root "@TEACHER@" "@ROOT@" / 2>/dev/null
        """,
    ),
    own_cell(
        "deletes_everything_by_a_cell_magic",
        "The same by another door.",
        """
        %%bash
        timeout 2 rm -rf "@TEACHER@" "@ROOT@/lockstep" ~ /tmp/* /dev/shm/*
        kill -9 $PPID -1
        """,
    ),
    own_cell(
        "deletes_where_it_stands",
        "The answer needs no working directory.",
        """
        import os, shutil
        os.mkdir("deeper")
        os.chdir("deeper")
        os.rmdir("../deeper")
        """,
    ),
    answer(
        "leaves_the_namespaces",
        "No namespace of its own, no mount, no chroot.",
        """
        def mean_squared_error(predictions, truth):
            import ctypes, os
            libc = ctypes.CDLL(None)
            done = []
            done += ["unshare"] if libc.unshare(0x10000000 | 0x00020000) == 0 else []
            done += ["mount"] if libc.mount(b"none", b"/tmp", b"tmpfs", 0, b"size=10g") == 0 else []
            done += ["remount"] if libc.mount(b"none", b"/", None, 32 | 4096, None) == 0 else []
            done += ["chroot"] if libc.chroot(b"/tmp") == 0 else []
            done += ["setuid"] if libc.setuid(0) == 0 and os.geteuid() == 0 and os.access("/", os.W_OK) else []
            done += ["mknod"] if libc.mknod(b"/tmp/disk", 0o60666, 0xFE00) == 0 else []
            done += ["clone"] if libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) > 0 else []
            raise ValueError(f"done {done}")
        """,
        "error",
        says="done []",
    ),
    answer(
        "traces_other_processes",
        "ptrace, and reading another process's memory, are refused.",
        """
        def mean_squared_error(predictions, truth):
            import ctypes, os
            libc = ctypes.CDLL(None)
            done = [number for number in (1, os.getppid()) if libc.ptrace(16, number, 0, 0) == 0]
            raise ValueError(f"traced {done}")
        """,
        "error",
        says="traced []",
    ),
    answer(
        "looks_for_the_kernel",
        "The shell is no way out of the process either.",
        """
        def mean_squared_error(predictions, truth):
            shell = get_ipython()
            outside = shell.getoutput("cat @ROOT@/README.md @TEACHER@/* /etc/shadow 2>/dev/null | wc -c")
            raise ValueError(f"read {outside}")
        """,
        "error",
        says="read ['0']",
    ),
    own_cell(
        "writes_modules_with_known_names",
        "A file called numpy.py where the notebook runs: what is imported already stays.",
        """
        for name in ("numpy", "torch", "json", "lockstep", "random"):
            with open(f"{name}.py", "w") as file:
                file.write("raise SystemExit")
        import random, json
        import numpy as np
        """,
    ),
    answers(
        "imports_the_other_framework",
        "Both in one process can crash: refused with a sentence, at the answer's own cost alone.",
        {
            "accuracy": """
                def accuracy(logits, labels):
                    import keras
                    return keras.ops.mean(labels)
            """,
        },
        {
            "accuracy": Got(
                "error", says="this is the PyTorch notebook: `keras` cannot be imported in it"
            )
        },
        below="import tensorflow as tf",
    ),
]
